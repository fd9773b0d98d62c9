# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# UEFI with Secure Boot, instead of a kernel that QEMU puts into memory: the firmware verifies shim, shim verifies GRUB,
# GRUB lets shim verify the kernel, as on a machine that Debian was installed on. The keys that decide are variables of
# the firmware; they stay in the file that --secure-boot names.

firmware_packages=(shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed)
firmware_code=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd
# The owner's key is Debian's, and Microsoft's are trusted: what a machine has that is bought.
firmware_variables=/usr/share/OVMF/OVMF_VARS_4M.ms.fd
# The key of OVMF_VARS_4M.snakeoil.fd, a store for tests: its secret is known.
firmware_test_key=/usr/share/ovmf/PkKek-1-snakeoil

firmware_prepare() {
	"$top/tests/deps" secure-boot || die 125 "host tools" "could not be installed"
	cache_get firmware "$(
		{
			for package in "${firmware_packages[@]}"; do
				echo "$package $(archive_version "$package")"
			done
			declare -f firmware_build firmware_fetch
			cat "$firmware_test_key.pem"
		} | key
	)" firmware_build
	firmware=$entry
	[ -e "$secure_boot" ] || cp "$firmware_variables" "$secure_boot" || die 125 "$secure_boot" "cannot be written"
}

firmware_build() {
	local log=$1/build.log

	step "fetching shim and GRUB" "$log" firmware_fetch "$1" || {
		keep_log "$log"
		die 125 "shim and GRUB" "$(grep -m 1 '^E: ' "$log" || echo "could not be made ready")" "$kept"
	}
}

# What Debian signed, from its packages; shim gets one more signature, by the test key.
firmware_fetch() {
	local deb

	mkdir "$1/packages" &&
		(cd "$1/packages" && private_apt get download -qq "${firmware_packages[@]}") || return
	for deb in "$1"/packages/*.deb; do
		dpkg-deb -x "$deb" "$1/tree" || return
	done
	openssl rsa -in "$firmware_test_key.key" -passin pass:snakeoil -out "$1/key" &&
		sbsign --key "$1/key" --cert "$firmware_test_key.pem" --output "$1/shim.efi" "$1/tree/usr/lib/shim/shimx64.efi.signed" &&
		mv "$1/tree/usr/lib/shim/mmx64.efi.signed" "$1/mok-manager.efi" &&
		mv "$1/tree/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" "$1/grub.efi" &&
		rm -r "$1/packages" "$1/tree" "$1/key"
}

# firmware_arguments APPEND
firmware_arguments() {
	firmware_disk "$1" || die 125 "EFI system partition" "could not be made"
	# Only code in system management mode may write to the variables.
	arguments+=(-machine smm=on -global "driver=cfi.pflash01,property=secure,value=on"
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$firmware_code"
		-drive "if=pflash,unit=1,format=raw,file=$(quoted "$machine_firmware")"
		-drive "if=none,id=esp,cache=unsafe,format=raw,readonly=on,file=$(quoted "$work/esp.img")"
		-device "virtio-blk-pci,drive=esp,serial=mymap-esp,bootindex=0")
}

# A disk that is one FAT file system, with the kernel beside its loaders.
firmware_disk() {
	local disk=$work/esp.img size

	cat >"$work/grub.cfg" <<-CONFIG
		linux /vmlinuz $1
		initrd /initrd
		boot
	CONFIG
	rm -f "$disk"
	size=$(cat "$firmware"/*.efi "$machine_kernel" "$machine_initrd" | wc -c)
	size=$((size / 1048576 + 48))
	mformat -i "$disk" -C -F -T $((size * 2048)) -h 64 -s 32 -v MYMAP-ESP :: &&
		mmd -i "$disk" ::EFI ::EFI/BOOT ::EFI/debian &&
		mcopy -i "$disk" "$firmware/shim.efi" ::EFI/BOOT/BOOTX64.EFI &&
		mcopy -i "$disk" "$firmware/grub.efi" ::EFI/BOOT/grubx64.efi &&
		mcopy -i "$disk" "$firmware/mok-manager.efi" ::EFI/BOOT/mmx64.efi &&
		mcopy -i "$disk" "$work/grub.cfg" ::EFI/debian/grub.cfg &&
		mcopy -i "$disk" "$machine_kernel" ::vmlinuz &&
		mcopy -i "$disk" "$machine_initrd" ::initrd
}
