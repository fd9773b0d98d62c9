# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The debug kernel: Debian's source of Linux 6.1, configured by tests/vm/debug-kernel.config to look for mistakes, and built
# in a room. Everything that the machine of the tests needs is built in. It is kept in the shape of the other kernels (see
# kernel-disk.sh), with the headers that a module is compiled against.

debug_kernel_suite=bookworm
debug_kernel_source=linux-source-6.1
# What its version ends in; the configuration says the same.
debug_kernel_ending=-mymap-debug

# debug_kernel_get: set $kver, $kernel_disk to a folder with kernel, initrd, modules.img and config, and $layers to the tree of
# the headers.
debug_kernel_get() {
	local suite=$debug_kernel_suite arch=amd64 archive archive_id deb debs=() package

	archive_refresh
	for package in "$debug_kernel_source" busybox-static; do
		kernel_fetch "$package" || die 125 "the debug kernel" "$why"
		debs+=("$deb")
	done
	debug_kernel_debs=("${debs[@]}")
	cache_get debug-kernel "$(
		{
			printf '%s\n' "${debs[@]##*/}"
			archive_version "$(kernel_gcc "$suite")"
			cat "$top/tests/vm/debug-kernel.config" "$top/tests/lib/kernel-init"
			# How it is made: a change of anything else here need not make it again.
			declare -f debug_kernel_make debug_kernel_configure debug_kernel_compile debug_kernel_take debug_kernel_headers \
				kernel_disk_finish kernel_initrd
		} | key
	)" debug_kernel_build
	kver=$(cat "$entry/kver")
	kernel_disk=$entry
	layers=$entry/root
}

# Where it is built, and modules for it.
debug_kernel_room() {
	local suite=$debug_kernel_suite arch=amd64 archive archive_id

	room_get make "$(kernel_gcc "$suite")" libc6-dev libelf-dev bc bison flex kmod
}

debug_kernel_build() {
	# The room is an entry of the cache, too.
	local debug_kernel_entry=$1 tree=$work/debug-kernel entry

	debug_kernel_room
	mkdir "$tree"
	debug_kernel_step unpack "unpacking the source of the debug kernel"
	debug_kernel_step configure "configuring the debug kernel"
	debug_kernel_step compile "compiling the debug kernel (about 8 minutes on two cores)"
	debug_kernel_step take "taking from it what is needed"
	rm -rf "$tree"
}

# debug_kernel_step NAME WHAT: debug_kernel_NAME is what it does.
debug_kernel_step() {
	local log=$debug_kernel_entry/$1.log

	step "$2" "$log" "debug_kernel_$1" || {
		keep_log "$log"
		tail -n 20 "$log" >&2
		die 125 "$2" "failed" "$kept"
	}
}

debug_kernel_unpack() {
	dpkg-deb --fsys-tarfile "${debug_kernel_debs[0]}" | tar -xO --wildcards './usr/src/*.tar.xz' | xz -dc -T 0 |
		tar -x -C "$tree" --strip-components=1 --no-same-owner
}

debug_kernel_make() {
	room_run "$tree" '' make -j "$(nproc)" ARCH=x86_64 CC="$(kernel_gcc "$debug_kernel_suite")" HOSTCC="$(kernel_gcc "$debug_kernel_suite")" \
		KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=mymap KBUILD_BUILD_HOST=mymap "$@"
}

# An option that another one forbids, or that this version does not have, is dropped without a word by kbuild.
debug_kernel_configure() {
	local missing

	cp "$top/tests/vm/debug-kernel.config" "$tree/fragment.config"
	debug_kernel_make KCONFIG_ALLCONFIG=fragment.config allnoconfig || return
	missing=$(grep -v '^#' "$tree/fragment.config" | grep -v '^$' | grep -vxFf "$tree/.config")
	[ -z "$missing" ] || {
		echo "these options of tests/vm/debug-kernel.config cannot be had:" "$missing"
		return 1
	}
}

debug_kernel_compile() {
	debug_kernel_make bzImage modules
}

# Into $entry-to-be: what boots, and what modules are compiled against. There is no module but mymap; its folder has what
# modprobe and depmod look for.
debug_kernel_take() {
	local root=$work/debug-kernel-root

	rm -rf "$root"
	mkdir -p "$root/usr/lib"
	ln -s usr/lib "$root/lib"
	debug_kernel_make -s kernelrelease | tail -n 1 >"$debug_kernel_entry/kver"
	kver=$(cat "$debug_kernel_entry/kver")
	[[ $kver == *"$debug_kernel_ending" ]] || { echo "the kernel calls itself '$kver'"; return 1; }
	mkdir "$tree/modules"
	debug_kernel_make INSTALL_MOD_PATH=modules modules_install || return
	cp -r "$tree/modules/lib/modules" "$root/usr/lib" &&
		rm -f "$root/usr/lib/modules/$kver"/{build,source} &&
		mkdir -p "$root/usr/lib/modules/$kver/kernel" &&
		dpkg-deb --fsys-tarfile "${debug_kernel_debs[1]}" | tar -x -C "$root" --keep-directory-symlink --no-same-owner &&
		cp "$tree/arch/x86/boot/bzImage" "$debug_kernel_entry/kernel" &&
		cp "$tree/.config" "$debug_kernel_entry/config" &&
		kernel_disk_finish "$debug_kernel_entry" "$root" &&
		debug_kernel_headers "$debug_kernel_entry/root/usr/src/linux-headers-$kver"
}

# debug_kernel_headers DIR: of the tree, what compiles a module.
debug_kernel_headers() {
	mkdir -p "$1"
	(
		cd "$tree" &&
			find Makefile arch/x86/Makefile* arch/x86/include arch/x86/tools scripts tools/objtool/objtool \
				include .config Module.symvers System.map \
				! -type d ! -name '*.o' ! -name '*.cmd' ! -path 'include/dt-bindings/*' -print0 |
			tar -c --null -T - | tar -x -C "$1"
	)
}

# debug_kernel_module DIR: compile the module in DIR/src against it, after debug_kernel_get; as kernel_compile.
debug_kernel_module() {
	debug_kernel_room
	kernel_compile amd64 "$1" "CC=$(kernel_gcc "$debug_kernel_suite")"
}

# debug_kernel_is KVER
debug_kernel_is() {
	[[ $1 == *"$debug_kernel_ending" ]]
}
