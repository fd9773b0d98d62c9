#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# mymap doctor, on systems that lie below a folder.

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

ids_of_table() {
	sed -n 's/^\t{ "\([a-z-]*\)", check_.*/\1/p' "$TOOLS/cli/doctor.c"
}

# ----------------------------------------------------------------------- words

@test "doctor: nothing wrong is 0, and every finding is ok" {
	needs_node
	run --separate-stderr doctor
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "${#lines[@]}" -ge 11 ]
	run ! grep -v '^ok ' <<<"$output"
}

@test "doctor: --json says the same" {
	needs_node
	run --separate-stderr doctor --json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 1 ]
	jq -e '.status == "ok" and all(.findings[]; .status == "ok" and .mend == null and .text != "")' <<<"$output"
	diff <(jq -r '.findings[].id' <<<"$output") <(doctor | awk '{ print $2 }')
}

@test "doctor: with names, only these are examined and count" {
	not_loaded
	run --separate-stderr doctor
	[ "$status" -eq 1 ]
	run --separate-stderr doctor module-newest group
	[ "$status" -eq 0 ]
	[ "$(awk '{ print $2 }' <<<"$output" | xargs)" = "module-newest group" ]
	[ "$(doctor --json group module-newest | jq -r '.status, .findings[].id' | xargs)" = "ok module-newest group" ]
	run --separate-stderr doctor group module-loaded
	[ "$status" -eq 1 ]
	run --separate-stderr doctor group nothing
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "$stderr" = "mymap: doctor: no check 'nothing'; there are $(ids_of_table | paste -sd, | sed 's/,/, /g')" ]
}

@test "doctor: a problem is 1, what mends it stands below, all on stdout" {
	echo | put etc/group
	run --separate-stderr doctor
	[ "$status" -eq 1 ]
	[ -z "$stderr" ]
	grep -A1 '^problem  group  ' <<<"$output" | grep -x ' *-> apt install --reinstall mymap-common'
	[ "$(doctor --json | jq -r .status)" = problem ]
}

@test "doctor: a note alone is 0" {
	needs_node
	package_gone linux-headers-amd64
	run --separate-stderr doctor --json
	[ "$status" -eq 0 ]
	[ "$(jq -r .status <<<"$output")" = note ]
}

@test "doctor: what is unknown alone is 0" {
	needs_node
	rm "$tree/var/lib/dpkg/status"
	run --separate-stderr doctor --json
	[ "$status" -eq 0 ]
	[ "$(jq -r .status <<<"$output")" = unknown ]
}

@test "doctor: what is unknown is 1 where it is asked for by name" {
	rm "$tree/var/lib/dpkg/status"
	run --separate-stderr doctor package-database
	[ "$status" -eq 1 ]
	[ -z "$stderr" ]
	[[ $output = "unknown "* ]]
	run --separate-stderr doctor --json module-running package-database
	[ "$status" -eq 1 ]
	[ "$(jq -r .status <<<"$output")" = unknown ]
	run --separate-stderr doctor module-running
	[ "$status" -eq 0 ]
}

@test "doctor: a note is 0 where it is asked for by name" {
	package_gone linux-headers-amd64
	run --separate-stderr doctor headers-upgrades
	[ "$status" -eq 0 ]
	[[ $output = "note "* ]]
}

@test "doctor: every problem has a command that mends it" {
	rm -r "${tree:?}/etc" "$tree/lib/modules/$KERNEL" "$tree/var/lib/dkms"
	run --separate-stderr doctor --json
	[ "$(jq '[.findings[] | select(.status == "problem")] | length' <<<"$output")" -ge 4 ]
	jq -e 'all(.findings[]; .status != "problem" or (.mend | length > 0))' <<<"$output"
}

@test "doctor: the names of the findings are those of the man page" {
	[ "$(ids_of_table | wc -l)" -ge 22 ]
	diff <(ids_of_table | sort) <(sed -n '/^\.Ss Doctor/,/^\.Ss JSON/s/^\.It Sy //p' "$TOOLS/man/mymap.1" |
		grep -- - | sed 's/ , /\n/g' | cat - <(printf '%s\n' cma coherence dkms group iommu limits membership packages) | sort)
}

@test "doctor: a root that is not there is 1" {
	run --separate-stderr mymap doctor --root "$tree/missing"
	fails_with 1 "mymap: doctor: $tree/missing: No such file or directory"
}

