#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The last kernel that has the module goes, while another is there without one: the dkms of Debian 11 and 12 forgets the
# module then.

load helpers

@test "last kernel: with the headers of one kernel only, the next one comes without a module" {
	stage --start bare <<-'END'
		needs security
		archives release mymap
		apt_get install --no-install-recommends mymap mymap-dkms "linux-headers-$(uname -r)"
		archives release security mymap
		apt_get dist-upgrade
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		no_module_on_disk "$(kernel_of security)"
		state_is "linux-image-$(kernel_of security)" installed
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
		# The command would load it itself.
		module_is_loaded "$(driver_of mymap)"
		demo_works
	END
}
