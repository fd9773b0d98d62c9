#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# debian/keep-module and scripts of packages, in a tree of their own, with a DKMS that does as it is told.

bats_require_minimum_version 1.5.0

# shellcheck disable=SC2016 # what stands in single quotes is for the tree's shell
setup() {
	local file
	export BATS_TEST_TIMEOUT=60
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree"/{dev,etc,full,tmp,run,sys/module,lib/modules,var/lib/dkms/mymap} \
		"$tree"/usr/{bin,sbin,lib,lib64,local/bin,share/mymap-dkms}
	ln -s usr/bin usr/sbin usr/lib64 "$tree"
	# The folder with the modules is the tree's; its libraries are this machine's.
	for file in /usr/lib/ld-* /usr/lib/*-linux-*; do
		[ ! -e "$file" ] || ln -s "../usr/lib/${file##*/}" "$tree/lib"
	done
	cp "$top/debian/keep-module" "$tree/usr/share/mymap-dkms"
	sed 's/^#DEBHELPER#$/dkms-build "$1"/' "$top/debian/mymap-dkms.postinst" >"$tree/postinst"
	chmod +x "$tree/postinst"
	fake depmod 'echo "depmod $*" >>/log'
	fake modinfo 'shift $(($# - 1)); tail -n 1 "$1" | grep -qx end'
	fake dkms 'echo "dkms $*" >>/log'
	fake dkms-build 'echo "build $*" >>/log'
	fake ischroot true
	in_tree </dev/null || skip "this user may not mount"
}

# fake NAME SCRIPT
fake() {
	printf '#!/bin/sh\n%s\n' "$2" >"$tree/usr/local/bin/$1"
	chmod +x "$tree/usr/local/bin/$1"
}

# in_tree <SCRIPT: run it there. The kernel "full" has its modules on a disk of 64 KiB.
in_tree() {
	unshare --mount --map-root-user sh -euc '
		cd "$1"
		for dir in bin sbin lib lib64; do
			[ ! -d "/usr/$dir" ] || mount --rbind "/usr/$dir" "usr/$dir"
		done
		mount --rbind /dev dev
		[ ! -d lib/modules/full ] || mount -t tmpfs -o size=64k tmpfs lib/modules/full
		exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot . sh -e' sh "$tree"
}

keep() {
	in_tree <<<"/usr/share/mymap-dkms/keep-module $*"
}

# module FOLDER TEXT: FOLDER has a module, known by its text. It is longer than a block.
module() {
	mkdir -p "$tree/$1"
	{ echo "$2"; head -c 20000 /dev/zero | tr '\0' x; printf '\nend\n'; } >"$tree/$1/mymap.ko"
}

# dkms_knows KERNEL: the module of that kernel is DKMS's.
dkms_knows() {
	ln -s "0.2.0/$1/x86_64" "$tree/var/lib/dkms/mymap/kernel-$1-x86_64"
}

# has FOLDER TEXT: FOLDER has this module and nothing else.
has() {
	[ "$(ls -A "$tree/$1")" = mymap.ko ] || { ls -lA "$tree/$1"; return 1; }
	[ "$(head -n 1 "$tree/$1/mymap.ko")" = "$2" ] && [ "$(tail -n 1 "$tree/$1/mymap.ko")" = end ]
}

of() {
	echo "lib/modules/$1/updates/dkms"
}

kept_of() {
	echo "var/lib/mymap-dkms/$(of "$1")"
}

@test "keep-module: away keeps a copy of each, and takes away what is not DKMS's" {
	module "$(of 6.1)" first
	module "$(of 6.2)" second
	dkms_knows 6.1
	keep away
	has "$(kept_of 6.1)" first
	has "$(kept_of 6.2)" second
	has "$(of 6.1)" first
	[ -z "$(ls -A "$tree/$(of 6.2)")" ]
	[ "$(cat "$tree/log")" = "depmod 6.2" ]
}

@test "keep-module: back gives a kernel what it had, if it is there and has no new one" {
	module "$(kept_of 6.1)" old
	module "$(kept_of 6.2)" old
	module "$(kept_of 6.3)" old
	module "$(of 6.1)" new
	mkdir -p "$tree/lib/modules/6.2"
	keep back
	has "$(of 6.1)" new
	has "$(of 6.2)" old
	[ ! -e "$tree/lib/modules/6.3" ]
	[ "$(cat "$tree/log")" = "depmod 6.2" ]
	[ ! -e "$tree/var/lib/mymap-dkms" ]
}

@test "keep-module: back also knows where 0.1 kept its copies" {
	module "run/mymap-dkms/$(of 6.1)" old
	mkdir -p "$tree/lib/modules/6.1"
	keep back
	has "$(of 6.1)" old
	[ ! -e "$tree/run/mymap-dkms" ]
}

@test "keep-module: forget keeps nothing, and takes away what is not DKMS's" {
	module "$(of 6.1)" built
	module "$(of 6.2)" "brought back"
	module "$(kept_of 6.2)" old
	dkms_knows 6.1
	keep forget
	has "$(of 6.1)" built
	[ -z "$(ls -A "$tree/$(of 6.2)")" ]
	[ ! -e "$tree/var/lib/mymap-dkms" ]
}

