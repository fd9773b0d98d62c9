# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the harness says, always on stderr, and how it ends. $speaker says it.

say() {
	[ -n "${quiet-}" ] || echo "${speaker-vm}: $*" >&2
}

# die STATUS WHAT WHY [LOG]
die() {
	echo "$me: $2: $3${4:+, log: $4}" >&2
	exit "$1"
}

# background COMMAND...: run it in a process group of its own, so that a signal to the harness acts at once, and ends all of
# it (see cleanup).
background() {
	local status=0

	set -m
	"$@" &
	step_pid=$!
	set +m
	wait "$step_pid" || status=$?
	step_pid=
	return "$status"
}

# step WHAT LOG COMMAND...: run something that takes long, with its output in LOG; tell how long it took.
step() {
	local what=$1 log=$2 start=$SECONDS status=0
	shift 2

	say "$what, log: $log"
	background "$@" >"$log" 2>&1 </dev/null || status=$?
	[ "$status" = 0 ] || return "$status"
	say "done in $((SECONDS - start)) s"
}

# End every process that this run started, and remove its files.
cleanup() {
	local pid

	[ -z "${step_pid-}" ] || kill -- "-$step_pid" 2>/dev/null || :
	for pid in ${qemu_pid-} ${tail_pids-}; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in ${step_pid-} ${qemu_pid-}; do
		wait "$pid" 2>/dev/null || :
	done
	[ -z "${terminal_settings-}" ] || stty "$terminal_settings" 2>/dev/null || :
	[ -z "${work-}" ] || rm -rf "$work"
}
