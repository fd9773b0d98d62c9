# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian archive: which mirror, and a private apt that knows the guest's packages and not this machine's.

# The lines of a sources.list for $suite. MYMAP_MIRROR is such lines, or the address of a mirror; without it they are what
# this machine's apt uses for its own release of Debian, with the name of the release replaced.
archive_sources() {
	local trusted=/usr/share/keyrings/debian-archive-keyring.gpg

	case ${MYMAP_MIRROR-} in
	'') machine_sources ;;
	deb\ *) echo "$MYMAP_MIRROR" ;;
	*) for_suite "$MYMAP_MIRROR" '' ;;
	esac | sort -u | sed "s|^deb || ; s|^\[[^]]*\] *|| ; s|^|deb [signed-by=$trusted] |"
}

# for_suite MAIN SECURITY: the parts of the archive that make $suite. A suite of backports has the stable one beneath it.
for_suite() {
	local stem=${suite%-backports}

	echo "$1 $stem main"
	case $stem in
	sid) ;;
	forky) [ -z "$2" ] || echo "$2 $stem-security main" ;;
	*)
		echo "$1 $stem-updates main"
		[ -z "$2" ] || echo "$2 $stem-security main" ;;
	esac
	[ "$stem" = "$suite" ] || echo "$1 $suite main"
}

machine_sources() {
	[ -z "${machine_main-}" ] || for_suite "$machine_main" "$machine_security"
}

# Where this machine's own release of Debian comes from: asked once, since apt takes a second to tell.
machine_archive() {
	local own targets

	[ -z "${machine_main-}${MYMAP_MIRROR-}" ] || return 0
	own=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
	# The fields are apt's.
	# shellcheck disable=SC2016
	targets=$(env -u APT_CONFIG apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' 'Origin: Debian' 'Component: main')
	machine_main=$(awk -v release="$own" '$2 == release { print $1; exit }' <<<"$targets")
	machine_security=$(awk -v release="$own" '$2 ~ "^" release "(-security|/updates)$" { print $1; exit }' <<<"$targets")
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
Acquire::Check-Valid-Until "$(archive_valid_until)";
APT::Sandbox::User "root";
Acquire::Languages "none";
Debug::NoLocking "true";
CONFIG
}

# A snapshot of sid is soon past its date.
archive_valid_until() {
	case $suite in
	sid) echo false ;;
	*) echo true ;;
	esac
}

# Lists older than a day are fetched again; without a network the old ones do. They live in a folder named after the
# sources; $archive_id is the hash of what the archive said.
archive_refresh() {
	local sources used lock

	machine_archive
	sources=$(archive_sources)
	if [ -z "$sources" ]; then
		say "fetching this machine's package lists, to learn its mirror"
		apt-get -qq update >&2 </dev/null || :
		machine_archive
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

	echo "$sources" | archive_put sources.list
	archive_config | archive_put apt.conf
	[ -e "$archive/status" ] || : >"$archive/status"
	if [ -z "$(find "$archive/fresh" -mtime -1 2>/dev/null)" ]; then
		archive_update
	fi
	archive_id=$(cat "$archive/fresh")
	flock -u "$lock"
	touch "$archive"
	cache_prune archive 24
}

# archive_put NAME: stdin becomes that file of the archive, unless it says that already: apt reads all lists again where its
# sources are newer than what it made of them. At once, since an apt that finds its configuration half written takes this
# machine's instead.
archive_put() {
	cat >"$archive/$1.new"
	if cmp -s "$archive/$1.new" "$archive/$1"; then
		rm "$archive/$1.new"
	else
		mv "$archive/$1.new" "$archive/$1"
	fi
}

# Some of the lists may be out of step with their index for a while, or never have been there for an architecture; the
# release's own must be there.
archive_update() {
	local log=$archive/update.log missing

	private_apt get update >"$log" 2>&1 </dev/null || :
	missing=$(sed -n 's/^\(E: Failed to fetch\|W: Failed to fetch\) [^ ]*\/dists\/\([^ ]*\) .*/\2/p' "$log" | sort -u | tr '\n' ' ')
	if [ -n "$(archive_lists "${suite%-backports}")" ] && { [ -z "$missing" ] || [ ! -e "$archive/fresh" ]; }; then
		[ -z "$missing" ] || say "the archive lacks $missing, going on without, log: $log"
		find "$archive/state/lists" -name '*Packages*' -type f -exec sha256sum {} + | sort | key >"$archive/new"
		mv "$archive/new" "$archive/fresh"
	elif [ -e "$archive/fresh" ]; then
		say "the archive cannot be reached, going on with old package lists, log: $log"
	else
		die 125 "archive" "the package lists of Debian $suite for $arch cannot be fetched" "$log"
	fi
}

# The files that hold the lists of RELEASE.
archive_lists() {
	local file

	# The field is apt's.
	# shellcheck disable=SC2016
	private_apt get indextargets --format '$(FILENAME)' 'Created-By: Packages' "Release: $1" | while read -r file; do
		find "${file%/*}" -maxdepth 1 -name "${file##*/}*" -type f
	done
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
