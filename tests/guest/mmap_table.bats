# SPDX-License-Identifier: GPL-2.0-only
# The table of docs/mmap.md, each row on a mymap buffer and on a memfd.
load helpers

# table COMMAND...: run a part of it. What was skipped is told.
table() {
	local line
	run "$@"
	while IFS= read -r line; do
		[[ $line != *": skipped: "* ]] || echo "# $line" >&3
	done <<<"$output"
	[ "$status" = 0 ] || fail "$output"
}

# All parts of it, but the one that breaks memory.
table_but_poison() {
	local part
	for part in $("$programs/mmap_table"); do
		[ "$part" = poison ] || table "$@" "$part"
	done
}

@test "mmap table: PROT_ flags" {
	table "$programs/mmap_table" prot
}

@test "mmap table: MAP_ flags" {
	table "$programs/mmap_table" map
}

@test "mmap table: lengths, offsets and addresses" {
	table "$programs/mmap_table" range
}

@test "mmap table: errors" {
	table "$programs/mmap_table" errors
}

@test "mmap table: errors, without a default buffer" {
	module_load_with default_size=0
	run "$programs/mmap_table" errors mymap
	status_is 0
	[[ $output != *ENODEV* ]] || fail "$output"
}

@test "mmap table: signals" {
	table "$programs/mmap_table" signals
}

@test "mmap table: mremap" {
	table "$programs/mmap_table" mremap
}

@test "mmap table: munmap" {
	table "$programs/mmap_table" munmap
}

@test "mmap table: mprotect" {
	table "$programs/mmap_table" mprotect
}

@test "mmap table: madvise" {
	table "$programs/mmap_table" madvise
}

@test "mmap table: madvise of memory that is broken" {
	# Not every kernel has it; the rows say so.
	modprobe hwpoison-inject || :
	table "$programs/mmap_table" poison
}

@test "mmap table: mlock" {
	table "$programs/mmap_table" mlock
}

@test "mmap table: msync" {
	table "$programs/mmap_table" msync
}

@test "mmap table: fork" {
	table "$programs/mmap_table" fork
}

@test "mmap table: other calls" {
	table "$programs/mmap_table" other
}

@test "mmap table: a batched mapping" {
	table "$programs/mmap_table" batched
}

@test "mmap table: all of it, by an ordinary user" {
	table_but_poison as member "$programs/mmap_table"
}

@test "mmap table: all of it, from a 32-bit program" {
	requires 32bit
	table_but_poison "$programs/32/mmap_table"
}

@test "mmap table: these are all parts of it" {
	local part
	for part in $("$programs/mmap_table"); do
		grep -qE "^	table .* $part\$" "$BATS_TEST_FILENAME" || fail "$part is not run"
	done
}
