# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The command line of life: options of its own, and those of run.

life_usage() {
	cat <<USAGE
usage: $me --disk FILE [OPTION]... [--] SCRIPT

Boot the machine whose disk is FILE, run SCRIPT in it by bash -eu, with the functions of tests/vm/guest/life,
and keep the disk. It boots the kernel that a boot loader would take: the newest in its own /boot. Without FILE
a new life begins, on Debian's release kernel.

  --disk FILE        the disk; what else the life needs is in the folder FILE.life
  --start WHAT       a new life begins with: base, a small Debian; bare, the tools to build a module, too;
                     headers, those of its kernel, too; mymap, this tree's packages, too (headers)
  --boot RELEASE     boot this kernel, as from the boot loader's menu

and these options of tests/vm/run: --suite, --arch, --memory, --cpus, --timeout, --share, --qemu, --quiet.
The archives that the machine can have, see tests/vm/lib/life-archives.sh, are a disk at /srv/repository.
The exit status is that of tests/vm/run.
USAGE
}

life_options() {
	local others=(--memory 2G)

	disk='' start=headers boot=''
	while [ $# -gt 0 ]; do
		case $1 in
		--help) life_usage; exit 0 ;;
		--disk | --start | --boot)
			[ $# -ge 2 ] || wrong_usage "$1" "needs a value"
			life_option "$1" "$2"
			shift 2 ;;
		--quiet) others+=("$1"); shift ;;
		--suite | --arch | --memory | --cpus | --timeout | --share | --qemu)
			[ $# -ge 2 ] || wrong_usage "$1" "needs a value"
			others+=("$1" "$2")
			shift 2 ;;
		--) shift; break ;;
		-*) wrong_usage "$1" "unknown option" ;;
		*) break ;;
		esac
	done
	[ -n "$disk" ] || wrong_usage "--disk" "missing"
	[ $# = 1 ] || wrong_usage "SCRIPT" "must be one argument"
	parse_options "${others[@]}" -- "$1"
}

life_option() {
	case $1 in
	--disk)
		[ -d "$(dirname -- "$2")" ] || wrong_usage "--disk $2" "no such folder"
		disk=$(realpath -- "$2") ;;
	--start)
		case $2 in
		base | bare | headers | mymap) start=$2 ;;
		*) wrong_usage "--start $2" "must be base, bare, headers or mymap" ;;
		esac ;;
	--boot)
		boot=$2 ;;
	esac
}
