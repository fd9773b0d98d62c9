# SPDX-License-Identifier: GPL-2.0-only
bats_require_minimum_version 1.5.0
load helpers

# Each case removes the module and loads it again by the bare system calls.
program_with_module() {
	local case
	module_changed=yes
	for case; do
		program_with module "$case" "$(modinfo -n mymap)"
	done
}

@test "module: it stays while the door is open or mapped, and goes right after" {
	program_with_module door_open_is_busy door_mapped_is_busy
}

@test "module: it stays while a buffer is open, and goes right after" {
	program_with_module buffer_open_is_busy duplicate_is_busy
}

@test "module: it stays while a buffer is only mapped, and goes right after" {
	program_with_module buffer_mapped_is_busy
}

@test "module: it stays while a descriptor is on its way through a socket" {
	program_with_module buffer_in_flight_is_busy
}

@test "module: it stays while an O_PATH descriptor has the inode" {
	program_with_module path_descriptor_is_busy
}

@test "module: it stays while a child has it" {
	program_with_module child_is_busy
}

@test "module: pinned pages do not keep it" {
	program_with_module pins_are_not_busy
}

@test "module: named buffers that nobody has open do not keep it, and go with it" {
	program_with_module idle_names_are_not_busy
}

@test "module: it stays while a named buffer is open or mapped, also when the name is gone" {
	program_with_module open_names_are_busy
}

@test "module: the last close of a named buffer while it is being removed" {
	program_with_module last_close_of_a_name_races_removal
}

@test "module: somebody makes, opens and destroys names while it is being removed" {
	program_with_module use_of_names_races_removal
}

@test "module: modprobe -r of a module in use fails and says so" {
	run mymap create --size 64K -- modprobe -r mymap
	status_is 1
	output_has "in use"
	run mymap create --size 64K -- rmmod mymap
	status_is 1
	output_has "in use"
}

@test "module: 20 rounds of load, create, map, touch, close, remove" {
	program_with_module rounds
}

@test "module: the last close while it is being removed" {
	program_with_module last_close_races_removal
}

@test "module: 2, 8 and 64 users of all kinds let go at once while it is being removed" {
	program_with_module last_closes_race_removal
}

@test "module: somebody opens the device while it is being removed" {
	program_with_module open_races_removal
}

@test "module: modprobe, create, modprobe -r, three times, by the commands" {
	local i
	module_changed=yes
	for i in 1 2 3; do
		module_remove
		[ ! -e /dev/mymap ]
		modprobe mymap
		mymap create --size 4M --populate >/dev/null
	done
	[ "$i" = 3 ]
}

@test "module: what it leaves behind is nothing" {
	module_changed=yes
	module_remove
	[ ! -e /sys/module/mymap ]
	[ ! -e /sys/class/misc/mymap ]
	[ ! -e /sys/class/mymap ]
	run -1 grep mymap /proc/misc
	run -1 grep mymap /proc/devices
	run -1 grep mymap /proc/filesystems
	run -1 grep mymap /proc/modules
}
