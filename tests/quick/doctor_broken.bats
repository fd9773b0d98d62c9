#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# mymap doctor, on systems whose files are not what they should be.

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

# All that is read, but folders of which names are read only.
inputs() {
	printf '%s\n' proc/sys/kernel/osrelease var/lib/dpkg/status etc/group sys/module/mymap/version \
		sys/module/mymap/srcversion sys/class/misc/mymap/dev sys/kernel/security/lockdown \
		sys/module/module/parameters/sig_enforce "var/lib/dkms/mymap/$VERSION/build/make.log" \
		var/lib/dkms/mok.pub "lib/modules/$KERNEL/updates/dkms/mymap.ko" \
		"lib/modules/$KERNEL/modules.dep.bin" "lib/modules/$KERNEL" var/lib/dkms/mymap lib/modules \
		"sys/firmware/efi/efivars/SecureBoot-$EFI_GLOBAL" "sys/firmware/efi/efivars/MokListRT-$EFI_SHIM" \
		"sys/firmware/efi/efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f" \
		proc/meminfo proc/buddyinfo proc/zoneinfo proc/cpuinfo "boot/config-$KERNEL" sys/class/iommu \
		sys/kernel/mm/transparent_hugepage/{enabled,hpage_pmd_size} sys/kernel/iommu_groups/5/type \
		sys/bus/{pci,platform}/drivers/mymap sys/devices/platform/fpga0/of_node proc/device-tree \
		sys/firmware/devicetree/base/reserved-memory{,/pool{,/reg,/compatible}}
}

# break_with COMMAND: each input in turn becomes what COMMAND makes of its path; the doctor must say something sound.
break_with() {
	local input status saved=$BATS_TEST_TMPDIR/saved said=$BATS_TEST_TMPDIR/said count=0
	local -x LD_LIBRARY_PATH=$BUILT
	secure_boot
	loaded
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	config CONFIG_DMA_CMA=y
	device_bound 0000:00:11.0
	group_of 0000:00:11.0 5 identity
	board 2
	reserved pool 0 0x10000000 0 0x1000000
	printf 'shared-dma-pool\0' | put sys/firmware/devicetree/base/reserved-memory/pool/compatible
	platform_bound /soc/fpga
	while read -r input; do
		[[ ! -e $tree/$input && ! -L $tree/$input ]] || mv "$tree/$input" "$saved"
		[ -d "$tree/${input%/*}" ] || mkdir -p "$tree/${input%/*}"
		"$1" "$tree/$input"
		status=0
		timeout 10 "$BUILT/mymap" doctor --root "$tree" --json >>"$said" 2>"$said.stderr" || status=$?
		[ "$status" -le 1 ] || { echo "$input: status $status"; return 1; }
		[ ! -s "$said.stderr" ] || { echo "$input: $(<"$said.stderr")"; return 1; }
		rm -rf "${tree:?}/$input"
		[[ ! -e $saved && ! -L $saved ]] || mv "$saved" "$tree/$input"
		count=$((count + 1))
	done < <(inputs)
	[ "$count" -ge 34 ]
	jq -es --argjson count "$count" 'length == $count and all(.[]; .findings | length > 3)' "$said" >/dev/null ||
		{ cat "$said"; return 1; }
}

empty() { : >"$1"; }
garbage() { head -c 5000 "$BUILT/mymap" >"$1"; }
huge() { truncate -s 1T "$1"; }
loop() { ln -s "${1##*/}" "$1"; }
nothing() { :; }

@test "broken: each input may be missing" {
	break_with nothing
}

@test "broken: each input may be empty" {
	break_with empty
}

@test "broken: each input may be garbage" {
	break_with garbage
}

@test "broken: each input may be a folder" {
	break_with mkdir
}

@test "broken: each input may be a FIFO that nobody writes" {
	break_with mkfifo
}

@test "broken: each input may be of 1 TiB" {
	break_with huge
}

@test "broken: each input may be a link to itself" {
	break_with loop
}

@test "broken: a module that is cut off anywhere is a problem or fine" {
	local file size length
	file=lib/modules/$KERNEL/updates/dkms/mymap.ko
	size=$(stat -c %s "$tree/$file")
	cp "$tree/$file" "$BATS_TEST_TMPDIR/module"
	for ((length = 0; length < size; length += 41)); do
		head -c "$length" "$BATS_TEST_TMPDIR/module" >"$tree/$file"
		run --separate-stderr doctor
		[ "$status" -le 1 ] || { echo "$length bytes: status $status"; return 1; }
	done
	: >"$tree/$file"
	found module-running problem
}

@test "broken: what stands in files cannot speak to the terminal" {
	printf '\33[2J\377%s' "$VERSION" | put sys/module/mymap/version
	run --separate-stderr doctor --json
	jq -e 'any(.findings[]; .id == "module-loaded" and (.text | contains("?[2J?")))' <<<"$output"
	mkdir "$tree/var/lib/dkms/mymap/"$'a\nb; rm -r x'
	run ! grep "rm -r x" <<<"$(doctor)"
}
