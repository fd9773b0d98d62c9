# SPDX-License-Identifier: GPL-2.0-only
bats_require_minimum_version 1.5.0
load helpers

# A race goes on for so many seconds with each number of threads, at least for one round; on a kernel that looks for mistakes it
# is worth more of them.
seconds=0.3
[ -z "${MYMAP_SLOW-}" ] || seconds=2

parameters=/sys/module/mymap/parameters

teardown() {
	cgroups_remove
	echo 0 >$parameters/max_user_size
	echo 0 >$parameters/max_total_size
	nothing_is_left
}

# Before the program, to run it as somebody else.
become=()

# race NAME [THREADS]...: with so many threads; with 2, 8 and 64 if nothing is said, and on a kernel that looks for mistakes. All of
# a buffer's pages are charged to the cgroup that made it, so that one which is never given back is seen there.
race() {
	local name=$1 threads
	shift
	if [ $# = 0 ] || [ -n "${MYMAP_SLOW-}" ]; then
		set -- 2 8 64
	fi
	cgroup_make race
	for threads; do
		run in_cgroup race "${become[@]}" "$programs/race" "$name" "$threads" "$seconds"
		[ "$status" = 0 ] || fail "$name with $threads threads ended with status $status: $output"
	done
	retry 5 all_pages_are_back || fail "pages are missing, bytes: $(pages_of_cgroup)"
}

# What the kernel has taken for the cgroup and not for purposes of its own. Older kernels do not tell, and charge no pages.
pages_of_cgroup() {
	awk '{ bytes[$1] = $2 }
		END { print bytes["kernel"] - bytes["slab"] - bytes["kernel_stack"] - bytes["pagetables"] - bytes["percpu"] - bytes["vmalloc"] }' \
		"$cgroups/mymap-test-race/memory.stat"
}

all_pages_are_back() {
	[ "$(pages_of_cgroup)" -lt 65536 ]
}

@test "races: pages that threads touch for the first time" {
	race fault_against_fault
}

@test "races: all threads touch the same new page" {
	race fault_of_one_page
}

@test "races: page faults against munmap and mmap" {
	race fault_against_munmap
}

@test "races: page faults against pages that are taken out of the page table" {
	race fault_against_zap
}

@test "races: page faults against mprotect" {
	race fault_against_mprotect
}

@test "races: page faults against the close of a mapping's file" {
	race fault_against_close
}

@test "races: page faults against fork, in parent and child" {
	race fault_against_fork
}

@test "races: page faults against read and write" {
	race fault_against_read_and_write
}

@test "races: page faults against mremap" {
	race fault_against_mremap
}

@test "races: page faults against mlock" {
	race fault_against_mlock
}

@test "races: page faults against pages that are pinned" {
	race fault_against_pins
}

@test "races: open by an O_PATH descriptor against the last close" {
	race open_against_last_close
}

@test "races: open of the default buffer against its last close" {
	race door_against_last_close
}

@test "races: buffers that are made at once show nothing but zeros" {
	race create_against_create
}

@test "races: all of it at once" {
	race all_at_once
}

@test "races: page faults against shrinking and growing" {
	race fault_against_shrink 2 8
}

@test "races: page faults against holes that are punched" {
	race fault_against_hole 2 8
}

@test "races: read and write against shrinking and growing" {
	race read_against_resize 8
}

@test "races: all that touches, reads, pins and takes away memory at once" {
	race all_against_sizes 8
}

@test "races: destroy against open by name, by node and attributes that are read" {
	race destroy_against_open 8
}

@test "races: of all who make the same name one wins" {
	race name_against_name 8
}

@test "races: all make and destroy the same name" {
	race name_against_destroy 8
}

@test "races: each ring is heard by all who wait, poll, epoll or have an eventfd" {
	race ring_against_wait 2 8
}

@test "races: buffers of one user are made, grow and go at the limit" {
	become=(setpriv --reuid=member --regid=member --init-groups --)
	echo $((8 << 20)) >$parameters/max_user_size
	race create_against_limit 8
}

@test "races: buffers are made, grow and go at the limit of all" {
	echo $((8 << 20)) >$parameters/max_total_size
	race create_against_limit 8
}

@test "races: statistics are switched, reset and read while buffers come and go" {
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug || skip "this kernel has no debugfs"
	race counting_against_switch 8
}

@test "races: 64 threads in a storm of faults and reads are dead within a second of SIGKILL" {
	race killed_in_storm
}
