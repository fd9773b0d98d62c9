# SPDX-License-Identifier: GPL-2.0-only
# /sys/class/mymap and what udev makes of it.
bats_require_minimum_version 1.5.0
load helpers

links=/dev/mymap-by-name

teardown() {
	local name
	for name in a b c; do
		"$programs/names_rights" destroy_name "test-$name" 2>/dev/null || :
	done
	udevadm settle --timeout=20
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}

make() {
	"$programs/names_rights" make "$@"
	udevadm settle --timeout=20
}

destroy() {
	"$programs/names_rights" destroy_name "$1"
	udevadm settle --timeout=20
}

# node_is NAME OWNER:GROUP MODE: what the link leads to.
node_is() {
	run -0 stat -L -c '%U:%G %a %F' "$links/$1"
	output_is "$2 $3 character special file"
}

device_of() {
	basename "$(readlink "$links/$1")"
}

@test "sysfs: size, name, kind, resident, mapped and open say what is" {
	program names_devices attributes
}

@test "sysfs: an attribute that is open when its buffer is destroyed is ENODEV" {
	program names_devices attribute_outlives_device
}

@test "sysfs: attributes are read while buffers come and go" {
	program names_devices destroy_races_attributes
}

@test "sysfs: everybody may read the attributes, and nobody write them" {
	make test-a 4096
	local device attribute
	device=/sys/class/mymap/$(device_of test-a)
	for attribute in kind mapped name open resident size; do
		[ "$(stat -c %a "$device/$attribute")" = 444 ] || fail "$attribute"
		as stranger cat "$device/$attribute"
	done
}

@test "sysfs: each attribute is in docs/ABI, and no other" {
	make test-a 4096
	local device
	device=/sys/class/mymap/$(device_of test-a)
	diff <(sed -n 's|^What:.*/mymapN/||p' "$source_dir/docs/ABI/sysfs-class-mymap" | sort) \
		<(find "$device/" -maxdepth 1 -type f -perm 444 ! -name dev -printf '%f\n' | sort)
}

@test "udev: the link leads to the node, which is root:mymap 0660" {
	requires udev
	make test-a 4096
	node_is test-a root:mymap 660
	[ "$(cat "/sys/class/mymap/$(device_of test-a)/name")" = test-a ]
}

@test "udev: the node works for a member, and not for a stranger" {
	requires udev
	make test-a 4096
	as member sh -c 'printf hello >/dev/mymap-by-name/test-a'
	[ "$(head -c 5 $links/test-a)" = hello ]
	run -1 as stranger cat $links/test-a
	output_has "Permission denied"
}

@test "udev: owner, group and mode that were given are there, and stay at change events" {
	requires udev
	make test-a 4096 "$(id -u member)" "$(id -g stranger)" 640
	node_is test-a member:stranger 640
	udevadm trigger --action=change --subsystem-match=mymap --settle
	node_is test-a member:stranger 640
	udevadm trigger --action=add --subsystem-match=mymap --settle
	node_is test-a member:stranger 640
	# What somebody else did to the node is put right.
	chown root:root "/dev/$(device_of test-a)"
	chmod 600 "/dev/$(device_of test-a)"
	udevadm trigger --action=change --subsystem-match=mymap --settle
	node_is test-a member:stranger 640
}

@test "udev: root as the owner is obeyed as well" {
	requires udev
	make test-a 4096 0 0 644
	node_is test-a root:root 644
	chown member:member "/dev/$(device_of test-a)"
	udevadm trigger --action=change --subsystem-match=mymap --settle
	node_is test-a root:root 644
}

@test "udev: node and link go when the name is destroyed, and come with a new one" {
	requires udev
	local device
	make test-a 4096
	make test-b 4096
	device=$(device_of test-a)
	destroy test-a
	[ ! -e "/dev/$device" ] && [ ! -L $links/test-a ]
	node_is test-b root:mymap 660
	make test-a 8192
	node_is test-a root:mymap 660
	[ "$(cat "/sys/class/mymap/$(device_of test-a)/size")" = 8192 ]
	destroy test-a
	destroy test-b
	[ ! -e $links ] || [ -z "$(ls $links)" ]
}

@test "udev: after modprobe -r and modprobe nothing of the names is left" {
	requires udev
	make test-a 4096
	module_changed=yes
	module_remove
	udevadm settle --timeout=20
	[ ! -L $links/test-a ]
	run -1 compgen -G '/dev/mymap[0-9]*'
}

@test "udev: events tell the name, and when it goes as well" {
	requires udev
	local log=$BATS_TEST_TMPDIR/events
	udevadm monitor --kernel --property --subsystem-match=mymap >"$log" 3>&- &
	monitor=$!
	retry 10 grep -q KERNEL "$log"
	make test-a 4096
	udevadm trigger --action=change --subsystem-match=mymap --settle
	destroy test-a
	retry 10 grep -q ^ACTION=remove "$log"
	kill "$monitor"
	[ "$(grep -c ^MYMAP_NAME=test-a "$log")" = 3 ] || fail "$(cat "$log")"
	[ "$(grep ^ACTION "$log" | xargs)" = "ACTION=add ACTION=change ACTION=remove" ] || fail "$(cat "$log")"
}

@test "udev: each change of the size is one event, by whatever way, and what changes nothing is none" {
	requires udev
	local log=$BATS_TEST_TMPDIR/events
	udevadm monitor --kernel --property --subsystem-match=mymap >"$log" 3>&- &
	monitor=$!
	retry 10 grep -q KERNEL "$log"
	make test-a 4096
	mymap open test-a -- mymap resize --fd 3 --size 16K
	mymap open test-a -- mymap resize --fd 3 --size 16K
	mymap open test-a -- truncate --size 4096 /proc/self/fd/3
	mymap open test-a -- fallocate --length 8192 /proc/self/fd/3
	[ "$(cat "/sys/class/mymap/$(device_of test-a)/size")" = 8192 ]
	destroy test-a
	retry 10 grep -q ^ACTION=remove "$log"
	kill "$monitor"
	[ "$(grep ^ACTION "$log" | xargs)" = "ACTION=add ACTION=change ACTION=change ACTION=change ACTION=remove" ] ||
		fail "$(cat "$log")"
}
