# SPDX-License-Identifier: GPL-2.0-only
# Faults on two processors wait for no lock of the driver, where the memory is there: the kernel's own tracepoint of who waits says so.
load helpers

tracing=/sys/kernel/tracing
waiting=$tracing/events/lock/contention_begin

setup() {
	begin
	requires root
	[ -z "${MYMAP_SLOW-}" ] || skip "a kernel that looks for mistakes waits for other things"
	[ "$(nproc --all)" -gt 1 ] || skip "this machine has one processor"
	[ -e $waiting ] || skip "this kernel has no tracepoint lock:contention_begin"
}

stop_looking() {
	echo 0 >$waiting/enable
	! grep -q '^stacktrace' $waiting/trigger || echo '!stacktrace' >$waiting/trigger
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
	echo >$tracing/trace
	echo stacktrace >$waiting/trigger
	echo 1 >$waiting/enable
	"$programs/parallel" "$1"
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

@test "parallel: where it comes and goes, they do, and the tracepoint tells" {
	waits memory_comes_and_goes >"$BATS_TEST_TMPDIR/waits"
	grep -q '^mymap' "$BATS_TEST_TMPDIR/waits" || fail "$(sort "$BATS_TEST_TMPDIR/waits" | uniq -c)"
}
