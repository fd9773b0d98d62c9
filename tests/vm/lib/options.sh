# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The command line of run and shell.

usage() {
	cat <<USAGE
usage: $me [OPTION]... $([ "$mode" = shell ] || echo "[--] COMMAND [ARGUMENT]...")

$(if [ "$mode" = shell ]; then
	echo "Give a root prompt in a virtual machine that runs Debian with mymap installed."
	echo "The machine ends with the shell; Ctrl-A X kills it."
else
	echo "Run COMMAND in a virtual machine that runs Debian with mymap installed. Whatever is"
	echo "missing is built first. stdout, stderr and the exit status are COMMAND's."
fi)

  --suite SUITE      Debian release of the machine (bookworm; trixie on riscv64)
  --arch ARCH        its architecture (amd64)
  --kernel PACKAGE   its kernel (linux-image-ARCH)
  --kernel SUITE/FLAVOUR  instead of its own, that kernel of any suite, with a ready-made module of
                     mymap for it: no DKMS, no compiler and no headers in the machine
  --kernel debug     the same with the debug kernel, which make debug-kernel builds
  --memory SIZE      its memory (1G)
  --cpus N           its processors (as many as here, at most 2)
  --icount           count instructions: one processor, 1 ns an instruction
  --timeout SECONDS  limit for boot and command together (600)
  --with PACKAGE     install this Debian package too; may be repeated
  --share DIR        show this folder at /mnt/share, writable
  --append WORDS     more words for the kernel's command line
  --device-tree FILE lay this overlay, source for dtc, over the device tree that QEMU makes for the machine;
                     fragments have a target-path, properties may point at its &intc, &smmuv3 and
                     others that QEMU's own point at. Not on amd64
  --secure-boot FILE boot by UEFI with Secure Boot; FILE keeps the firmware's variables, and is
                     made with Microsoft's keys if it is missing
  --console PROGRAM  let PROGRAM read and type at the console; the machine may reboot
  --user NAME        run as an ordinary user, a member of group mymap
  --qemu ARG         one more argument for QEMU; may be repeated
  --prepare          build what is missing, and boot nothing
  --quiet            no boot messages and no progress on stderr
  --help             this text

Exit status: the command's; 124 when the time is over; 125 when the harness failed, the machine
was silent or its kernel complained (tests/vm/kernel-complaints); 2 for wrong usage.

Environment: MYMAP_MIRROR, an archive mirror or lines for sources.list, instead of this machine's;
MYMAP_VM_DEBS, a folder with the mymap packages to install instead of building them;
MYMAP_VM_ACCEL, tcg or kvm, instead of trying. Caches are in ${XDG_CACHE_HOME:-~/.cache}/mymap.
USAGE
}

wrong_usage() {
	echo "$me: $1: $2" >&2
	exit 2
}

is_number() {
	[[ $1 =~ ^[1-9][0-9]{0,6}$ ]]
}