@test "doctor: it runs on this system" {
	run --separate-stderr mymap doctor --json
	[ "$status" -le 1 ]
	[ -z "$stderr" ]
	jq -e '.findings | length > 5' <<<"$output"
}

@test "doctor: an image that does not run is asked for its newest kernel only" {
	rm -r "${tree:?}/proc" "${tree:?}/sys" "${tree:?}/dev"
	found module-newest ok
	for id in module-running module-loaded headers-running device-node secure-boot membership contiguous-run huge-pages cma \
		reserved-memory iommu; do
		silent "$id"
	done
}

# -------------------------------------------------------------------- packages

@test "packages: one that is half configured is a problem" {
	package_gone mymap
	package mymap "$VERSION-1" "install ok half-configured"
	found packages problem "dpkg --configure -a && apt install --reinstall mymap"
}

@test "packages: two releases are a problem" {
	package_gone mymap
	package mymap 0.0.1-1
	found packages problem "apt install mymap libmymap0 mymap-common mymap-dkms"
	says packages "mymap is 0.0.1-1, but libmymap0 is $VERSION-1"
}

@test "packages: another revision of one release is fine" {
	package_gone mymap
	package mymap "$VERSION-7"
	found packages ok
}

@test "package-database: a broken line is unknown, and the others still count" {
	sed -i '1i garbage' "$tree/var/lib/dpkg/status"
	found package-database unknown "dpkg --audit"
	says package-database "line 1"
	found packages ok
}

# --------------------------------------------------------------------- headers

@test "headers: without the package and the folder, the package is named" {
	package_gone "linux-headers-$KERNEL"
	rm -r "$tree/usr/src/linux-headers-$KERNEL"
	found headers-running problem "apt install linux-headers-$KERNEL"
}

@test "headers: the package is named after the kernel, whatever its flavour" {
	local release
	for release in 6.1.0-57-cloud-amd64 6.1.0-57-rt-amd64 7.2.3+deb14-amd64; do
		echo "$release" | put proc/sys/kernel/osrelease
		kernel "$release"
		found headers-running problem "apt install linux-headers-$release"
	done
}

@test "headers: the package without the folder is a problem" {
	rm "$tree/lib/modules/$KERNEL/build"
	found headers-running problem "apt install --reinstall linux-headers-$KERNEL"
}

@test "headers: the folder without the package is fine" {
	package_gone "linux-headers-$KERNEL"
	found headers-running ok
}

@test "headers: those of the newest kernel are wanted, too" {
	kernel "$NEWER"
	found headers-newest problem "apt install linux-headers-$NEWER"
	found headers-running ok
	headers "$NEWER"
	found headers-newest ok
}

@test "headers: without the package that follows upgrades there is a note" {
	local release
	package_gone linux-headers-amd64
	found headers-upgrades note "apt install linux-headers-amd64"
	for release in 6.1.0-57-cloud-amd64 6.12.100+deb13-cloud-amd64; do
		echo "$release" | put proc/sys/kernel/osrelease
		found headers-upgrades note "apt install linux-headers-cloud-amd64"
	done
}

# ------------------------------------------------------------------------ dkms

@test "dkms: the package is there, and DKMS knows nothing" {
	rm -r "$tree/var/lib/dkms/mymap"
	found dkms problem "dpkg-reconfigure mymap-dkms"
	mkdir "$tree/var/lib/dkms/mymap"
	found dkms problem "dpkg-reconfigure mymap-dkms"
}

@test "dkms: DKMS knows another release than the package" {
	package_gone mymap-dkms
	package mymap-dkms 99.0-1
	found dkms problem "dpkg-reconfigure mymap-dkms"
}

@test "dkms: a package that is half configured is configured, since dpkg-reconfigure would refuse it" {
	package_gone mymap-dkms
	package mymap-dkms 99.0-1 "install ok half-configured"
	found dkms problem "dpkg --configure -a"
	says dkms "but DKMS knows $VERSION"
	found module-version problem "dpkg --configure -a"
	rm -r "$tree/lib/modules/$KERNEL/updates" "$tree/var/lib/dkms/mymap"
	index "$KERNEL"
	found dkms problem "dpkg --configure -a"
	found module-running problem "dpkg --configure -a"
	run ! grep dpkg-reconfigure <<<"$output"
}

