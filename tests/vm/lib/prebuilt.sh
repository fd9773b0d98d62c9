# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A machine with a kernel of any suite on a disk of its own, and mymap's module for it from a package, built on the host. The
# root file system knows nothing of the kernel, so that one serves all kernels of an architecture.

prebuilt_prepare() {
	case $prebuilt in
	debug)
		debug_kernel_get
		prebuilt_suite=$debug_kernel_suite ;;
	*)
		prebuilt_kernel "${prebuilt%/*}" "$arch" "${prebuilt#*/}"
		prebuilt_suite=${prebuilt%/*} ;;
	esac
	archive_refresh
	base_prepare
	boot_kernel=$kernel_disk/kernel boot_initrd=$kernel_disk/initrd boot_modules=$kernel_disk/modules.img
	accel_choose
	packages_get
	rm -f "$own"/mymap-dkms_*.deb "$own"/libmymap-dev_*.deb
	prebuilt_module
	packages_read

	cache_get closure "$(echo "$base_id $archive_id $own_control ${with[*]}" | key)" closures_build
	closures=$entry
	layer_wanted=("$own"/*.deb)
	image_root=$base/root.img image_repository='' image_id=$base_id
	[ ! -s "$closures/own" ] || layer deps "about a minute" "$closures/own"
	layer_wanted+=("${with[@]}")
	[ ! -s "$closures/with" ] || layer with "about a minute" "$closures/with"

	image_repository=$work/repository.ext4
	repository "$image_repository" "$own"/*.deb >"$work/repository.log" 2>&1 || {
		keep_log "$work/repository.log"
		die 125 "repository" "could not be made" "$kept"
	}
}

# prebuilt_kernel SUITE ARCH FLAVOUR: its suite is not that of the machine.
prebuilt_kernel() {
	local suite=$1 archive archive_id

	{ kernel_find "$@" && kernel_disk_get "$2"; } || die 125 "--kernel $prebuilt" "$why"
}

prebuilt_module() {
	local log=$work/deb-modules.log

	make_here "$log" deb-modules "SUITE=$prebuilt_suite" "ARCH=$arch" "KVER=$kver" || {
		keep_log "$log"
		tail -n 20 "$log" >&2
		die 125 "make deb-modules" "failed" "$kept"
	}
	cp "$top/build/modules/$prebuilt_suite-$arch/mymap-modules-${kver}_"*.deb "$own"
}

# What differs in the machine: the packages are installed in each run, and a kernel without 9p gets a copy of the folder.
prebuilt_machine() {
	machine_install=${own_names[*]}
	if [ "$prebuilt" = debug ]; then
		# KASAN by itself tells of its first finding only.
		machine_slow=yes machine_append+="${machine_append:+ }kasan_multi_shot"
	fi
	[ -n "$share" ] && ! kernel_has NET_9P_VIRTIO || return 0
	say "this kernel has no 9p: the machine gets a copy of $share"
	tar -c -f "$work/share.tar" -C "$share" --owner=0 --group=0 .
	machine_copy=$work/share.tar
}
