# SPDX-License-Identifier: GPL-2.0-only
# The examples that libmymap-dev brings, built as their Makefile says, and what they show.
bats_require_minimum_version 1.5.0
load helpers

installed=/usr/share/doc/libmymap-dev/examples

setup_file() {
	[ -d "$installed" ] && command -v make gcc pkg-config >/dev/null || return 0
	cp -r "$installed" "$BATS_FILE_TMPDIR/built"
	make -C "$BATS_FILE_TMPDIR/built" CFLAGS='-O2 -Wall -Wextra -Werror' >"$BATS_FILE_TMPDIR/make.log" 2>&1 ||
		echo "make ended with status $?" >>"$BATS_FILE_TMPDIR/make.log"
	# Users of all kinds run them.
	chmod -R go+rX "$BATS_RUN_TMPDIR"
}

requires_examples() {
	[ -d "$installed" ] || skip "libmymap-dev is not installed"
	requires command:make command:gcc command:pkg-config
	cd "$BATS_FILE_TMPDIR/built" || return
}

# ends PID: it ends well, within seconds; what it said is in the file "first".
ends() {
	retry 20 gone "$1" || fail "the first process is still there: $(cat "$BATS_TEST_TMPDIR/first")"
	wait "$1" || fail "the first process failed: $(cat "$BATS_TEST_TMPDIR/first")"
}

gone() {
	! kill -0 "$1" 2>/dev/null || [ "$(ps -o stat= -p "$1")" = Z ]
}

@test "examples: all of them are built by pkg-config, without a warning" {
	local source
	requires_examples
	for source in *.c; do
		[ "$source" = descriptor.c ] || [ -x "${source%.c}" ] || fail "no ${source%.c}: $(cat "$BATS_FILE_TMPDIR/make.log")"
	done
	run ! grep -i 'warning\|status' "$BATS_FILE_TMPDIR/make.log"
}

@test "examples: map: a buffer of 8 MiB, written to the end" {
	requires_examples
	run -0 ./map 8
	output_has "size:                 8 MiB"
	output_has "resident:             8 MiB"
}

@test "examples: file: a mapped file is edited; its tail is zeros, and it does not grow" {
	requires_examples
	printf 'hello, file\n' >"$BATS_TEST_TMPDIR/note"
	run -0 ./file "$BATS_TEST_TMPDIR/note"
	output_is "bytes behind the end that are not zero: 0
the file shows what was written: yes
the file grew by: 0"
	[ "$(cat "$BATS_TEST_TMPDIR/note")" = "HELLO, FILE" ]
}

@test "examples: file: a file of whole pages has no tail" {
	requires_examples
	head -c 65536 /dev/zero | tr '\0' a >"$BATS_TEST_TMPDIR/note"
	run -0 ./file "$BATS_TEST_TMPDIR/note"
	output_is "the file shows what was written: yes"
	[ "$(tr -d A <"$BATS_TEST_TMPDIR/note" | wc -c)" = 0 ]
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/note")" = 65536 ]
}

@test "examples: inherit: a child's bytes are in anonymous memory, /dev/zero's and a buffer, not in private memory" {
	requires_examples
	run -0 ./inherit
	output_is "anonymous: the parent sees: written by the child
zero: the parent sees: written by the child
private: the parent sees: nothing
mymap: the parent sees: written by the child"
}

@test "examples: mailbox: unrelated processes share a mapped file" {
	requires_examples
	./mailbox "$BATS_TEST_TMPDIR/box" get >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	run -0 ./mailbox "$BATS_TEST_TMPDIR/box" put "good morning"
	ends $!
	[ "$(cat "$BATS_TEST_TMPDIR/first")" = "good morning" ]
}

@test "examples: passing: unrelated processes share a buffer by its descriptor" {
	requires_examples
	./passing give "$BATS_TEST_TMPDIR/socket" "good morning" >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	run -0 ./passing take "$BATS_TEST_TMPDIR/socket"
	output_is "given: good morning"
	ends $!
	[ "$(cat "$BATS_TEST_TMPDIR/first")" = "answered: the other process has it" ]
}

@test "examples: passing: a user who may not open /dev/mymap works with what he was given" {
	local dir=/var/tmp/mymap-passing
	requires_examples
	rm -rf "$dir"
	install -d -o member -g stranger -m 2770 "$dir"
	setpriv --reuid=member --regid=stranger --groups="$(getent group mymap | cut -d : -f 3)" -- \
		sh -c 'umask 007; exec ./passing give "$0/socket" hello' "$dir" >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	run -0 as stranger ./passing take "$dir/socket"
	output_is "given: hello"
	ends $!
	[ "$(cat "$BATS_TEST_TMPDIR/first")" = "answered: the other process has it" ]
	rm -rf "$dir"
}

@test "examples: named: unrelated processes share a buffer by its name, which stays" {
	requires_examples
	requires udev
	./named get greeting >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	run -0 ./named put greeting "good morning"
	ends $!
	[ "$(cat "$BATS_TEST_TMPDIR/first")" = "good morning" ]
	run -0 as member ./named get greeting
	output_is "good morning"
	run -0 as member ./named put greeting "good night"
	run -0 ./named get greeting
	output_is "good night"
	run -1 as stranger ./named get greeting
	output_is "named: /dev/mymap: Permission denied"
	mymap destroy greeting
}

@test "examples: locks: mutex, condition and semaphore of parent and child" {
	requires_examples
	run -0 ./locks
	output_is "consumed 1000 items, their sum is 499500
produced 1000 items"
}

@test "examples: locks: mutex, condition and semaphore of unrelated processes" {
	requires_examples
	./locks give "$BATS_TEST_TMPDIR/socket" >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	run -0 ./locks take "$BATS_TEST_TMPDIR/socket"
	output_is "consumed 1000 items, their sum is 499500"
	ends $!
	[ "$(cat "$BATS_TEST_TMPDIR/first")" = "produced 1000 items" ]
}

# Each frame is received or known to be missed.
frames_are() {
	[ "$(awk -F ': ' '{ sum += $2 } END { print sum }' <<<"$output")" = "$1" ] || fail "$output"
	[ "$(sed -n 's/^received: //p' <<<"$output")" -gt 0 ] || fail "$output"
}

@test "examples: ring: a producer that does not wait, a consumer that sleeps" {
	requires_examples
	run -0 ./ring 20000
	frames_are 20000
}

@test "examples: ring: on an inherited buffer, which has been rung before" {
	requires_examples
	run -0 mymap create --size 1M -- sh -c 'for i in 1 2 3; do mymap ring --fd 3; done >/dev/null; exec ./ring 500'
	frames_are 500
}
