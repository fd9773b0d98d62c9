# SPDX-License-Identifier: GPL-2.0-only
bats_require_minimum_version 1.5.0
load helpers

# spare SCORE: what the OOM killer thinks of the shells that look at a test. Where the memory of the one that it killed
# is slow to come, it takes another one.
spare() {
	local pid=$BASHPID
	[ "$(id -u)" = 0 ] || return 0
	while [ "${pid:-1}" -gt 1 ]; do
		echo "$1" >"/proc/$pid/oom_score_adj"
		pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
	done
}

teardown() {
	spare 0
	cgroups_remove
	[ -z "$module_changed" ] || module_restore
	expect_no_more_complaints
	nothing_is_left
}

cgroup_memory() {
	cat "$cgroups/mymap-test-$1/memory.current"
}

oom_kills() {
	awk '$1 == "oom_kill" { print $2 }' "$cgroups/mymap-test-$1/memory.events"
}

refused_with() {
	run -1 modprobe mymap "$1"
	kernel_log | grep -q -e "$2" || fail "the kernel's log has no '$2': $(kernel_log)"
	[ ! -e /sys/module/mymap ] || fail "the module is loaded with $1"
}

@test "limits: a buffer over max_buffer_size is EDQUOT" {
	program limits over_buffer_limit
}

@test "limits: buffers over max_total_size together are EDQUOT until one of them ends" {
	program limits over_total_limit two_processes_share_the_total
}

@test "limits: a thousand refusals cost nothing" {
	program limits refusals_cost_nothing
}

@test "limits: without parameters they are three quarters of the memory" {
	local total limit
	total=$(awk '$1 == "MemTotal:" { printf "%.0f", $2 * 1024 }' /proc/meminfo)
	for limit in max_buffer_size max_total_size; do
		limit=$("$programs/query" $limit)
		[ "$limit" -gt $((total / 2)) ] && [ "$limit" -lt "$total" ] || fail "$limit of $total"
	done
}

@test "limits: parameters set them, for a buffer and for all" {
	module_load_with max_buffer_size=1048576 max_total_size=4194304
	[ "$("$programs/query" max_buffer_size)" = 1048576 ]
	[ "$("$programs/query" max_total_size)" = 4194304 ]
	[ "$(cat /sys/module/mymap/parameters/max_buffer_size)" = 1048576 ]
	program limits over_buffer_limit
	module_load_with max_buffer_size=4194304 max_total_size=4194304
	program limits over_total_limit two_processes_share_the_total
}

@test "limits: max_user_size limits each user by himself, but not root" {
	module_load_with max_user_size=4194304
	[ "$("$programs/query" max_user_size)" = 4194304 ]
	program limits users_are_counted_apart who_made_it_is_charged charged_to_the_last_close many_users
	as member "$programs/limits" over_user_limit
}

@test "limits: a user without a limit of his own may have what all may have" {
	[ "$("$programs/query" max_user_size)" = "$("$programs/query" max_total_size)" ]
	module_load_with max_total_size=4194304
	[ "$("$programs/query" max_user_size)" = 4194304 ]
	as member "$programs/limits" over_user_limit
}

set_limit() {
	echo "$2" >"/sys/module/mymap/parameters/$1"
}

@test "limits: they can be set at any time, and taken back" {
	local name before
	module_changed=yes
	for name in max_buffer_size max_user_size max_total_size; do
		before=$("$programs/query" $name)
		set_limit $name 0x400000
		[ "$("$programs/query" $name)" = 4194304 ]
		[ "$(cat /sys/module/mymap/parameters/$name)" = 4194304 ]
		run "$programs/limits" over_${name:4:-5}_limit
		[ $name = max_user_size ] || status_is 0
		as member "$programs/limits" over_${name:4:-5}_limit
		set_limit $name 0
		[ "$("$programs/query" $name)" = "$before" ]
	done
}

@test "limits: a bad value at run time is EINVAL or ERANGE, and what was set stays" {
	local name value
	module_changed=yes
	for name in max_buffer_size max_user_size max_total_size; do
		set_limit $name 4194304
		for value in abc -1 18446744073709551616 64M 1 4095; do
			run ! set_limit $name $value
			[ "$(cat /sys/module/mymap/parameters/$name)" = 4194304 ]
			[ "$("$programs/query" $name)" = 4194304 ]
		done
		kernel_log | grep -q "mymap: $name must be 0 or at least one page" || fail "$(kernel_log)"
	done
	run ! as member sh -c "echo 0 >/sys/module/mymap/parameters/max_user_size"
	[ "$(cat /sys/module/mymap/parameters/max_user_size)" = 4194304 ]
}

