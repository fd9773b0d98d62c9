# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "pinned: O_DIRECT writes a mapping to a disk, byte by byte" {
	program pinned o_direct_write o_direct_write_of_odd_buffer o_direct_write_of_default_buffer
}

@test "pinned: O_DIRECT reads into memory that nobody touched" {
	program pinned o_direct_read
}

@test "pinned: O_DIRECT reads into a private mapping, the buffer is unchanged" {
	program pinned o_direct_read_into_private
}

@test "pinned: O_DIRECT from one buffer to another" {
	program pinned o_direct_round_trip
}

@test "pinned: vmsplice: the pages outlive the buffer and are not used again" {
	program pinned vmsplice_outlives_buffer vmsplice_of_small_pages_outlives_buffer vmsplice_gift_outlives_buffer
}

@test "pinned: vmsplice copies nothing" {
	program pinned vmsplice_is_no_copy
}

@test "pinned: process_vm_readv and process_vm_writev" {
	program pinned process_vm_reads_and_writes
}

@test "pinned: /proc/PID/mem and ptrace read and write" {
	program pinned proc_mem_reads_and_writes ptrace_peeks_and_pokes
}

@test "pinned: io_uring with fixed buffers" {
	program pinned io_uring_fixed_buffer
}

@test "pinned: io_uring with a fixed buffer that outlives mapping and descriptor" {
	program pinned io_uring_fixed_buffer_outlives_buffer
}

@test "pinned: a fixed buffer of io_uring is not taken away by a shrink, also where it is locked" {
	program pinned io_uring_fixed_buffer_of_locked_page
}

@test "pinned: io_uring transfers a mapping, and the buffer's file" {
	program pinned io_uring_transfers_of_mapping io_uring_reads_and_writes_buffer
}
