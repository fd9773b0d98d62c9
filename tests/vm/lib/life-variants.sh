# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Other versions of mymap's packages than this tree's: those of the first release, and such as this tree may have one day,
# good ones and bad ones.

# variant DIR NUMBER [EDIT]: this tree's packages with +NUMBER behind their version, into the new folder DIR. EDIT is called in
# the driver's source.
variant() {
	local deb tree=$work/variant old new edit=${3:-:}

	mkdir "$1"
	for deb in "$own"/*.deb; do
		rm -rf "$tree"
		dpkg-deb -R "$deb" "$tree"
		old=$(dpkg-deb -f "$deb" Version)
		new=${old%-*}+$2-${old##*-}
		sed -i "s/^Version: .*/Version: $new/; s/(= ${old//./\\.})/(= $new)/g" "$tree/DEBIAN/control"
		[ ! -d "$tree/usr/src" ] || variant_source "$tree" "${old%-*}" "${new%-*}" "$edit"
		dpkg-deb --root-owner-group -Zgzip -z1 -b "$tree" "$1" >/dev/null
	done
}

# variant_source TREE OLD NEW EDIT: the driver's source, and the scripts that give it to DKMS.
variant_source() (
	cd "$1" || exit
	mv "usr/src/mymap-$2" "usr/src/mymap-$3"
	sed -i "s/${2//./\\.}/$3/g" DEBIAN/postinst DEBIAN/prerm "usr/src/mymap-$3/dkms.conf"
	(cd "usr/src/mymap-$3" && "$4")
	find usr -type f -exec md5sum {} + >DEBIAN/md5sums
)

# A driver that compiles nowhere.
variant_broken() {
	sed -i '1i #error "this release does not compile"' src/main.c
}

# A driver that compiles for the kernel of the release and for no other.
variant_picky() {
	sed -i '1i #ifdef MYMAP_UNKNOWN_KERNEL\n#error "this kernel is not known"\n#endif' src/main.c
	# The variables are the kernel's Makefile's.
	# shellcheck disable=SC2016
	printf 'ccflags-y += $(if $(filter-out %s,$(KERNELRELEASE)),-DMYMAP_UNKNOWN_KERNEL)\n' \
		"${kernel#linux-image-}" >>src/Kbuild
}

# The commit of the first release: by its tag or, in a clone without tags, the last one before the version became another.
# Nothing where the history does not go back so far.
old_commit() {
	local changes

	git -C "$top" rev-parse -q --verify 'v0.1.0^{commit}' && return
	mapfile -t changes < <(git -C "$top" log --reverse --format=%H -G'^PACKAGE_VERSION="0\.1\.0"$' -- dkms.conf 2>/dev/null)
	[ "${#changes[@]}" -lt 2 ] || git -C "$top" rev-parse -q --verify "${changes[1]}^" || :
}

# Its packages, built as it builds them: in Debian 12, for this machine.
old_build() {
	local source=$work/old log=$1/build.log

	mkdir "$source"
	git -C "$top" archive "$old_commit" | tar -x -C "$source"
	step "building the packages of the first release" "$log" "$source/debian/build-debs" bookworm "$arch" || {
		keep_log "$log"
		die 125 "the first release" "cannot be built" "$kept"
	}
	cp "$source/build/bookworm-$arch"/*.deb "$1"
	rm -rf "$source"
}

# Whoever has a clone on a Debian 12 has the first release. A tree without history has not.
old_is_expected() {
	[ -e "$top/.git" ] && old_is_possible
}

old_is_possible() {
	[ "$arch" = "$(dpkg --print-architecture)" ] && grep -q '^VERSION_CODENAME=bookworm$' /etc/os-release
}

# old_prepare: set $old_debs to the folder of its packages; to nothing where they cannot be built.
old_prepare() {
	old_debs=''
	old_commit=$(old_commit)
	[ -n "$old_commit" ] && old_is_possible || return 0
	cache_get old "$(echo "$old_commit $arch" | key)" old_build
	old_debs=$entry
}