@test "limits: what is above a limit that comes later stays, and may only become less" {
	requires command:mymap
	module_changed=yes
	run -0 mymap create --size 1M -- sh -c '
		echo 524288 >/sys/module/mymap/parameters/max_total_size
		exec setpriv --reuid=member --regid=member --init-groups -- "$0" only_less_is_allowed 3 1048576
	' "$programs/limits"
}

@test "limits: max_total_size below max_buffer_size limits a single buffer" {
	module_load_with max_total_size=1048576
	program limits over_total_limit
	run -1 mymap create --size 2M
	one_line
	output_has max_total_size
}

@test "limits: a limit that is no number, negative or too large is refused at load" {
	local name value
	module_changed=yes
	module_remove
	for name in max_buffer_size max_total_size; do
		for value in abc -1 18446744073709551616 64M; do
			refused_with "$name=$value" "\`$value' invalid for parameter \`$name'"
		done
	done
}

@test "limits: a limit below a page is refused at load, with a message" {
	module_changed=yes
	module_remove
	refused_with max_buffer_size=1 "mymap: .*max_buffer_size"
	refused_with max_total_size=100 "mymap: .*max_total_size"
}

@test "limits: a buffer of 2^63 bytes is refused whatever they allow" {
	module_load_with max_buffer_size=18446744073709551615 max_total_size=18446744073709551615
	program create size_2_63_without_limits size_minus_page_without_limits
}

@test "limits: populating or writing more than the machine has is ENOMEM, and nobody is killed" {
	local before
	before=$(machine_oom_kills)
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	program limits populate_more_than_ram two_populate_at_once write_all_there_is
	[ "$(machine_oom_kills)" = "$before" ]
}

@test "limits: populating more than is available is refused before any of it is cleared" {
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	program limits refused_before_it_is_cleared
}

# Who else is killed is not for the driver to decide: as that of a tmpfs, a buffer's memory comes back only when the killed
# process has closed it, and the kernel may have chosen another one by then.
@test "limits: touching more than the machine has kills who touches" {
	# There are minutes between a kernel like that and its last page; what it kills in a cgroup is tested below.
	[ -z "${MYMAP_SLOW-}" ] || skip "to fill all memory takes too long on a kernel that looks for mistakes"
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	expect_complaint 'invoked oom-killer|Out of memory'
	spare -1000
	run -137 choom -n 0 -- "$programs/limits" touch_all 0
	[[ "$(kernel_log | grep -m 1 'Killed process')" == *"(limits)"* ]] ||
		fail "the kernel killed: $(kernel_log | grep 'Killed process')"
}

@test "limits: a buffer larger than the machine works as long as it is not touched" {
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	program limits lazily_more_than_ram
}

@test "limits: the tests run in a cgroup that is not the root one" {
	run -0 cat /proc/self/cgroup
	[ "${output##*:}" != / ]
}

@test "limits: 1 GiB populated in a memory cgroup of 32 MiB is ENOMEM, and nobody is killed" {
	requires memcg
	cgroup_make small 32M
	run in_cgroup small "$programs/limits" populate_is_enomem 1073741824
	status_is 0
	[ "$(oom_kills small)" = 0 ]
}

@test "limits: 1 GiB written in a memory cgroup of 32 MiB is ENOMEM, and nobody is killed" {
	requires memcg
	cgroup_make small 32M
	run in_cgroup small "$programs/limits" write_is_enomem 1073741824
	status_is 0
	[ "$(oom_kills small)" = 0 ]
}

@test "limits: a part of 2 MiB taken away in a full memory cgroup is ENOMEM, nothing has changed, and nobody is killed" {
	requires memcg huge
	cgroup_make small 32M
	run in_cgroup small "$programs/limits" a_part_is_enomem 1073741824
	status_is 0
	[ "$(oom_kills small)" = 0 ]
}

@test "limits: fallocate that ends half-way in a memory cgroup is ENOMEM, and leaves the size as it was" {
	requires memcg
	cgroup_make small 32M
	run in_cgroup small "$programs/limits" allocate_is_enomem 67108864
	status_is 0
	[ "$(oom_kills small)" = 0 ]
}

