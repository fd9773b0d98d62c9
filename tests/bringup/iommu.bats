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

@test "iommu: a transfer outside of the buffer is stopped" {
	expect_complaint 'DMAR'
	edu "$(edu_wide)" 40 outside_is_stopped
	expect_no_more_complaints
	kernel_log | grep -q 'DMAR.*fault addr'
}

@test "iommu: unbound under a live mapping it is SIGBUS" {
	edu "$(edu_wide)" 40 unbound_under_a_mapping
}
