# SPDX-License-Identifier: GPL-2.0-only
# mymap doctor where everything is installed; then one thing after the other is broken, and mended.
bats_require_minimum_version 1.5.0
load helpers

setup_file() {
	udevadm settle --timeout=10
	modprobe mymap
}

teardown() {
	[ -z "${undo-}" ] || "$undo"
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}

# found ID STATUS [TEXT in the finding or what mends it], in $output.
found() {
	jq -e --arg id "$1" --arg status "$2" --arg text "${3-}" 'any(.findings[];
		.id == $id and .status == $status and ((.text + " " + (.mend // "")) | contains($text)))' \
		<<<"$output" >/dev/null || fail "no $1 that is $2 and says '${3-}': $(jq . <<<"$output")"
}

# What mends the finding of that name.
mend_of() {
	jq -r --arg id "$1" 'first(.findings[] | select(.id == $id)).mend' <<<"$output"
}

@test "doctor: nothing is wrong after apt install" {
	run -0 mymap doctor
	run ! grep -E '^(problem|unknown)' <<<"$output"
	run -0 mymap doctor --json
	found module-running ok "$(version)"
	found module-loaded ok "$(version)"
	found device-node ok
}

@test "doctor: nothing is wrong for a member" {
	run -0 as member mymap doctor --json
	found membership ok member
	jq -e 'all(.findings[]; .status == "ok" or .status == "note")' <<<"$output"
}

@test "doctor: a stranger is told to join the group" {
	run as stranger mymap doctor --json
	status_is 1
	found membership problem "adduser stranger mymap"
}

@test "doctor: a member who joined after the login is told to log in again" {
	run setpriv --reuid=member --regid=member --clear-groups -- mymap doctor --json
	status_is 1
	found membership problem "log out and in again"
}

@test "doctor: dkms knows the module, and its headers are there" {
	requires dkms
	run -0 mymap doctor --json
	found dkms ok "mymap/$(version)"
	found headers-running ok "linux-headers-$(uname -r)"
}

@test "doctor: a module that is not loaded is a problem, and what it says mends it" {
	module_changed=yes
	module_remove
	run mymap doctor --json
	status_is 1
	found module-loaded problem "modprobe mymap"
	eval "$(mend_of module-loaded)"
	udevadm settle --timeout=10
	run -0 mymap doctor
}

@test "doctor: a node of another group is a problem, and what it says mends it" {
	requires udev
	chgrp root /dev/mymap
	run mymap doctor --json
	status_is 1
	found device-node problem
	eval "$(mend_of device-node)"
	udevadm settle --timeout=10
	run -0 mymap doctor
}

dkms_install() {
	dkms install "mymap/$(version)" -k "$(uname -r)" >/dev/null
}

@test "doctor: a module that dkms uninstalled is a problem, and what it says mends it" {
	requires dkms
	undo=dkms_install
	dkms uninstall "mymap/$(version)" -k "$(uname -r)" >/dev/null
	run mymap doctor --json
	status_is 1
	found module-running problem
	[ "$(mend_of module-running)" = "dkms install --force mymap/$(version) -k $(uname -r)" ]
	eval "$(mend_of module-running)" >/dev/null
	undo=
	run -0 mymap doctor
}

headers_show() {
	mv "/lib/modules/$(uname -r)/build.hidden" "/lib/modules/$(uname -r)/build"
}

@test "doctor: headers that are gone are a problem, by the name of their package" {
	requires dkms
	undo=headers_show
	mv "/lib/modules/$(uname -r)/build" "/lib/modules/$(uname -r)/build.hidden"
	run mymap doctor --json
	status_is 1
	found headers-running problem "linux-headers-$(uname -r)"
}

dkms_show() {
	mv /var/lib/dkms/mymap.hidden /var/lib/dkms/mymap
}

@test "doctor: a package that dkms has forgotten is a problem" {
	requires dkms
	undo=dkms_show
	mv /var/lib/dkms/mymap /var/lib/dkms/mymap.hidden
	run mymap doctor --json
	status_is 1
	found dkms problem "dpkg-reconfigure mymap-dkms"
}

# The root folder as it is, and garbage in the place of dpkg's file.
dpkg_hide() {
	head -c 100000 /dev/urandom >"$BATS_TEST_TMPDIR/status"
	mount --bind "$BATS_TEST_TMPDIR/status" /var/lib/dpkg/status
	undo=dpkg_show
}

dpkg_show() {
	umount /var/lib/dpkg/status
}

@test "doctor: garbage in the place of dpkg's file is unknown, and the rest is still said" {
	dpkg_hide
	run mymap doctor --json
	[ "$status" -le 1 ] || fail "status $status: $output"
	found package-database unknown "dpkg --audit"
	found module-loaded ok
}

# What is said of the limits, once the command has been run that it says.
limit_is_mended() {
	local line=$1
	eval "$(mend_of limits)"
	[ "$(cat "/sys/module/mymap/parameters/${line%=*}")" = "${line#*=}" ]
	grep -x "options mymap $line" "$conf"
}

conf=/etc/modprobe.d/mymap.conf

limits_undo() {
	rm -f "$conf"
	[ ! -e /sys/class/mymap/mymap0 ] || mymap destroy full
}

@test "doctor: a limit that is nearly used is a note, and what it says mends it, also at the next load" {
	[ ! -e "$conf" ]
	undo=limits_undo module_changed=yes
	echo 8388608 >/sys/module/mymap/parameters/max_total_size
	mymap create --size 7680K --name full >/dev/null
	run -0 mymap doctor --json
	found limits note "all buffers have 7.5 MiB of 8.0 MiB"
	limit_is_mended max_total_size=16777216
	run -0 mymap doctor --json
	found limits ok "all buffers have 7.5 MiB of 16.0 MiB"
	mymap create --size 8M >/dev/null
	mymap destroy full
	module_remove
	modprobe mymap
	[ "$(cat /sys/module/mymap/parameters/max_total_size)" = 16777216 ]
}

@test "doctor: a user is told of the own limit, and root, whom it does not bind, is not" {
	[ ! -e "$conf" ]
	undo=limits_undo module_changed=yes
	echo 4194304 >/sys/module/mymap/parameters/max_user_size
	run -0 mymap create --size 3900K -- mymap doctor --json
	found limits ok
	run -0 as member mymap create --size 3900K -- mymap doctor --json
	found limits note "your buffers have 3.8 MiB of 4.0 MiB"
	limit_is_mended max_user_size=8388608
	run -0 as member mymap create --size 3900K -- mymap doctor --json
	found limits ok "yours 3.8 MiB of 8.0 MiB"
}

@test "doctor: where all of memory is promised, a larger limit is not what it says" {
	local ram
	undo=limits_undo module_changed=yes
	ram=$(awk '$1 == "MemTotal:" { print $2 * 1024 }' /proc/meminfo)
	echo "$ram" >/sys/module/mymap/parameters/max_buffer_size
	echo "$ram" >/sys/module/mymap/parameters/max_total_size
	mymap create --size "$((ram * 95 / 100))" --name full >/dev/null
	run -0 mymap doctor --json
	found limits note "this machine has no memory for more"
	[ "$(mend_of limits)" = "mymap list" ]
}

text_of() {
	jq -r --arg id "$1" 'first(.findings[] | select(.id == $id)).text' <<<"$output"
}

@test "doctor: the longest run that it says is free can be had" {
	local size
	[ ! -w /proc/sys/vm/compact_memory ] || echo 1 >/proc/sys/vm/compact_memory
	run -0 mymap doctor --json
	size=$(text_of contiguous-run | sed -n 's/.*[^0-9.]\([0-9.]* [KM]iB\) is free.*/\1/p; s/.*that is free is \([0-9.]* [KM]iB\).*/\1/p')
	[ -n "$size" ] || fail "no size in: $(text_of contiguous-run)"
	mymap create --kind contiguous --size "${size/ /}" >/dev/null
}

huge_enabled=/sys/kernel/mm/transparent_hugepage/enabled

huge_undo() {
	echo "$huge_before" >$huge_enabled
}

@test "doctor: huge pages are there as it says, also where the kernel is told never" {
	requires huge
	run -0 mymap doctor --json
	found huge-pages ok "new buffers get pages of"
	huge_before=$(sed 's/.*\[\(.*\)\].*/\1/' $huge_enabled)
	undo=huge_undo
	echo never >$huge_enabled
	run -0 mymap doctor --json
	found huge-pages ok "never is no matter"
	program smaps populated_64m_is_huge
	program smaps touched_64m_is_huge
}

@test "doctor: of CMA it says what the kernel does" {
	local total free status=ok
	total=$(awk '$1 == "CmaTotal:" { print $2 }' /proc/meminfo)
	free=$(awk '$1 == "CmaFree:" { print $2 }' /proc/meminfo)
	run -0 mymap doctor --json
	if [ "${total:-0}" -gt 0 ]; then
		[ "$total" -ge 65536 ] && [ "$free" -ge $((total / 2)) ] || status=note
		found cma $status "$((total / 1024)).$((total % 1024 * 10 / 1024)) MiB are set aside"
	elif grep -qx CONFIG_DMA_CMA=y "/boot/config-$(uname -r)"; then
		found cma note "none is set aside"
	else
		found cma ok "built without (CONFIG_DMA_CMA)"
	fi
}

@test "doctor: without an IOMMU it says so, and takes no second in all" {
	local begin=${EPOCHREALTIME/./}
	[ ! -d /sys/class/iommu ] || [ -z "$(ls /sys/class/iommu)" ] || skip "there is an IOMMU"
	run -0 mymap doctor --json
	[ $((${EPOCHREALTIME/./} - begin)) -lt $((1000000 * ${MYMAP_SLOW:-1})) ]
	found iommu ok none
}

@test "doctor: --root / says what is so without it" {
	run -0 mymap doctor --root / --json
	found module-running ok "$(version)"
	found device-node ok
}
