# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "notify: rings are counted, of each buffer" {
	program notify rings_are_counted
}

@test "notify: missed rings are told at once, and so is a number that never was" {
	program notify missed_rings_are_told
}

@test "notify: a wait ends when its time is over" {
	program notify time_is_over
}

@test "notify: a time below -1 is EINVAL" {
	program notify timeout_is_checked
}

@test "notify: a ring wakes one who waits, and 64" {
	program notify one_waiter_is_woken many_waiters_are_woken
}

@test "notify: a handled signal ends the wait, being stopped does not, SIGKILL does" {
	program notify signals_end_the_wait stopping_does_not_end_it killed_while_waiting
}

@test "notify: closing the descriptor does not end the wait" {
	program notify closed_while_waiting
}

@test "notify: who waits uses no processor" {
	program notify no_busy_loop
}

@test "notify: ringing a descriptor that is open for reading is EACCES, waiting works" {
	program notify ringing_wants_writable
}

@test "notify: between unrelated processes of two users" {
	program notify unrelated_processes
}

@test "notify: the default buffer, through any open door" {
	program notify default_buffer
}

@test "notify: a ring whose number cannot be told is none" {
	program notify failing_to_tell_is_no_ring
}

@test "notify: eventfd: it counts from when it is added until it is removed" {
	program notify eventfd_counts
}

@test "notify: eventfd: EBADF, EINVAL, EEXIST, ENOENT" {
	program notify eventfd_is_checked
}

@test "notify: eventfd: it goes with the last descriptor of its open file" {
	program notify eventfd_goes_with_its_file
}

@test "notify: eventfd: one that is closed or full disturbs nobody" {
	program notify eventfd_is_closed eventfd_is_full
}

@test "notify: eventfd: 64 of them, then EDQUOT" {
	program notify eventfds_are_limited
}

@test "notify: eventfd: many come and go" {
	program notify eventfds_come_and_go
}

@test "notify: no ring is lost where four ring and eventfds come and go" {
	program notify no_ring_is_lost
}

@test "notify: a consumer sees all that was written before the ring" {
	program notify producer_and_consumer
}

@test "notify: poll: POLLPRI until the ring is acknowledged" {
	program polling rings_are_told_until_acknowledged time_is_over
}

@test "notify: poll: reading and writing never wait, and rings do not disturb readers" {
	program polling reading_never_waits rings_do_not_disturb_readers
}

@test "notify: poll, select, epoll: a ring wakes one, and 64" {
	program polling a_ring_wakes many_are_woken
}

@test "notify: epoll: level-triggered, edge-triggered, one-shot" {
	program polling level_triggered edge_triggered one_shot
}

@test "notify: poll: what is acknowledged is a matter of the open file" {
	program polling acknowledged_by_open_file failing_acknowledges_nothing
}

@test "notify: poll: the door tells of the default buffer" {
	program polling the_door_tells_of_the_default_buffer
}

@test "notify: poll: an eventfd that was added" {
	program polling eventfds_wake
}

@test "notify: poll, epoll: a buffer goes while it is watched" {
	program polling buffers_go_while_epoll_watches closed_while_polling
}

@test "notify: of a named buffer, by its name and its node" {
	program names_rings all_are_rung a_ring_by_name_wakes_who_has_the_node idle_it_keeps_its_number
	program names_rings eventfds_of_nodes destroyed_it_rings_on
}

@test "notify: epoll: a node is closed and its buffer goes while it is watched" {
	program names_rings nodes_go_while_epoll_watches
}

@test "notify: all of it from a 32-bit program" {
	requires 32bit
	program_32 names_rings
	program_32 notify cost
	program_32 polling
}
