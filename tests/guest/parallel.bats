# SPDX-License-Identifier: GPL-2.0-only
# Faults on two processors wait for no lock of the driver, where the memory is there: the kernel's own tracepoint of who waits says so.
load helpers

tracing=/sys/kernel/tracing
waiting=$tracing/events/lock/contention_begin
locking=$tracing/events/mmap_lock/mmap_lock_start_locking

setup() {
	begin
	requires root
	[ -z "${MYMAP_SLOW-}" ] || skip "a kernel that looks for mistakes waits for other things"
	[ "$(nproc --all)" -gt 1 ] || skip "this machine has one processor"
	[ -e $waiting ] || skip "this kernel has no tracepoint lock:contention_begin"
}

# look_at EVENT: with what led to it.
look_at() {
	echo >$tracing/trace
	echo stacktrace >"$1/trigger"
	echo 1 >"$1/enable"
}

stop_looking() {
	local event
	for event in "$waiting" "$locking"; do
		[ -e "$event" ] || continue
		echo 0 >"$event/enable"
		! grep -q '^stacktrace' "$event/trigger" || echo '!stacktrace' >"$event/trigger"
	done
}

teardown() {
	if [ -e $waiting ]; then
		stop_looking
		echo >$tracing/trace
		echo 1 >$tracing/tracing_on
	fi
	nothing_is_left
}

# waits CASE: who took a lock that another one had, a function a line, when two processors did that.
waits() {
	look_at $waiting
	"$programs/parallel" "$1" >/dev/null
	# Or who reads the trace waits as well, is traced, and never comes to its end.
	echo 0 >$tracing/tracing_on
	stop_looking
	# Below the functions of the lock stands who wants it.
	timeout 100 awk '/<stack trace>/ { looking = 1; next }
		looking && /^ => / {
			if ($2 ~ /contention|lock|mutex|rwsem|semaphore|stack_trace|trace_event|ftrace/) next
			print $2
			looking = 0
		}' $tracing/trace
}

@test "parallel: where memory is there, two processors wait for no lock of the driver" {
	waits memory_is_there >"$BATS_TEST_TMPDIR/waits"
	run grep '^mymap' "$BATS_TEST_TMPDIR/waits"
	[ "$status" = 1 ] || fail "$(sort "$BATS_TEST_TMPDIR/waits" | uniq -c)"
}

# Two faults at once of one address space have no lock in common where each takes its mapping's: the address space's is for
# what cannot be done under that, and then all of it is done again.
@test "parallel: where a kernel has locks of mappings, faults take no other" {
	grep -qw lock_vma_under_rcu /proc/kallsyms || skip "this kernel has no lock of a mapping"
	[ -e $locking ] || skip "this kernel has no tracepoint mmap_lock:mmap_lock_start_locking"
	local all taken
	look_at $locking
	all=$("$programs/parallel" memory_is_there)
	echo 0 >$tracing/tracing_on
	stop_looking
	all=${all% faults}
	# Whether madvise() takes it depends on the kernel, and some faults of a process that begins do, fewer than 20.
	# The trace has no room for all of them.
	taken=$(timeout 100 awk '/<stack trace>/ { looking = 1; next }
		!/^ => / { looking = 0 }
		looking && $2 ~ /page_fault|user_addr_fault|mem_abort/ { faults++; looking = 0 }
		END { print faults + 0 }' $tracing/trace)
	[ "$all" -gt 500 ] && [ "$taken" -lt $((40 + all / 100)) ] ||
		fail "of $all faults $taken took the lock of the address space"
	echo "# of $all faults $taken took the lock of the address space" >&3
}

@test "parallel: where it comes and goes, they do, and the tracepoint tells" {
	waits memory_comes_and_goes >"$BATS_TEST_TMPDIR/waits"
	grep -q '^mymap' "$BATS_TEST_TMPDIR/waits" || fail "$(sort "$BATS_TEST_TMPDIR/waits" | uniq -c)"
}
