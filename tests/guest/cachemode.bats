# SPDX-License-Identifier: GPL-2.0-only
# Cache modes. What page tables say is looked at by a module of the tests.
load helpers

setup_file() {
	make_test_module cachemode add_numbers
}

teardown() {
	[ ! -e /sys/module/cachemode ] || rmmod cachemode
	nothing_is_left
}

@test "cache: the mode is told, and ordinary memory is cached" {
	program cachemode it_is_told
}

@test "cache: pages are cached, and EOPNOTSUPP otherwise" {
	program cachemode pages_are_cached
}

@test "cache: a mode that is none is EINVAL" {
	program cachemode no_such_mode
}

@test "cache: of a device's memory, x86 has all modes, and others but the usual one are EOPNOTSUPP" {
	program cachemode where_the_machine_can
}

@test "cache: memory in any mode is read, written and mapped" {
	program cachemode it_is_memory
}

@test "cache: all mappings are in the mode of the buffer, and on x86 so is the kernel's own" {
	with_module cachemode page_tables
}

@test "cache: memory goes back as cached as it came" {
	with_module cachemode goes_back_cached
}

@test "cache: so it does when its device goes" {
	with_module cachemode goes_with_its_device
}

@test "cache: the command makes it, shows it and says what cannot be had" {
	requires root
	if [ "$(uname -m)" = x86_64 ]; then
		run mymap create --kind device --cache uncached --size 64K --name cache0
		status_is 0
		[ "$(cat /sys/class/mymap/mymap*/cache)" = uncached ]
		[ "$(mymap info cache0 --json | jq -r .cache)" = uncached ]
		mymap destroy cache0
	fi
	run mymap create --cache uncached --size 64K
	status_is 1
	[[ $output == *"cache 'uncached': memory of the kind pages cannot be cached so here"* ]]
}
