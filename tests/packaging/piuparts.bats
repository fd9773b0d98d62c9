#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The packages come to a minimal Debian and leave it as it was.

bats_require_minimum_version 1.5.0

@test "piuparts: installed and purged, the packages leave nothing behind" {
	run "$BATS_TEST_DIRNAME/piuparts" bookworm
	echo "$output"
	[ "$status" -eq 0 ]
}
