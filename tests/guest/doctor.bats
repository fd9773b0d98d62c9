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
	[ "$(mend_of module-running)" = "dkms install mymap/$(version) -k $(uname -r)" ]
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

@test "doctor: --root / says what is so without it" {
	run -0 mymap doctor --root / --json
	found module-running ok "$(version)"
	found device-node ok
}
