#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The last kernel that has the module goes, while another is there without one: the dkms of Debian 11 and 12 forgets the
# module then.

load helpers

@test "last kernel: another kernel comes without its headers, so there is no module for it" {
	stage --start mymap <<-'END'
		needs security
		archives release security mymap
		apt_get install --no-install-recommends "linux-image-$(kernel_of security)"
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		no_module_on_disk "$(kernel_of security)"
	END
}

@test "last kernel: the one with the module is removed, and the module's source stays known" {
	stage <<-'END'
		kernel_is "$(kernel_of security)"
		old=$(kernel_of release)
		apt_get purge "linux-image-$old" "linux-headers-$old"
		[ ! -e "/lib/modules/$old" ] || fail "$(find "/lib/modules/$old")"
		dkms status mymap | grep added
	END
}

@test "last kernel: the headers of the other one arrive, and the module comes" {
	stage <<-'END'
		apt_get install "linux-headers-$(uname -r)"
		dkms_has "$(driver_of mymap)" "$(uname -r)"
	END
}

@test "last kernel: the next boot loads the module" {
	stage <<-'END'
		demo_works
	END
}
