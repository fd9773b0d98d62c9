# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# End what runs in the background when a script is interrupted. A background process does not hear of the terminal's
# interrupt, nor does what timeout runs.

# descendants PID: all of them, those first that were started last.
descendants() {
	local child
	for child in $(pgrep -P "$1"); do
		descendants "$child"
		echo "$child"
	done
}

# tagged: processes that have inherited the tag, whoever is their parent by now.
tagged() {
	local environment pid
	for environment in /proc/[0-9]*/environ; do
		pid=${environment#/proc/}
		pid=${pid%/environ}
		case $pid in "$$" | "$BASHPID") continue ;; esac
		! grep -qzsE "^MYMAP_INTERRUPT=(.*:)?$$(:|\$)" "$environment" 2>/dev/null || echo "$pid"
	done
}

# interrupted STATUS: neither a machine nor a build goes on, also where it is slow to end, or has lost its parent.
interrupted() {
	local i pids signal=TERM
	trap '' INT TERM HUP
	echo "${0##*/}: interrupted; ending what runs" >&2
	for i in {1..15}; do
		pids=$({ descendants $$; tagged; } | sort -u)
		[ "$i" -lt 10 ] || signal=KILL
		# shellcheck disable=SC2086 # numbers
		kill -s "$signal" $pids 2>/dev/null || break
		sleep 1
	done
	wait
	exit "$1"
}

end_all_when_interrupted() {
	export MYMAP_INTERRUPT=${MYMAP_INTERRUPT:+$MYMAP_INTERRUPT:}$$
	trap 'interrupted 130' INT
	trap 'interrupted 143' TERM
	trap 'interrupted 129' HUP
}
