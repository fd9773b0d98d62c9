# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the scripts of secure-boot.bats do in the guest.

cd "$(mktemp -d)" || exit

# type_in BLOCK: what the user is told to, line by line.
type_in() {
	# shellcheck source=/dev/null
	. "/mnt/share/commands/$1"
}

is_locked_down() {
	grep -F '[integrity]' /sys/kernel/security/lockdown
}

is_loaded() {
	[ -e /sys/module/mymap ] || { journalctl -k --no-pager; return 1; }
}

# A copy of the module as it is before it is signed.
unsigned() {
	strip --strip-debug -o mymap.ko "$(modinfo -n mymap)"
	[ -z "$(modinfo -F signer ./mymap.ko)" ]
	echo "$PWD/mymap.ko"
}

# is_refused WHY COMMAND...: the kernel does not take the module, and modprobe says so in these words.
is_refused() {
	[ ! -e /sys/module/mymap ] || return
	! "${@:2}" 2>refused || return
	cat refused
	grep -F "$1" refused && [ ! -e /sys/module/mymap ]
}

# The module at work, as in the demo and by the command.
works() {
	local size=$((64 << 20))

	mymap demo | diff <(seq 0 9) -
	mymap info
	mymap create --size "$size" --populate
	echo signed | mymap write --offset 100
	[ "$(mymap read --offset 100 --length 6)" = signed ]
}

save_doctor() {
	mymap doctor >/mnt/share/doctor || :
}
