# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Rooms: Debian systems of any suite in which things are built, each an entry of the cache that nothing changes. A command in
# a room has no network, /build to work in, and layers on top of the room, if it wants some.

# room_get [FOREIGN-ARCHITECTURE,]... PACKAGE...: set $room to a Debian $suite of this machine's architecture in which these
# packages are installed. Architectures end in a comma. $room_hooks are commands that are run in it at the end, in a copy of
# the folder $room_source.
room_get() {
	local arch architectures

	arch=$(dpkg --print-architecture)
	architectures=$arch
	while [ "${1%,}" != "$1" ]; do
		architectures+=,${1%,}
		shift
	done
	archive_refresh
	room_packages=("$@")
	cache_get room "$(
		{
			echo "$suite $architectures $* ${room_hooks[*]-}"
			[ -z "${room_source-}" ] || find "$room_source" -type f -exec cat {} +
			cat "$archive/sources.list"
			private_apt cache policy "${room_packages[@]%%:*}" 2>/dev/null | grep -E '^[^ ]|Candidate'
		} | key
	)" room_build
	room=$entry/root
}

# A room with what debian/control asks for, to build the packages for $arch, or programs that use them.
room_for_packages() {
	local room_source=$work/control room_hooks=() foreign=() profiles='' native
	native=$(dpkg --print-architecture)

	if [ "$arch" != "$native" ]; then
		foreign=("$arch," "crossbuild-essential-$arch")
		profiles=--build-profiles=cross,nocheck
	fi
	mkdir -p "$room_source/debian"
	cp "$top/debian/control" "$room_source/debian"
	room_hooks=("apt-get build-dep -qq -y --no-install-recommends --host-architecture=$arch $profiles ./")
	room_get "${foreign[@]}" build-essential fakeroot
}

room_build() {
	local log=$1/build.log

	machine_acquire >"$1/aptopt"
	echo "Acquire::Check-Valid-Until \"$(archive_valid_until)\";" >>"$1/aptopt"
	step "making a Debian $suite to build in (about 2 minutes)" "$log" room_make "$1" || {
		keep_log "$log"
		die 125 "Debian $suite to build in" "$(grep -m 1 '^E: ' "$log" || echo "mmdebstrap failed")" "$kept"
	}
}

room_make() {
	local include hooks=() hook

	include=$(IFS=,; echo "${room_packages[*]}")
	if [ -n "${room_source-}" ]; then
		hooks=(--customize-hook="mkdir \"\$1/tmp/source\"" --customize-hook="sync-in '$room_source' /tmp/source")
		for hook in "${room_hooks[@]}"; do
			hooks+=(--customize-hook="chroot \"\$1\" sh -c 'cd /tmp/source && $hook'")
		done
		hooks+=(--customize-hook="rm -r \"\$1/tmp/source\"")
	fi
	mkdir "$1/root"
	mmdebstrap --variant=apt --architectures="$architectures" --format=tar --aptopt="$1/aptopt" \
		--aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --include="$include" "${hooks[@]}" \
		"${suite%-backports}" "$1/root.tar" "$archive/sources.list" &&
		tar -x -f "$1/root.tar" -C "$1/root" --exclude='./dev/*' --no-same-owner &&
		mkdir "$1/root/build" &&
		rm "$1/root.tar" "$1/aptopt"
}

# room_layer NAME DEB: set $layer to the tree of what the package has below /usr.
room_layer() {
	layer_deb=$1
	cache_get tree "$(echo "${1##*/}" | key)" room_layer_build
	layer=$entry/root
}

room_layer_build() {
	mkdir "$1/root"
	dpkg-deb --fsys-tarfile "$layer_deb" | tar -x -C "$1/root" --no-same-owner ./usr ||
		die 125 "$layer_deb" "cannot be unpacked"
}

# room_run DIR LAYERS COMMAND...: run it in $room, DIR at /build; LAYERS are trees put over the room, with colons between. What
# its compilers make of the same input is remembered in the folder $room_ccache, if that is set and the room has ccache.
room_run() {
	local dir=$1 layers=${2:+$2:}$room namespace=()
	shift 2

	[ "$(id -u)" = 0 ] || namespace=(--user --map-root-user)
	mkdir -p "$work/root" "$work/upper" ${room_ccache:+"$room_ccache"}
	# For the shells of the name space. The last of them stays, as its first process: signals pass that one by, so that it ends
	# when what it runs has ended.
	# shellcheck disable=SC2016
	unshare "${namespace[@]}" --mount --pid --fork --kill-child --net --ipc sh -euc '
		root=$1 upper=$2 layers=$3 dir=$4 ccache=$5
		shift 5
		mount --make-rprivate /
		mount -t tmpfs tmp "$upper"
		mkdir "$upper/upper" "$upper/work"
		mount -t overlay -o "lowerdir=$layers,upperdir=$upper/upper,workdir=$upper/work" overlay "$root"
		mount --rbind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmp "$root/tmp"
		mount --bind "$dir" "$root/build"
		if [ -n "$ccache" ]; then
			mkdir "$root/ccache"
			mount --bind "$ccache" "$root/ccache"
			ccache=/usr/lib/ccache:
		fi
		exec env -i PATH="$ccache/usr/sbin:/usr/bin:/sbin:/bin" CCACHE_DIR=/ccache CCACHE_MAXSIZE=1G HOME=/tmp LC_ALL=C.UTF-8 TERM=dumb \
			DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-}" SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH-}" \
			chroot "$root" sh -c "cd /build && \"\$@\"; exit \$?" sh "$@"' sh "$work/root" "$work/upper" "$layers" "$dir" "${room_ccache-}" "$@"
}
