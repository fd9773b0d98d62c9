# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For doctor.bats and doctor_broken.bats: a system below $tree that mymap doctor finds nothing wrong with.

# shellcheck disable=SC2034 # the tests use it
KERNEL=6.1.0-56-amd64
NEWER=6.1.0-100-amd64
SRCVERSION=0123456789ABCDEF
EFI_GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
EFI_SHIM=605dab50-e046-4300-abb6-3dd810dd8b23

VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$ROOT/dkms.conf")
PATH=$PATH:/usr/sbin:/sbin

needs_tools() {
	requires jq depmod
}

# put FILE: standard input becomes FILE of the tree.
put() {
	[ -d "$tree/${1%/*}" ] || mkdir -p "$tree/${1%/*}"
	cat >"$tree/$1"
}

# module FILE KERNEL [VERSION [SRCVERSION]]: what libkmod takes for a module; compiled once for all tests of a file
module() {
	local object=$BATS_FILE_TMPDIR/module-$2-${3-}-${4-}.o
	[ -e "$object" ] || gcc -c -x c -o "$object" - <<-END
		const char info[] __attribute__((section(".modinfo"), used)) =
			"name=mymap\\0" "version=${3:-$VERSION}\\0" "srcversion=${4:-$SRCVERSION}\\0"
			"vermagic=$2 SMP preempt mod_unload";
	END
	[ -d "$tree/${1%/*}" ] || mkdir -p "$tree/${1%/*}"
	cp "$object" "$tree/$1"
}

# sign FILE [ID]: as the kernel's build did it once: signer, two bytes of the key, signature, their
# lengths (the signature's is 3, big endian) and an ending.
sign() {
	printf 'Test key%ssig\1\4\1\10\2\0\0\0\0\0\0\3~Module signature appended~\n' "${2:-ID}" >>"$tree/$1"
}

index() {
	depmod -b "$tree" "$1" 2>/dev/null
}

# kernel RELEASE: as its package installs it
kernel() {
	: | put "boot/vmlinuz-$1"
	: | put "lib/modules/$1/modules.builtin"
	: | put "lib/modules/$1/modules.order"
	package "linux-image-$1" 6.1.1-1
}

headers() {
	: | put "usr/src/linux-headers-$1/Makefile"
	ln -s "/usr/src/linux-headers-$1" "$tree/lib/modules/$1/build"
	package "linux-headers-$1" 6.1.1-1
}

# dkms_module RELEASE: as DKMS builds and installs it
dkms_module() {
	module "lib/modules/$1/updates/dkms/mymap.ko" "$1"
	index "$1"
	mkdir -p "$tree/var/lib/dkms/mymap/$VERSION/$1/x86_64/module"
	ln -s "$VERSION/$1/x86_64" "$tree/var/lib/dkms/mymap/kernel-$1-x86_64"
}

# package NAME VERSION [STATUS]
package() {
	mkdir -p "$tree/var/lib/dpkg"
	printf '%s\n' "Package: $1" "Status: ${3:-install ok installed}" "Architecture: all" "Version: $2" \
		"Description: something" " of many lines" "" >>"$tree/var/lib/dpkg/status"
}

# package_gone NAME: its stanza, and the blank line behind it
package_gone() {
	sed -i "/^Package: $1\$/,/^\$/d" "$tree/var/lib/dpkg/status"
}

loaded() {
	echo "$VERSION" | put sys/module/mymap/version
	echo "$SRCVERSION" | put sys/module/mymap/srcversion
}

not_loaded() {
	rm -r "$tree/sys/module/mymap" "$tree/dev/mymap"
}

# device_node [GROUP]: only root may make one, and not in every container.
# shellcheck disable=SC2120 # the tests give an argument
device_node() {
	echo 10:123 | put sys/class/misc/mymap/dev
	mkdir -p "$tree/dev"
	rm -f "$tree/dev/mymap"
	mknod -m 660 "$tree/dev/mymap" c 10 123 2>/dev/null && chown "0:${1:-700}" "$tree/dev/mymap" 2>/dev/null
}

needs_node() {
	# shellcheck disable=SC2119 # as above
	device_node || skip "no device node can be made here"
}

