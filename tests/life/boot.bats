#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Named buffers that are configured are there after a reboot, and after a kernel upgrade with one.

load helpers

service_has_run() {
	cat <<-'END'
		retry_seconds=20
		until systemctl is-active --quiet mymap || [ "$SECONDS" -gt "$retry_seconds" ]; do
			read -r -t 0.2 <> <(:) || :
		done
		systemctl is-active mymap || { journalctl -u mymap --no-pager; fail "the service did not run"; }
	END
}

configured_are_there() {
	service_has_run
	cat <<-'END'
		[ "$(stat -L -c '%U:%G %a' /dev/mymap-by-name/rx0)" = "root:mymap 660" ] || fail "$(ls -lL /dev/mymap-by-name)"
		[ "$(stat -L -c '%U:%G %a' /dev/mymap-by-name/cam0)" = "daemon:games 640" ] || fail "$(ls -lL /dev/mymap-by-name)"
		mymap list
		mymap info cam0
		printf hello | mymap write rx0
		[ "$(mymap read rx0 --length 5)" = hello ] || fail "what was written is not read"
		setpriv --reuid=man --regid=games --clear-groups head -c 1 /dev/mymap-by-name/cam0 >/dev/null
	END
}

@test "boot: two buffers are configured, and made" {
	stage --start headers <<-'END'
		archives release mymap
		apt_get install mymap
		demo_works
		printf '[rx0]\nsize = 16M\n' >/etc/mymap.d/rx.conf
		printf '[cam0]\nsize = 64K\nowner = daemon\ngroup = games\nmode = 0640\n' >/etc/mymap.d/cam.conf
		mymap apply --check
		systemctl restart mymap
		mymap list
		printf hello | mymap write rx0
	END
}

@test "boot: after a reboot they are there, with their owners and modes, and empty" {
	stage <<-END
		$(service_has_run)
		mymap read rx0 --length 5 >/run/read
		[ "\$(od -A n -t x1 /run/read)" = " 00 00 00 00 00" ] || fail "the memory is not new: \$(od -c /run/read)"
		$(configured_are_there)
	END
}

@test "boot: a kernel upgrade is installed" {
	stage <<-'END'
		needs security
		archives release security mymap
		apt_get dist-upgrade
		[ "$(kernel_of security)" != "$(uname -r)" ]
		dkms_has "$(driver_of mymap)" "$(kernel_of security)"
	END
}

@test "boot: after a reboot into the new kernel they are there again" {
	stage <<-END
		kernel_is "\$(kernel_of security)"
		$(configured_are_there)
	END
}

@test "boot: a purge of the command leaves what the administrator wrote, and no service" {
	stage <<-'END'
		apt_get purge mymap
		[ -e /etc/mymap.d/rx.conf ] || fail "the configuration is gone"
		[ ! -e /etc/systemd/system/multi-user.target.wants/mymap.service ] || fail "the service is still wanted"
	END
}
