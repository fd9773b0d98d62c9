# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages to install: mymap's own, what they need, and a repository of them on a disk.

packages_prepare() {
	packages_get
	packages_read
}

# Build mymap's packages, or take those of MYMAP_VM_DEBS; copy them, so that a build beside us changes nothing under us.
packages_get() {
	local from log=$work/make-deb.log lock suite=${suite%-backports}
	from=$top/build/$suite-$arch

	own=$work/own
	mkdir "$own"
	if [ -n "${MYMAP_VM_DEBS-}" ]; then
		from=$MYMAP_VM_DEBS
	else
		exec {lock}>>"$cache/locks/make-deb-$(echo "$top" | key)"
		flock -x "$lock"
		if ! make_here "$log" deb "SUITE=$suite" "ARCH=$arch"; then
			keep_log "$log"
			tail -n 20 "$log" >&2
			die 125 "make deb" "failed" "$kept"
		fi
	fi
	cp "$from"/*.deb "$own" 2>/dev/null || die 125 "$from" "holds no package"
	[ -z "${lock-}" ] || flock -u "$lock"
}

# make_here LOG TARGET...: what it says goes to LOG, and the lines about its progress to us as well.
make_here() {
	local log=$1
	shift

	background make -s -C "$top" "$@" </dev/null >>"$log" 2> >(while IFS= read -r line; do
		echo "$line" >>"$log"
		[[ $line != "make "*": "* ]] || [ -n "$quiet" ] || echo "$line" >&2
	done)
}

# What they are called, and hashes of what they say of themselves and of all that is in them.
packages_read() {
	local deb

	own_names=()
	for deb in "$own"/*.deb; do
		own_names+=("$(dpkg-deb -f "$deb" Package)")
		dpkg-deb -f "$deb" >>"$work/own-control"
		dpkg-deb --ctrl-tarfile "$deb" >>"$work/own-content"
		dpkg-deb --fsys-tarfile "$deb" >>"$work/own-content"
	done
	own_control=$(key <"$work/own-control")
	own_content=$(key <"$work/own-content")
	rm "$work/own-content"
}

# The headers for a kernel that is not the architecture's default, which mymap-dkms would not ask for.
kernel_headers() {
	[ "$kernel" = "linux-image-$(kernel_flavour "$arch")" ] || [ -n "$prebuilt" ] || echo "${kernel/#linux-image-/linux-headers-}"
}

# closure STATUS WANTED...: the archive's packages that apt would install for WANTED, with Recommends, on a machine
# with that dpkg status; a line each: file name, sha256 or MD5, address.
closure() {
	local status=$1
	shift
	# apt names no address for what it finds in its cache, so it gets an empty one.
	mkdir -p "$work/no-packages/partial"
	APT_STATUS=$status private_apt get install -qq -y --print-uris -o "Dir::Cache::archives=$work/no-packages" "$@" \
		>"$work/uris" 2>"$work/uris.log" </dev/null || return 1
	sed -n "s/^'\([^']*\)' \([^ ]*\) [0-9]* \(.*\)$/\2 \3 \1/p" "$work/uris" | grep -v ' file:' | LC_ALL=C sort || :
}

# Both closures: of mymap itself, and of the packages named by --with beyond it.
closures_build() {
	local wanted=("$own"/*.deb) headers

	headers=$(kernel_headers)
	closure "$base/status" "${wanted[@]}" ${headers:+"$headers"} >"$1/own" || closure_failed "mymap"
	closure "$base/status" "${wanted[@]}" ${headers:+"$headers"} "${with[@]}" >"$1/all" || closure_failed "${with[*]}"
	LC_ALL=C comm -13 "$1/own" "$1/all" >"$1/with"
}

closure_failed() {
	local why

	why=$(grep -m 1 '^E: ' "$work/uris.log" || echo "apt cannot resolve it")
	keep_log "$work/uris.log" "$work/uris"
	die 125 "packages for $1" "${why#E: }" "$kept"
}

# download STATUS WANTED...: fetch into the cache of packages, checked by apt.
download() {
	local status=$1
	shift
	APT_STATUS=$status private_apt get install -qq -y --download-only "$@" </dev/null
}

# repository DISK FILE...: an ext4 disk image with these packages as an apt repository.
repository() {
	local disk=$1 tree=$work/repository
	shift

	rm -rf "$tree"
	mkdir "$tree" || return 1
	cp -- "$@" "$tree" || return 1
	(cd "$tree" && apt-ftparchive packages . >Packages && apt-ftparchive release . >"$work/Release" && mv "$work/Release" .) ||
		return 1
	tree_disk "$disk" "$tree"
}

# tree_disk DISK TREE: turn a folder into the image of a disk.
tree_disk() {
	local size

	size=$(du -sm --apparent-size "$2" | cut -f 1)
	mke2fs -q -t ext4 -L mymap-repo -m 0 -O ^has_journal -N 4096 -E root_owner=0:0 -d "$2" "$1" \
		"$((size + size / 20 + 16))M" || return 1
	rm -rf "$2"
}
