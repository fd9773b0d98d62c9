# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "batched: an odd address and a fragmented buffer cost one fault for many pages" {
	program batched odd_address_has_few_faults fragmented_buffer_has_few_faults
}

@test "batched: each page is at its place, also where nobody had touched it or a hole was" {
	program batched untouched_memory_is_right hole_in_between
}

@test "batched: nothing is mapped beyond the mapping" {
	program batched nothing_beyond_the_mapping
}

@test "batched: a private mapping copies what it writes" {
	program batched private_writes_are_copies
}

@test "batched: mlock and MAP_POPULATE leave no fault" {
	program batched mlock_leaves_no_fault
}

@test "batched: a page that is broken is not mapped" {
	modprobe -q hwpoison-inject || :
	program batched broken_is_not_mapped
}

@test "batched: fork, mremap and munmap keep each page at its place" {
	program batched survives_fork_and_move
}