@test "dkms: a failed build names its log" {
	local log=var/lib/dkms/mymap/$VERSION/build/make.log
	echo "DKMS make.log for mymap-$VERSION for kernel $KERNEL (x86_64)" | put "$log"
	found dkms problem "dkms install --force mymap/$VERSION -k $KERNEL"
	says dkms "/$log"
}

@test "dkms: the log of a build for a kernel that is not wanted is no matter" {
	echo "DKMS make.log for mymap-$VERSION for kernel $KERNEL-rt (x86_64)" |
		put "var/lib/dkms/mymap/$VERSION/build/make.log"
	found dkms ok
}

@test "dkms: a version of the package without its source is a problem" {
	rm -r "$tree/usr/src/mymap-$VERSION"
	found dkms problem "apt install --reinstall mymap-dkms"
}

@test "dkms: another version without its source is a problem" {
	mkdir "$tree/var/lib/dkms/mymap/0.0.1"
	found dkms problem "rm -r /var/lib/dkms/mymap/0.0.1"
}

@test "dkms: a checkout needs no package mymap-dkms" {
	package_gone mymap-dkms
	found dkms ok
	found module-running ok
	found module-version ok
	package_gone "linux-headers-$KERNEL"
	rm "$tree/lib/modules/$KERNEL/build"
	found headers-running problem "apt install linux-headers-$KERNEL"
}

# ---------------------------------------------------------------------- module

@test "module: for no kernel, without headers: they are to be installed" {
	rm -r "$tree/lib/modules/$KERNEL/updates" "$tree/lib/modules/$KERNEL/build"
	index "$KERNEL"
	found module-running problem "apt install linux-headers-$KERNEL"
}

@test "module: for no kernel, with headers: DKMS is to build it" {
	rm -r "$tree/lib/modules/$KERNEL/updates"
	index "$KERNEL"
	found module-running problem "dkms install --force mymap/$VERSION -k $KERNEL"
}

@test "module: nothing of mymap is there: both packages are named" {
	rm -r "$tree/lib/modules/$KERNEL/updates" "$tree/var/lib/dkms"
	index "$KERNEL"
	package_gone mymap-dkms
	found module-running problem "apt install mymap-dkms linux-headers-$KERNEL"
}

@test "module: the kernel was removed: the newest one is to be booted" {
	kernel "$NEWER"
	rm -r "$tree/lib/modules/$KERNEL"
	found module-running problem reboot
}

@test "module: it is wanted for the newest kernel, which 100 is after 56" {
	kernel "$NEWER"
	headers "$NEWER"
	found module-newest problem "dkms install --force mymap/$VERSION -k $NEWER"
	found module-running ok
	dkms_module "$NEWER"
	found module-newest ok
	says module-newest "$NEWER"
}

@test "module: a folder without a kernel is no kernel" {
	mkdir "$tree/lib/modules/$NEWER"
	found module-newest ok
	says module-newest "the kernel that runs"
}

@test "module: where no kernel has an image in /boot, its modules tell" {
	kernel "$NEWER"
	rm -r "${tree:?}/boot"
	found module-newest problem
	says module-newest "$NEWER"
}

@test "module: one that was built for another kernel is a problem" {
	module "lib/modules/$KERNEL/updates/dkms/mymap.ko" "$KERNEL-rt"
	found module-running problem \
		"dkms build --force mymap/$VERSION -k $KERNEL && dkms install --force mymap/$VERSION -k $KERNEL"
	says module-running "$KERNEL-rt"
}

@test "module: of another folder, as depmod.d has it, it counts for the running system, and with --root does not" {
	local modules=$BATS_TEST_TMPDIR/elsewhere
	mkdir "$modules"
	mv "$tree/lib/modules/$KERNEL/updates/dkms/mymap.ko" "$modules"
	mkdir "$BATS_TEST_TMPDIR/depmod.d"
	echo "external $KERNEL $modules" >"$BATS_TEST_TMPDIR/depmod.d/a.conf"
	depmod -C "$BATS_TEST_TMPDIR/depmod.d" -b "$tree" "$KERNEL" 2>/dev/null
	grep -q "^$modules/mymap.ko:" "$tree/lib/modules/$KERNEL/modules.dep"
	found module-running problem
	says module-running "$modules/mymap.ko cannot be read as a module: Invalid cross-device link"
}

