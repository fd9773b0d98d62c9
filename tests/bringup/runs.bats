# SPDX-License-Identifier: GPL-2.0-only
# How long one run of memory can be: what the page allocator gives on each machine, and more where the kernel sets memory aside.
load ../guest/helpers
bats_require_minimum_version 1.5.0

# has_cma MIB: the kernel has set so much aside.
has_cma() {
	local total
	total=$(sed -n 's/^CmaTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
	[ "${total:-0}" -ge $(($1 * 1024)) ]
}

# run_of KIND MIB: it can be had, is one run for its device, and is memory from end to end.
run_of() {
	mymap create --kind "$1" --size "$2M" --name run0
	[ "$(mymap segments run0 | cut -d ' ' -f 2)" = $(($2 << 20)) ] || fail "$(mymap segments run0)"
	mymap fill run0 --byte 165
	[ "$(mymap read run0 | tr -d '\245' | wc -c)" = 0 ]
	mymap destroy run0
}

@test "runs: 4 MiB on every machine, of both kinds" {
	run_of contiguous 4
	run_of device 4
}

@test "runs: 32 MiB on arm64, from what its kernel sets aside" {
	[ "$(uname -m)" = aarch64 ] || skip "this is no arm64"
	has_cma 32
	run_of device 32
}

@test "runs: 64 MiB, where cma= asked for them" {
	grep -q 'cma=' /proc/cmdline || skip "this machine was booted without cma="
	has_cma 64
	run_of device 64
	# What was given back can be had again.
	run_of device 64
}

@test "runs: --contiguous takes the kind that has it" {
	has_cma 32 || skip "this kernel sets no memory aside"
	run -0 mymap create --contiguous --size 32M --json
	[ "$(jq -r .kind <<<"$output")" = device ]
}

@test "runs: what is longer than all is ENOMEM, the kernel is silent, and the doctor says what helps" {
	local kind
	for kind in contiguous device; do
		run -1 mymap create --kind $kind --size 768M
		[[ $output == *"no run of memory of the kind $kind is that long now; 'mymap doctor' says what helps"* ]]
	done
	run mymap doctor
	if has_cma 1; then
		[[ $output == *"CMA"* ]]
	else
		[[ $output == *"cma="* || $output == *"CONFIG_DMA_CMA"* ]]
	fi
}
