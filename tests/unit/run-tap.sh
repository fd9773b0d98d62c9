#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run-tap.sh [-w WRAPPER] PROGRAM...
#
# Runs each program, shows the TAP it prints and ends in one line
# "N passed, N failed, N skipped". A program that ends before its plan is
# fulfilled, that dies or that takes more than a minute is a failure.
set -u

wrapper=
if [ "${1-}" = -w ]; then
	wrapper=$2
	shift 2
fi

export CMOCKA_MESSAGE_OUTPUT=TAP
passed=0 failed=0 skipped=0

for program in "$@"; do
	echo "# ${program##*/}"
	# shellcheck disable=SC2086 # the wrapper is a command with its options
	output=$(timeout 60 $wrapper "$program" 2>&1)
	status=$?
	# cmocka 1.1 says "not ok" to a skipped test
	output=$(printf '%s\n' "$output" | sed 's/^not ok \([0-9]*\) # SKIP/ok \1 # SKIP/')
	printf '%s\n' "$output"

	plan=$(printf '%s\n' "$output" | sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p')
	not_ok=$(printf '%s\n' "$output" | grep -c '^not ok ')
	skip=$(printf '%s\n' "$output" | grep -c '^ok .*# SKIP')
	ok=$(printf '%s\n' "$output" | grep -c '^ok ')

	if [ $((ok + not_ok)) -ne "${plan:-0}" ] || [ "${plan:-0}" -eq 0 ] ||
	   { [ $status -ne 0 ] && [ "$not_ok" -eq 0 ]; }; then
		echo "# ${program##*/}: ended with status $status, $ok of ${plan:-?} tests done"
		failed=$((failed + 1))
	fi
	passed=$((passed + ok - skip))
	failed=$((failed + not_ok))
	skipped=$((skipped + skip))
done

echo "# $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
