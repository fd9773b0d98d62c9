# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "names: another process finds it, also when the first one has closed it" {
	program names another_process_finds_it
}

@test "names: it outlives its creator, and goes when it is destroyed" {
	program names outlives_creator
}

@test "names: the descriptor of its creator, one by name and its node are one buffer" {
	program names all_are_the_same
}

@test "names: the node is for open, mmap, read and write, and takes the commands of a buffer" {
	program names node_is_a_door_for_open_and_mmap
}

@test "names: its size changes by descriptor and by node, and all see the same" {
	program names size_by_name_and_node
}

@test "names: idle, it keeps its memory and its huge pages" {
	program names huge_pages_by_name_and_node
}

@test "names: with POPULATE its memory is there" {
	program names populated_is_there
}

@test "names: opened for reading only it cannot be written" {
	program names read_only
}

@test "names: a door that is open for reading gives descriptors for reading" {
	program names a_door_for_reading_gives_reading
}

@test "names: destroyed while in use, all who have it keep it, and nobody finds it" {
	program names destroy_while_in_use
}

@test "names: the name is free at once when it is destroyed" {
	program names the_name_can_be_given_again
}

@test "names: opened again by /proc/self/fd after the name was destroyed" {
	program names reopened_after_destroy
}

@test "names: a node whose number has no buffer is ENXIO" {
	program names a_number_without_a_buffer
}

@test "names: dots, slashes, newlines, percent signs, 48 bytes and what is not ASCII are EINVAL" {
	program names names_that_are_none something_behind_the_name
}

@test "names: all that is a name works" {
	program names good_names
}

@test "names: one that is taken is EEXIST" {
	program names a_name_that_is_taken
}

@test "names: one that is not there is ENOENT" {
	program names no_such_name
}

@test "names: modes and ids out of range, and ids without the flag, are EINVAL" {
	program names bad_values
}

@test "names: a create that fails takes no name" {
	program names the_name_is_free_after_a_failure
}

@test "names: an open that fails leaves nothing open" {
	program names open_that_fails
}

@test "names: an open without room for a descriptor is EMFILE, and for a file ENFILE" {
	program names open_without_room
}

@test "names: the mode decides for owner, group and others" {
	program names_rights rights_are_obeyed rights_do_not_come_from_the_door
}

@test "names: the inode and the node have owner, group and mode" {
	program names_rights inode_has_the_rights
}

@test "names: chmod and chown of a descriptor are EPERM as long as it has its name" {
	program names_rights mode_and_owner_stay
}

@test "names: its owner may destroy it, and nobody else but root" {
	program names_rights who_may_destroy
}

@test "names: only root may give them" {
	program names_rights others_may_not_give_names
}

@test "names: with unprivileged_names=1 others may, for themselves" {
	module_load_with unprivileged_names=1
	program names_rights others_may_give_names
}

@test "names: unprivileged_names is changed at run time" {
	local parameter=/sys/module/mymap/parameters/unprivileged_names
	[ "$(cat $parameter)" = N ]
	program names_rights others_may_not_give_names
	echo 1 >$parameter
	run "$programs/names_rights" others_may_give_names
	echo 0 >$parameter
	status_is 0
	program names_rights others_may_not_give_names
}

@test "names: destroyed while others open it by name or by node" {
	program names_devices destroy_races_open destroy_races_open_of_node
}

@test "names: two make it and two destroy it: each is destroyed once" {
	program names_devices each_is_destroyed_once
}
