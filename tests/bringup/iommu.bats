# SPDX-License-Identifier: GPL-2.0-only
# A device that moves memory by itself, behind an IOMMU.
load helpers

@test "iommu: there is one, and the device is in a group" {
	[ -e "/sys/bus/pci/devices/$(edu_wide)/iommu_group" ]
}

@test "iommu: any buffer is one segment, also below 28 bits, and every byte is right" {
	mymap bind "$(edu_narrow)" --dma-bits 28
	edu copies_in_one_segment "$(edu_narrow)"
}

@test "iommu: any buffer is one segment with 40 bits" {
	mymap bind "$(edu_wide)" --dma-bits 40
	edu copies_in_one_segment "$(edu_wide)"
}

@test "iommu: a transfer outside of the buffer is stopped" {
	mymap bind "$(edu_wide)" --dma-bits 40
	expect_complaint 'DMAR'
	edu outside_is_stopped "$(edu_wide)"
	expect_no_more_complaints
	kernel_log | grep -q 'DMAR.*fault addr'
}

@test "iommu: unbound under a live mapping it is SIGBUS" {
	mymap bind "$(edu_wide)" --dma-bits 40
	edu unbound_under_a_mapping "$(edu_wide)"
}
