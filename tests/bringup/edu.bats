# SPDX-License-Identifier: GPL-2.0-only
# A device that moves memory by itself: what it does without an IOMMU, and what is so whether there is one or not.
bats_require_minimum_version 1.5.0
load helpers

@test "bind: mymap becomes the driver, with as many bits as told" {
	local bits
	bits=$(narrow_bits)
	mymap bind "$(edu_narrow)" --dma-bits "$bits"
	[ "$(driver_of "$(edu_narrow)")" = mymap ]
	[ "$(cat "/sys/bus/pci/devices/$(edu_narrow)/dma_bits")" = "$bits" ]
	mymap bind "$(edu_wide)"
	[ "$(cat "/sys/bus/pci/devices/$(edu_wide)/dma_bits")" = 32 ]
	# What it has already is fine.
	mymap bind "$(edu_wide)" --dma-bits 40
	[ "$(cat "/sys/bus/pci/devices/$(edu_wide)/dma_bits")" = 40 ]
}

# masters DEVICE: it may reach memory, says its register.
masters() {
	[ $(($(od -An -tu1 -j 4 -N 1 "/sys/bus/pci/devices/$1/config") & 4)) = 4 ]
}

@test "unbind: the device can write into memory no more" {
	mymap bind "$(edu_wide)"
	masters "$(edu_wide)"
	mymap unbind "$(edu_wide)"
	run ! masters "$(edu_wide)"
}

@test "unbind: the device is nobody's again" {
	mymap bind "$(edu_wide)"
	mymap unbind "$(edu_wide)"
	[ ! -e "/sys/bus/pci/devices/$(edu_wide)/driver" ]
	[ "$(cat "/sys/bus/pci/devices/$(edu_wide)/driver_override")" = "(null)" ]
	run mymap unbind "$(edu_wide)"
	status_is 1
	output_has "mymap does not have it"
}

@test "bind: a device that a driver holds is refused, with the driver's name" {
	local disk
	disk=$(basename "$(dirname "$(readlink -f /sys/bus/virtio/devices/virtio0)")")
	run mymap bind "$disk"
	status_is 1
	output_is "mymap: bind: device '$disk': the driver virtio-pci has it; 'echo $disk | sudo tee /sys/bus/pci/drivers/virtio-pci/unbind' takes it from there, and from who uses it"
	[ "$(driver_of "$disk")" = virtio-pci ]
	run mymap unbind "$disk"
	status_is 1
	output_is "mymap: unbind: device '$disk': the driver virtio-pci has it"
	[ "$(driver_of "$disk")" = virtio-pci ]
}

@test "bind: no such device, a path, an ordinary user" {
	local device
	for device in 0000:00:1e.7 ../devices x ''; do
		run mymap bind "$device"
		status_is 1
		output_has "there is no such PCI device"
	done
	run as member mymap bind "$(edu_wide)"
	status_is 1
	output_has "permission denied"
	[ ! -e "/sys/bus/pci/devices/$(edu_wide)/driver" ]
}

@test "bind: bits that lead to no memory are refused, and those before are as they were" {
	[ "$(narrow_bits)" -gt 28 ] || skip "28 bits lead to memory here"
	run mymap bind "$(edu_wide)" --dma-bits 28
	status_is 1
	output_has "it cannot do DMA with so many bits"
	# It is nobody's, as before; or ours, as before.
	[ ! -e "/sys/bus/pci/devices/$(edu_wide)/driver" ]
	mymap bind "$(edu_wide)"
	run mymap bind "$(edu_wide)" --dma-bits 28
	status_is 1
	[ "$(driver_of "$(edu_wide)")" = mymap ]
	[ "$(cat "/sys/bus/pci/devices/$(edu_wide)/dma_bits")" = 32 ]
}

@test "bind: the bits cannot change while memory is allocated" {
	local bits
	bits=$(narrow_bits)
	mymap bind "$(edu_narrow)" --dma-bits "$bits"
	run mymap create --kind device --device "$(edu_narrow)" --size 4K -- mymap bind "$(edu_narrow)" --dma-bits 40
	status_is 1
	output_has "memory is allocated for it"
	[ "$(cat "/sys/bus/pci/devices/$(edu_narrow)/dma_bits")" = "$bits" ]
}

@test "segments: root is told one segment of a contiguous buffer, others are not told" {
	mymap bind "$(edu_wide)" --dma-bits 40
	run mymap create --contiguous --device "$(edu_wide)" --size 1M -- mymap segments --fd 3
	status_is 0
	one_line
	[[ $output =~ ^0x[0-9a-f]+' 1048576'$ ]]
	run as member mymap create --contiguous --device "$(edu_wide)" --size 1M -- mymap segments --fd 3
	status_is 1
	output_has "permission denied"
}

@test "edu: it copies in memory of its own, with few bits, and every byte is right" {
	edu "$(edu_narrow)" "$(narrow_bits)" copies_in_its_own_memory
}

@test "edu: it copies in memory of its own and in pages, with 40 bits" {
	edu "$(edu_wide)" 40 copies_in_its_own_memory copies_in_contiguous_pages copies_in_pages
}

@test "edu: pages that few bits do not reach are EOPNOTSUPP" {
	! has_iommu || skip "an IOMMU has them reach all pages"
	edu "$(edu_narrow)" "$(narrow_bits)" too_narrow_for_pages
}

@test "edu: without an IOMMU it reaches what is not its own" {
	! has_iommu || skip "an IOMMU stops it"
	edu "$(edu_wide)" 40 outside_is_reached
}

@test "edu: unbound under a live mapping it is SIGBUS" {
	edu "$(edu_wide)" 40 unbound_under_a_mapping
}
