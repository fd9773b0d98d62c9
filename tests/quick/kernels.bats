#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Which kernels there are for modules that are ready made, and what a repository takes of them. The archive is a made-up one.

bats_require_minimum_version 1.5.0

setup() {
	export BATS_TEST_TIMEOUT=60
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
}

# archive: in place of Debian 12's: its own kernels, one of the next Debian among them, and one of the backports.
archive() {
	. "$top/tests/lib/architecture.sh"
	. "$top/tests/lib/kernels.sh"
	cat >"$BATS_TEST_TMPDIR/packages" <<-'END'
		linux-headers-6.1.0-9-amd64 6.1.27-1
		linux-headers-6.1.0-10-amd64 6.1.38-1
		linux-headers-6.1.0-10-rt-amd64 6.1.38-1
		linux-headers-6.1.0-10-common 6.1.38-1
		linux-headers-6.12.107+deb12-amd64 6.12.107-1~deb12u1
		linux-headers-amd64 6.1.38-1
		linux-headers-rt-amd64 6.1.38-1
	END
	archive_refresh() { archive=none; }
	private_apt() {
		case $2 in
		show) awk -v name="${*: -1}" '$1 == name { print "Package: " $1; print "Version: " $2 }' "$BATS_TEST_TMPDIR/packages" ;;
		pkgnames) awk -v name="$3" 'index($1, name) == 1 { print $1 }' "$BATS_TEST_TMPDIR/packages" ;;
		esac
	}
}

@test "kernels: a flavour's package leads to kernels of the suite's own series only" {
	archive
	usual() {
		kernel_named "$1" amd64 "$2" && kernel_is_usual "$(kernel_flavour_of_name)"
	}
	usual bookworm 6.1.0-10-amd64
	usual bookworm 6.1.0-9-amd64
	usual bookworm 6.1.0-10-rt-amd64
	run usual bookworm 6.12.107+deb12-amd64
	[ "$status" = 1 ]
	run usual bookworm-backports 6.1.0-10-amd64
	[ "$status" = 1 ]
}

