# SPDX-License-Identifier: GPL-2.0-only
load helpers

teardown() {
	cgroups_remove
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}

@test "resize: sizes are rounded up and told back, by ioctl and by ftruncate" {
	program resize sizes_are_rounded_and_told
}

@test "resize: size 0, one that wraps and a negative one are EINVAL, 2^63 is EDQUOT" {
	program resize bad_sizes
}

@test "resize: over a limit is EDQUOT, and the limits count what it has" {
	module_load_with max_buffer_size=16777216 max_total_size=20971520
	program resize limits_count_it
}

@test "resize: a descriptor for reading is EACCES" {
	program resize descriptor_must_be_writable
}

@test "resize: the default buffer is EPERM" {
	program resize default_buffer_is_fixed
}

@test "resize: truncate by way of an O_PATH descriptor, and ENXIO after the end" {
	program resize truncate_after_the_end
}

@test "resize: new space reads as zeros, what was there stays" {
	program resize grown_is_zeros_and_old_stays
}

@test "resize: a buffer that grows page by page keeps each of them" {
	program resize grown_page_by_page
}

@test "resize: a mapping grown beyond the buffer is SIGBUS there until the buffer has grown" {
	program resize grown_mapping_and_buffer
}

@test "resize: what is grown comes in huge pages" {
	program resize huge_pages_after_growing
}

@test "resize: shrinking: SIGBUS beyond the end at once, data below kept, zeros when grown again" {
	program resize shrink_small_buffer shrink_whole_chunks shrink_inside_a_chunk
}

@test "resize: shrinking inside of 2 MiB gives the memory back and leaves smaller pages" {
	program resize shrink_demotes_a_chunk
}

@test "resize: shrinking what nobody has touched" {
	program resize shrink_what_is_empty
}

@test "resize: shrinking reaches other processes" {
	program resize shrink_reaches_other_processes
}

@test "resize: shrinking takes the copies of private mappings beyond the end, and no others" {
	program resize shrink_and_private_copies
}

@test "resize: ftruncate to an odd length leaves zeros up to the end of the page" {
	program resize odd_length_leaves_zeros
}

@test "resize: locked memory goes as well" {
	program resize shrink_what_was_locked
}

@test "resize: pinned memory that would go is EBUSY, and nothing has changed" {
	program resize_refused pinned_is_busy
}

@test "resize: memory that is pinned elsewhere, or only shortly, does not matter" {
	program resize_refused pinned_elsewhere pinned_only_shortly
}

@test "resize: without memory for what stays of 2 MiB it is ENOMEM, and nothing has changed" {
	requires memcg
	cgroup_make resize
	run in_cgroup resize "$programs/resize_refused" no_memory_changes_nothing "$cgroups/mymap-test-resize"
	status_is 0
}

@test "resize: races: against touching" {
	program resize_race against_touching
}

@test "resize: races: against reading and writing" {
	program resize_race against_reading_and_writing
}

@test "resize: races: against mmap, populating and munmap" {
	program resize_race against_mapping
}

@test "resize: races: against another one, by ioctl and by ftruncate" {
	program resize_race against_another_one
}

@test "resize: races: against holes and fallocate" {
	program resize_race against_holes_and_populating
}

@test "resize: races: against O_DIRECT" {
	program resize_race against_direct_io
}

@test "resize: races: against all of them for a while" {
	program_with resize_race against_all $((6 * ${MYMAP_SLOW:-1}))
}

@test "resize: all of it from a 32-bit program" {
	requires 32bit
	program_32 resize limits_count_it
	program_32 resize_refused no_memory_changes_nothing
}
