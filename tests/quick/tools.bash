# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Where things are, and small helpers.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
# shellcheck disable=SC2034 # the tests use it
TOOLS=$ROOT/tools
UNIT=$ROOT/build/unit
BUILT=$UNIT/tools

# Library, command and fake driver, as the unit tests build them.
build_tools() {
	make -s -C "$ROOT/tests/unit" all >"$BATS_FILE_TMPDIR/build.log" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/build.log"
		return 1
	}
}

requires() {
	local need
	for need; do
		command -v "$need" >/dev/null || skip "$need is not installed"
	done
}

# The command without a driver: what this machine really is.
mymap() {
	LD_LIBRARY_PATH=$BUILT "$BUILT/mymap" "$@"
}

# The command with the fake driver, see tests/unit/fake_driver.c.
fake() {
	LD_LIBRARY_PATH=$BUILT LD_PRELOAD=$UNIT/fake_driver.so "$BUILT/mymap" "$@"
}

# The last "run" failed with this status, said this one line and nothing else.
fails_with() {
	local expected=$1 line=$2
	# shellcheck disable=SC2154 # run sets them
	[ "$status" -eq "$expected" ] || { echo "status $status, not $expected: $stderr"; return 1; }
	# shellcheck disable=SC2154
	[ "$stderr" = "$line" ] || { echo "said: $stderr"; echo "not:  $line"; return 1; }
	[ -z "$output" ] || { echo "stdout: $output"; return 1; }
}

# The last "run" succeeded and printed exactly this.
prints() {
	[ "$status" -eq 0 ] || { echo "status $status: $stderr"; return 1; }
	[ -z "$stderr" ] || { echo "stderr: $stderr"; return 1; }
	[ "$output" = "$1" ] || { echo "printed: $output"; echo "not:     $1"; return 1; }
}
