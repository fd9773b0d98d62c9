# SPDX-License-Identifier: GPL-2.0-only
bats_require_minimum_version 1.5.0
load helpers

debugfs=/sys/kernel/debug
tracing=/sys/kernel/tracing

setup() {
	begin
	mounted $debugfs debugfs
}

teardown() {
	[ ! -e $debugfs/mymap/enabled ] || echo 0 >$debugfs/mymap/enabled
	[ ! -e $tracing/events/mymap/enable ] || echo 0 >$tracing/events/mymap/enable
	[ -z "$module_changed" ] || module_restore
	cgroups_remove
	nothing_is_left
}

# mounted FOLDER TYPE: whoever has booted this machine may not have done it.
mounted() {
	mountpoint -q "$1" && return
	grep -qw "$2" /proc/filesystems || skip "this kernel has no $2"
	mount -t "$2" "$2" "$1"
}

value_of() {
	awk -v key="$1" '$1 == key { print $2 }' $debugfs/mymap/stats
}

@test "stats: each huge page that is touched counts once, and so does its memory" {
	requires huge
	program stats huge_faults
}

@test "stats: each page that is touched counts once" {
	program stats page_faults faults_on_populated_memory_allocate_nothing
}

@test "stats: a fault beyond the end counts as such" {
	program stats faults_beyond_the_end
}

@test "stats: nothing is counted while it is off, and what was counted stays" {
	program stats off_counts_nothing
}

@test "stats: any write counts from 0 again" {
	program stats reset_begins_anew
}

@test "stats: enabled takes 0 and 1 and nothing else" {
	program stats enabled_reads_as_it_was_set
}

@test "stats: buffers and their memory are known all the time, through holes and resizes" {
	program stats buffers_and_their_memory
}

@test "stats: memory that is refused at once counts as one failure" {
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	program stats refused_memory_is_a_failure
}

@test "stats: when memory is short smaller pages are tried, then it fails" {
	requires memcg huge
	cgroup_make stats 16M
	run in_cgroup stats "$programs/stats" write_until_memory_is_short
	status_is 0
}

@test "stats: a page fault without memory counts as such, where nobody may be killed for it" {
	requires memcg
	expect_complaint 'stats invoked oom-killer|Out of memory and no killable processes'
	cgroup_make stats 32M
	run in_cgroup stats "$programs/stats" lock_until_memory_is_short
	status_is 0
	expect_no_more_complaints
}

# What the dead process leaves can be enough for the page that it has died for: then its fault is served after all, mostly so on
# Linux 7.2.
@test "stats: a page fault without memory counts as such, in a process that is killed for it" {
	local round counted
	requires memcg
	expect_complaint 'stats invoked oom-killer|Memory cgroup out of memory'
	cgroup_make stats 32M
	for round in 1 2 3 4; do
		run in_cgroup stats "$programs/stats" touch_until_memory_is_short
		status_is 137
		counted=$(value_of faults_oom)
		[ "$counted" = "$(value_of allocation_failures)" ]
		[ "$counted" = 0 ] || break
	done
	expect_no_more_complaints
	[ "$counted" = 1 ] || skip "the kernel found memory for each page after all, $round times"
}

@test "stats: three readers while faults are counted lose and see nothing wrong" {
	program stats three_readers_at_once
}

@test "stats: the files are root's" {
	[ "$(stat -c '%a %U' $debugfs/mymap/stats)" = "600 root" ]
	[ "$(stat -c '%a %U' $debugfs/mymap/enabled)" = "600 root" ]
	run as member cat $debugfs/mymap/stats
	status_is 1
}

@test "stats: each key is in docs/ABI, and no other" {
	diff <(sed -n 's/^\t\t\([a-z_]\+\)\t.*/\1/p' "$source_dir/docs/ABI/debugfs-mymap") \
		<(awk '{ print $1 }' $debugfs/mymap/stats)
}

@test "stats: an open file keeps the module, which goes right after, and is off when it comes again" {
	module_changed=yes
	echo 1 >$debugfs/mymap/enabled
	program stats page_faults
	echo 1 >$debugfs/mymap/enabled
	exec 5<$debugfs/mymap/stats
	run rmmod mymap
	status_is 1
	output_has "in use"
	grep -q '^faults_page 5$' <&5
	exec 5<&-
	rmmod mymap
	[ ! -e $debugfs/mymap ]
	modprobe mymap
	[ "$(cat $debugfs/mymap/enabled)" = 0 ]
	[ "$(value_of faults_page)" = 0 ]
}

remove_or_busy() {
	modprobe -r mymap 2>/dev/null
}

@test "stats: somebody reads and writes the files while the module goes and comes, 20 times" {
	local round reader
	module_changed=yes
	# Most of what it does fails.
	(
		set +e
		while :; do
			cat $debugfs/mymap/stats $debugfs/mymap/enabled
			echo 1 >$debugfs/mymap/enabled
			echo 0 >$debugfs/mymap/stats
		done
	) >/dev/null 2>&1 3>&- &
	reader=$!
	for round in {1..20}; do
		retry 10 remove_or_busy || { kill $reader; fail "round $round: the module does not go"; }
		modprobe mymap || { kill $reader; fail "round $round: the module does not come"; }
	done
	kill $reader
	wait $reader || :
}

@test "stats: create, fault, resize and destroy are traced, with what they were about" {
	mounted $tracing tracefs
	[ -d $tracing/events/mymap ] || skip "this kernel traces no events"
	echo >$tracing/trace
	echo 1 >$tracing/events/mymap/enable
	run "$programs/stats" traced
	echo 0 >$tracing/events/mymap/enable
	status_is 0
	local number=${lines[0]#*buffer=}
	diff <(echo "$output") <(sed -n "s/.*: \(mymap_[a-z]*: buffer=${number%% *} .*\)/\1/p" $tracing/trace)
}

@test "stats: nothing is traced when nobody has asked" {
	mounted $tracing tracefs
	[ -d $tracing/events/mymap ] || skip "this kernel traces no events"
	echo >$tracing/trace
	run "$programs/stats" traced
	status_is 0
	run -1 grep mymap_ $tracing/trace
}

@test "stats: traces tell a buffer by its inode number" {
	program stats each_buffer_has_a_number
}
