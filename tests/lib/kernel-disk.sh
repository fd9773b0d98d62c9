# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A kernel of Debian's without a Debian around it: the kernel itself, a disk with its modules, and an initial RAM disk that
# puts the two on whatever root file system there is. So one root file system serves all kernels of an architecture.

# What the machine of the tests has no hardware for.
kernel_disk_without=(drivers/gpu drivers/net drivers/media drivers/staging drivers/infiniband drivers/isdn sound)
# What finds the root file system.
kernel_disk_early=(virtio_pci virtio_blk ext4 crc32c_generic)

# kernel_disk_get ARCH: after kernel_find; set $kernel_disk to a folder with kernel, initrd, modules.img and config. False, and
# $why, where the archive lacks something.
kernel_disk_get() {
	local arch=$1 packages deb

	archive=$kernel_archive
	kernel_disk_debs=()
	packages=$(kernel_field "linux-image-$kver" Depends | tr ',' '\n' | sed 's/^ *//; s/[ :(].*//' |
		grep -E '^linux-(binary|modules|image)-[0-9]' || :)
	for package in "linux-image-$kver" $packages busybox-static; do
		kernel_fetch "$package" || return
		kernel_disk_debs+=("$deb")
	done
	cache_get kernel "$(
		{
			printf '%s\n' "${kernel_disk_debs[@]##*/}"
			cat "$top/tests/lib/kernel-disk.sh" "$top/tests/lib/kernel-init"
		} | key
	)" kernel_disk_build
	kernel_disk=$entry
}

kernel_disk_build() {
	local log=$1/build.log

	step "taking the kernel $kver out of its packages" "$log" kernel_disk_make "$1" || {
		keep_log "$log"
		die 125 "kernel $kver" "cannot be taken out of its packages" "$kept"
	}
}

kernel_disk_make() {
	local tree=$1/tree modules deb image

	mkdir -p "$tree/usr/lib"
	ln -s usr/lib "$tree/lib"
	for deb in "${kernel_disk_debs[@]}"; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$tree" --keep-directory-symlink --no-same-owner || return
	done
	image=$(find "$tree/boot" "$tree/usr/lib/modules" -name 'vmlinu[xz]*' -type f | head -n 1)
	kernel_unpack "$image" "$1/kernel" || return
	cp "$(find "$tree/boot" "$tree/usr/lib/modules" -name 'config*' -type f | head -n 1)" "$1/config"

	modules=$tree/usr/lib/modules/$kver
	rm -rf "${kernel_disk_without[@]/#/$modules/kernel/}" "$modules"/vmlinu*
	kernel_disk_finish "$1" "$tree"
}

# kernel_disk_finish DIR TREE: make initrd and modules.img of what is unpacked in TREE, which is removed.
kernel_disk_finish() {
	local modules=$2/usr/lib/modules/$kver size

	depmod -b "$2" "$kver" || return
	kernel_initrd "$2" "$1/initrd" || return
	size=$(du -sm --apparent-size "$modules" | cut -f 1)
	mke2fs -q -t ext4 -m 0 -O ^has_journal -E root_owner=0:0 -d "$modules" "$1/modules.img" "$((size + size / 8 + 24))M" &&
		rm -rf "$2"
}

# kernel_unpack FROM TO: as QEMU can load it. Images for arm64 and riscv64 may be wrapped for EFI, with their compressed
# length and offset in the header.
kernel_unpack() {
	local offset length how=()

	if [ "$(head -c 8 "$1" | tail -c 4)" != zimg ]; then
		cp "$1" "$2"
		return
	fi
	offset=$(od -An -tu4 -j 8 -N 4 "$1") length=$(od -An -tu4 -j 12 -N 4 "$1")
	case $(od -An -c -j 24 -N 4 "$1" | tr -d ' \\0') in
	gzip) how=(gzip -dc) ;;
	zstd) how=(zstd -qdc) ;;
	xz*) how=(xz -dc) ;;
	*) echo "$1 is compressed in a way unknown here"; return 1 ;;
	esac
	tail -c +$((offset + 1)) "$1" | head -c $((length)) | "${how[@]}" >"$2"
}

# kernel_initrd TREE FILE: busybox, the modules that find the root file system in the order of loading, and kernel-init.
kernel_initrd() {
	local dir=$work/initrd file name

	rm -rf "$dir"
	mkdir -p "$dir"/{bin,dev,proc,sys,root,modules}
	cp "$1/bin/busybox" "$dir/bin" 2>/dev/null || cp "$1/usr/bin/busybox" "$dir/bin" || return
	install -m 755 "$top/tests/lib/kernel-init" "$dir/init"
	for name in "${kernel_disk_early[@]}"; do
		modprobe -d "$1" -S "$kver" -C /dev/null -q -D "$name" || :
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/early-modules"
	while read -r file; do
		name=$(basename "$file" | sed 's/\.[xz].*$//; s/\.gz$//')
		case $file in
		*.xz) xz -dc "$file" ;;
		*.zst) zstd -qdc "$file" ;;
		*.gz) gzip -dc "$file" ;;
		*) cat "$file" ;;
		esac >"$dir/modules/$name"
		echo "$name" >>"$dir/modules/order"
	done <"$work/early-modules"
	(cd "$dir" && find . -print0 | cpio -o -0 -H newc -R 0:0 --quiet) | gzip -1 >"$2"
}

# kernel_has OPTION: the kernel of $kernel_disk has it, built in or as a module.
kernel_has() {
	grep -qE "^CONFIG_$1=[ym]$" "$kernel_disk/config"
}
