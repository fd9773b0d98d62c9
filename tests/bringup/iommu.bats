# SPDX-License-Identifier: GPL-2.0-only
# A device that moves memory by itself, behind an IOMMU.
load helpers

@test "iommu: there is one, and the device is in a group" {
	[ -e "/sys/bus/pci/devices/$(edu_wide)/iommu_group" ]
}

@test "iommu: any buffer is one segment, also below 28 bits, and every byte is right" {
	edu "$(edu_narrow)" 28 copies_in_one_segment
}

@test "iommu: any buffer is one segment with 40 bits" {
	edu "$(edu_wide)" 40 copies_in_one_segment
}

# said REGEX: the kernel did, which may come a little later.
said() {
	kernel_log | grep -qE "$1"
}

@test "iommu: a transfer outside of the buffer is stopped" {
	expect_complaint 'DMAR'
	edu "$(edu_wide)" 40 outside_is_stopped
	expect_no_more_complaints
	# Intel's, and Arm's: a translation fault.
	retry 5 said 'DMAR.*fault addr|arm-smmu-v3.* event 0x10 '
}

@test "iommu: unbound under a live mapping it is SIGBUS" {
	edu "$(edu_wide)" 40 unbound_under_a_mapping
}

# found ID STATUS TEXT, in $output.
found() {
	jq -e --arg id "$1" --arg status "$2" --arg text "$3" 'any(.findings[];
		.id == $id and .status == $status and (.text | contains($text)))' <<<"$output" >/dev/null ||
		fail "no $1 that is $2 and says '$3': $(jq . <<<"$output")"
}

@test "doctor: a device that is translated, one that is not, and what it says mends that" {
	local device group type
	device=$(edu_wide)
	group=$(basename "$(readlink "/sys/bus/pci/devices/$device/iommu_group")")
	type=/sys/kernel/iommu_groups/$group/type
	mymap bind "$device" --dma-bits 40
	run -0 mymap doctor --json
	found iommu ok "$device is in group $group, translated ($(cat "$type"))"
	mymap unbind "$device"
	echo identity >"$type"
	mymap bind "$device" --dma-bits 40
	run -0 mymap doctor --json
	found iommu note "$device is in group $group, which passes addresses through"
	eval "$(jq -r '.findings[] | select(.id == "iommu" and .status == "note").mend' <<<"$output")"
	run -0 mymap doctor --json
	found iommu ok "$device is in group $group, translated (DMA"
	[ "$(cat "/sys/bus/pci/devices/$device/dma_bits")" = 40 ]
	program_with edu copies_in_one_segment "$device"
}
