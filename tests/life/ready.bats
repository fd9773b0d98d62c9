#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A board that carries no compiler: modules are ready made and come with their kernels, from the repository of docs/fleet.md.

load helpers
load ../packaging/guide

setup_file() {
	fleet_begin
}

teardown_file() {
	fleet_end
	rm -rf "$BATS_FILE_TMPDIR"/disk*
}

# board <SCRIPT: the next boot, that knows Debian's kernels and our repository.
board() {
	[ -e "$REPO" ] || repository "$(sed -n 1p "$BATS_FILE_TMPDIR/kernels")"
	{
		block sources | sed 's#^URIs: .*#URIs: file:/mnt/share#' >"$REPO/sources"
		block ready >"$REPO/ready"
		cat <<-'END'
			archives release security
			install -D -m 644 /mnt/share/mymap.gpg /etc/apt/keyrings/mymap.gpg
			cp /mnt/share/sources /etc/apt/sources.list.d/mymap.sources
			apt-get -qq update
			without_a_compiler() {
				local name
				for name in cc gcc dkms; do
					if command -v "$name"; then fail "the machine has $name"; fi
				done
			}
		END
		cat
	} | stage --share "$REPO"
}

@test "ready: there are two kernels to go from one to the other" {
	stage --start base <<-'END'
		needs security
		kernel_is "$(kernel_of release)"
		# As any Debian has it.
		archives release
		apt_get install --no-install-recommends "linux-image-$flavour"
		echo "kernels: $(kernel_of release) $(kernel_of security)"
	END
	sed -n 's/^kernels: //p' <<<"$output" | tr ' ' '\n' >"$BATS_FILE_TMPDIR/kernels"
	[ "$(wc -l <"$BATS_FILE_TMPDIR/kernels")" = 2 ]
}

@test "ready: the package of the flavour brings the module of the kernel that runs, and no DKMS" {
	board <<-'END'
		without_a_compiler
		sed "s/arm64/$flavour/g" /mnt/share/ready >/run/ready
		. /run/ready
		without_a_compiler
		state_is mymap-dkms not-installed
		[ "$(state "linux-image-$flavour")" != installed ] || fail "Debian's own package of the kernel is still there"
		module_is_loaded "$(driver_of mymap)"
		demo_works
		mymap doctor module-running module-newest packages
	END
}

@test "ready: with DKMS it cannot be, and apt takes one for the other" {
	board <<-'END'
		apt-get --simulate install mymap-dkms >/run/said
		grep "^Remv mymap-modules-$(uname -r)" /run/said
	END
}

@test "ready: a kernel without a module does not come, though Debian has it" {
	board <<-'END'
		apt_get dist-upgrade
		[ ! -e "/boot/vmlinuz-$(kernel_of security)" ] || fail "the kernel came without a module"
	END
}

@test "ready: when there is a module, an upgrade brings it and its kernel" {
	repository "$(xargs <"$BATS_FILE_TMPDIR/kernels")"
	# "upgrade" would keep back a kernel whose recommendations no archive has, as here; Debian's has them.
	board <<-'END'
		apt_get dist-upgrade
		[ -e "/boot/vmlinuz-$(kernel_of security)" ]
		module_on_disk "$(driver_of mymap)" "$(kernel_of security)"
		without_a_compiler
		mymap doctor module-running module-newest
		demo_works
	END
}

@test "ready: after a reboot that kernel runs, and demo works without a hand" {
	stage <<-'END'
		kernel_is "$(kernel_of security)"
		module_is_loaded "$(driver_of mymap)"
		demo_works
	END
}

# A release before this one, in the repository as well: the same, but for the version.
older() {
	local file tree=$BATS_FILE_TMPDIR/older version
	version=$(dpkg-deb -f "$REPO/pool/$suite"/mymap_*.deb Version)
	for file in "$REPO/pool/$suite"/{mymap,libmymap0,mymap-common}_*.deb "$REPO/pool/$suite"/mymap-modules-*.deb; do
		rm -rf "$tree"
		dpkg-deb -R "$file" "$tree"
		sed -i "s/$version/$version~/g" "$tree/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$tree" "$REPO/pool/$suite" >/dev/null
	done
	repository "$(xargs <"$BATS_FILE_TMPDIR/kernels")"
	sed "s/^version=[^ ]*/version=$version~/" <(block back-ready) >"$REPO/back"
	grep -qx "version=$version~ .*" "$REPO/back"
}

@test "ready: it goes back to the release before, and on again, and gets no compiler" {
	older
	board <<-'END'
		sed "s/arm64/$flavour/g" /mnt/share/back >/run/back
		before=$(dpkg-query -W -f '${Version}' mymap)
		. /run/back
		for name in mymap libmymap0 mymap-common "mymap-modules-$(uname -r)"; do
			[ "$(dpkg-query -W -f '${Version}' "$name")" = "$before~" ] || fail "$(dpkg-query -W "$name")"
		done
		without_a_compiler
		demo_works
		mymap doctor module-running module-newest packages
		apt_get dist-upgrade
		[ "$(dpkg-query -W -f '${Version}' "mymap-modules-$(uname -r)")" = "$before" ] || fail "$(dpkg-query -W 'mymap*')"
		without_a_compiler
		demo_works
	END
}
