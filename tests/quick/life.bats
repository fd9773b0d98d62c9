#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What tests/life wants of this machine.

bats_require_minimum_version 1.5.0

setup() {
	vm=$BATS_TEST_DIRNAME/../vm
}

# needs_old: as a script in the machine asks for it, where there is no such archive.
needs_old() {
	bash -eu -c "old_expected=$1
		$(sed -n '/^fail() {/,/^}/p; /^needs() {/,/^}/p' "$vm/guest/life")
		needs old"
}

@test "life: where a clone has no first release it is a failure, where there is no clone a skip" {
	. "$vm/lib/life-variants.sh"
	old_is_possible() { [ -z "$elsewhere" ]; }
	elsewhere=''
	top=$BATS_TEST_TMPDIR
	run old_is_expected
	[ "$status" = 1 ]
	run needs_old ''
	[ "$status" = 77 ]
	[ "$output" = "there is no archive 'old' for this suite" ]
	mkdir "$top/.git"
	old_is_expected
	run needs_old yes
	[ "$status" = 1 ]
	[[ $output = *"the first release is missing"* ]]
	elsewhere=yes
	run old_is_expected
	[ "$status" = 1 ]
}
