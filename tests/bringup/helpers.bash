# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests with a device share. The machine has two of QEMU's "edu": the first reaches so many bits of addresses as
# narrow_bits says, the second 40.

. "$BATS_TEST_DIRNAME/../guest/helpers.bash"

# The devices of its kind, in the order of their addresses.
edus() {
	local id
	for id in /sys/bus/pci/devices/*/device; do
		[ "$(cat "${id%/device}/vendor") $(cat "$id")" != "0x1234 0x11e8" ] || basename "${id%/device}"
	done
}

edu_narrow() {
	edus | sed -n 1p
}

edu_wide() {
	edus | sed -n 2p
}

# 28, where they lead to memory: directly, or by an IOMMU. Memory of a board may begin further up.
narrow_bits() {
	local start
	start=$(sed -n 's/^0*\([0-9a-f]*\)-.* : System RAM$/\1/p' /proc/iomem | head -n 1)
	if has_iommu || [ $((16#${start:-0} >> 28)) = 0 ]; then echo 28; else echo 32; fi
}

has_iommu() {
	[ -e "/sys/bus/pci/devices/$(edu_narrow)/iommu_group" ]
}

driver_of() {
	basename "$(readlink "/sys/bus/pci/devices/$1/driver")"
}

# edu DEVICE BITS CASE...: bind it, and have it move memory.
edu() {
	local device=$1 bits=$2 case
	shift 2
	mymap bind "$device" --dma-bits "$bits"
	for case; do
		program_with edu "$case" "$device"
	done
}

teardown() {
	local device
	for device in $(edus); do
		[ "$(driver_of "$device")" != mymap ] || mymap unbind "$device"
	done
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}
