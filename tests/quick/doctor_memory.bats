#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# mymap doctor: limits, what memory can be had, and what lies between it and devices.

load tools.bash
load doctor_tree.bash

setup_file() {
	export BATS_TEST_TIMEOUT=60
	needs_tools
	build_tools
	tree=$BATS_FILE_TMPDIR/healthy
	mkdir "$tree"
	healthy
}

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	cp -a "$BATS_FILE_TMPDIR/healthy" "$tree"
}

# finds ID STATUS TEXT [MEND]: there is a finding with all of that, maybe one of several.
finds() {
	diagnose
	jq -e --arg id "$1" --arg status "$2" --arg text "$3" --arg mend "${4-}" 'any(.findings[];
		.id == $id and .status == $status and (.text | contains($text)) and (.mend // "") == $mend)' \
		<<<"$output" >/dev/null || { echo "no $1 that is $2 and says '$3', with: ${4-nothing}"; doctor || :; return 1; }
}

# ----------------------------------------------------------------------- limits

# limits VARIABLE=VALUE...: what the doctor says of them, with the fake driver: 2 GiB for all, and for a user.
limits() {
	run env "$@" LD_LIBRARY_PATH="$BUILT" LD_PRELOAD="$UNIT/fake_driver.so" "$BUILT/mymap" doctor --json
	jq -c 'first(.findings[] | select(.id == "limits")) | [.status, .text, .mend]' <<<"$output"
}

@test "limits: what is used of them, and what one buffer may have" {
	[ "$(limits FAKE_TOTAL=104857600)" = \
		'["ok","all buffers have 100.0 MiB of 2.0 GiB, yours 936.0 KiB of 2.0 GiB; one may have 1.0 GiB",null]' ]
}

@test "limits: nine tenths are a note, with the command that doubles the limit, now and at the next boot" {
	local larger=4294967296 said
	[ "$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)" -gt 6000000 ] || skip "less than 6 GB of memory"
	[[ "$(limits FAKE_TOTAL=1932735200)" == '["ok",'* ]]
	said=$(limits FAKE_TOTAL=1932735300)
	[ "$said" = "[\"note\",\"all buffers have 1.7 GiB of 2.0 GiB\",\"echo $larger >/sys/module/mymap/parameters/max_total_size \
&& echo options mymap max_total_size=$larger >>/etc/modprobe.d/mymap.conf\"]" ]
}

@test "limits: a driver that does not answer is unknown" {
	[[ "$(limits FAKE_QUERY=5)" == '["unknown","the driver does not tell: Input/output error",'* ]]
}

@test "limits: who may not open the device gets no finding, nor an image" {
	[ -z "$(limits FAKE_OPEN=13)" ]
	silent limits
}

# --------------------------------------------------------------- contiguous-run

@test "contiguous-run: the longest the kernel has is fine" {
	finds contiguous-run ok "a run of 4.0 MiB is free"
}

@test "contiguous-run: less is a note" {
	echo "Node 0, zone    DMA32    216     55    189    101     84     51     30     12      0      0      0" |
		put proc/buddyinfo
	finds contiguous-run note "the longest run that is free is 512.0 KiB; up to 4.0 MiB" \
		"echo 1 >/proc/sys/vm/compact_memory"
	[ "$status" = 0 ]
}

@test "contiguous-run: what a zone keeps for itself is not free" {
	zones 1300
	finds contiguous-run note "the longest run that is free is 256.0 KiB" "echo 1 >/proc/sys/vm/compact_memory"
	zones 1200
	finds contiguous-run note "no memory is free but what the kernel keeps" "echo 1 >/proc/sys/vm/compact_memory"
}

@test "contiguous-run: what is CMA's is told apart where it can be read" {
	put proc/pagetypeinfo <<-END
		Node    0, zone    DMA32, type    Unmovable     10      1      1      1      1      1      1      1      1      0      0
		Node    0, zone    DMA32, type          CMA     10      1      1      1      1      1      1      1      1      1     15
	END
	finds contiguous-run note "the longest run that is free is 1.0 MiB" "echo 1 >/proc/sys/vm/compact_memory"
}

# ------------------------------------------------------------------- huge pages

@test "huge-pages: there are some" {
	finds huge-pages ok "new buffers get pages of 2.0 MiB"
}

@test "huge-pages: never is no matter to buffers" {
	echo "always madvise [never]" | put sys/kernel/mm/transparent_hugepage/enabled
	finds huge-pages ok "never is no matter"
}

@test "huge-pages: a kernel without is as it should be" {
	rm -r "$tree/sys/kernel/mm"
	finds huge-pages ok "built without"
	echo 536870912 | put sys/kernel/mm/transparent_hugepage/hpage_pmd_size
	finds huge-pages ok "512.0 MiB are more than this kernel has in one run"
}

@test "huge-pages: none free are a note" {
	sed -i '/DMA32/s/ [0-9]* *[0-9]*$/ 0 0/; /DMA /s/ [0-9]* *[0-9]*$/ 0 0/' "$tree/proc/buddyinfo"
	finds huge-pages note "no run of 2.0 MiB is free" "echo 1 >/proc/sys/vm/compact_memory"
}

# -------------------------------------------------------------------------- CMA

@test "cma: what there is, and what is free of it" {
	finds cma ok "64.0 MiB are set aside for long runs, 59.7 MiB of them are free"
}

# cma TOTAL FREE [MEMORY]: in kB
cma() {
	printf 'MemTotal: %s kB\nCmaTotal: %s kB\nCmaFree: %s kB\n' "${3:-2014876}" "$1" "$2" | put proc/meminfo
}

@test "cma: how to have more is said where there is some, and is the command where there is little" {
	local boot="# have the boot loader add to the kernel's command line:"
	finds cma ok "cma=128M on the kernel's command line sets more aside"
	cma 16384 16384
	finds cma note "16.0 MiB are set aside" "$boot cma=64M"
	cma 32768 32768
	finds cma note "cma=64M on the kernel's command line sets more aside" "$boot cma=64M"
	cma 262144 131072
	finds cma ok "128.0 MiB of them are free now"
	cma 262144 131000
	finds cma note "256.0 MiB are set aside" "$boot cma=512M"
	[ "$status" = 0 ]
	: | put etc/default/grub
	finds cma note "256.0 MiB" "mkdir -p /etc/default/grub.d && \
echo 'GRUB_CMDLINE_LINUX=\"\$GRUB_CMDLINE_LINUX cma=512M\"' >>/etc/default/grub.d/mymap.cfg && update-grub && reboot"
}

@test "cma: more than half of memory is not to be had, nor where the kernel is built without" {
	cma 262144 1000 1000000
	finds cma ok "256.0 MiB are set aside"
	run ! grep "cma=" <<<"$output"
	cma 262144 1000
	config "# CONFIG_DMA_CMA is not set"
	finds cma ok "256.0 MiB are set aside"
	run ! grep "cma=" <<<"$output"
}

@test "cma: a kernel without it cannot be helped" {
	no_cma
	config "# CONFIG_CMA is not set"
	finds cma ok "built without"
}

@test "cma: none, and the boot loader that is there gets the word" {
	local grub="mkdir -p /etc/default/grub.d && echo 'GRUB_CMDLINE_LINUX=\"\$GRUB_CMDLINE_LINUX cma=64M\"' >>/etc/default/grub.d/mymap.cfg && update-grub && reboot"
	no_cma
	config CONFIG_CMA=y CONFIG_DMA_CMA=y
	finds cma note "none is set aside" "# have the boot loader add to the kernel's command line: cma=64M"
	: | put etc/default/flash-kernel
	finds cma note "none" "echo 'LINUX_KERNEL_CMDLINE=\"\$LINUX_KERNEL_CMDLINE cma=64M\"' >>/etc/default/flash-kernel && flash-kernel && reboot"
	: | put etc/default/u-boot
	finds cma note "none" "echo 'U_BOOT_PARAMETERS=\"\$U_BOOT_PARAMETERS cma=64M\"' >>/etc/default/u-boot && u-boot-update && reboot"
	: | put etc/default/grub
	finds cma note "none" "$grub"
	rm "$tree/boot/config-$KERNEL"
	finds cma note "does not say whether this kernel could" "$grub"
	[ "$status" = 0 ]
}

@test "cma: what is appended for the boot loaders keeps the words that were there" {
	local command variable
	no_cma
	while read -r variable; do
		echo "$variable=quiet" >"$BATS_TEST_TMPDIR/file"
		[[ $variable != *U_BOOT* ]] || : | put etc/default/u-boot
		[[ $variable != *GRUB* ]] || : | put etc/default/grub
		[[ $variable != LINUX* ]] || : | put etc/default/flash-kernel
		diagnose
		command=$(jq -r '.findings[] | select(.id == "cma").mend' <<<"$output")
		command=${command%%>>*}
		eval "${command#mkdir * && }" >>"$BATS_TEST_TMPDIR/file"
		. "$BATS_TEST_TMPDIR/file"
		[ "${!variable}" = "quiet cma=64M" ]
	done < <(printf '%s\n' LINUX_KERNEL_CMDLINE U_BOOT_PARAMETERS GRUB_CMDLINE_LINUX)
}

# -------------------------------------------------------------- reserved memory

@test "reserved-memory: a PC has no device tree" {
	silent reserved-memory
}

@test "reserved-memory: each node, where it is and for whom" {
	local base=sys/firmware/devicetree/base/reserved-memory
	board 2
	reserved linux,cma 0 0x3b000000 0 0x4000000
	printf 'shared-dma-pool\0' | put "$base/linux,cma/compatible"
	: | put "$base/linux,cma/reusable"
	: | put "$base/linux,cma/linux,cma-default"
	reserved dsp@1 1 0 0 0x100000
	printf 'vendor,dsp\0shared-dma-pool\0' | put "$base/dsp@1/compatible"
	: | put "$base/dsp@1/no-map"
	reserved atf@2 0 0x1000 0 0x2000
	: | put "$base/atf@2/no-map"
	cells "reserved-memory/later/size" 0 0x800000
	finds reserved-memory ok "linux,cma: 64.0 MiB at 0x3b000000, CMA, for all devices"
	finds reserved-memory ok "dsp@1: 1.0 MiB at 0x100000000, for devices whose memory-region it is"
	finds reserved-memory ok "atf@2: 8.0 KiB at 0x1000, of a driver of its own, not mapped"
	finds reserved-memory ok "later: 8.0 MiB, of a driver of its own"
}

@test "reserved-memory: none is fine where there is CMA" {
	board 2
	finds reserved-memory ok "reserves none"
}

@test "reserved-memory: none, and no CMA: the lines, with as many cells as the root has" {
	local pool="reusable; linux,cma-default; size"
	no_cma
	board 2
	finds reserved-memory note "no CMA" "# in the root of the device tree: reserved-memory { #address-cells = <2>; \
#size-cells = <2>; ranges; linux,cma { compatible = \"shared-dma-pool\"; $pool = <0 0x4000000>; }; };"
	rm "$tree/proc/device-tree"
	board 1
	finds reserved-memory note "no CMA" "# in the root of the device tree: reserved-memory { #address-cells = <1>; \
#size-cells = <1>; ranges; linux,cma { compatible = \"shared-dma-pool\"; $pool = <0x4000000>; }; };"
	config "# CONFIG_CMA is not set"
	finds reserved-memory ok "reserves none"
}

@test "reserved-memory: the lines are a device tree" {
	local cells
	requires dtc
	no_cma
	for cells in 1 2; do
		rm -f "$tree/proc/device-tree"
		board "$cells"
		diagnose
		jq -r --arg cells "$cells" '.findings[] | select(.id == "reserved-memory").mend |
			"/dts-v1/; / { #address-cells = <\($cells)>; #size-cells = <\($cells)>; " + sub("^# [^:]*: "; "") + " };"' \
			<<<"$output" | dtc -q -I dts -O dtb -o /dev/null
	done
}

# ------------------------------------------------------------------------ IOMMU

@test "iommu: none" {
	finds iommu ok "none"
}

@test "iommu: one that the kernel does not use is a note" {
	: | put sys/firmware/acpi/tables/DMAR
	finds iommu note "which the kernel does not use" "# have the boot loader add to the kernel's command line: intel_iommu=on"
	[ "$status" = 0 ]
}

@test "iommu: without one, a device is told addresses of memory itself" {
	device_bound 0000:00:11.0
	finds iommu ok "0000:00:11.0 is told addresses of memory itself"
}

@test "iommu: a device is translated, passed through, something else, or not behind it" {
	local name
	for name in 0000:00:1{1..5}.0; do
		device_bound "$name"
	done
	group_of 0000:00:11.0 5 DMA-FQ
	group_of 0000:00:12.0 6 identity
	group_of 0000:00:13.0 7 blocked
	group_of 0000:00:14.0 8 x
	rm "$tree/sys/kernel/iommu_groups/8/type"
	finds iommu ok "there is one, dmar0"
	finds iommu ok "0000:00:11.0 is in group 5, translated (DMA-FQ)"
	finds iommu note "0000:00:12.0 is in group 6, which passes addresses through" \
		"mymap unbind 0000:00:12.0 && echo DMA >/sys/kernel/iommu_groups/6/type && mymap bind 0000:00:12.0 --dma-bits 40"
	chmod 444 "$tree/sys/kernel/iommu_groups/6/type"
	finds iommu note "0000:00:12.0 is in group 6" \
		"# have the boot loader add to the kernel's command line: iommu.passthrough=0"
	finds iommu note "0000:00:13.0 is in group 7, of type blocked" \
		"mymap unbind 0000:00:13.0 && echo DMA >/sys/kernel/iommu_groups/7/type && mymap bind 0000:00:13.0 --dma-bits 40"
	finds iommu unknown "0000:00:14.0 is in group 8" "journalctl -kb --grep iommu"
	finds iommu ok "0000:00:15.0 is not behind it"
	[ "$status" = 0 ]
}

@test "iommu: what could do more than be a name stands in no command" {
	device_bound 0000:00:12.0
	group_of 0000:00:12.0 '6;id' identity
	finds iommu note "0000:00:12.0 is in group 6;id" \
		"# have the boot loader add to the kernel's command line: iommu.passthrough=0"
	rm "$tree/sys/devices/pci0000:00/0000:00:12.0/iommu_group"
	group_of 0000:00:12.0 6 identity
	echo '32;reboot' | put sys/devices/pci0000:00/0000:00:12.0/dma_bits
	finds iommu note "0000:00:12.0 is in group 6" \
		"# have the boot loader add to the kernel's command line: iommu.passthrough=0"
}

# -------------------------------------------------------------------- coherence

@test "coherence: it is said of devices only, and a PC's are coherent" {
	silent coherence
	device_bound 0000:00:11.0
	finds coherence ok "0000:00:11.0 sees the processor's caches, as all devices"
}

@test "coherence: by the device tree, the node's or one above it" {
	local base=sys/firmware/devicetree/base
	board 2
	platform_bound /soc/fpga
	finds coherence ok "fpga0 does not see" "# only if its manual says that it sees them, in its node: dma-coherent;"
	: | put "$base/soc/dma-coherent"
	finds coherence ok "fpga0 sees the processor's caches, by the device tree"
	: | put "$base/soc/fpga/dma-noncoherent"
	finds coherence ok "fpga0 does not see" "# only if its manual says that it sees them, in its node: dma-coherent;"
}

@test "coherence: a RISC-V is coherent unless it is said" {
	board 2
	printf 'processor\t: 0\nmmu\t\t: sv48\n' | put proc/cpuinfo
	platform_bound /soc/fpga
	finds coherence ok "fpga0 sees the processor's caches, by the device tree"
}

@test "coherence: a PCI function has the node of a bridge above it" {
	board 2
	device_bound 0000:00:11.0
	mkdir -p "$tree/sys/firmware/devicetree/base/pcie"
	: | put sys/firmware/devicetree/base/pcie/dma-coherent
	finds coherence unknown "whether 0000:00:11.0 sees" \
		"# its manual says it; if it does, in its node or that of its bridge: dma-coherent;"
	ln -s ../../firmware/devicetree/base/pcie "$tree/sys/devices/pci0000:00/of_node"
	finds coherence ok "0000:00:11.0 sees the processor's caches, by the device tree"
}
