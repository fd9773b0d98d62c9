#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A release of mymap that does not compile: what apt says, and what the user is left with.

load helpers

@test "broken release: apt fails, and names the log of the build" {
	stage --start mymap <<-'END'
		archives release mymap broken
		apt_fails dist-upgrade
		apt_said "/var/lib/dkms/mymap/$(driver_of broken)/build/make.log"
		grep 'this release does not compile' "/var/lib/dkms/mymap/$(driver_of broken)/build/make.log"
		state_is mymap-dkms half-configured
		state_is mymap installed
	END
}

@test "broken release: the old module is loaded at the next boot, and works" {
	stage <<-'END'
		module_on_disk "$(driver_of mymap)" "$(uname -r)"
		module_is_loaded "$(driver_of mymap)"
		demo_works
	END
}

@test "broken release: while apt works it fails again, and the old module stays" {
	stage <<-'END'
		apt_fails install --fix-broken
		apt_said "/var/lib/dkms/mymap/$(driver_of broken)/build/make.log"
		module_on_disk "$(driver_of mymap)" "$(uname -r)"
		[ ! -e /var/lib/mymap-dkms ]
		demo_works
	END
}

@test "broken release: the next release repairs it" {
	stage <<-'END'
		archives release mymap broken next
		apt_get dist-upgrade
		apt_did_not_say "keeps the old one"
		state_is mymap-dkms installed
		dkms_has "$(driver_of next)" "$(uname -r)"
		module_on_disk "$(driver_of next)" "$(uname -r)"
		[ "$(find "/lib/modules/$(uname -r)" -name 'mymap.ko*' | wc -l)" = 1 ]
		[ -z "$(dkms status mymap | grep -v -F "$(driver_of next)")" ] || fail "$(dkms status)"
		demo_works
	END
}

@test "broken release: removed in its broken state, mymap-dkms leaves no module" {
	stage <<-'END'
		# A broken one over a good one once more: by its number it is older than the next release.
		apt_get install --allow-downgrades $(all_from mymap)
		archives release mymap broken
		apt_fails dist-upgrade
		module_on_disk "$(driver_of mymap)" "$(uname -r)"
		apt_get purge mymap-dkms
		no_module_on_disk "$(uname -r)"
		# The service is of mymap, which is there still.
		left=$(find /lib/modules /var/lib /usr/src \( -path /var/lib/dpkg -o -path /var/lib/systemd \) -prune -o -name 'mymap*' ! -name "mymap-vm*" -print)
		[ -z "$left" ] || fail "there is still: $left"
	END
}
