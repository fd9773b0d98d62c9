# SPDX-License-Identifier: GPL-2.0-only
# Buffers in the hands of other drivers. The machine has a display of QEMU's, cirrus-vga, and its kernel copies
# whatever a device is to have (swiotlb=force): who does not synchronize sees old bytes. And it lets root look at the
# memory of a device that has a driver (iomem=relaxed).
load ../guest/helpers

importer=/var/tmp/mymap-importer/importer.ko

setup_file() {
	make_test_module importer add_compat
}

display() {
	local id
	for id in /sys/bus/pci/devices/*/device; do
		[ "$(cat "${id%/device}/vendor") $(cat "$id")" != "0x1013 0x00b8" ] || basename "${id%/device}"
	done
}

@test "import: every byte, where the device sees a copy" {
	program_with importer every_byte "$importer" copied=1
	kernel_log | grep -q 'runs, copied'
}

@test "import: by a device that only reads, or only writes, where it sees a copy" {
	program_with importer only_reads "$importer" copied=1
	program_with importer only_writes "$importer" copied=1
}

@test "import: what is told to be a copy is one" {
	run "$programs/importer" every_byte "$importer"
	status_is 1
}

# The kernel copies up to 256 KiB at once, and cannot copy more.
@test "segments: of what the kernel copies no address is told, however long it is" {
	local kind size
	for kind in pages contiguous; do
		for size in 4K 64K 1M; do
			run mymap create --kind $kind --size $size -- mymap segments --fd 3
			status_is 1
			output_has "segments: the device cannot reach the memory"
		done
	done
}

@test "segments: memory of the kind device is never a copy, and its address is told" {
	run mymap create --kind device --size 64K -- mymap segments --fd 3
	status_is 0
	one_line
	[[ $output =~ ^0x[0-9a-f]+' 65536'$ ]]
}

@test "import: the driver cirrus shows a buffer, every pixel of it, and keeps it until it lets go" {
	run basename "$(readlink "/sys/bus/pci/devices/$(display)/driver")"
	output_is cirrus
	program_with display shows_a_buffer "$(display)"
}
