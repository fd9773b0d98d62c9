# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Each file here is one life: its tests are boots of one disk, in their order. The first that fails ends it.

suite=${MYMAP_SUITE:-bookworm}
life=$BATS_TEST_DIRNAME/../vm/life

logs=$BATS_TEST_DIRNAME/../../build/life/$suite/$(basename "$BATS_TEST_FILENAME" .bats)

setup() {
	mkdir -p "$logs"
	[ ! -e "$BATS_FILE_TMPDIR/over" ] || skip "this life is over: $(cat "$BATS_FILE_TMPDIR/over")"
}

teardown() {
	[ -n "$BATS_TEST_COMPLETED" ] || over "a test before failed"
}

teardown_file() {
	rm -rf "$BATS_FILE_TMPDIR"/disk*
}

over() {
	[ -e "$BATS_FILE_TMPDIR/over" ] || echo "$1" >"$BATS_FILE_TMPDIR/over"
}

# stage [OPTION]... <SCRIPT: boot this life's disk and run SCRIPT, see tests/vm/guest/life. It ends with 0, with 77 for a
# skip of the rest of this life and its reason in the last line, or the test fails.
stage() {
	local status=0

	"$life" --quiet --suite "$suite" --disk "$BATS_FILE_TMPDIR/disk" --timeout 1500 "$@" -- "$(cat)" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- || status=$?
	output=$(cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err")
	# What apt says in a test that passes is worth reading, too.
	echo "$output" | tee "$logs/$BATS_TEST_NUMBER"
	if [ "$status" = 77 ]; then
		over "${output##*$'\n'}"
		skip "${output##*$'\n'}"
	fi
	[ "$status" = 0 ]
}

# The oldest kernel that the machine's boot loader could offer.
oldest_kernel() {
	find "$BATS_FILE_TMPDIR/disk.life/boot" -name 'vmlinu[xz]-*' -printf '%f\n' | sed 's/^vmlinu.-//' | sort -V | head -n 1
}
