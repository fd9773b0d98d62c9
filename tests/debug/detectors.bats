# SPDX-License-Identifier: GPL-2.0-only
# At the very end: each detector of the kernel is still awake, and what it says counts as a complaint. The order matters: lockdep
# looks at nothing after its first report, or after anybody else's of damaged memory; the last mistake is the end of its process.
bats_require_minimum_version 1.5.0
load ../guest/helpers
load kmemleak

bad=$source_dir/build/kernel-modules/$kernel_release/bad.ko

teardown() {
	expect_no_more_complaints
}

# detects MISTAKE REGEX: the kernel says so, and no test would have passed.
detects() {
	make_mistake "$1" "$2"
	complained "$2"
}

make_mistake() {
	expect_complaint "$2"
	run insmod "$bad" "mistake=$1"
	[[ $output == *"Operation canceled"* ]] || fail "the mistake was not made: $output"
}

complained() {
	kernel_log | grep -v '^[^a-z]*mymap-expect:' >"$BATS_TEST_TMPDIR/log"
	run "$tests_dir/vm/scan-kernel-log" <"$BATS_TEST_TMPDIR/log"
	grep -E "$1" <<<"$output" && return
	echo "no such complaint: $1; the log is"
	cat "$BATS_TEST_TMPDIR/log"
	return 1
}

@test "detectors: locks taken in two orders" {
	detects lock_order '^WARNING: possible circular locking dependency'
}

@test "detectors: sleeping with a spinlock" {
	detects sleep '^BUG: sleeping function called from invalid context'
}

@test "detectors: a shift too far" {
	detects shift '^UBSAN: shift-out-of-bounds'
}

@test "detectors: an index too large" {
	detects index '^UBSAN: array-index-out-of-bounds'
}

@test "detectors: a list that is damaged" {
	detects list '^list_del corruption'
}

@test "detectors: memory that nobody points at any more" {
	make_mistake leak 'kmemleak: [0-9]+ new suspected memory leaks'
	kmemleak_scan
	complained 'kmemleak: [0-9]+ new suspected memory leaks'
	run ! no_leaks_are_known
	output_has 'comm "insmod"'
}

@test "detectors: memory used after it was freed" {
	detects use_after_free '^BUG: KASAN: use-after-free'
}

@test "detectors: memory behind the end of an object" {
	detects slab_bounds '^BUG: KASAN: slab-out-of-bounds'
}

@test "detectors: memory behind the end of a vmalloc area" {
	detects vmalloc_bounds '^BUG: KASAN: vmalloc-out-of-bounds'
}

@test "detectors: a page given back in a bad state" {
	detects page '^BUG: Bad page state'
}

@test "detectors: memory of a device that was never mapped for it" {
	# After a report it is silent, and there may have been one.
	echo 1 >/sys/kernel/debug/dma-api/num_errors
	detects dma '^DMA-API: .*device driver tries to free DMA memory it has not allocated'
}

@test "detectors: a page that is another one than its page table thinks" {
	expect_complaint '^kernel BUG at mm/page_table_check|^invalid opcode|^Fixing recursive fault|^WARNING: .* rcu_note_context_switch|Bad rss-counter'
	insmod "$bad" mistake=page_table >/dev/null 2>&1 3>&- &
	disown
	retry 10 complained '^kernel BUG at mm/page_table_check'
}
