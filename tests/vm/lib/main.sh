# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What run and shell do, from the command line to the exit status.

vm_dir=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
top=$(cd "$vm_dir/../.." && pwd)
export LC_ALL=C.UTF-8
unset MAKEFLAGS MAKELEVEL MFLAGS

. "$top/tests/lib/say.sh"
. "$top/tests/lib/architecture.sh"
. "$vm_dir/lib/options.sh"
. "$top/tests/lib/cache.sh"
. "$top/tests/lib/archive.sh"
. "$top/tests/lib/room.sh"
. "$top/tests/lib/kernels.sh"
. "$top/tests/lib/kernel-disk.sh"
. "$top/tests/lib/debug-kernel.sh"
. "$vm_dir/lib/packages.sh"
. "$vm_dir/lib/base.sh"
. "$vm_dir/lib/image.sh"
. "$vm_dir/lib/prebuilt.sh"
. "$vm_dir/lib/job.sh"
. "$vm_dir/lib/accel.sh"
. "$vm_dir/lib/board.sh"
. "$vm_dir/lib/firmware.sh"
. "$vm_dir/lib/device-tree.sh"
. "$vm_dir/lib/console.sh"
. "$vm_dir/lib/machine.sh"
. "$vm_dir/lib/verdict.sh"

vm_main() {
	parse_options "$@"
	vm_open
	[ -z "$device_tree" ] || tree_compile
	if [ -n "$prebuilt" ]; then
		prebuilt_prepare
	else
		archive_refresh
		image_prepare
	fi
	[ -z "$secure_boot" ] || firmware_prepare
	[ -z "$prepare" ] || exit 0

	run_job
}

vm_open() {
	trap cleanup EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM

	host_prepare
	cache_open
}

host_prepare() {
	local groups=(vm)

	[ "$arch" = "$(dpkg --print-architecture)" ] || groups+=(foreign)
	[ -z "$prebuilt" ] || groups+=(room)
	"$top/tests/deps" "${groups[@]}" || die 125 "host tools" "could not be installed"
	[ "$arch" = "$(dpkg --print-architecture)" ] || "$top/tests/deps" --binfmt || die 125 "binfmt_misc" "cannot be used"
}

# Boot the image that is ready with what the user asked for, and end as the command ended.
run_job() {
	local overlay=$work/root.qcow2

	overlay_create "$overlay" "$image_root" || die 125 "root disk" "qemu-img failed"
	machine_defaults
	machine_mode=$mode machine_output=yes machine_user=$user machine_share=$share
	machine_firmware=$secure_boot machine_append=$append machine_console=$console
	[ -z "$device_tree" ] || machine_tree=$work/overlay.dtbo
	[ -z "$prebuilt" ] || prebuilt_machine
	[ -n "$quiet" ] || [ "$mode" = shell ] || machine_stream=yes
	machine_run "$overlay" "$image_repository" "${command[@]}"
	finish
}
