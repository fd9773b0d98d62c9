#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The packages that 'make deb' made, looked at from outside.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	debs=$top/build/${MYMAP_SUITE:-bookworm}-${MYMAP_ARCH:-amd64}
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")
}

files_of() {
	dpkg-deb --fsys-tarfile "$debs/$1"_*.deb | tar -t
}

@test "packages: all five are there, with the version of dkms.conf" {
	for package in libmymap-dev libmymap0 mymap mymap-common mymap-dkms; do
		[[ $(dpkg-deb -f "$debs/$package"_*.deb Version) == "$version"-* ]]
	done
}

@test "packages: debug symbols stand apart in dbgsym" {
	ls "$debs"/dbgsym/mymap-dbgsym_*.deb "$debs"/dbgsym/libmymap0-dbgsym_*.deb
	run ! ls "$debs"/*dbgsym*.deb
}

@test "packages: lintian has nothing to say" {
	run lintian --allow-root --no-tag-display-limit -EI --pedantic --fail-on error,warning,info,pedantic \
		"$debs"/*.deb "$debs"/dbgsym/*.deb
	echo "$output"
	[ "$status" -eq 0 ]
	run ! grep '^[EWIPX]:' <<<"$output"
}

@test "packages: lintian has nothing to say of the source package" {
	local tree=$BATS_TEST_TMPDIR/mymap-$version
	mkdir "$tree"
	cd "$top"
	git ls-files -z | xargs -0 cp --parents -t "$tree"
	tar -czf "$BATS_TEST_TMPDIR/mymap_$version.orig.tar.gz" --exclude ./debian -C "$tree" .
	(cd "$BATS_TEST_TMPDIR" && dpkg-source --build "$tree")
	lintian --allow-root --no-tag-display-limit -EI --pedantic --fail-on error,warning,info,pedantic \
		"$BATS_TEST_TMPDIR"/*.dsc >"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	[ ! -s "$BATS_TEST_TMPDIR/said" ]
}

@test "packages: mymap-dkms has the driver's source, and whatever brings the module brings mymap-common" {
	files_of mymap-dkms | grep -x "./usr/src/mymap-$version/dkms.conf"
	for file in "$top"/src/*.[ch] "$top"/src/Kbuild "$top"/src/uapi/linux/mymap.h; do
		files_of mymap-dkms | grep -x "./usr/src/mymap-$version/src/${file#"$top"/src/}"
	done
	dpkg-deb -f "$debs"/mymap-dkms_*.deb Depends | grep mymap-common
}

@test "packages: the dkms.conf that ships is the one of the checkout" {
	dpkg-deb --fsys-tarfile "$debs"/mymap-dkms_*.deb | tar -xO "./usr/src/mymap-$version/dkms.conf" |
		cmp - "$top/dkms.conf"
}

@test "packages: the udev rule, the group and the loading at boot are in mymap-common" {
	files_of mymap-common | grep -x ./usr/lib/udev/rules.d/60-mymap.rules
	files_of mymap-common | grep -x ./usr/lib/sysusers.d/mymap-common.conf
	files_of mymap-common | grep -x ./usr/lib/modules-load.d/mymap.conf
	files_of mymap-common | grep -x ./usr/lib/dracut/dracut.conf.d/mymap.conf
}

@test "packages: the service, the folder for its files and their manual are in mymap" {
	files_of mymap | grep -xE './(usr/)?lib/systemd/system/mymap.service'
	files_of mymap | grep -x ./usr/lib/udev/rules.d/61-mymap-apply.rules
	files_of mymap | grep -x ./etc/mymap.d/
	files_of mymap | grep -x ./usr/share/man/man5/mymap.d.5.gz
}

@test "packages: libmymap-dev has both headers, the pkg-config file and the manual" {
	for file in usr/include/mymap.h usr/include/linux/mymap.h usr/lib/x86_64-linux-gnu/pkgconfig/libmymap.pc \
		usr/share/man/man3/libmymap.3.gz; do
		files_of libmymap-dev | grep -x "./$file"
	done
}

@test "packages: libmymap-dev has the examples, and a Makefile for them" {
	local file
	for file in "$top"/tools/examples/*; do
		files_of libmymap-dev | grep -x "./usr/share/doc/libmymap-dev/examples/${file##*/}"
	done
	files_of libmymap-dev | grep -x ./usr/share/doc/libmymap-dev/examples/Makefile
}

@test "packages: what has not changed is not built again" {
	touch -d '2001-01-01' "$debs/mark"
	before=$(stat -c %i "$debs"/mymap_*.deb)
	run make -s -C "$top" deb
	[ "$status" -eq 0 ]
	[ "$(stat -c %i "$debs"/mymap_*.deb)" = "$before" ]
	[ -e "$debs/mark" ]
	rm "$debs/mark"
}
