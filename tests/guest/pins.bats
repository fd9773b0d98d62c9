# SPDX-License-Identifier: GPL-2.0-only
# Who takes pages rather than bytes, of each kind of memory.
load helpers

@test "pins: a disk reads and writes pages of kinds that have some" {
	program pins disk
}

@test "pins: to a disk, a device's memory is EFAULT, and is copied where it may be" {
	program pins disk_refuses_device
}

@test "pins: pipes and processes take pages" {
	program pins pipe_and_process
}

@test "pins: of a device's memory, pipes and processes get EFAULT, and what is written" {
	program pins pipe_and_process_refuse_device
}

@test "pins: io_uring has them as fixed buffers" {
	program pins io_uring
}

@test "pins: io_uring has a device's memory by copies only" {
	program pins io_uring_refuses_device
}

@test "pins: odd sizes are sent, copied and from the pages" {
	program pins network
}

@test "pins: a device's memory is sent as copies only" {
	program pins network_copies_device
}
