# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The base image: a small Debian with a kernel, made by mmdebstrap.

# What the base holds besides the essential packages and the kernel.
base_packages=(systemd systemd-sysv udev kmod dbus procps iproute2 e2fsprogs initramfs-tools zstd ca-certificates)
# What the tests in it are written with; nothing that mymap's packages need, those apt installs in the guest.
base_packages+=(bats bash-builtins bsdextrautils jq pkgconf)

base_prepare() {
	local version=

	kernel_version=
	if [ -n "$kernel" ]; then
		version=$(archive_version "$kernel")
		[ -n "$version" ] || die 125 "--kernel $kernel" "the archive has no such package"
		kernel_version=$(private_apt cache depends --important "$kernel" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
	fi
	cache_get base "$(
		{
			echo "$suite $arch $kernel $version $kernel_version ${base_packages[*]} $(cat "$archive/sources.list")"
			# How it is made: a change of anything else here need not make it again.
			declare -f base_make
			cat "$vm_dir/lib/make-root" "$vm_dir/lib/customize" "$vm_dir/guest/mymap-vm.service"
		} | key
	)" base_build
	base=$entry
	base_id=$(cat "$base/id")
	boot_kernel=$base/kernel boot_initrd=$base/initrd boot_modules=
}

base_build() {
	local log=$1/build.log

	machine_acquire >"$1/aptopt"
	echo "Acquire::Check-Valid-Until \"$(archive_valid_until)\";" >>"$1/aptopt"
	step "building the base image (about $([ "$arch" = "$(dpkg --print-architecture)" ] && echo 2 || echo 8) minutes)" "$log" base_make "$1" || {
		keep_log "$log"
		die 125 "base image" "$(grep -m 1 '^E: ' "$log" || echo "mmdebstrap failed")" "$kept"
	}
}

base_make() {
	mmdebstrap --variant=minbase --architectures="$arch" --format=tar --aptopt="$1/aptopt" \
		--include="$(IFS=,; echo "${base_packages[*]}${kernel:+,$kernel}")" \
		--essential-hook="'$vm_dir/lib/customize' early \"\$1\"" \
		--customize-hook="'$vm_dir/lib/customize' late \"\$1\"" \
		--customize-hook="copy-out /var/lib/dpkg/status '$1'" \
		"${suite%-backports}" "$1/root.tar" "$archive/sources.list" &&
		fakeroot "$vm_dir/lib/make-root" "$1/root.tar" "$1/tree" "$1/root.img" 12G "$1/kernel" "$1/initrd" &&
		rm -rf "$1/aptopt"
}
