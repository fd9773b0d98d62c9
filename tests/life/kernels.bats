#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Kernel upgrades: from the release's to the security updates' and on to the backports', as a user of the metapackages has them.

load helpers

@test "kernels: with the headers there, apt builds the module and loads it" {
	stage --start headers <<-'END'
		kernel_is "$(kernel_of release)"
		archives release mymap
		apt_get install mymap
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		module_is_loaded "$(driver_of mymap)"
		demo_works
	END
}

@test "kernels: the security update's kernel comes with a module, and the running one keeps its own" {
	stage <<-'END'
		needs security
		archives release security mymap
		apt_get dist-upgrade
		[ "$(kernel_of security)" != "$(uname -r)" ]
		dkms_has "$(driver_of mymap)" "$(kernel_of security)"
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		demo_works
		mymap doctor module-newest module-signature
	END
}

@test "kernels: after a reboot the security update's kernel runs, and demo works without a hand" {
	stage <<-'END'
		kernel_is "$(kernel_of security)"
		module_is_loaded "$(driver_of mymap)"
		demo_works
	END
}

@test "kernels: the backports' kernel comes with a module" {
	stage <<-'END'
		needs backports
		archives release security backports mymap
		. /etc/os-release
		apt_get install -t "$VERSION_CODENAME-backports" "linux-image-$flavour" "linux-headers-$flavour"
		dkms_has "$(driver_of mymap)" "$(kernel_of backports)"
	END
}

@test "kernels: after a reboot the backports' kernel runs, and demo works without a hand" {
	stage <<-'END'
		kernel_is "$(kernel_of backports)"
		module_is_loaded "$(driver_of mymap)"
		demo_works
	END
}

@test "kernels: those that are removed take their modules with them, and no other's" {
	stage <<-'END'
		for kernel in "$(kernel_of release)" "$(kernel_of security)"; do
			apt_get purge "linux-image-$kernel" "linux-headers-$kernel"
			[ ! -e "/lib/modules/$kernel" ] || fail "$(find "/lib/modules/$kernel")"
		done
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		demo_works
	END
}
