# SPDX-License-Identifier: GPL-2.0-only
# A driver that imports dma-bufs: a module, made here for the kernel that runs. That of the debug kernel comes with it.
load helpers

importer=/var/tmp/mymap-importer

setup_file() {
	local headers
	headers=/lib/modules/$(uname -r)/build
	rm -rf "$importer"
	[ "$(id -u)" = 0 ] || return 0
	if [[ $(uname -r) == *-mymap-debug ]]; then
		mkdir "$importer"
		cp "$source_dir/build/debug/importer.ko" "$importer"
	fi
	[ -e "$headers" ] || return 0
	cp -r "${BATS_TEST_DIRNAME%/*}/modules/importer" "$importer"
	make -C "$headers" M="$importer" modules >"$importer/log" 2>&1 || { cat "$importer/log"; return 1; }
}

# imports CASE...: cases of the program, with the module.
imports() {
	local case
	[ -e "$importer/importer.ko" ] || skip "no headers of this kernel here, or not root"
	for case; do
		program_with importer "$case" "$importer/importer.ko"
	done
}

# The debug kernel's detector of wrong uses of the DMA API takes it for one that two devices have memory mapped at a time, which is
# what dma-bufs are for. It says so once, and then nothing more, unless it is told to.
two_devices_are_fine() {
	[ ! -e /sys/kernel/debug/dma-api/num_errors ] || expect_complaint 'WARNING: .*debug.c:[0-9]+ add_dma_entry'
}

detector_is_awake() {
	[ ! -e /sys/kernel/debug/dma-api/num_errors ] || echo 1 >/sys/kernel/debug/dma-api/num_errors
	expect_no_more_complaints
}

@test "importer: every byte of a buffer and of ranges, as the device sees it and as the kernel does" {
	two_devices_are_fine
	imports every_byte
	detector_is_awake
}

@test "importer: what it has stays, whatever is closed, and frozen, and so does the module" {
	imports holds_it
}

@test "importer: a mapping through its device is one of the buffer" {
	imports maps_it
}

@test "importer: it has the buffer when who exported it was killed" {
	imports killed_while_held
}

@test "importer: memory that is broken is EIO, and what is not can be imported" {
	imports broken_is_refused
}
