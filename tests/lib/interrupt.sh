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

# interrupted STATUS: neither a machine nor a build goes on.
interrupted() {
	trap '' INT TERM HUP
	echo "${0##*/}: interrupted; ending what runs" >&2
	# shellcheck disable=SC2046 # numbers
	kill $(descendants $$) 2>/dev/null
	wait
	exit "$1"
}

end_all_when_interrupted() {
	trap 'interrupted 130' INT
	trap 'interrupted 143' TERM
	trap 'interrupted 129' HUP
}