@test "module: a link that leads out of the folder is no module of it" {
	local file=$tree/lib/modules/$KERNEL/updates/dkms/mymap.ko
	mv "$file" "$BATS_TEST_TMPDIR/mymap.ko"
	ln -s "$BATS_TEST_TMPDIR/mymap.ko" "$file"
	found module-running problem
	says module-running "cannot be read as a module: Invalid cross-device link"
	mv "$BATS_TEST_TMPDIR/mymap.ko" "$tree/lib/modules/$KERNEL/updates/mymap.real"
	ln -sf ../mymap.real "$file"
	found module-running ok
	mv "$tree/lib/modules/$KERNEL/modules.dep.bin" "$BATS_TEST_TMPDIR"
	ln -s "$BATS_TEST_TMPDIR/modules.dep.bin" "$tree/lib/modules/$KERNEL/modules.dep.bin"
	found module-running problem
}

@test "module: one that modules.dep does not have is a problem" {
	rm "$tree/lib/modules/$KERNEL"/modules.dep*
	found module-running problem "depmod $KERNEL"
}

@test "module: one of another release than its package is a problem" {
	module "lib/modules/$KERNEL/updates/dkms/mymap.ko" "$KERNEL" 0.0.1
	found module-version problem "dpkg-reconfigure mymap-dkms"
	says module-version "is 0.0.1"
}

@test "module: one that is not loaded is a problem" {
	not_loaded
	found module-loaded problem "modprobe mymap"
	found device-node note
}

@test "module: a loaded one that is not the installed one is a problem" {
	echo FEDCBA9876543210 | put sys/module/mymap/srcversion
	found module-loaded problem "modprobe -r mymap && modprobe mymap"
}

@test "module: without a srcversion the version tells that it is not the installed one" {
	rm "$tree/sys/module/mymap/srcversion"
	found module-loaded ok
	echo 0.0.1 | put sys/module/mymap/version
	found module-loaded problem "modprobe -r mymap && modprobe mymap"
}

# ----------------------------------------------------- a package of the module

@test "prebuilt: neither DKMS nor headers are needed" {
	prebuilt
	found module-running ok
	for id in dkms headers-running headers-upgrades module-version; do
		found "$id" ok
	done
	says dkms "not needed"
}

@test "prebuilt: the package of the newest kernel is wanted" {
	prebuilt
	kernel "$NEWER"
	found module-newest problem "apt install mymap-modules-$NEWER"
	found headers-newest ok
}

@test "prebuilt: a kernel that came without its package does not make a board build" {
	prebuilt
	kernel "$NEWER"
	echo "$NEWER" | put proc/sys/kernel/osrelease
	not_loaded
	found module-running problem "apt install mymap-modules-$NEWER"
	says module-running "the repository must have the package"
	found headers-running ok
	found dkms ok
	package_gone "mymap-modules-$KERNEL"
	found module-running problem "apt install mymap-dkms linux-headers-$NEWER"
	package "mymap-modules-$KERNEL" "$VERSION-1" "deinstall ok config-files"
	found module-running problem "apt install mymap-dkms linux-headers-$NEWER"
}

@test "prebuilt: one whose file is lost is to be installed again" {
	prebuilt
	rm "$tree/lib/modules/$KERNEL/updates/mymap.ko"
	index "$KERNEL"
	found module-running problem "apt install --reinstall mymap-modules-$KERNEL"
}

# ----------------------------------------------------------------- Secure Boot

@test "secure boot: off is fine, the module needs no signature" {
	printf '\0' | efi_variable "SecureBoot-$EFI_GLOBAL"
	echo "[none] integrity confidentiality" | put sys/kernel/security/lockdown
	found secure-boot ok
	says secure-boot off
	found module-signature ok
	says module-signature "not needed"
}

@test "secure boot: off where the firmware does not know it" {
	printf x | efi_variable "Other-$EFI_GLOBAL"
	found secure-boot ok
	says secure-boot off
}

@test "secure boot: variables that are not mounted are unknown" {
	mkdir -p "$tree/sys/firmware/efi/efivars"
	found secure-boot unknown "mount -t efivarfs efivarfs /sys/firmware/efi/efivars"
}

