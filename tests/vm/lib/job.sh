# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The orders for the guest: a tar archive that becomes a disk.

# job_make FILE COMMAND...
job_make() {
	local file=$1 dir=$work/job size
	shift

	rm -rf "$dir"
	mkdir "$dir" || return 1
	size=$(stty size 2>/dev/null || echo 24 80)
	cat >"$dir/settings" <<SETTINGS
mode=$machine_mode
user=$machine_user
share=${machine_share:+yes}
copy=${machine_copy:+yes}
install="$machine_install"
keep=$machine_keep
term=$(printf %q "${TERM:-linux}")
rows=${size% *}
columns=${size#* }
SETTINGS
	: >"$dir/argv"
	[ $# = 0 ] || printf '%s\0' "$@" >"$dir/argv"
	cp "$vm_dir"/guest/{agent,install} "$vm_dir"/{kernel-complaints,scan-kernel-log} "$dir" &&
		 tar -c -f "$file" --owner=0 --group=0 -C "$dir" .
}