@test "limits: memory of a device is charged, and ENOMEM where the cgroup has too little" {
	requires memcg
	[ "$(awk '$1 == "CmaTotal:" { kib = $2 } END { print kib + 0 }' /proc/meminfo)" = 0 ] || skip "it is taken from CMA, which no cgroup pays for"
	cgroup_make small 32M
	run in_cgroup small "$programs/limits" of_a_device_is_enomem
	status_is 0
	[ "$(oom_kills small)" = 0 ]
}

@test "limits: 1 GiB touched in a memory cgroup of 32 MiB kills who touches, and nobody else" {
	local bystander
	requires memcg
	cgroup_make small 32M
	cgroup_make other
	expect_complaint 'invoked oom-killer|[Mm]emory cgroup out of memory'
	# The number of this process is that of sleep.
	sh -c 'echo $$ >"$0/cgroup.procs" && exec mymap create --size 64M --populate -- sleep 60' \
		"$cgroups/mymap-test-other" 3>&- &
	bystander=$!
	retry 5 total_size_is 67108864
	run -137 in_cgroup small "$programs/limits" touch_all 1073741824
	[ "$(oom_kills small)" = 1 ]
	[ "$(oom_kills other)" = 0 ]
	kill -0 "$bystander"
	retry 5 total_size_is 67108864
	kill "$bystander"
	wait "$bystander" || :
}

@test "limits: the creator's cgroup pays, also when another one touches first" {
	local a b
	requires memcg
	cgroup_make creator
	cgroup_make toucher
	run in_cgroup creator mymap create --size 64M -- sh -c '
		echo $$ >"$1/cgroup.procs" && mymap fill --fd 3 --byte 255 &&
		cat "$0/memory.current" "$1/memory.current"' \
		"$cgroups/mymap-test-creator" "$cgroups/mymap-test-toucher"
	status_is 0
	a=${lines[0]} b=${lines[1]}
	[ "$a" -ge 67108864 ] || fail "the creator's cgroup has $a bytes"
	[ "$b" -lt 33554432 ] || fail "the other cgroup has $b bytes"
	retry 5 memory_is_back creator
}

machine_oom_kills() {
	awk '$1 == "oom_kill" { print $2 }' /proc/vmstat
}

memory_is_back() {
	[ "$(cgroup_memory "$1")" -lt 8388608 ]
}

@test "limits: a mapping that another cgroup touches is the creator's as well" {
	requires memcg
	cgroup_make creator
	cgroup_make toucher
	run in_cgroup creator mymap create --size 64M -- sh -c '
		echo $$ >"$1/cgroup.procs" && "$2" touch_inherited 3 &&
		cat "$0/memory.current" "$1/memory.current"' \
		"$cgroups/mymap-test-creator" "$cgroups/mymap-test-toucher" "$programs/limits"
	status_is 0
	[ "${lines[0]}" -ge 67108864 ] || fail "the creator's cgroup has ${lines[0]} bytes"
	[ "${lines[1]}" -lt 33554432 ] || fail "the other cgroup has ${lines[1]} bytes"
}

@test "limits: to touch what a full cgroup without processes would pay for is SIGBUS" {
	requires memcg
	cgroup_make small 32M
	cgroup_make toucher
	# It tells, once, that it has nobody to kill.
	expect_complaint 'invoked oom-killer'
	run -135 in_cgroup small mymap create --size 64M -- sh -c '
		echo $$ >"$0/cgroup.procs" && exec "$1" touch_inherited 3' "$cgroups/mymap-test-toucher" "$programs/limits"
	[ "$(oom_kills small)" = 0 ]
}

@test "limits: a creator's cgroup that is full stops another one who touches" {
	requires memcg
	cgroup_make small 32M
	cgroup_make toucher
	run in_cgroup small mymap create --size 64M -- sh -c '
		echo $$ >"$0/cgroup.procs" && mymap fill --fd 3' "$cgroups/mymap-test-toucher"
	status_is 1
	output_has "Cannot allocate memory"
}

@test "limits: a cgroup can be removed while its buffer lives on elsewhere" {
	requires memcg
	cgroup_make creator
	cgroup_make toucher
	run in_cgroup creator mymap create --size 8M -- sh -c '
		echo $$ >"$1/cgroup.procs" && rmdir "$0" && mymap fill --fd 3 --byte 7 &&
		mymap read --fd 3 --offset 8388607 | od -An -tu1' \
		"$cgroups/mymap-test-creator" "$cgroups/mymap-test-toucher"
	status_is 0
	output_is "   7"
}
