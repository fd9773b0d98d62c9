# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "lifetime: close before munmap, munmap before close" {
	program lifetime close_before_munmap munmap_before_close never_mapped door_closed_first
}

@test "lifetime: exit and exec free all" {
	program lifetime exit_without_close exec_frees
}

@test "lifetime: killed amid of create, touch and close" {
	program lifetime killed_in_fault_storm
}

@test "lifetime: fork after close, and MADV_DONTFORK" {
	program lifetime fork_after_close dontfork
}

@test "lifetime: the parent exits first" {
	program lifetime parent_exits_first
}

@test "lifetime: a thousand forks" {
	program lifetime thousand_forks
}

@test "lifetime: vfork, and a child with CLONE_VM" {
	program lifetime vfork_shares_all clone_vm
}

@test "lifetime: an inherited descriptor after exec" {
	program lifetime exec_keeps_descriptor
}

@test "lifetime: duplicates keep it, and the last one ends it" {
	program lifetime duplicates duplicates_end_it_together reopened_keeps_it
}

@test "lifetime: an O_PATH descriptor opens it again while it lives" {
	program lifetime path_descriptor_while_alive
}

@test "lifetime: an O_PATH descriptor after the end: opening again is ENXIO" {
	program lifetime path_descriptor_after_the_end
}

@test "lifetime: opening again while the last one closes" {
	program lifetime reopen_races_close
}

@test "lifetime: a thousand times created, mapped and closed" {
	program lifetime thousand_times
}

@test "lifetime: inode: /proc/self/fd opens the same buffer" {
	program rights reopen_gives_the_same_buffer
}

@test "lifetime: inode: another user opens it again only with the rights of its inode" {
	program rights others_cannot_reopen mode_is_obeyed owner_is_the_creator
}

@test "lifetime: inode: link, unlink and rename are refused" {
	program rights hard_link_is_refused unlink_and_rename_are_refused filesystem_cannot_be_browsed
}

@test "lifetime: inode: execve and execveat are EACCES" {
	program rights execute_is_refused
}

@test "lifetime: passing: a descriptor passed to another user: both sides map it" {
	program fdpass both_sides_map
}

@test "lifetime: passing: both sides resize it, and both see the size and the bytes" {
	program fdpass both_sides_resize
}

@test "lifetime: passing: the sender exits before it is received, or nobody receives it" {
	program fdpass sender_exits_first never_received
}

@test "lifetime: passing: a read-only descriptor stays read-only" {
	program fdpass readonly_stays_readonly
}

@test "lifetime: passing: pidfd_getfd takes it over" {
	program fdpass pidfd_gets_it
}

@test "lifetime: passing: an open door works for whom it was passed to" {
	program fdpass door_is_passed
}
