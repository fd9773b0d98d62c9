# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The archives that a machine finds at /srv/repository; a line of sources.list names those that it knows:
#   release, security, backports  the kernels of Debian $suite with their headers, where there are; release has all that
#           a machine begins with, too
#   mymap   this tree's packages
#   old     those of the first release (not everywhere: see old_prepare)
#   next    this tree's with a higher version
#   broken  the same with a driver that does not compile
#   picky   the same with a driver that compiles for the kernel of the release only

# archive_tree DIR CODENAME FILE...: make DIR an archive with these packages.
archive_tree() {
	local dir=$1 codename=$2 release field=APT::FTPArchive::Release
	shift 2

	release=(-o "$field::Codename=$codename" -o "$field::Suite=$codename")
	[[ $codename != *-backports ]] || release+=(-o "$field::NotAutomatic=yes" -o "$field::ButAutomaticUpgrades=yes")
	mkdir "$dir"
	cp -- "$@" "$dir"
	(cd "$dir" && apt-ftparchive packages . >Packages && apt-ftparchive "${release[@]}" release . >"$work/Release" &&
		mv "$work/Release" .)
}

# life_archives: set $life_repository to the disk with all of them.
life_archives() {
	local pocket

	cp "$work/headers" "$work/release"
	life_kernel_closure "$suite-security" >"$work/security.all"
	comm -13 "$work/headers" "$work/security.all" >"$work/security"
	life_backports >"$work/backports.all" || exit
	comm -13 "$work/headers" "$work/backports.all" >"$work/backports"
	old_prepare
	cache_get archives "$({
		cat "$work/release" "$work/security" "$work/backports"
		echo "$own_content $kernel"
		[ -z "$old_debs" ] || cat "$old_debs/id"
		declare -f variant variant_source variant_broken variant_picky archive_tree life_archives_build
	} | key)" life_archives_build
	life_repository=$entry/repository.ext4
}

life_archives_build() {
	local tree=$work/archives pocket files

	say "making the archives"
	mkdir "$tree"
	life_fetch "$suite" "$work/release" "$1/build.log"
	life_fetch "$suite-security" "$work/security" "$1/build.log"
	for pocket in release security backports; do
		mapfile -t files < <(cut -d ' ' -f 1 "$work/$pocket")
		[ "${#files[@]}" = 0 ] || archive_tree "$tree/$pocket" "$suite-$pocket" "${files[@]/#/$cache/packages/}"
	done
	variant "$work/broken" 1 variant_broken
	variant "$work/picky" 2 variant_picky
	variant "$work/next" 3
	archive_tree "$tree/mymap" mymap "$own"/*.deb
	archive_tree "$tree/next" mymap "$work"/next/*.deb
	archive_tree "$tree/broken" mymap "$work"/broken/*.deb
	archive_tree "$tree/picky" mymap "$work"/picky/*.deb
	[ -z "$old_debs" ] || archive_tree "$tree/old" mymap "$old_debs"/*.deb
	tree_disk "$1/repository.ext4" "$tree"
}
