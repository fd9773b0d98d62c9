# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the architectures are called, and by whom.

# By GNU: the prefix of compilers and the folder of libraries.
gnu_name() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	armhf) echo arm-linux-gnueabihf ;;
	riscv64) echo riscv64-linux-gnu ;;
	esac
}

# By the kernel's build.
kernel_arch() {
	case $1 in
	amd64) echo x86_64 ;;
	armhf) echo arm ;;
	riscv64) echo riscv ;;
	*) echo "$1" ;;
	esac
}

# By QEMU.
qemu_name() {
	case $1 in
	amd64) echo x86_64 ;;
	arm64) echo aarch64 ;;
	armhf) echo arm ;;
	*) echo "$1" ;;
	esac
}

# The suites that mymap is for and that have an architecture; the flavour of kernel that is its usual one.
suites() {
	case $1 in
	amd64 | arm64 | armhf) echo "bullseye bookworm trixie forky sid" ;;
	riscv64) echo "trixie forky sid" ;;
	esac
}

suite_exists() {
	[[ " $(suites "$2") " == *" $1 "* ]]
}

# suite_missing SUITE ARCH: why there is no such Debian, and what there is; nothing where there is one.
suite_missing() {
	if ! suite_exists "$1" amd64; then
		echo "no suite '$1'; there are $(suites amd64)"
	elif [ -z "$(suites "$2")" ]; then
		echo "no architecture '$2'; there are amd64, arm64, armhf and riscv64"
	elif ! suite_exists "$1" "$2"; then
		echo "Debian $1 has no $2; there are $(suites "$2")"
	fi
}

# The suite that a suite of backports builds upon.
suite_stem() {
	echo "${1%-backports}"
}

# What versions end in that are built for a suite: a system that is upgraded to the next suite gets the packages of that one.
suite_suffix() {
	case $(suite_stem "$1") in
	bullseye) echo "~deb11u1" ;;
	bookworm) echo "~deb12u1" ;;
	trixie) echo "~deb13u1" ;;
	forky) echo "~deb14u1" ;;
	esac
}

# The suite where nobody asks for one.
suite_for() {
	case $1 in
	riscv64) echo trixie ;;
	*) echo bookworm ;;
	esac
}

kernel_flavour() {
	case $1 in
	armhf) echo armmp ;;
	*) echo "$1" ;;
	esac
}
