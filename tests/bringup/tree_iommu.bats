# SPDX-License-Identifier: GPL-2.0-only
# Nodes of the device tree that an IOMMU translates for: what tree-iommu.dts says is there.
bats_require_minimum_version 1.5.0
load ../guest/helpers
load tree

nodes=(far wide lens mover)

# translated NAME SIZE: it is one run, at an address that no memory has: that lies from 1 to 3 GiB.
translated() {
	local address size
	run -0 mymap segments "$1"
	one_line
	read -r address size <<<"$output"
	[ "$size" = "$2" ] || fail "$output"
	[ $((address >= 0x40000000 && address < 0xc0000000)) = 0 ] || fail "$output"
}

@test "tree, IOMMU: the devices have groups, and the buffers are there" {
	local node
	for node in "${nodes[@]}"; do
		[ -e "/sys/bus/platform/devices/$node/iommu_group" ] || fail "$node is in no group"
	done
	is far0 device far $((4 << 20))
	is wide0 device wide $((0x301000))
	is lens0 device lens $((4 << 20))
}

@test "tree, IOMMU: a region, memory of a pool that is shared and any other is one run for the device" {
	translated far0 $((4 << 20))
	translated wide0 $((0x301000))
	translated lens0 $((4 << 20))
}

@test "tree, IOMMU: pages, wherever they are, are one run for the device" {
	mymap create --device mover --size 9M --name work
	translated work $((9 << 20))
	mymap fill work --byte 7
	[ "$(mymap read work | tr -d '\007' | wc -c)" = 0 ]
	mymap destroy work
}

@test "tree, IOMMU: a region is not cached, since the IOMMU would go past the caches, and other memory is" {
	cached_as far0 write-combined
	cached_as wide0 cached
	cached_as lens0 cached
}

@test "tree, IOMMU: what is in a kept region survives that the module is loaded anew, and nothing else does" {
	local name
	for name in far0 wide0 lens0; do
		program_with region is_tagged "$name"
	done
	module_restore
	program_with region has_tags far0
	program_with region is_zero wide0
	program_with region is_zero lens0
}

@test "tree, IOMMU: a buffer goes with its device, from who has it mapped too, and comes back" {
	local name
	for name in far wide lens; do
		program_with region goes_with_its_device "${name}0" "$name"
		udevadm settle --timeout=10
		[ -e "/dev/mymap-by-name/${name}0" ]
	done
	program_with region has_tags far0
	translated far0 $((4 << 20))
	translated wide0 $((0x301000))
}

@test "tree, IOMMU: a pool of addresses that the IOMMU does not know is refused" {
	refused bad-pool 'memory-region: a pool with no-map, and an IOMMU'
}

@test "tree, IOMMU: the doctor says that it translates" {
	run -0 mymap doctor --json
	jq -e 'any(.findings[]; .id == "iommu" and (.text | startswith("wide is in group") and contains("translated")))' <<<"$output" >/dev/null ||
		fail "$(jq . <<<"$output")"
}