@test "keep-module: a copy that was left over is not replaced" {
	module "$(kept_of 6.1)" old
	module "$(of 6.1)" newer
	keep away
	has "$(kept_of 6.1)" old
}

@test "keep-module: a disk that is full gets no half module, and the copy stays until there is room" {
	module "$(kept_of full)" old
	module "$(kept_of 6.1)" old
	mkdir -p "$tree"/lib/modules/{6.1,full}
	in_tree <<-'END'
		head -c 56k /dev/zero >/lib/modules/full/filler
		! /usr/share/mymap-dkms/keep-module back || exit 1
		find /lib/modules/full -type f >/found
		# As the next configuration does, and as it does when there is room.
		/usr/share/mymap-dkms/keep-module away
		! /usr/share/mymap-dkms/keep-module back || exit 2
		rm /lib/modules/full/filler
		/usr/share/mymap-dkms/keep-module away
		/usr/share/mymap-dkms/keep-module back
		cp -r /lib/modules/full/updates /after
	END
	[ "$(cat "$tree/found")" = /lib/modules/full/filler ]
	has after/dkms old
	has "$(of 6.1)" old
	[ ! -e "$tree/var/lib/mymap-dkms" ]
}

@test "keep-module: where a copy cannot be kept away fails, and keeps none" {
	module "$(of 6.1)" old
	mkdir -p "$tree/lib/modules/full"
	in_tree <<-'END'
		head -c 56k /dev/zero >/lib/modules/full/filler
		mkdir /lib/modules/full/kept
		ln -s /lib/modules/full/kept /var/lib/mymap-dkms
		! /usr/share/mymap-dkms/keep-module away || exit 1
		find /lib/modules/full -type f >/found
	END
	[ "$(cat "$tree/found")" = /lib/modules/full/filler ]
	has "$(of 6.1)" old
}

@test "keep-module: a new module that the disk has cut short is none, and the outcome is a failure" {
	module "$(kept_of 6.1)" old
	module "$(of 6.1)" new
	truncate -s 8192 "$tree/$(of 6.1)/mymap.ko"
	dkms_knows 6.1
	run keep back
	[ "$status" = 1 ]
	[[ $output = *"the new module for 6.1 is not whole"* ]]
	has "$(of 6.1)" old
	[ ! -e "$tree/var/lib/mymap-dkms" ]
}

@test "keep-module: what is cut short is not kept, either" {
	module "$(of 6.1)" built
	truncate -s 8192 "$tree/$(of 6.1)/mymap.ko"
	keep away
	[ ! -e "$tree/$(kept_of 6.1)" ]
}

# postinst ARGUMENT...: the old module is kept, and the kernel has none.
postinst() {
	module "$(kept_of 6.1)" old
	mkdir -p "$tree/lib/modules/6.1"
	in_tree <<<"/postinst $*"
}

@test "postinst: a build that fails, and one that is ended by a signal, leave the old module" {
	fake dkms-build 'exit 10'
	run postinst configure 0.1.0-1
	[ "$status" = 10 ]
	has "$(of 6.1)" old
	for signal in HUP INT TERM; do
		rm -r "$tree/lib/modules/6.1"
		fake dkms-build "kill -$signal \$PPID; exit 0"
		run postinst configure 0.1.0-1
		[ "$status" = 1 ]
		has "$(of 6.1)" old
	done
}

@test "postinst: an upgrade that came to nothing leaves the old module, and DKMS the source" {
	mkdir -p "$tree"/usr/src/mymap-0.2.0
	touch "$tree/usr/src/mymap-0.2.0/dkms.conf"
	postinst abort-upgrade 0.3.0-1
	has "$(of 6.1)" old
	[ "$(head -n 1 "$tree/log")" = "dkms add -m mymap -v 0.2.0" ]
	# And not twice.
	rm "$tree/log"
	mkdir "$tree/var/lib/dkms/mymap/0.2.0"
	postinst abort-remove
	run ! grep 'dkms add' "$tree/log"
}

# ready SCRIPT ARGUMENT...: the one of the package with the module that is ready made, for the kernel that runs.
ready() {
	sed "s/@KVER@/$(uname -r)/g" "$top/debian/modules/$1" >"$tree/ready"
	in_tree <<<"sh /ready ${*:2}"
}

@test "ready-made module: it is loaded and taken out, but not in a chroot, whose kernel is another system's" {
	fake modprobe 'echo "modprobe $*" >>/log'
	fake ischroot false
	ready postinst configure
	mkdir "$tree/sys/module/mymap"
	ready prerm remove
	[ "$(cat "$tree/log")" = "modprobe --quiet mymap"$'\n'"modprobe --quiet --remove mymap" ]
	rm "$tree/log"
	fake ischroot true
	ready prerm remove
	rmdir "$tree/sys/module/mymap"
	ready postinst configure
	[ ! -e "$tree/log" ]
}