# In a tree of its own, make repo takes what these make: packages without content.
repository() {
	mkdir -p "$tree"/{debian,tests/lib,bin}
	cp "$top/debian/build-repository" "$tree/debian"
	cp "$top/tests/lib/architecture.sh" "$tree/tests/lib"
	for name in tests/deps bin/gpg bin/apt-ftparchive; do
		printf '#!/bin/sh\ntrue\n' >"$tree/$name"
	done
	cat >"$tree/bin/gpg" <<-'END'
		#!/bin/bash
		while [ $# -gt 1 ]; do
			[ "$1" != --output ] || : >"$2"
			shift
		done
	END
	# What is built of the files "source" and "tools", which need not be there.
	cat >"$tree/debian/build-debs" <<-'END'
		#!/bin/sh
		mkdir -p "build/$1-$2"
		cat tools >"build/$1-$2/mymap-common_1_all.deb"
		cat source >"build/$1-$2/.inputs"
		true
	END
	# build-modules SUITE ARCH KVER: for those that the file "kernels" has, "SUITE KVER [FLAVOUR]".
	cat >"$tree/debian/build-modules" <<-'END'
		#!/bin/bash
		set -e
		read -r suite kver flavour < <(grep "^$1 $3" kernels) || { echo "no such kernel" >&2; exit 3; }
		package() {
			mkdir -p "package/DEBIAN" "build/modules/$suite-$arch"
			printf '%s\n' "Package: $1" "Version: $2" "Architecture: $arch" "Maintainer: x" "Description: x$(cat tools || :)" ${3:+"Depends: $3"} >package/DEBIAN/control
			SOURCE_DATE_EPOCH=0 dpkg-deb --root-owner-group -b package "build/modules/$suite-$arch" >/dev/null
		}
		arch=$2
		package "mymap-modules-$kver" 1
		cat source >"build/modules/$suite-$arch/$kver.inputs" || :
		[ -z "$flavour" ] || package "mymap-modules-$flavour" "1+${kver//-/.}" "linux-image-$kver, mymap-modules-$kver (= 1)"
	END
	chmod +x "$tree"/{bin,debian}/* "$tree/tests/deps"
	(cd "$tree" && PATH=$tree/bin:$PATH debian/build-repository key bookworm amd64 repo "$1" 2>&1)
}

@test "repository: a kernel that Debian has dropped counts if its module was published" {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	echo "bookworm 6.1.0-9-amd64 amd64" >"$tree/kernels"
	repository 6.1.0-9-amd64
	echo "bookworm 6.1.0-10-amd64 amd64" >"$tree/kernels"
	run repository "6.1.0-9-amd64 6.1.0-10-amd64"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output = *"has a module for 6.1.0-9-amd64 already"* ]]
	[ -e "$tree/repo/pool/bookworm/mymap-modules-6.1.0-9-amd64_1_amd64.deb" ]
	[ -e "$tree/repo/pool/bookworm/mymap-modules-6.1.0-10-amd64_1_amd64.deb" ]
	run repository "6.1.0-8-amd64 6.1.0-10-amd64"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output = *"MODULES=6.1.0-8-amd64: no such kernel in bookworm for amd64: no such kernel"* ]]
}

@test "repository: of a kernel of another series there is the module, and make repo says that nothing leads there" {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	printf '%s\n' "bookworm 6.1.0-10-amd64 amd64" "bookworm 6.12.107+deb12-amd64" >"$tree/kernels"
	run repository "6.1.0-10-amd64 6.12.107+deb12-amd64"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(cd "$tree/repo/pool/bookworm" && echo *)" = "mymap-common_1_all.deb mymap-modules-6.1.0-10-amd64_1_amd64.deb mymap-modules-6.12.107+deb12-amd64_1_amd64.deb mymap-modules-amd64_1+6.1.0.10.amd64_amd64.deb" ]
	[ "$(grep -c 'of the series' <<<"$output")" = 1 ]
	[[ $output = *"6.12.107+deb12-amd64 is not of the series that Debian bookworm has by itself"* ]]
}

@test "repository: what was published stays where only the tools have changed, and other source is refused" {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	echo "bookworm 6.1.0-10-amd64 amd64" >"$tree/kernels"
	echo one >"$tree/source"
	echo debhelper 1 >"$tree/tools"
	repository 6.1.0-10-amd64
	published=$(cd "$tree/repo/pool/bookworm" && sha256sum ./*.deb)
	[ "$(wc -l <<<"$published")" = 3 ]
	echo debhelper 2 >"$tree/tools"
	run repository 6.1.0-10-amd64
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c 'of the same source by other tools, and stays' <<<"$output")" = 3 ]
	(cd "$tree/repo/pool/bookworm" && sha256sum -c --quiet <<<"$published")
	# What is there is not what was published.
	cp -r "$tree/repo" "$tree/changed"
	echo >>"$tree/repo/pool/bookworm/mymap-common_1_all.deb"
	run repository 6.1.0-10-amd64
	[ "$status" = 1 ]
	rm -r "$tree/repo"
	mv "$tree/changed" "$tree/repo"
	echo two >"$tree/source"
	run repository 6.1.0-10-amd64
	echo "$output"
	[ "$status" = 1 ]
	[[ $output = *"was published with other content: raise the version"* ]]
	(cd "$tree/repo/pool/bookworm" && sha256sum -c --quiet <<<"$published")
}

@test "kernels: one that is not there is refused, with those that are" {
	archive
	run kernel_named bookworm amd64 6.1.0-8-amd64
	[ "$status" = 1 ]
	kernel_named bookworm amd64 6.1.0-8-amd64 || :
	[ "$why" = "the archive has no linux-headers-6.1.0-8-amd64 for amd64 in bookworm; there are 6.1.0-9-amd64 6.1.0-10-amd64 6.1.0-10-rt-amd64 6.12.107+deb12-amd64" ]
	kernel_find bookworm amd64 cloud-amd64 || :
	[ "$why" = "the archive has no linux-headers-cloud-amd64 for amd64 in bookworm; there are amd64 rt-amd64" ]
	: >"$BATS_TEST_TMPDIR/packages"
	kernel_named bookworm amd64 6.1.0-8-amd64 || :
	[[ $why = *"; there are none" ]]
}

# refuses WORDS COMMAND...: it ends badly, and says that.
refuses() {
	local words=$1
	shift
	run --separate-stderr "$@"
	[ "$status" -ne 0 ] || { echo "not refused: $*"; return 1; }
	[[ $stderr = *"$words"* ]] || { echo "$* said: $stderr"; return 1; }
}

@test "refusals: suites, architectures and kernels that there are not, with the list of those that there are" {
	local make=(make -s -C "$top") suites="there are bullseye bookworm trixie forky sid"
	refuses "no suite 'buzz'; $suites" "${make[@]}" deb SUITE=buzz
	refuses "no architecture 'vax'; there are amd64, arm64, armhf and riscv64" "${make[@]}" deb ARCH=vax
	refuses "Debian bookworm has no riscv64; there are trixie forky sid" "${make[@]}" deb ARCH=riscv64
	refuses "no suite 'buzz'; $suites" "${make[@]}" deb-modules SUITE=buzz KVER=6.1.0-1-amd64
	refuses "no architecture 'vax'; there are amd64, arm64, armhf and riscv64" "${make[@]}" deb-modules ARCH=vax KVER=6.1.0-1-amd64
	refuses "Debian bookworm has no riscv64; there are trixie forky sid" "${make[@]}" deb-modules SUITE=bookworm-backports ARCH=riscv64 KVER=1
	refuses "no such kernel: buzz; there are"$'\n'"bullseye amd64 amd64" "$top/tests/check-build" buzz
	refuses "no such kernel boots: sid vax; there are"$'\n'"bullseye amd64 amd64" "$top/tests/check-matrix" sid vax
	refuses "no such Debian: buzz; there are"$'\n'"bookworm amd64" "$top/tests/check-debs" buzz
}
