#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A machine without its kernel's headers, and how the module comes when they do.

load helpers

@test "headers: without them apt succeeds, and says which package is missing" {
	stage --start bare <<-'END'
		archives mymap
		mkdir -p /etc/mymap.d
		printf '[late0]\nsize = 1M\n' >/etc/mymap.d/late.conf
		apt_get install mymap
		apt_said "linux-headers-$(uname -r)"
		state_is mymap-dkms installed
		dkms status mymap | grep -q added
		no_module_on_disk "$(uname -r)"
	END
}

@test "headers: without them the command says what is missing, in one line" {
	stage <<-'END'
		if mymap demo >/tmp/said 2>&1; then
			fail "there is a driver"
		fi
		cat /tmp/said
		[ "$(wc -l </tmp/said)" = 1 ]
		grep -q '^mymap: .*module' /tmp/said
	END
}

@test "headers: when they arrive the module is built, and can be loaded as apt said" {
	stage <<-'END'
		archives release mymap
		apt_get install "linux-headers-$flavour"
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		modprobe mymap
		demo_works
	END
}

@test "headers: then the buffers of mymap.d are there as well, which nobody could make before" {
	stage <<-'END'
		[ -e /dev/mymap-by-name/late0 ]
		rm /etc/mymap.d/late.conf
		mymap destroy late0
		systemctl stop mymap
		printf '[late1]\nsize = 1M\n' >/etc/mymap.d/late.conf
		modprobe -r mymap
		# It loads the driver where there is one.
		module=$(modinfo -n mymap)
		mv "$module" /var/tmp
		depmod
		if systemctl start mymap; then
			fail "the service has made buffers without a driver"
		fi
		mv "/var/tmp/${module##*/}" "$module"
		depmod
		modprobe mymap
		for i in {1..30}; do [ ! -e /dev/mymap-by-name/late1 ] || break; sleep 1; done
		[ -e /dev/mymap-by-name/late1 ]
	END
}

@test "headers: the next boot loads the module" {
	stage <<-'END'
		module_is_loaded "$(driver_of mymap)"
		demo_works
	END
}
