#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A new kernel that the module does not compile for: what apt says, and what the user is left with.

load helpers

@test "broken kernel: apt's outcome is the one of the suite, and the module of the old kernel stays" {
	stage --start headers <<-'END'
		needs security
		archives release picky
		apt_get install mymap
		demo_works
		archives release security picky
		. /etc/os-release
		case $VERSION_CODENAME in
		bullseye) apt_get dist-upgrade ;;
		*)
			apt_fails dist-upgrade
			apt_said "/var/lib/dkms/mymap/$(driver_of picky)/build/make.log" ;;
		esac
		grep 'this kernel is not known' "/var/lib/dkms/mymap/$(driver_of picky)/build/make.log"
		dpkg-query -W -f '${Package} ${db:Status-Status}\n' 'linux-*'
		module_on_disk "$(driver_of picky)" "$(kernel_of release)"
		no_module_on_disk "$(kernel_of security)"
		demo_works
		# What a fleet asks before it reboots.
		if mymap doctor module-newest module-signature; then
			fail "the doctor sees nothing against a reboot"
		fi
	END
}

@test "broken kernel: the boot loader's old kernel has the old module" {
	stage --boot "$(oldest_kernel)" <<-'END'
		kernel_is "$(kernel_of release)"
		demo_works
	END
}

@test "broken kernel: a release that compiles repairs it" {
	stage <<-'END'
		archives release security next
		apt_get --fix-broken dist-upgrade
		apt_get dist-upgrade
		[ -z "$(dpkg --audit)" ] || fail "$(dpkg --audit)"
		dkms_has "$(driver_of next)" "$(kernel_of security)"
	END
}

@test "broken kernel: the next boot is the new kernel's, and demo works without a hand" {
	stage <<-'END'
		kernel_is "$(kernel_of security)"
		module_is_loaded "$(driver_of next)"
		demo_works
	END
}
