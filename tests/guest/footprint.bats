# SPDX-License-Identifier: GPL-2.0-only
load helpers

# measured CASE: what it says is worth reading also when it passes.
measured() {
	program footprint "$1"
	echo "# ${output//$'\n'/; }" >&3
}

@test "footprint: a huge page costs 64 bytes at most" {
	requires memory:900
	measured huge_page
}

@test "footprint: a page of a fragmented buffer costs 16 bytes at most" {
	measured small_page
}

@test "footprint: a page of a small buffer costs 16 bytes at most" {
	measured small_buffer
}

@test "footprint: an open buffer costs 1 KiB, an inode and a dentry at most, a second descriptor 1 KiB" {
	measured descriptors
}

@test "footprint: a size without memory costs nothing" {
	module_load_with max_total_size=1000000000000000
	measured size_alone
}

@test "footprint: page tables are as small as hugetlb's" {
	local before
	before=$(cat /proc/sys/vm/nr_hugepages)
	sysctl -q vm.nr_hugepages=70
	run "$programs/footprint" page_tables
	sysctl -q "vm.nr_hugepages=$before"
	[ "$status" != 77 ] || skip "$output"
	[ "$status" = 0 ] || fail "$output"
	echo "# ${output//$'\n'/; }" >&3
}
