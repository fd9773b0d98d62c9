# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests with a device share. The machine has two of QEMU's "edu": the first reaches 28 bits of addresses, the
# second 40.

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