@test "secure boot: a variable of no byte, of two, or neither 0 nor 1 is unknown" {
	local value
	for value in '' '\1\1' '\2'; do
		# shellcheck disable=SC2059 # they are escapes
		printf "$value" | efi_variable "SecureBoot-$EFI_GLOBAL"
		found secure-boot unknown "mokutil --sb-state"
	done
}

@test "secure boot: shim may be told not to care" {
	printf '\1' | efi_variable "SecureBoot-$EFI_GLOBAL"
	printf '\1' | efi_variable "MokSBStateRT-$EFI_SHIM"
	found secure-boot ok
	says secure-boot "shim's validation is switched off"
	found module-signature ok
}

@test "signature: a module without one needs openssl, if DKMS has no key" {
	secure_boot
	found secure-boot ok
	echo | put etc/dkms/sign_helper.sh
	found module-signature problem \
		'# make a key, /root/mok.priv and /root/mok.der, and say in /etc/dkms/framework.conf: sign_tool="/etc/dkms/sign_helper.sh"'
	rm "$tree/etc/dkms/sign_helper.sh"
	found module-signature problem "apt install openssl mokutil && dkms build --force mymap/$VERSION -k $KERNEL && dkms install --force mymap/$VERSION -k $KERNEL"
}

@test "signature: a module without one is to be built again, if DKMS has a key" {
	secure_boot
	dkms_key
	found module-signature problem "dkms build --force mymap/$VERSION -k $KERNEL && dkms install --force mymap/$VERSION -k $KERNEL"
}

@test "signature: a kernel that insists by its parameter refuses, without Secure Boot" {
	not_loaded
	echo Y | put sys/module/module/parameters/sig_enforce
	found module-signature problem
}

@test "signature: Secure Boot counts where lockdown cannot be read" {
	secure_boot
	rm "$tree/sys/kernel/security/lockdown"
	found module-signature problem
}

@test "signature: a key that is not enrolled is to be imported" {
	secure_boot
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	found module-signature problem "mokutil --import /var/lib/dkms/mok.pub && reboot"
	says module-signature MokManager
}

@test "signature: a key that is in one of the lists is enrolled" {
	local name
	secure_boot
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	for name in "MokListRT-$EFI_SHIM" "MokListRT1-$EFI_SHIM" db-d719b2cb-3d3a-4596-a3bc-dad00e67656f; do
		key_list | efi_variable "$name"
		found module-signature ok
		says module-signature "signed by 'Test key'"
		rm "$tree/sys/firmware/efi/efivars/$name"
	done
}

@test "signature: a key that waits to be confirmed wants a reboot" {
	secure_boot
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	key_list | efi_variable "MokNew-$EFI_SHIM"
	found module-signature problem reboot
}

@test "signature: a list that is cut off is unknown" {
	secure_boot
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	key_list | head -c 40 | efi_variable "MokListRT-$EFI_SHIM"
	found module-signature unknown "mokutil --test-key /var/lib/dkms/mok.pub"
}

@test "signature: of a key that is not DKMS's, only loading tells" {
	secure_boot
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	found module-signature unknown "modprobe mymap"
	says module-signature "signed by 'Test key'"
	loaded
	found module-signature ok
}

@test "signature: a module of the same source that is loaded says nothing of one that is not signed, or by a key that is not enrolled" {
	secure_boot
	loaded
	found module-signature problem
	says module-signature "has no signature"
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	found module-signature problem "mokutil --import /var/lib/dkms/mok.pub && reboot"
}

@test "signature: another key of the same name is another key" {
	secure_boot
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	key_list XY | efi_variable "MokListRT-$EFI_SHIM"
	found module-signature problem "mokutil --import /var/lib/dkms/mok.pub && reboot"
	dkms_key XY
	found module-signature unknown "modprobe mymap"
	says module-signature "whose key is not known here"
}

@test "signature: of any key that is enrolled it is accepted, DKMS's or another's" {
	prebuilt
	secure_boot
	sign "lib/modules/$KERNEL/updates/mymap.ko"
	found module-signature unknown
	key_list | efi_variable "db-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
	found module-signature ok
	says module-signature "whose key is enrolled"
}

@test "signature: without EFI there is nowhere to enrol a key, and the kernel may have DKMS's" {
	not_loaded
	echo Y | put sys/module/module/parameters/sig_enforce
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	dkms_key
	found module-signature unknown "modprobe mymap"
	loaded
	found module-signature ok
}

