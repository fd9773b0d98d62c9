#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The packages come, are upgraded and downgraded under a buffer in use, are installed again, and go.

load helpers

@test "packages: the first release is installed" {
	stage --start headers <<-'END'
		needs old
		archives release old
		# What there is before, to compare with what is left at the end.
		find / -xdev ! -path '/tmp*' ! -path '/run*' >/var/tmp/before
		apt_get install mymap libmymap-dev
		module_is_loaded "$(driver_of old)"
		demo_works
	END
}

@test "packages: an upgrade leaves the buffer that is in use and its driver alone" {
	stage <<-'END'
		archives release old mymap
		hold_buffer
		apt_get dist-upgrade
		state_is mymap-dkms installed
		buffer_was_held
		module_is_loaded "$(driver_of old)"
		module_on_disk "$(driver_of mymap)" "$(uname -r)"
		[ "$(find "/lib/modules/$(uname -r)" -name 'mymap.ko*' | wc -l)" = 1 ]
		library_works
	END
}

@test "packages: the next boot loads the driver of the upgrade" {
	stage <<-'END'
		module_is_loaded "$(driver_of mymap)"
		library_works
	END
}

@test "packages: a downgrade leaves the buffer that is in use alone, too" {
	stage <<-'END'
		hold_buffer
		apt_get install --allow-downgrades $(all_from old)
		buffer_was_held
		module_on_disk "$(driver_of old)" "$(uname -r)"
		[ "$(find "/lib/modules/$(uname -r)" -name 'mymap.ko*' | wc -l)" = 1 ]
		modprobe -r mymap
		library_works
		module_is_loaded "$(driver_of old)"
		apt_get dist-upgrade
		modprobe -r mymap
		library_works
		module_is_loaded "$(driver_of mymap)"
	END
}

@test "packages: installed again, they are as before" {
	stage <<-'END'
		apt_get install --reinstall $(all_from mymap)
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		[ -z "$(dpkg --verify mymap mymap-common mymap-dkms libmymap0 libmymap-dev)" ]
		demo_works
	END
}

@test "packages: an upgrade that cannot be unpacked leaves the module, and DKMS knows its source" {
	stage <<-'END'
		dpkg-deb -R /srv/repository/mymap/mymap-dkms_*.deb /run/clash
		sed -i 's/^Version: .*/&+clash/' /run/clash/DEBIAN/control
		mkdir -p /run/clash/usr/bin
		cp /usr/bin/env /run/clash/usr/bin
		dpkg-deb --root-owner-group -b /run/clash /run/clash.deb
		if dpkg -i /run/clash.deb >/run/said 2>&1; then
			fail "a file of another package was overwritten"
		fi
		cat /run/said
		grep "trying to overwrite '/usr/bin/env'" /run/said
		state_is mymap-dkms installed
		module_on_disk "$(driver_of mymap)" "$(uname -r)"
		# By that the next kernel gets a module, too.
		dkms status mymap | grep -F "$(driver_of mymap)" | grep added || fail "dkms status: $(dkms status)"
		demo_works
		apt_get install --reinstall $(only_from mymap mymap-dkms)
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		[ "$(find "/lib/modules/$(uname -r)" -name 'mymap.ko*' | wc -l)" = 1 ]
	END
}

@test "packages: removed under a buffer in use, the driver stays until the next boot and says so" {
	stage <<-'END'
		hold_buffer
		apt_get remove mymap-dkms
		apt_said "in use and stays loaded until the next boot"
		no_module_on_disk "$(uname -r)"
		buffer_was_held
	END
}

@test "packages: removed, the driver does not come back, and nothing complains at boot" {
	stage <<-'END'
		[ ! -e /sys/module/mymap ]
		[ ! -e /dev/mymap ]
		[ -z "$(systemctl --failed --no-legend --plain)" ] || fail "$(systemctl --failed)"
		apt_get install mymap-dkms
		demo_works
	END
}

@test "packages: purged, they leave nothing but the group" {
	stage <<-'END'
		update-initramfs -u
		apt_get purge mymap mymap-common mymap-dkms libmymap0 libmymap-dev
		[ ! -e /sys/module/mymap ]
		[ ! -e /dev/mymap ]
		getent group mymap
		[ -z "$(udevadm info --export-db | grep -E '[/=]mymap$')" ] || fail "udev remembers"
		# What is there was made while the packages were: they put nothing into it, so their scripts need not make it again.
		lsinitramfs "/boot/initrd.img-$(uname -r)" >/run/initrd
		[ -z "$(grep mymap /run/initrd | grep -v mymap-vm)" ] || fail "the initial RAM disk has it: $(grep mymap /run/initrd)"
		find / -xdev ! -path '/tmp*' ! -path '/run*' >/var/tmp/after
		# dkms keeps its own log and key; the rest belongs to apt, to dpkg and to the boots.
		comm -13 <(sort /var/tmp/before) <(sort /var/tmp/after) | grep -v -E \
			'^/var/(log|cache|tmp|lib/(apt|dpkg|systemd|dkms/mok\.))|^/var/lib/dkms$' >/tmp/left || :
		[ ! -s /tmp/left ] || fail "this is left: $(cat /tmp/left)"
		[ -z "$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | grep mymap)" ]
		[ -z "$(grep -rl mymap /etc | grep -v -E 'mymap-vm|/(group|gshadow)-?$|/host(s|name)$|/fstab$|life.list$')" ] || fail "$(grep -r mymap /etc)"
	END
}
