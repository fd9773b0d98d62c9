# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the life of a machine means: $outcome, an exit status, and $outcome_why if it is the harness's.

verdict() {
	local status out err
	outcome=125 outcome_what=machine outcome_why=

	case $machine_end in
	exit)
		read -r status out err <<<"$machine_words"
		if [ "$out $err" != "$(stat -c %s "$work/stdout") $(stat -c %s "$work/stderr")" ]; then
			outcome_what=output outcome_why="some of it was lost on the way"
		else
			outcome=$status
		fi ;;
	failed) outcome_what=guest outcome_why=$machine_words ;;
	dead) outcome_why="ended without a verdict$(first_words)" ;;
	silent) outcome_why="gave no sign of life in $machine_silence s$(first_words)" ;;
	dirty) outcome_why="did not switch itself off" ;;
	time) outcome=124 outcome_what="--timeout $machine_limit" outcome_why="the time is over" ;;
	esac

	if ! complaints=$("$vm_dir/scan-kernel-log" <"$work/console.log"); then
		[ "$outcome" = 124 ] || outcome=125
		outcome_what=kernel outcome_why="complained: ${complaints%%$'\n'*}"
	fi
}

# What QEMU said before it ended.
first_words() {
	sed -n '1s/^/: /p' "$work/qemu.log"
}

# End as the machine ended.
finish() {
	verdict
	if [ -n "$outcome_why" ]; then
		keep_log "$work/console.log" "$work/qemu.log"
		die "$outcome" "$outcome_what" "$outcome_why" "$kept"
	fi
	exit "$outcome"
}
