# SPDX-License-Identifier: GPL-2.0-only
# The kernel and debuggers handle the pages of a buffer: they are looked at, and stay where they are.
load helpers

@test "watched: a core dump has what is mapped, and not what was left out of it" {
	program watching core_has_the_mapping
}

@test "watched: a core dump of what is behind the end is a hole" {
	program watching core_of_what_is_behind_the_end
}

@test "watched: process_vm_readv and /proc/PID/mem while the mapping comes and goes" {
	program watching process_vm_readv_while_mapping proc_mem_while_mapping
}

@test "watched: ptrace while the mapping comes and goes" {
	program watching ptrace_while_mapping
}

@test "watched: pagemap while the mapping comes and goes" {
	program watching pagemap_while_mapping
}

@test "watched: gdb prints and changes a mapping" {
	local pid address
	requires command:gdb
	mkfifo "$BATS_TEST_TMPDIR/in"
	"$programs/watching" hold <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
	exec 7>"$BATS_TEST_TMPDIR/in"
	retry 10 test -s "$BATS_TEST_TMPDIR/out"
	read -r pid address <"$BATS_TEST_TMPDIR/out"
	run gdb -batch -nx -p "$pid" -ex "x/10ub $address" -ex "set var *(char *)($address + 3) = 77"
	exec 7>&-
	status_is 0
	output_has $'\t0\t1\t2\t3\t4\t5\t6\t7'
	wait $!
}

@test "moving: move_pages tells where the pages are, and moves none" {
	program moving move_pages_tells_the_node move_pages_moves_nothing
}

@test "moving: migrate_pages and mbind move no page" {
	program moving migrate_pages_moves_nothing mbind_moves_nothing
}

@test "moving: KSM merges the private copies and no page of the buffer" {
	program moving ksm_merges_no_page_of_a_buffer ksm_merges_private_copies
}

@test "moving: memory that has a buffer's page in it stays online" {
	program moving memory_with_a_buffer_stays_online
}
