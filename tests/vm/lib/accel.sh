# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# KVM or TCG? A /dev/kvm that opens may still hang a guest, so a boot with it decides, once for each boot of this machine,
# version of QEMU and image.

accel_probe_limit=20

accel_choose() {
	local known

	accel=tcg
	[ -z "$icount" ] && [ "$arch" = "$(dpkg --print-architecture)" ] || return 0
	case ${MYMAP_VM_ACCEL-} in
	tcg | kvm) accel=$MYMAP_VM_ACCEL; return 0 ;;
	esac
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || return 0

	known=$cache/vm/kvm-$({
		cat /proc/sys/kernel/random/boot_id "$base/id"
		"$(qemu_program)" --version
	} | key)
	if [ ! -s "$known" ]; then
		say "trying KVM (at most $accel_probe_limit s)"
		accel_probe
		find "$cache/vm" -maxdepth 1 -name 'kvm-*' -mtime +7 -delete
		echo "$accel" >"$work/kvm"
		mv "$work/kvm" "$known"
		say "using $accel"
	fi
	accel=$(cat "$known")
}

accel_probe() {
	local qemu_args=()

	overlay_create "$work/probe.qcow2" "$base/root.img" || die 125 "disk" "qemu-img failed"
	machine_defaults
	machine_accel=kvm machine_limit=$accel_probe_limit
	machine_run "$work/probe.qcow2" '' true
	rm -f "$work/probe.qcow2"
	verdict
	[ "$outcome" != 0 ] || accel=kvm
}
