#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A board of a fleet: it installs from the repository of docs/fleet.md, by the commands there, goes back and comes again.

load helpers
load ../packaging/guide

setup_file() {
	fleet_begin
	repository
	for name in sources install back; do
		block "$name" >"$REPO/$name"
	done
}

teardown_file() {
	fleet_end
	rm -rf "$BATS_FILE_TMPDIR"/disk*
}

@test "fleet: with the key and the source a board installs mymap" {
	stage --start headers --share "$REPO" <<-'END'
		needs old
		archives release old
		install -D -m 644 /mnt/share/mymap.gpg /etc/apt/keyrings/mymap.gpg
		sed 's#^URIs: .*#URIs: file:/mnt/share#' /mnt/share/sources >/etc/apt/sources.list.d/mymap.sources
		. /mnt/share/install
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		demo_works
	END
}

@test "fleet: a board goes back to the release before, and on again" {
	stage --share "$REPO" <<-'END'
		sed 's/^version=[^ ]*/version=0.1.0-1/' /mnt/share/back >/tmp/back
		grep -x 'version=0.1.0-1 .*' /tmp/back
		. /tmp/back
		module_on_disk "$(driver_of old)" "$(uname -r)"
		apt_get upgrade
		module_on_disk "$(driver_of mymap)" "$(uname -r)"
		mymap doctor
	END
}