healthy() {
	echo "$KERNEL" | put proc/sys/kernel/osrelease
	kernel "$KERNEL"
	headers "$KERNEL"
	package linux-headers-amd64 6.1.1-1
	local name
	for name in mymap mymap-common mymap-dkms libmymap0; do
		package "$name" "$VERSION-1"
	done
	: | put "usr/src/mymap-$VERSION/dkms.conf"
	mkdir -p "$tree/var/lib/dkms/mymap/$VERSION"
	ln -s "/usr/src/mymap-$VERSION" "$tree/var/lib/dkms/mymap/$VERSION/source"
	dkms_module "$KERNEL"
	loaded
	echo "mymap:x:700:ada" | put etc/group
	: | put usr/lib/udev/rules.d/60-mymap.rules
	# shellcheck disable=SC2119 # as above
	device_node || : | put dev/mymap
	memory
}

# A machine of 2 GiB with CMA, most of whose memory is free in the longest runs.
memory() {
	put proc/meminfo <<-END
		MemTotal:        2014876 kB
		MemFree:         1811020 kB
		CmaTotal:          65536 kB
		CmaFree:           61184 kB
		HugePages_Total:       0
	END
	put proc/buddyinfo <<-END
		Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3
		Node 0, zone    DMA32    216     55    189    101     84     51     30     12      9      4    409
	END
	zones 452755
	echo 2097152 | put sys/kernel/mm/transparent_hugepage/hpage_pmd_size
	echo "[always] madvise never" | put sys/kernel/mm/transparent_hugepage/enabled
	printf 'vendor_id\t: GenuineIntel\n' | put proc/cpuinfo
}

# zones PAGES: so many are free.
zones() {
	put proc/zoneinfo <<-END
		Node 0, zone      DMA
		  pages free     3840
		        boost    0
		        min      67
		        protection: (0, 1931, 7938, 7938, 7938)
		Node 0, zone    DMA32
		  pages free     $1
		        boost    0
		        min      1200
		        protection: (0, 0, 0, 0, 0)
	END
}

# config LINE...: of the kernel that runs
config() {
	printf '%s\n' "# Linux" CONFIG_64BIT=y "$@" | put "boot/config-$KERNEL"
}

no_cma() {
	sed -i /^Cma/d "$tree/proc/meminfo"
}

# device_bound NAME: mymap is the driver of a PCI function.
device_bound() {
	local there=sys/devices/pci0000:00/$1
	echo 40 | put "$there/dma_bits"
	mkdir -p "$tree/sys/bus/pci/drivers/mymap"
	: | put sys/bus/pci/drivers/mymap/bind
	ln -s "../../../../devices/pci0000:00/$1" "$tree/sys/bus/pci/drivers/mymap/$1"
}

# group_of NAME NUMBER TYPE: the function is in that group of an IOMMU.
group_of() {
	mkdir -p "$tree/sys/class/iommu/dmar0"
	echo "$3" | put "sys/kernel/iommu_groups/$2/type"
	ln -s "../../../kernel/iommu_groups/$2" "$tree/sys/devices/pci0000:00/$1/iommu_group"
}

# cells FILE NUMBER...: a property of the device tree
cells() {
	local file=$1 number
	shift
	# shellcheck disable=SC2059 # they are escapes
	for number; do
		printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((number >> 24 & 255)) $((number >> 16 & 255)) \
			$((number >> 8 & 255)) $((number & 255)))"
	done | put "sys/firmware/devicetree/base/$file"
}

# A board: what the processor says, and the root of its device tree, with so many cells a number.
board() {
	printf 'processor\t: 0\nCPU implementer\t: 0x41\n' | put proc/cpuinfo
	cells '#address-cells' "$1"
	cells '#size-cells' "$1"
	ln -s /sys/firmware/devicetree/base "$tree/proc/device-tree"
}

# reserved NAME CELLS...: a node of reserved memory with that reg
reserved() {
	cells 'reserved-memory/#address-cells' 2
	cells 'reserved-memory/#size-cells' 2
	cells "reserved-memory/$1/reg" "${@:2}"
}

