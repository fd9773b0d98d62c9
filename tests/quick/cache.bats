#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The cache of tests/lib/cache.sh, as processes use it side by side.

bats_require_minimum_version 1.5.0

setup() {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	lib=$BATS_TEST_DIRNAME/../lib
}

# user SECONDS FILE: get the entry, making it if it is missing in half a second, write who made it to FILE, and use it for so long.
user() {
	bash -s "$lib" "$@" <<-'END'
		die() { echo "$*" >&2; exit "$1"; }
		say() { echo "$*" >&2; }
		. "$1/cache.sh"
		make_entry() { sleep 0.5; echo "$$" >"$1/maker"; }
		cache_open
		cache_get thing "$(echo thing | key)" make_entry
		cp "$entry/maker" "$3.new" && mv "$3.new" "$3"
		sleep "$2"
		[ -e "$entry/maker" ]
	END
}

# appears FILE SECONDS
appears() {
	local end=$((SECONDS + $2))
	until [ -e "$1" ]; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

@test "cache: who waited for an entry has it when it is made, not when the others have gone" {
	local i pids=() here=$BATS_TEST_TMPDIR
	for i in 1 2 3 4; do
		user 20 "$here/$i" 3>&- &
		pids+=($!)
	done
	for i in 1 2 3 4; do
		appears "$here/$i" 10
	done
	kill "${pids[@]}"
}

@test "cache: an entry is made once, by whoever comes first" {
	local i pids=()
	for i in 1 2 3 4; do
		user 0 "$BATS_TEST_TMPDIR/$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[ "$(cat "$BATS_TEST_TMPDIR"/[1-4] | sort -u | wc -l)" = 1 ]
}