@test "signature: where nothing tells whether the kernel insists, it is unknown" {
	mkdir -p "$tree/sys/firmware/efi/efivars"
	found module-signature unknown "cat /sys/kernel/security/lockdown"
	echo "[none] integrity confidentiality" | put sys/kernel/security/lockdown
	found module-signature ok
}

# newest_signature STATUS TEXT: what is found of the newest kernel's module, while that of the one that runs is accepted
newest_signature() {
	found module-signature "$1"
	jq -e --arg status "$1" --arg text "$2" --arg kernel "$KERNEL" --arg newer "$NEWER" '
		[.findings[] | select(.id == "module-signature")] | length == 2 and
		.[0].status == "ok" and (.[0].text | contains($kernel)) and
		.[1].status == $status and (.[1].text | contains($text) and contains($newer))' <<<"$output" >/dev/null || {
		echo "of $NEWER it is not $1: $2"
		doctor || :
		return 1
	}
}

@test "signature: that of the newest kernel's module counts, whatever runs" {
	local module=lib/modules/$NEWER/updates/dkms/mymap.ko
	secure_boot
	loaded
	sign "lib/modules/$KERNEL/updates/dkms/mymap.ko"
	key_list | efi_variable "MokListRT-$EFI_SHIM"
	dkms_key
	kernel "$NEWER"
	headers "$NEWER"
	dkms_module "$NEWER"
	cp "$tree/$module" "$BATS_TEST_TMPDIR/unsigned.ko"

	newest_signature problem "has no signature"
	[ "$(jq -r '.findings[] | select(.status == "problem" and .id == "module-signature").mend' <<<"$output")" = \
		"dkms build --force mymap/$VERSION -k $NEWER && dkms install --force mymap/$VERSION -k $NEWER" ]
	run doctor module-newest module-signature
	[ "$status" -eq 1 ]

	sign "$module" XY
	newest_signature unknown "whose key is not known here"
	dkms_key XY
	newest_signature problem "DKMS's key, which is not enrolled"

	cp "$BATS_TEST_TMPDIR/unsigned.ko" "$tree/$module"
	sign "$module"
	dkms_key
	newest_signature ok "signed by 'Test key', whose key is enrolled"
	run doctor module-newest module-signature
	[ "$status" -eq 0 ]
}

@test "signature: the newest kernel's counts also where the one that runs has no module" {
	secure_boot
	rm -r "$tree/lib/modules/$KERNEL/updates"
	kernel "$NEWER"
	dkms_module "$NEWER"
	found module-signature problem
	says module-signature "lib/modules/$NEWER/updates/dkms/mymap.ko has no signature"
}

# ---------------------------------------------------------------------- device

@test "node: what is no character device is a problem" {
	rm "$tree/dev/mymap"
	: | put dev/mymap
	found device-node problem "rm -r /dev/mymap && modprobe -r mymap && modprobe mymap"
}

@test "node: none while the module is loaded is a problem" {
	rm "$tree/dev/mymap"
	found device-node problem "modprobe -r mymap && modprobe mymap"
}

@test "node: one that is left over is a problem" {
	needs_node
	rm -r "$tree/sys/module/mymap"
	found device-node problem "rm /dev/mymap && modprobe mymap"
}

@test "node: one of another number is a problem" {
	needs_node
	echo 10:124 | put sys/class/misc/mymap/dev
	found device-node problem "rm /dev/mymap && modprobe -r mymap && modprobe mymap"
}

@test "node: another group or mode is a problem, udev is to give it anew" {
	local trigger="udevadm trigger --action=change --subsystem-match=misc --sysname-match=mymap"
	needs_node
	device_node 701
	found device-node problem "$trigger"
	device_node
	chmod 666 "$tree/dev/mymap"
	found device-node problem "$trigger"
}

@test "node: another group without a rule wants the package" {
	needs_node
	device_node 0
	rm "$tree/usr/lib/udev/rules.d/60-mymap.rules"
	found device-node problem "apt install --reinstall mymap-common"
}

@test "node: another group by a rule of the system's own is a note" {
	needs_node
	device_node 701
	: | put etc/udev/rules.d/60-mymap.rules
	found device-node note
}

@test "group: none is a problem" {
	package_gone mymap-common
	echo "other:x:700:" | put etc/group
	found group problem "apt install mymap-common"
}
