# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# More in the device tree of the machine, as a board's maker would have it: an overlay, laid over the tree that QEMU makes.
# QEMU's tree tells of memory, processors and devices, so it is asked of the command line that is to be run.

# Whoever wrote the overlay hears at once what is wrong with it, not when the image is ready.
tree_compile() {
	local overlay=$work/overlay.dtbo

	dtc -@ -I dts -O dtb -o "$overlay" -- "$device_tree" 2>"$work/dtc.log" || tree_refuse "$work/dtc.log" "does not compile"
	# Without fragments it would be laid over nothing, and nobody would say so.
	dtc -q -I dtb -O dts "$overlay" | grep -F '__overlay__ {' >/dev/null ||
		wrong_usage "--device-tree $device_tree" "not an overlay: it has no fragments, perhaps for want of /plugin/"
}

# tree_label FILE: QEMU gives no labels, without which a property of an overlay cannot point at a node. Those below the root that others
# of QEMU's point at get one: their names, without the address.
tree_label() {
	local node

	fdtget -l "$1" / | while read -r node; do
		! fdtget "$1" "/$node" phandle >/dev/null 2>&1 ||
			fdtput -p -t s "$1" /__symbols__ "$(sed 's/@.*//; s/[^a-z0-9]/_/g' <<<"$node")" "/$node"
	done
}

# tree_arguments: more of them, for the machine that $arguments make.
tree_arguments() {
	local machine=$work/machine.dtb log=$work/device-tree.log

	"$(qemu_program)" "${arguments[@]}" -machine "dumpdtb=$(quoted "$machine")" {verdict_fd}>&- </dev/null >"$log" 2>&1 || {
		keep_log "$log"
		die 125 "device tree" "QEMU does not tell the machine's" "$kept"
	}
	tree_label "$machine"
	fdtoverlay -i "$machine" -o "$work/tree.dtb" "$machine_tree" >"$log" 2>&1 ||
		tree_refuse "$log" "cannot be laid over the machine's tree: does each target-path exist, and each label?"
	arguments+=(-dtb "$work/tree.dtb")
}

# tree_refuse LOG WHY: with the words of the program that found out.
tree_refuse() {
	sed '/^$/d' "$1" >&2
	wrong_usage "--device-tree $device_tree" "$2"
}
