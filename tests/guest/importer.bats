# SPDX-License-Identifier: GPL-2.0-only
# A driver that imports dma-bufs: a module, made here for the kernel that runs; those of other suites come with theirs.
load helpers

detector=/sys/kernel/debug/dma-api/num_errors

setup_file() {
	make_test_module importer add_compat
}

# The debug kernel's detector of wrong uses of the DMA API takes it for one that two devices have memory mapped at a time, which is
# what dma-bufs are for. It says so once, and then nothing more, unless it is told to.
setup() {
	begin
	[ ! -e $detector ] || expect_complaint 'WARNING: .*debug.c:[0-9]+ add_dma_entry'
}

teardown() {
	nothing_is_left
	[ ! -e $detector ] || echo 1 >$detector
	expect_no_more_complaints
}

@test "importer: every byte of a buffer and of ranges, as the device sees it and as the kernel does" {
	with_module importer every_byte
}

@test "importer: a device that only reads, and one that only writes" {
	with_module importer only_reads only_writes
}

@test "importer: what it has stays, whatever is closed, and frozen, and so does the module" {
	with_module importer holds_it
}

@test "importer: a mapping through its device is one of the buffer" {
	with_module importer maps_it
}

@test "importer: it has the buffer when who exported it was killed" {
	with_module importer killed_while_held
}

@test "importer: memory that is broken is EIO, and what is not can be imported" {
	with_module importer broken_is_refused
}
