# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The cache: entries named SORT-KEY, KEY a hash of what they are made of. An entry is built under a temporary name and
# renamed. Whoever uses an entry holds a shared lock on it; who builds it or removes it, an exclusive one.

cache_open() {
	local old

	cache=${XDG_CACHE_HOME:-$HOME/.cache}/mymap
	mkdir -p "$cache"/{vm,locks,tmp,logs,packages} || die 125 "$cache" "cannot be made"
	cache=$(cd "$cache" && pwd -P)

	work=$(mktemp -d "$cache/tmp/run.XXXXXX") || die 125 "$cache/tmp" "no temporary folder"
	exec {work_lock}<"$work"
	flock -s "$work_lock"

	# What a killed run left: a folder whose lock nobody holds. A new one is locked within a moment.
	find "$cache/tmp" -mindepth 1 -maxdepth 1 -mmin +1 -print0 | while IFS= read -r -d '' old; do
		flock -n -x "$old" rm -rf "$old" || :
	done
	find "$cache/logs" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' | sort -rn | tail -n +41 | cut -d ' ' -f 2- |
		xargs -r -d '\n' rm -rf
	find "$cache/packages" -type f -ctime +30 -delete
}

# The hash of stdin, as a key.
key() {
	sha256sum | cut -c 1-16
}

# cache_get SORT KEY BUILDER: set $entry to the folder of an entry and keep it from being removed while this process
# lives; if it is missing, call BUILDER with a temporary folder to fill.
cache_get() {
	local name=$1-$2 builder=$3 lock new
	entry=$cache/vm/$name

	exec {lock}>>"$cache/locks/$name"
	while flock -s "$lock"; [ ! -e "$entry/id" ]; do
		flock -u "$lock"
		# Whoever made it goes on to use it, and an exclusive lock is not to be had as long.
		flock -n -x "$lock" || {
			say "waiting for another run that builds $name"
			until [ -e "$entry/id" ] || flock -w 1 -x "$lock"; do :; done
		}
		[ ! -e "$entry/id" ] || continue
		cache_prune "$1" "$(cache_limit "$1")"
		new=$work/new-$1-$BASHPID
		mkdir "$new"
		"$builder" "$new"
		head -c 16 /dev/urandom | key >"$new/id"
		rm -rf "$entry"
		mv -T "$new" "$entry"
	done
	touch -c "$entry"
}

# So many entries of a sort are kept: few, since all of them together must stay below 20 GB.
cache_limit() {
	case $1 in
	room) echo 8 ;;
	kernel) echo 12 ;;
	# The headers of all kernels of tests/matrix, 20 MB each, and of those that are about to take their places.
	tree) echo 80 ;;
	*) echo 5 ;;
	esac
}

# cache_prune SORT COUNT: remove all but the COUNT entries of SORT last used, but none that is in use.
cache_prune() {
	local name

	find "$cache/vm" -mindepth 1 -maxdepth 1 -name "$1-*" -printf '%T@ %f\n' | sort -rn | tail -n "+$(($2 + 1))" |
		cut -d ' ' -f 2- | while read -r name; do
		flock -n -x "$cache/locks/$name" rm -rf "$cache/vm/$name" || :
	done
}

# keep_log FILE...: copy logs of a failed run to a place that stays; set $kept to the first of them.
keep_log() {
	local dir

	dir=$(mktemp -d "$cache/logs/$(date +%Y%m%d-%H%M%S).XXXX")
	cp "$@" "$dir"
	kept=$dir/${1##*/}
}
