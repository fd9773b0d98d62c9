#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tests/lib/interrupt.sh: nothing goes on when a script is interrupted.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export BATS_TEST_TIMEOUT=60
	# What is looked for afterwards: nobody else sleeps that long.
	nap=86$BATS_TEST_NUMBER$((10000 + RANDOM))
}

teardown() {
	pkill -f "sleep $nap" || :
}

# script LINE...: runs in the background, interrupted when it has said that it is ready.
interrupt() {
	local pid
	{
		echo ". '$BATS_TEST_DIRNAME/../lib/interrupt.sh'"
		echo end_all_when_interrupted
		printf '%s\n' "$@" 'touch ready' 'sleep 60 & wait'
	} >script
	bash script 2>log 3>&- &
	pid=$!
	until [ -e ready ]; do sleep 0.1; done
	kill -s "$signal" "$pid"
	status=0
	wait "$pid" || status=$?
}

nobody_sleeps() {
	run ! pgrep -f "sleep $nap"
}

@test "interrupt: what runs in the background ends, and the status tells the signal" {
	signal=TERM
	interrupt "sleep $nap &" "(sleep $nap; :) &"
	[ "$status" = 143 ]
	nobody_sleeps
	grep -q 'interrupted; ending what runs' log
}

@test "interrupt: so does what has lost its parent, or is in a session of its own" {
	signal=HUP
	interrupt "bash -c 'sleep $nap & disown' " "setsid bash -c 'sleep $nap & sleep $nap' &" "sleep 0.5"
	[ "$status" = 129 ]
	nobody_sleeps
}

@test "interrupt: what does not listen is killed" {
	signal=TERM
	interrupt "bash -c 'trap \"\" TERM; sleep $nap; :' &" "sleep 0.5"
	nobody_sleeps
}

@test "interrupt: of two scripts, only one ends" {
	signal=TERM
	bash -c ". '$BATS_TEST_DIRNAME/../lib/interrupt.sh'; end_all_when_interrupted; sleep $nap & wait" 3>&- &
	other=$!
	interrupt "sleep 60 &"
	pgrep -f "sleep $nap"
	kill "$other"
	wait "$other" || :
	nobody_sleeps
}
