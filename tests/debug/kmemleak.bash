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

# no_leaks_are_known [FUNCTION]: but those of that function of the kernel.
no_leaks_are_known() {
	awk -v but="${1-}" '
		/^unreferenced object/ { tell(); object = "" }
		{ object = object $0 "\n" }
		END { tell() }
		function tell() { if (object != "" && (but == "" || !index(object, " " but "+"))) printf "%s", object }' \
		"$kmemleak" >"$BATS_TEST_TMPDIR/leaks"
	[ -s "$BATS_TEST_TMPDIR/leaks" ] || return 0
	cat "$BATS_TEST_TMPDIR/leaks"
	return 1
}
