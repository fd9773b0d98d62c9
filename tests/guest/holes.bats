# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "holes: a hole reads as zeros as in a memfd, in whole chunks, across and inside of them" {
	program holes hole_reads_zeros
}

@test "holes: a hole gives memory back" {
	program holes hole_gives_memory_back
}

@test "holes: a hole inside of 2 MiB leaves smaller pages around it" {
	program holes hole_demotes_a_chunk
}

@test "holes: parts of pages become zeros" {
	program holes edges_of_a_hole_are_zeros
}

@test "holes: a page that is broken is not written to, by ftruncate neither" {
	modprobe -q hwpoison-inject || :
	program holes broken_is_left_alone
}

@test "holes: beyond the end there is nothing to do" {
	program holes hole_beyond_the_end
}

@test "holes: the copies of private mappings stay" {
	program holes private_copies_survive_a_hole
}

@test "holes: bad ranges and other modes of fallocate are refused as by a memfd" {
	program holes bad_ranges_and_modes
}

@test "holes: a hole in pinned memory is EBUSY, and nothing has changed" {
	program holes pinned_hole_is_busy
}

@test "holes: fallocate allocates, grows as a memfd does, and keeps what is there" {
	program holes allocate_inside allocate_keeps_what_is_there allocate_beyond_grows
}

@test "holes: fallocate beyond the end without growing is EOPNOTSUPP" {
	program holes allocate_beyond_keeping_size
}

@test "holes: fallocate over a limit is EDQUOT, and the size stays" {
	program holes allocate_too_much
}

@test "holes: fallocate of more than the machine has is ENOMEM, and the size stays" {
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	program holes allocate_more_than_ram
}

@test "holes: fallocate that fails on a buffer that must not shrink leaves it with the new size" {
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	program holes allocate_more_than_ram_sealed
}

@test "holes: SEEK_DATA and SEEK_HOLE as in a memfd" {
	program holes seek_in_an_empty_one seek_in_a_full_one seek_out_of_range seek_over_holes
}

@test "holes: SEEK_DATA over all that a buffer can have is quick" {
	program holes seek_over_emptiness
}

@test "holes: the default buffer has data to seek and no holes to punch" {
	program holes seek_on_the_default_buffer
}

@test "holes: all of it from a 32-bit program" {
	requires 32bit
	program_32 holes allocate_more_than_ram allocate_more_than_ram_sealed
}
