# SPDX-License-Identifier: GPL-2.0-only
# The program that it all began with, unchanged, and the default buffer it uses.
bats_require_minimum_version 1.5.0
load helpers

digits=$'0\n1\n2\n3\n4\n5\n6\n7\n8\n9'

# What the kernel said of a module that it did not load.
refused_with() {
	run -1 modprobe mymap "$1"
	kernel_log | grep -q -e "$2" || fail "the kernel's log has no '$2': $(kernel_log)"
	[ ! -e /sys/module/mymap ] || fail "the module is loaded with $1"
}

@test "teaching: the original program prints 0 to 9" {
	run -0 "$programs/teaching"
	output_is "$digits"
}

@test "teaching: the original program prints 0 to 9 for a member, again and again" {
	run -0 as member sh -c "$programs/teaching && $programs/teaching"
	output_is "$digits"$'\n'"$digits"
}

@test "teaching: the original program compiles as it is on this system" {
	requires command:gcc
	run -0 gcc -Wall -Werror -o "$BATS_TEST_TMPDIR/teaching" "$tests_dir/programs/teaching.c"
	run -0 "$BATS_TEST_TMPDIR/teaching"
	output_is "$digits"
}

@test "teaching: two unrelated processes see what the other one wrote" {
	program door unrelated_processes_share
}

@test "teaching: each mmap writes the ten bytes anew, and no others" {
	program door mmap_writes_digits each_mmap_writes_digits_anew only_ten_bytes_are_written
}

@test "teaching: nothing but mmap writes the ten bytes" {
	program door nothing_else_writes_digits refused_mmap_writes_nothing
}

@test "teaching: the bytes stay when all have closed the device, the mapping when the descriptor is closed" {
	program door bytes_stay_when_all_have_closed mapping_outlives_descriptor
}

@test "teaching: INFO says that it is the default buffer, and no total counts it" {
	program door info_says_default counts_in_no_total
}

@test "teaching: where its first page is broken mmap is EIO, and writes nothing" {
	modprobe -q hwpoison-inject || :
	module_changed=yes
	program door broken_first_page_is_eio
}

@test "teaching: default_size=0 switches the default buffer off" {
	module_load_with default_size=0
	[ "$("$programs/query" default_size)" = 0 ]
	run -1 "$programs/teaching"
	output_is "mmap: No such device"
}

@test "teaching: default_size=65536 gives 64 KiB" {
	module_load_with default_size=65536
	program_with door default_size_is 65536
	program door digits_stand_at_offset_0
	run -0 "$programs/teaching"
	output_is "$digits"
}

@test "teaching: default_size is rounded up to pages" {
	local page
	page=$(getconf PAGESIZE)
	module_load_with default_size=1
	program_with door default_size_is "$page"
	module_load_with default_size=$((page + 1))
	program_with door default_size_is $((2 * page))
	module_load_with default_size=$((4 * 1024 * 1024 + 1))
	program_with door default_size_is $((4 * 1024 * 1024 + page))
}

@test "teaching: a default_size that is no number is refused at load" {
	module_changed=yes
	module_remove
	refused_with default_size=abc "\`abc' invalid for parameter \`default_size'"
	refused_with default_size= "invalid for parameter \`default_size'"
	refused_with default_size=64K "\`64K' invalid for parameter \`default_size'"
}

@test "teaching: a negative default_size is refused at load" {
	module_changed=yes
	module_remove
	refused_with default_size=-1 "\`-1' invalid for parameter \`default_size'"
}

@test "teaching: a default_size that is too large is refused at load" {
	module_changed=yes
	module_remove
	refused_with default_size=18446744073709551616 "default_size"
	refused_with default_size=18446744073709551615 "mymap: .*default_size"
	refused_with default_size=99999999999999999999999999 "default_size"
}

@test "teaching: a default_size that no file can have is refused at load" {
	module_changed=yes
	module_remove
	refused_with default_size=9223372036854775808 "mymap: .*default_size"
}

@test "teaching: an unknown parameter does not keep the module from loading" {
	module_load_with no_such_parameter=1
	run -0 "$programs/teaching"
	output_is "$digits"
}
