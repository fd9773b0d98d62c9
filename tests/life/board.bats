#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A target board: arm64, 1 GiB, with nothing but a small Debian. It installs mymap and all that it takes to build the driver.

load helpers

@test "board: arm64 with 1 GiB installs mymap by apt, builds the driver by DKMS, and it works" {
	stage --arch arm64 --memory 1G --start base <<-'END'
		[ "$(dpkg --print-architecture)" = arm64 ]
		[ "$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)" -lt 1048576 ]
		archives release mymap
		start=$SECONDS
		apt_get install mymap
		took=$((SECONDS - start))
		echo "board: apt install took $took s"
		[ "$took" -lt 300 ] || fail "apt install took $took s, which is not under five minutes"
		dkms_has "$(driver_of mymap)" "$(uname -r)"
		module_is_loaded "$(driver_of mymap)"
		library_works
		mymap doctor
	END
	# For whoever wants to know how long it takes.
	grep -o 'board: apt install took [0-9]* s' <<<"$output" | sed 's/^/# /' >&3
}

@test "board: the next boot has it, without a hand" {
	stage --arch arm64 --memory 1G <<-'END'
		module_is_loaded "$(driver_of mymap)"
		library_works
	END
}
