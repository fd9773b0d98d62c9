# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A program at the machine's console, for what asks questions before there is a system: its stdin is what the machine
# writes, its stdout is typed. Its stderr is ours.

console_arguments() {
	rm -f "$work"/console.{in,out}
	mkfifo "$work"/console.{in,out}
	# Whoever answers questions of the firmware sees it reboot.
	arguments+=(-action reboot=reset
		-chardev "pipe,id=console,path=$(quoted "$work/console"),logfile=$(quoted "$work/console.log")")
}

# When the program has ended, its pipe must still be read: a full one would stop the machine.
console_start() {
	{
		"$machine_console" || :
		cat >/dev/null
	} <"$work/console.out" >"$work/console.in" {verdict_fd}>&- &
	tail_pids+=" $!"
}
