# SPDX-License-Identifier: GPL-2.0-only
# Many buffers.
bats_require_minimum_version 1.5.0
load ../guest/helpers

slab() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "Slab:" { print $2 }' /proc/meminfo
}

slab_is_back() {
	[ "$(slab)" -lt "$1" ]
}

# A leak of a hundred bytes for each of them is more than the slack. How long it takes is told, for who wants to compare. A kernel
# that looks for mistakes takes many times as long, finds what has leaked by itself, and gets less.
@test "buffers: 10,000 with and without names come and go, and the slab is as before" {
	local before many=10000
	[ -z "${MYMAP_SLOW-}" ] || many=500
	"$programs/names_devices" many $((many / 10)) >/dev/null
	udevadm settle --timeout=120
	before=$(slab)
	run -0 "$programs/names_devices" many $many
	echo "# $output" >&3
	udevadm settle --timeout=120
	retry 10 slab_is_back $((before + 1024)) || fail "the slab had $before KiB, and has $(slab)"
}