# platform_bound NODE: mymap is the driver of fpga0, which has that node.
platform_bound() {
	mkdir -p "$tree/sys/devices/platform/fpga0" "$tree/sys/devices/platform/mymap" \
		"$tree/sys/bus/platform/drivers/mymap" "$tree/sys/firmware/devicetree/base$1"
	ln -s ../../../../devices/platform/fpga0 "$tree/sys/bus/platform/drivers/mymap/fpga0"
	ln -s ../../../../devices/platform/mymap "$tree/sys/bus/platform/drivers/mymap/mymap"
	ln -s "../../../firmware/devicetree/base$1" "$tree/sys/devices/platform/fpga0/of_node"
}

# Instead of DKMS: a package that has the module built.
prebuilt() {
	rm -r "$tree/var/lib/dkms" "$tree/lib/modules/$KERNEL/updates/dkms" "$tree/lib/modules/$KERNEL/build"
	package_gone mymap-dkms
	package_gone "linux-headers-$KERNEL"
	package_gone linux-headers-amd64
	package "mymap-modules-$KERNEL" "$VERSION-1"
	module "lib/modules/$KERNEL/updates/mymap.ko" "$KERNEL"
	index "$KERNEL"
}

# efi_variable NAME-GUID: standard input is its value
efi_variable() {
	{ printf '\6\0\0\0'; cat; } | put "sys/firmware/efi/efivars/$1"
}

secure_boot() {
	printf '\1' | efi_variable "SecureBoot-$EFI_GLOBAL"
	echo "none [integrity] confidentiality" | put sys/kernel/security/lockdown
	not_loaded
}

# certificate [ID]: what a certificate has of the key that sign() says: lengths, name and number
certificate() {
	printf '\10Test key\2%s' "${1:-ID}"
}

# key_list [ID]: a list of that certificate alone: its type, its lengths, an owner
# shellcheck disable=SC2120 # the tests give an argument
key_list() {
	printf '\241\131\300\245\344\224\247\112\207\265\253\25\134\53\360\162'
	printf '\70\0\0\0\0\0\0\0\34\0\0\0%s' 0123456789abcdef
	certificate "$@"
}

# dkms_key [ID]: DKMS signs with that key.
# shellcheck disable=SC2120 # as above
dkms_key() {
	certificate "$@" | put var/lib/dkms/mok.pub
}

# shellcheck disable=SC2120 # the tests give arguments
doctor() {
	mymap doctor --root "$tree" "$@"
}

# diagnose: what the doctor says as JSON becomes $output, its exit status $status; bats's run would take twice as long.
diagnose() {
	status=0
	# shellcheck disable=SC2119 # as above
	doctor --json >"$BATS_TEST_TMPDIR/output" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
	output=$(<"$BATS_TEST_TMPDIR/output")
	[ ! -s "$BATS_TEST_TMPDIR/stderr" ] || { echo "stderr: $(<"$BATS_TEST_TMPDIR/stderr")"; return 1; }
}

# found ID STATUS [MEND]: the doctor has this finding, and its exit status is right.
found() {
	diagnose
	# shellcheck disable=SC2119 # as above
	jq -e --arg id "$1" --arg status "$2" --arg mend "${3-}" --argjson exit "$status" '
		([.findings[] | select(.status == "problem")] | length > 0) == ($exit == 1) and $exit <= 1 and
		any(.findings[]; .id == $id and .status == $status and ($mend == "" or .mend == $mend))
		' <<<"$output" >/dev/null || {
		echo "status $status, or no $1 that is $2 ${3:+with: $3}"
		doctor || :
		return 1
	}
}

# says ID TEXT: the finding of that name has TEXT in it; after found.
says() {
	# shellcheck disable=SC2119 # as above
	jq -e --arg id "$1" --arg text "$2" 'any(.findings[]; .id == $id and (.text | contains($text)))' \
		<<<"$output" >/dev/null || { echo "$1 does not say '$2':"; doctor || :; return 1; }
}

# silent ID: there is no such finding.
silent() {
	diagnose
	jq -e --arg id "$1" 'all(.findings[]; .id != $id)' <<<"$output" >/dev/null || {
		echo "there is a finding $1"
		return 1
	}
}