parse_options() {
	local option processors

	processors=$(nproc)
	suite='' arch=amd64 kernel='' prebuilt='' memory=1G cpus=$((processors < 2 ? processors : 2)) icount='' timeout=600
	share='' user='' quiet='' prepare='' append='' secure_boot='' device_tree='' console='' qemu_args=() with=() command=()
	[ "$mode" = command ] || timeout=604800

	while [ $# -gt 0 ]; do
		option=$1
		case $option in
		--help) usage; exit 0 ;;
		--icount) icount=yes; shift; continue ;;
		--quiet) quiet=yes; shift; continue ;;
		--prepare) prepare=yes; shift; continue ;;
		--) shift; break ;;
		--suite | --arch | --kernel | --memory | --cpus | --timeout | --with | --share | --user | --qemu | \
			--append | --device-tree | --secure-boot | --console)
			[ $# -ge 2 ] || wrong_usage "$option" "needs a value"
			set_option "$option" "$2"
			shift 2 ;;
		--*=*) set -- "${option%%=*}" "${option#*=}" "${@:2}" ;;
		-*) wrong_usage "$option" "unknown option" ;;
		*) break ;;
		esac
	done

	command=("$@")
	[ "$mode" = shell ] || [ -n "$prepare" ] || [ $# -gt 0 ] || wrong_usage "command" "missing"
	[ "$mode" = command ] || [ $# = 0 ] || wrong_usage "$1" "the shell takes no command"
	[ -n "$suite" ] || suite=$(suite_for "$arch")
	suite_exists "$suite" "$arch" || wrong_usage "--suite $suite" "Debian $suite has no $arch; there is $(suites "$arch")"
	[ -z "$secure_boot" ] || [ "$arch" = amd64 ] || wrong_usage "--secure-boot" "not supported on $arch"
	[ -z "$secure_boot" ] || [ -z "$prebuilt" ] || wrong_usage "--secure-boot" "not supported with --kernel $prebuilt, whose initial RAM disk is not its own"
	[ -z "$device_tree" ] || [ "$arch" != amd64 ] || wrong_usage "--device-tree" "not supported on amd64, whose machine has none"
	[ "$prebuilt" != debug ] || [ "$arch" = amd64 ] || wrong_usage "--kernel debug" "not supported on $arch"
	[ -z "$console" ] || [ "$mode" = command ] || wrong_usage "--console" "the shell has the console"
	[ -n "$kernel$prebuilt" ] || kernel=linux-image-$(kernel_flavour "$arch")
	[ -z "$icount" ] || cpus=1
}

set_option() {
	case $1 in
	--suite)
		suite_exists "$2" amd64 || wrong_usage "--suite $2" "no such suite; there is $(suites amd64)"
		suite=$2 ;;
	--arch)
		[ -n "$(suites "$2")" ] || wrong_usage "--arch $2" "no such architecture; there are amd64, arm64, armhf and riscv64"
		arch=$2 ;;
	--kernel)
		if [ "$2" = debug ]; then
			prebuilt=debug
			return
		fi
		if [[ $2 =~ ^[a-z-]+/[a-z0-9-]+$ ]]; then
			suite_exists "$(suite_stem "${2%/*}")" amd64 || wrong_usage "--kernel $2" "no such suite; there is $(suites amd64)"
			prebuilt=$2
			return
		fi
		[[ $2 =~ ^linux-image-[a-z0-9.+-]+$ ]] || wrong_usage "--kernel $2" "not the name of a kernel package"
		kernel=$2 ;;
	--memory)
		[[ $2 =~ ^[1-9][0-9]*[MG]?$ ]] || wrong_usage "--memory $2" "not a size like 512M or 2G"
		memory=$2 ;;
	--cpus)
		is_number "$2" || wrong_usage "--cpus $2" "not a number"
		cpus=$2 ;;
	--timeout)
		is_number "$2" || wrong_usage "--timeout $2" "not a number of seconds"
		timeout=$2 ;;
	--with)
		[[ $2 =~ ^[a-z0-9][a-z0-9.+-]+$ ]] || wrong_usage "--with $2" "not the name of a package"
		with+=("$2") ;;
	--share)
		[ -d "$2" ] || wrong_usage "--share $2" "not a folder"
		share=$(cd "$2" && pwd -P && echo .)
		share=${share%??} ;;
	--user)
		[[ $2 =~ ^[a-z_][a-z0-9_-]{0,30}$ ]] || wrong_usage "--user $2" "not a user name"
		[ "$2" != root ] || wrong_usage "--user $2" "not an ordinary user"
		user=$2 ;;
	--qemu) qemu_args+=("$2") ;;
	--append) append+=${append:+ }$2 ;;
	--device-tree)
		[ -f "$2" ] || wrong_usage "--device-tree $2" "not a file"
		device_tree=$2 ;;
	--secure-boot)
		[ -d "$(dirname "$2")" ] || wrong_usage "--secure-boot $2" "there is no such folder"
		secure_boot=$(cd "$(dirname "$2")" && pwd -P)/$(basename "$2") ;;
	--console)
		[ -f "$2" ] || wrong_usage "--console $2" "not a file"
		[ -x "$2" ] || wrong_usage "--console $2" "not a program"
		console=$2 ;;
	esac
}
