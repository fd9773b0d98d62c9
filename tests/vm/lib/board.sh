# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What QEMU calls a machine of each architecture.

qemu_program() {
	echo "qemu-system-$(qemu_name "$arch")"
}

# Set $board to arguments of QEMU, and $board_console to the name of the first serial port.
board_choose() {
	board_console=ttyS0
	case $arch in
	amd64)
		# Without five-level page tables: nothing here needs them, and software emulation pays for each level.
		# (With la57 but without svm QEMU leaves out the CPUID leaf of address sizes, and Linux takes its own
		# addresses for bad ones.)
		# Without fast string instructions, too, which are slow ones in emulation; but instructions are counted with them.
		board=(-machine "q35,sata=off,smbus=off" -cpu "max,la57=off$([ -n "$icount" ] || echo ",erms=off,fsrm=off")") ;;
	arm64)
		# Pointers are signed by a cheap function: the architecture's own costs more than all else in emulation.
		board=(-machine "virt,gic-version=3" -cpu "max,pauth-impdef=on")
		board_console=ttyAMA0 ;;
	armhf)
		# Below 4 GiB, for kernels without LPAE.
		board=(-machine "virt,highmem=off" -cpu max)
		board_console=ttyAMA0 ;;
	riscv64)
		board=(-machine virt -cpu rv64) ;;
	esac
}
