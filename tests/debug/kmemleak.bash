# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What kmemleak knows. It suspects only what is older than five seconds and looked the same in two scans.

kmemleak=/sys/kernel/debug/kmemleak

kmemleak_scan() {
	# A pause, not a wait for something that could be asked for.
	read -r -t 6 <> <(:) || :
	echo scan >"$kmemleak" || fail "kmemleak has switched itself off"
	echo scan >"$kmemleak"
}

no_leaks_are_known() {
	cat "$kmemleak" >"$BATS_TEST_TMPDIR/leaks"
	[ -s "$BATS_TEST_TMPDIR/leaks" ] || return 0
	cat "$BATS_TEST_TMPDIR/leaks"
	return 1
}
