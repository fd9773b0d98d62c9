#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The driver as a compiler, sparse and checkpatch see it. Nothing is loaded.

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	headers=$(dpkg-query -W -f '${Depends}' linux-headers-amd64 | sed 's/[ ,(].*//')
	export top kernel_build=/lib/modules/${headers#linux-headers-}/build
	[ -e "$kernel_build" ] || kernel_build=/usr/src/$headers
	export work=$top/build/module
	rm -rf "$work"
	mkdir -p "$work"
	cp -r "$top/dkms.conf" "$top/src" "$work"
	rm -rf "$work-separate"
	cp -r "$work" "$work-separate"
}

setup() {
	cd "$top" || return
}

# A build says nothing but which file it is at. BTF is a matter of the machine.
remarks() {
	grep -vE '^(make|  [A-Z]+ |Skipping BTF generation)' "$1" || true
}

@test "module: builds with W=1 C=2 without a remark" {
	make -C "$kernel_build" M="$work/src" W=1 C=2 modules >"$work/log" 2>&1 || {
		cat "$work/log"
		false
	}
	[ -z "$(remarks "$work/log")" ] || { remarks "$work/log"; false; }
}

@test "module: so does each file by itself" {
	local dir=$work-separate
	make -C "$kernel_build" M="$dir/src" MYMAP_SEPARATE=1 W=1 C=2 modules >"$dir/log" 2>&1 || {
		cat "$dir/log"
		false
	}
	[ -z "$(remarks "$dir/log")" ] || { remarks "$dir/log"; false; }
	[ -e "$dir/src/mymap.ko" ]
	for file in src/*.c; do
		[ "$file" = src/build.c ] || [ -e "$dir/${file%.c}.o" ] || { echo "$file is not compiled"; false; }
	done
}

@test "module: a warning and a sparse finding would have been seen" {
	local bad=$work-bad
	rm -rf "$bad"
	mkdir "$bad"
	cp -r dkms.conf src "$bad"
	echo 'int mymap_bad(int x); int mymap_bad(int x) { int unused; return *(int __user *)(long)x; }' \
		>>"$bad/src/main.c"
	# What build.c brings would have hidden that.
	sed -i '/include "name.h"/d' "$bad/src/node.c"
	make -C "$kernel_build" M="$bad/src" MYMAP_SEPARATE=1 W=1 C=2 -k modules >"$bad/log" 2>&1 || true
	remarks "$bad/log" | grep 'unused variable'
	remarks "$bad/log" | grep 'dereference of noderef'
	remarks "$bad/log" | grep 'node.c.*mymap_name'
}

@test "module: tells its version, license, parameters and description" {
	[ "$(modinfo -F version "$work/src/mymap.ko")" = "$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)" ]
	[ "$(modinfo -F license "$work/src/mymap.ko")" = GPL ]
	[ -n "$(modinfo -F description "$work/src/mymap.ko")" ]
	for parameter in default_size max_buffer_size max_user_size max_total_size unprivileged_names; do
		modinfo -F parm "$work/src/mymap.ko" | grep "^$parameter:"
	done
}

@test "module: checkpatch has no complaint" {
	tests/checkpatch src/*.[ch] src/*/*.h src/*/linux/*.h
}

@test "module: kernel-doc has no complaint" {
	run "$kernel_build/scripts/kernel-doc" -none src/*.[ch] src/*/*.h src/*/linux/*.h
	echo "$output"
	[ "$status" -eq 0 ] && [ -z "$output" ]
}
