# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian archive: which mirror, and a private apt that knows the guest's packages and not this machine's.

# The lines of a sources.list for the guest's suite. MYMAP_MIRROR is such lines, or the address of a mirror; without it
# they are what this machine's apt uses for the same release of Debian.
archive_sources() {
	local trusted=/usr/share/keyrings/debian-archive-keyring.gpg

	case ${MYMAP_MIRROR-} in
	'') machine_sources | sort -u ;;
	deb\ *) echo "$MYMAP_MIRROR" ;;
	*) printf '%s %s main\n' "$MYMAP_MIRROR" "$suite" "$MYMAP_MIRROR" "$suite-updates" ;;
	esac | sed "s|^deb || ; s|^\[[^]]*\] *|| ; s|^|deb [signed-by=$trusted] |"
}

machine_sources() {
	# The fields are apt's.
	# shellcheck disable=SC2016
	env -u APT_CONFIG apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' 'Component: main' |
		grep -E "^[^ ]+ $suite(-updates|-security|/updates)? main$" || :
}

# What this machine's apt says of reaching the archive (proxies, retries, dates) holds for the private one.
machine_acquire() {
	env -u APT_CONFIG apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|Check-|Max-)' || :
}

archive_config() {
	machine_acquire
	cat <<CONFIG
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$archive/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$archive/state";
Dir::State::status "$archive/status";
Dir::Cache "$archive/cache";
Dir::Cache::archives "$cache/packages";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "true";
APT::Sandbox::User "root";
Acquire::Languages "none";
Debug::NoLocking "true";
CONFIG
}

# Lists older than a day are fetched again; without a network the old ones do. They live in a folder named after the
# sources; $archive_id is the hash of what the archive said.
archive_refresh() {
	local sources used lock

	sources=$(archive_sources)
	if [ -z "$sources" ]; then
		say "fetching this machine's package lists, to learn its mirror"
		apt-get -qq update >&2 </dev/null || :
		sources=$(archive_sources)
	fi
	[ -n "$sources" ] || die 125 "archive" "this machine has no apt source for Debian $suite: set MYMAP_MIRROR"

	archive=$cache/vm/archive-$(echo "$suite $arch $sources" | key)
	# Two locks: this one says that the folder is in use, the other that somebody changes it.
	exec {used}>>"$cache/locks/${archive##*/}"
	flock -s "$used"
	mkdir -p "$archive"/{state/lists/partial,cache} "$cache/packages/partial"
	exec {lock}>>"$cache/locks/update-${archive##*/}"
	flock -x "$lock"

	echo "$sources" >"$archive/sources.list"
	archive_config >"$archive/apt.conf"
	[ -e "$archive/status" ] || : >"$archive/status"
	if [ -z "$(find "$archive/fresh" -mtime -1 2>/dev/null)" ]; then
		archive_update
	fi
	archive_id=$(cat "$archive/fresh")
	flock -u "$lock"
	touch "$archive"
	cache_prune archive 3
}

archive_update() {
	local log=$archive/update.log

	if private_apt get update -o APT::Update::Error-Mode=any >"$log" 2>&1 </dev/null; then
		find "$archive/state/lists" -name '*Packages*' -type f -exec sha256sum {} + | sort | key >"$archive/new"
		mv "$archive/new" "$archive/fresh"
	elif [ -e "$archive/fresh" ]; then
		say "the archive cannot be reached, going on with old package lists, log: $log"
	else
		die 125 "archive" "its package lists cannot be fetched" "$log"
	fi
}

# private_apt get|cache|config ARGUMENT...: APT_STATUS names the dpkg status to assume, nothing installed by default.
private_apt() {
	local tool=apt-$1
	shift
	APT_CONFIG=$archive/apt.conf "$tool" ${APT_STATUS:+-o "Dir::State::status=$APT_STATUS"} "$@"
}

# The version of PACKAGE that the archive has now.
archive_version() {
	private_apt cache show --no-all-versions "$1" 2>/dev/null | sed -n 's/^Version: //p' | head -n 1
}
