# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The life of one machine: boots of a disk that is kept, each from the kernel that a boot loader would take. Beside the disk
# FILE stands the folder FILE.life:
#   boot            kernels and initial RAM disks, as the machine's /boot had them when it was last switched off
#   kernel, initrd  the ones that are booted
#   repository      the archives, a link into the cache
#   entries         what else of the cache the disk stands on: names and identities
#   accel           kvm or tcg

life_main() {
	life_options "$@"
	vm_open
	flavour=$(kernel_flavour "$arch") boot_kernel='' boot_initrd='' boot_modules=''
	[ -e "$disk" ] || life_begin
	life_recall
	life_boot
}

life_begin() {
	local dir

	say "a new life begins: $disk"
	archive_refresh
	kernel=$(life_kernel "$suite")
	[ -n "$kernel" ] || die 125 "--suite $suite" "has no linux-image-$flavour"
	base_prepare
	accel_choose
	packages_prepare
	life_image
	life_archives

	rm -rf "$disk.life"
	mkdir "$disk.life"
	ln -s "$life_repository" "$disk.life/repository"
	ln -s "$base/kernel" "$base/initrd" "$disk.life"
	for dir in "${life_entries[@]}" "${life_repository%/*}"; do
		echo "${dir##*/} $(cat "$dir/id")"
	done >"$disk.life/entries"
	echo "$accel" >"$disk.life/accel"
	overlay_create "$disk" "$image_root" || die 125 "$disk" "cannot be made"
}

# The disk that a life begins on, by layers as image.sh has them.
life_image() {
	local pinned

	# What a machine has to have mymap, but its kernel's headers; gcc and the like take long to install.
	life_wanted=(--no-install-recommends "$own"/*.deb openssl)
	life_pin "$suite"
	closure "$base/status" "${pinned[@]}" "${life_wanted[@]}" "linux-image-$flavour" >"$work/bare" ||
		closure_failed "a bare machine"
	life_kernel_closure "$suite" >"$work/headers"

	image_root=$base/root.img image_id=$base_id life_entries=("$base")
	[ "$start" != base ] || return 0
	# Without the headers apt may choose others, gcc where they bring gcc-12.
	layer_wanted=("${pinned[@]}" "${life_wanted[@]}" "linux-image-$flavour")
	life_layer bare "$work/bare"
	layer_wanted+=("linux-headers-$flavour")
	[ "$start" = bare ] || life_layer headers "$work/headers"
	[ "$start" != mymap ] || life_layer mymap "$work/headers"
}

# life_layer SORT CLOSURE
life_layer() {
	layer "$1" "some minutes" "$2"
	life_entries+=("$entry")
}

# What the disk stands on must be what it stood on, and stay.
life_recall() {
	local name id lock

	while read -r name id; do
		exec {lock}>>"$cache/locks/$name"
		flock -s "$lock"
		[ "$id" = "$(cat "$cache/vm/$name/id" 2>/dev/null)" ] ||
			die 125 "$disk" "the image that it stands on has changed: begin a new life"
		touch -c "$cache/vm/$name"
	done <"$disk.life/entries"
	accel=$(cat "$disk.life/accel")
}

life_boot() {
	local boot_drive

	life_choose_kernel
	truncate -s 1G "$work/boot"
	boot_drive="if=none,id=boot,cache=unsafe,format=raw,file=$(quoted "$work/boot")"
	qemu_args+=(-drive "$boot_drive" -device "virtio-blk-pci,drive=boot,serial=mymap-boot")
	machine_defaults
	machine_output=yes machine_keep=yes machine_share=$share
	machine_kernel=$disk.life/kernel machine_initrd=$disk.life/initrd
	[ -n "$quiet" ] || machine_stream=yes
	machine_run "$disk" "$disk.life/repository" \
		bash -euo pipefail -c "flavour=$flavour old_expected=$(! old_is_expected || echo yes)"$'\n'"$(cat "$vm_dir/guest/life")"$'\n'"${command[0]}"
	life_keep_kernels
	finish
}

# As a boot loader does: the newest kernel that has its initial RAM disk, or the one of the menu.
life_choose_kernel() {
	local release kernel newest=''

	[ -d "$disk.life/boot" ] || return 0
	while read -r release; do
		[ ! -e "$disk.life/boot/initrd.img-$release" ] || newest=$release
	done < <(life_kernels)
	[ -n "$newest" ] || die 125 "$disk" "has no kernel left"
	release=${boot:-$newest}
	kernel=$(cd "$disk.life" && find boot -name "vmlinu[xz]-$release")
	[ -n "$kernel" ] || die 125 "--boot $boot" "the machine has no such kernel"
	ln -sfn "$kernel" "$disk.life/kernel"
	ln -sfn "boot/initrd.img-$release" "$disk.life/initrd"
}

life_kernels() {
	find "$disk.life/boot" -name 'vmlinu[xz]-*' -printf '%f\n' | sed 's/^vmlinu.-//' | sort -V
}

# The guest has left its /boot on a disk, as a tar archive.
life_keep_kernels() {
	local new=$disk.life/boot.new

	rm -rf "$new"
	mkdir "$new"
	tar -x -f "$work/boot" -C "$new" 2>/dev/null || :
	[ -n "$(find "$new" -name 'vmlinu[xz]-*')" ] || return 0
	rm -rf "$disk.life/boot"
	mv "$new" "$disk.life/boot"
}
