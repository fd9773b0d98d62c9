#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What tests/matrix.sh says is to be run.

setup() {
	# shellcheck disable=SC2034 # for matrix.sh
	top=$BATS_TEST_DIRNAME/../..
	. "$top/tests/lib/matrix.sh"
}

# of_day DAY LINE...
of_day() {
	local day=$1
	shift
	printf '%s\n' "$@" | MYMAP_DAY=$day todays_first | xargs
}

@test "matrix: in turn, each day begins with another one, and has all" {
	[ "$(of_day 0 a b c)" = "a b c" ]
	[ "$(of_day 1 a b c)" = "b c a" ]
	[ "$(of_day 2 a b c)" = "c a b" ]
	[ "$(of_day 20784 a b c)" = "a b c" ]
	[ "$(of_day 5 a)" = a ]
}

@test "matrix: without a day it is today's" {
	[ "$(printf '%s\n' a b c d | todays_first | xargs)" = "$(of_day $(($(date +%s) / 86400)) a b c d)" ]
}

@test "matrix: a kind has its cells, and any has all" {
	[ "$(matrix_cells any | wc -l)" = "$(grep -cE '^ +[a-z]' "$top/tests/matrix")" ]
	matrix_cells always | grep -qx 'sid amd64 amd64'
	[ "$(matrix_cells boot bookworm armhf)" = "bookworm armhf armmp" ]
	[ -z "$(matrix_cells boot buzz)" ]
}

@test "matrix: each file of tests/guest is the driver's or the user's, and none is both" {
	[ "$({ driver_tests; userland_tests; } | sort)" = "$(cd "$top/tests/guest" && printf '%s\n' *.bats | sort)" ]
}

@test "matrix: mymap-dkms recommends the headers of each flavour" {
	local arch flavour wanted
	. "$top/tests/lib/architecture.sh"
	# The usual ones of each architecture provide linux-headers-generic.
	wanted=$({
		echo generic
		matrix_cells any | while read -r _ arch flavour; do
			[ "$flavour" = "$(kernel_flavour "$arch")" ] || echo "$flavour"
		done
	} | sort -u)
	[ "$(sed -n '/^Package: mymap-dkms/,/^$/s/^ linux-headers-\([^ ,]*\).*/\1/p' "$top/debian/control" | sort)" = "$wanted" ]
}

@test "build: a kernel that the driver is not compiled for is a failure" {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	cp -r "$top/tests" "$top/dkms.conf" "$top/src" "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	mkdir bin
	printf '#!/bin/sh\ntrue\n' | tee tests/deps bin/sleep >bin/apt-get
	chmod +x bin/*
	cat >tests/lib/kernels.sh <<-'END'
		kernel_find() { kver=$2-$3; [ "$2" = amd64 ] || { why="nobody has it"; return 1; }; }
		kernel_layers() { :; }
		kernel_room() { :; }
		kernel_compile() { : | tee "$2/src/mymap.ko" >"$2/log"; }
	END
	PATH=$PWD/bin:$PATH run tests/check-build bookworm-backports
	echo "$output"
	[ "$status" = 1 ]
	[[ $output = *"ok 1 - build: bookworm-backports amd64 amd64"*"not ok 2 - build: bookworm-backports arm64 arm64: nobody has it"* ]]
	PATH=$PWD/bin:$PATH run tests/check-build bookworm-backports amd64
	[ "$status" = 0 ]
}

@test "debug: the two machines share out what one would run, and both look for leaks" {
	local part together
	together=$({ driver_tests | sed 's,^,tests/guest/,'; printf 'tests/%s.bats\n' long/buffers debug/{rounds,failing,leaks,leaks,detectors}; } | sort)
	[ "$("$top/tests/check-debug" --list | sort)" = "$together" ]
	[ "$(for part in 1/2 2/2; do "$top/tests/check-debug" --list --part $part; done | sort)" = "$together" ]
	[ "$(for part in 1/4 2/4 3/4 4/4; do "$top/tests/check-debug" --list --part $part; done | sort -u)" = "$(uniq <<<"$together")" ]
	for part in 1/1 1/2 2/2 1/4 2/4 3/4 4/4; do
		"$top/tests/check-debug" --list --part $part | grep -qx tests/debug/leaks.bats
	done
	for part in 0/2 3/2 1 a/b 1/10; do
		run "$top/tests/check-debug" --list --part $part
		[ "$status" = 2 ]
	done
}

@test "check: lanes, what waits for them, and groups in turn" {
	check() {
		MYMAP_DAY=$1 "$top/tests/check" --list "${@:2}"
	}
	[ "$(check 0)" = quick ]
	[ "$(check 0 driver module --beside quick deb --then long --turn build life always)" = \
		"driver module"$'\n'"quick deb"$'\n\n'"long build life always" ]
	[ "$(check 4 driver --turn build life always --beside --turn debug-1 debug-2)" = \
		"driver life always build"$'\n'"debug-1 debug-2" ]
	[ "$(check 5 --turn debug-1 debug-2 --then quick)" = "debug-2 debug-1"$'\n\n'quick ]
	run check 0 quick --then nix
	[ "$status" = 2 ]
	[[ $output = *"no group 'nix'"*debug-2* ]]
}

@test "check: what there is no time for is skipped, by name, and nothing has failed" {
	cp -r "$top/tests" "$BATS_TEST_TMPDIR"
	# A group that is over at once, with its plan in front, before the others.
	sed -i 's,group build tests/check-build,group build printf "1..1\\nok 1 - built\\n",; s/! fits build 30 || build/build/' "$BATS_TEST_TMPDIR/tests/check"
	run "$BATS_TEST_TMPDIR/tests/check" --within 60 build debug-1 debug-2
	[ "$status" = 0 ] || { echo "$output"; false; }
	[ "${lines[-1]}" = "1 passed, 0 failed, 2 skipped" ]
	[[ $output = *"ok 1 - debug-1 # SKIP no time was left"*"ok 1 - debug-2 # SKIP"* ]]
}

@test "check: each life is lived once, in one of the lanes" {
	local lives
	cp -r "$top/tests" "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	mkdir bin
	printf '#!/bin/sh\n' >tests/deps
	cat >bin/bats <<-'END'
		#!/bin/sh
		sleep 0.1
		echo 1..1
		echo "ok 1 - $3"
	END
	chmod +x bin/bats
	lives=$(printf 'ok 1 - %s\n' tests/life/*.bats | sort)
	PATH=$PWD/bin:$PATH run tests/check life --beside life
	[ "$(grep '^ok' <<<"$output" | sort)" = "$lives" ]
	[ "${lines[-1]}" = "$(wc -l <<<"$lives") passed, 0 failed, 0 skipped" ]
	# And again the next time.
	PATH=$PWD/bin:$PATH run tests/check life
	[ "$(grep '^ok' <<<"$output" | sort)" = "$lives" ]
}
