# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "create: size 0 is EINVAL" {
	program create size_zero
}

@test "create: size -1, the largest number, is EINVAL" {
	program create size_largest size_minus_one
}

@test "create: a size whose rounding wraps to 0 is EINVAL" {
	program create size_wraps_to_zero
}

@test "create: size 2^63 and size minus one page are EDQUOT" {
	program create size_2_63 size_minus_page size_refused_populated
}

@test "create: a size is rounded up to pages, and that is told back" {
	program create rounding_one rounding_page_minus_one rounding_page rounding_page_plus_one \
		rounding_64m_plus_one
}

@test "create: a buffer is a regular file, 0600, of its creator, with an inode of its own" {
	program create is_regular_file inode_of_its_own
}

@test "create: the descriptor is O_RDWR, close-on-exec, at position 0" {
	program create descriptor_flags
}

@test "create: INFO tells all of a new buffer" {
	program create info_tells_all
}

@test "create: QUERY tells all of the driver" {
	program create query_tells_all
}

@test "create: a new buffer reads as zeros" {
	program create reads_as_zeros
}

@test "create: a new buffer reads as zeros after another process filled and freed 256 MiB" {
	program create reads_as_zeros_after_another_one
}

@test "create: without POPULATE nothing is resident, and one touch brings one chunk" {
	program create lazily_nothing_is_resident touch_brings_one_chunk touch_of_small_buffer
}

@test "create: POPULATE makes resident what the buffer has, and no more" {
	program create populate_small populate_64m populate_odd_tail
}

@test "create: POPULATE of 1 GiB in a machine of 2 GiB" {
	program create populate_1g
}

@test "create: touching what is populated brings nothing new" {
	program create populate_twice_and_touch
}

@test "create: total_size counts the sizes and goes back" {
	program create total_counts_sizes
}

@test "create: a failure gives the descriptor back" {
	program create failure_gives_the_descriptor_back
}

@test "create: 900 buffers of one process" {
	program create nine_hundred_at_once
}

@test "create: killed while populating 1 GiB it is dead in seconds, and nothing is lost" {
	program create killed_while_populating
}

@test "create: with too many files in the system it is ENFILE, and nothing is lost" {
	program create too_many_files_in_the_system
}

@test "create: all of it from a 32-bit program" {
	requires 32bit
	# 1 GiB is more than such a process may find in one piece.
	program_32 create populate_1g killed_while_populating \
		size_2_63_without_limits size_minus_page_without_limits
}
