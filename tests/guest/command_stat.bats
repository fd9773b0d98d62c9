# SPDX-License-Identifier: GPL-2.0-only
# The command: statistics. Its words and options are tests of tests/quick.
load helpers

# field NAME: of a JSON object
field() {
	jq -r ".$1"
}

teardown() {
	mymap stat --disable || :
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}

@test "command: stat: what is touched after --enable is counted, up to --disable" {
	mymap stat --enable
	mymap stat --reset
	mymap create --size 4K -- sh -c 'mymap fill --fd 3; exec mymap read --fd 3' >/dev/null
	before=$(mymap stat --json)
	[ "$(field enabled <<<"$before")" = true ]
	[ "$(field allocated_smaller <<<"$before")" = 1 ]
	mymap stat --disable
	mymap create --size 4K --populate >/dev/null
	after=$(mymap stat --json)
	[ "$(field enabled <<<"$after")" = false ]
	[ "$(field allocated_smaller <<<"$after")" = 1 ]
	mymap stat --reset
	[ "$(mymap stat --json | field allocated_smaller)" = 0 ]
}

@test "command: stat: buffers and their memory while they are there" {
	none=$(mymap stat --json)
	run mymap create --size 64K --populate -- mymap stat --json
	status_is 0
	[ "$(field buffers <<<"$output")" = $(($(field buffers <<<"$none") + 1)) ]
	[ "$(field resident <<<"$output")" = $(($(field resident <<<"$none") + 65536)) ]
	run mymap stat
	status_is 0
	output_has "counting             off"
	[ "$(mymap stat --json | field resident)" = "$(field resident <<<"$none")" ]
}

@test "command: stat: it is for root" {
	run as member mymap stat
	status_is 1
	output_is "mymap: stat: the counters are for root: run 'sudo mymap stat'"
	run as member mymap stat --enable
	status_is 1
	output_has "for root"
}

@test "command: stat: without debugfs it says how to mount it" {
	run unshare --mount sh -c 'umount --recursive --lazy /sys/kernel/debug && mymap stat'
	status_is 1
	output_is "mymap: stat: /sys/kernel/debug is not mounted: run 'sudo mount -t debugfs debugfs /sys/kernel/debug'"
}

@test "command: stat: of a driver that has no counters it says that it is too old" {
	run unshare --mount sh -c 'mount --bind /sys/kernel/debug/bdi /sys/kernel/debug && mymap stat'
	status_is 1
	output_has "mymap: stat: the driver that is loaded is older than this"
}

@test "command: stat: without the module it says how to load it, and does not load it" {
	module_changed=yes
	module_remove
	run mymap stat
	status_is 1
	output_is "mymap: stat: the module is not loaded: run 'sudo modprobe mymap'"
	[ ! -e /sys/module/mymap ]
}
