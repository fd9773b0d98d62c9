# SPDX-License-Identifier: GPL-2.0-only
# After all other tests: what they left behind.
bats_require_minimum_version 1.5.0
load ../guest/helpers
load kmemleak

teardown() {
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}

# Without the module, so that what only its own data point at counts as well.
@test "leaks: kmemleak suspects nothing when the module is gone" {
	module_changed=yes
	module_remove
	kmemleak_scan
	no_leaks_are_known
}

@test "leaks: lockdep still looked at locks at the end" {
	grep -E '^ debug_locks: +1$' /proc/lockdep_stats || fail "lockdep has switched itself off"
}
