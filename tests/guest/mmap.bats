# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "mmap: more than the buffer has is EINVAL, on a buffer and on the door" {
	program mapping longer_than_buffer longer_than_default_buffer
}

@test "mmap: an offset that wraps is EINVAL or EOVERFLOW" {
	program mapping offset_wraps
}

@test "mmap: a length that wraps is refused" {
	program mapping length_wraps
}

@test "mmap: a refused mmap leaves nothing behind" {
	program mapping refused_leaves_nothing
}

@test "mmap: PROT_EXEC is EPERM, and EACCES later" {
	program mapping executable_is_refused
}

@test "mmap: MAP_SHARED_VALIDATE works, MAP_SYNC is EOPNOTSUPP" {
	program mapping validated_flags
}

@test "mmap: an offset shows the bytes that are there" {
	program mapping offsets_show_their_own_bytes
}

@test "mmap: an address off the 2 MiB alignment shows the right bytes" {
	program mapping unaligned_address
}

@test "mmap: two mappings are one memory, two buffers are two" {
	program mapping two_mappings_are_one_memory two_buffers_side_by_side
}

@test "mmap: past the end is SIGBUS, at once" {
	program mapping past_end_is_sigbus past_end_of_default_buffer_is_sigbus
}

@test "mmap: past the end inside of the last 2 MiB, or at 2 MiB, is SIGBUS" {
	program mapping past_end_in_last_huge_page_is_sigbus past_end_at_huge_page_is_sigbus
}

@test "mmap: past the end in a system call is EFAULT" {
	program mapping past_end_in_system_call_is_efault
}

@test "mmap: munmap of head, middle and tail leaves each other page its own" {
	program remapping partial_unmap hole_filled_from_elsewhere
}

@test "mmap: mprotect of the middle leaves each page its own" {
	program remapping protect_middle
}

@test "mmap: mremap moves or doubles a mapping, or a part of it" {
	program remapping remap_move remap_move_of_middle remap_dontunmap remap_duplicate
}

@test "mmap: mremap shrinks and grows a mapping" {
	program remapping remap_shrink remap_grow_inside remap_grow_in_place
}

@test "mmap: MAP_POPULATE, MAP_LOCKED, mlock and mlockall fill all of it" {
	program filling populate_flag locked_flag mlock_fills mlockall_fills
}

@test "mmap: MADV_POPULATE fills all of it, past the end it is EFAULT" {
	program filling madvise_populates madvise_populate_past_end
}

@test "mmap: no madvise but REMOVE loses a byte" {
	program filling madvise_keeps_all_bytes
}

@test "mmap: msync is 0 for all flags that go together" {
	program filling msync_does_nothing msync_of_default_buffer
}

@test "mmap: 1, 2, 3, 7 and 251 pages, unmapped page by page" {
	program filling page_by_page_small
}

@test "mmap: 511, 512, 513 and 1023 pages, unmapped page by page" {
	program filling page_by_page_around_huge
}

@test "mmap: pages touched from the last to the first" {
	program filling touched_backwards
}

@test "mmap: eight threads touch the same pages at once" {
	program filling threads_fault_one_page
}

@test "mmap: private: a read shows the buffer" {
	program private read_shows_buffer
}

@test "mmap: private: a write is a copy, the buffer is unchanged" {
	program private write_is_a_copy write_after_read_is_a_copy write_without_any_memory_there
}

@test "mmap: private: one page of 2 MiB is copied, the others are not" {
	program private one_page_is_copied
}

@test "mmap: private: fork copies the copies and shares the shared" {
	program private fork_copies fork_shares_the_shared
}

@test "mmap: private: MADV_DONTNEED shows the buffer again" {
	program private dontneed_shows_buffer_again
}

@test "mmap: private: a write after mprotect, or through /proc/self/mem, is a copy" {
	program private protect_then_write proc_mem_write_is_a_copy
}

@test "mmap: private: past the end is SIGBUS, more than the buffer has is EINVAL" {
	program private past_end_is_sigbus longer_than_buffer_is_refused
}

@test "mmap: private: the copies outlive the descriptor and cost the buffer nothing" {
	program private outlives_buffer copies_cost_the_buffer_nothing
}

@test "mmap: private: the default buffer is copied the same way" {
	program private default_buffer_is_copied
}

@test "mmap: rights: a read-only descriptor cannot be mapped or made writable" {
	program rights readonly_buffer readonly_door
}

@test "mmap: rights: a read-only descriptor can be read, and written privately" {
	program rights readonly_can_be_read readonly_may_be_private
}

@test "mmap: rights: /proc/self/mem cannot write a read-only mapping" {
	program rights proc_mem_cannot_write_readonly
}

@test "mmap: rights: a write-only descriptor cannot be mapped" {
	program rights writeonly_cannot_be_mapped
}

@test "mmap: smaps: 64 MiB populated are mapped by 2 MiB completely" {
	program smaps populated_64m_is_huge
}

@test "mmap: smaps: 64 MiB touched lazily are mapped by 2 MiB completely" {
	program smaps touched_64m_is_huge read_64m_is_huge
}

@test "mmap: smaps: an odd tail does not keep the rest from 2 MiB" {
	program smaps odd_tail_is_huge_before_it
}

@test "mmap: smaps: a part, what a file wrote, every mapping and a locked one are mapped by 2 MiB" {
	program smaps part_is_huge written_by_file_is_huge every_mapping_is_huge mlock_is_huge
}

@test "mmap: smaps: a private write copies a page, not 2 MiB" {
	program smaps private_copies_pages
}

@test "mmap: smaps: the resident set is what was touched, and maps has mymap's name" {
	program smaps resident_set_is_what_was_touched pagemap_shows_pages maps_names_mymap
}

@test "mmap: smaps: reading it while another process maps and unmaps" {
	program smaps read_while_mapping
}

@test "mmap: all of it from a 32-bit program" {
	requires 32bit
	program_32 mapping
	program_32 remapping
	program_32 filling
}
