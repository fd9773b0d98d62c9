# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "sharing: a mutex of parent and child" {
	program sharing mutex_of_parent_and_child
}

@test "sharing: a condition of parent and child" {
	program sharing condition_of_parent_and_child
}

@test "sharing: a semaphore of parent and child" {
	program sharing semaphore_of_parent_and_child
}

@test "sharing: a robust mutex whose owner died" {
	program sharing robust_mutex_of_dead_child
}

@test "sharing: mutex, condition and semaphore of unrelated processes, by descriptor" {
	program sharing unrelated_by_fd
}

@test "sharing: mutex, condition and semaphore of unrelated processes, by /dev/mymap" {
	program sharing unrelated_by_door
}

@test "sharing: a futex anywhere in the buffer, at two addresses" {
	program sharing futex_anywhere_in_the_buffer
}

@test "sharing: a futex at the same offset of two buffers is not one" {
	program sharing futex_of_two_buffers
}

@test "sharing: mutex, condition and semaphore in a default buffer of 4 MiB" {
	module_load_with default_size=4194304
	program sharing unrelated_by_door
}
