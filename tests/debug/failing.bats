# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails once, one after the other: those of the driver, and those that the kernel makes for it.
bats_require_minimum_version 1.5.0
load ../guest/helpers
load kmemleak

faults=/sys/kernel/debug

# set_faults FILE VALUE: of both kinds, those that have it.
set_faults() {
	local kind
	for kind in failslab fail_page_alloc; do
		[ ! -e "$faults/$kind/$1" ] || echo "$2" >"$faults/$kind/$1"
	done
}

# Any allocation, however it is asked for; and quietly. Who does not ask for one to fail (fail-nth) is not concerned.
setup_file() {
	[ -d $faults/failslab ] || return 0
	set_faults ignore-gfp-wait N
	set_faults ignore-gfp-highmem N
	set_faults min-order 0
	set_faults verbose 0
	make_test_module importer add_compat
}

setup() {
	[ -d $faults/failslab ] || skip "this kernel makes nothing to fail"
	begin
	# It fails as well, and does without.
	expect_complaint "kmemleak: Cannot allocate a scan area"
}

# failing CASE...: how much failed is told.
failing() {
	local case
	for case; do
		program_with failing "$case"
		echo "# $case: $output" >&3
	done
}

@test "failing: CREATE of each kind gives back what it had taken" {
	failing create_plain create_populated create_contiguous create_device create_uncached
}

@test "failing: CREATE with a name leaves none" {
	failing create_named
}

@test "failing: OPEN, /dev/mymapN and /proc/self/fd leave the buffer as it is" {
	failing open_by_name open_node reopen
}

@test "failing: DESTROY never does" {
	failing destroy_always
}

@test "failing: mappings are there or not, split or not" {
	failing map split
}

@test "failing: who touches memory gets it, at the latest the next time" {
	expect_complaint "Huh VM_FAULT_OOM"
	failing touch copy
}

@test "failing: write and splice have done what they say" {
	failing write_bytes splice_to_a_pipe
}

@test "failing: a size is the old one or the new one, and so are bytes" {
	failing shrink punch allocate
}

@test "failing: SEGMENTS and EXPORT freeze nothing" {
	failing segments export
}

@test "failing: an eventfd is added or not" {
	failing add_eventfd
}

@test "failing: a driver that imports a dma-buf holds nothing" {
	# As in importer.bats; and the core warns of a vmap that cannot be.
	expect_complaint 'WARNING: .*debug.c:[0-9]+ add_dma_entry|WARNING: .* dma_buf_vmap'
	program_with failing_modules import /var/tmp/mymap-importer/importer.ko
	echo "# import: $output" >&3
}

@test "failing: the module is loaded or not" {
	# Linux 6.1 puts the link of a driver into the root of sysfs where its own folder cannot be made, and leaves it there.
	expect_complaint "sysfs: cannot create duplicate filename '//platform:mymap'"
	module_changed=yes
	program_with failing_modules load "$(modinfo -n mymap)"
	echo "# load: $output" >&3
	# And does not free the name of a class that cannot be made. What has been looked at is not told again.
	expect_complaint "kmemleak: [0-9]+ new suspected memory leaks"
	kmemleak_scan
	no_leaks_are_known __class_register
	echo clear >"$kmemleak"
}
