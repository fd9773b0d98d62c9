# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What is tested of nodes of the device tree. The test says which there are: nodes=(NAME...).

driver=/sys/bus/platform/drivers/mymap
cachemode=/var/tmp/mymap-cachemode/cachemode.ko

setup_file() {
	make_test_module cachemode add_numbers
}

setup() {
	[ -e "/proc/device-tree/${nodes[0]}" ] || skip "the device tree of this machine has no nodes for mymap"
}

# What a test took away comes back.
teardown() {
	local node
	[ -e /sys/module/mymap ] || modprobe mymap
	for node in "${nodes[@]}"; do
		[ -e "$driver/$node" ] || echo "$node" >"$driver/bind"
	done
	udevadm settle --timeout=10
}

# is NAME KIND DEVICE SIZE
is() {
	run -0 mymap info "$1" --json
	jq -e --arg kind "$2" --arg device "$3" --argjson size "$4" \
		'.kind == $kind and .device == $device and .size == $size and .resident == $size' <<<"$output" || fail "$output"
}

# cached_as NAME MODE: so it is told, and so it is in the page table.
cached_as() {
	[ "$(mymap info "$1" --json | jq -r .cache)" = "$2" ] || fail "$1 is $(mymap info "$1" --json | jq .cache)"
	[ "$(cat "/sys/class/mymap/$(basename "$(readlink "/dev/mymap-by-name/$1")")/cache")" = "$2" ]
	[ ! -e "$cachemode" ] || program_with cachemode named_page_tables "$cachemode" "$1"
}

# refused NODE TEXT: it is not bound, and the log says why.
refused() {
	[ -e "/sys/bus/platform/devices/$1" ] || fail "there is no device $1"
	[ ! -e "$driver/$1" ] || fail "$1 is bound"
	kernel_log | grep -F "mymap $1: " | grep -F "$2" || fail "$(kernel_log | grep "mymap $1")"
}
