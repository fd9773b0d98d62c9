# SPDX-License-Identifier: GPL-2.0-only
bats_require_minimum_version 1.5.0
load helpers

teardown() {
	module_unhide
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}

# As if the module had never been built for this kernel: an empty folder in place of its modules.
module_hide() {
	local modules
	modules=/lib/modules/$(uname -r)
	module_changed=yes
	module_remove
	mkdir "$BATS_TEST_TMPDIR/modules"
	cp "$modules"/modules.builtin* "$modules"/modules.order "$BATS_TEST_TMPDIR/modules"
	mount --bind "$BATS_TEST_TMPDIR/modules" "$modules"
	hidden=$modules
	depmod
}

module_unhide() {
	[ -z "${hidden-}" ] || umount "$hidden"
}

# A member of a JSON document on standard input.
member() {
	jq -e -r "$1"
}

@test "command: info says what the driver says" {
	run -0 mymap info
	output_has "driver version"
	output_has "$(modinfo -F version mymap)"
	output_has "The default buffer:"
}

@test "command: info --json is one line of JSON with what the driver says" {
	local name
	requires command:jq
	run -0 mymap info --json
	one_line
	[ "$(member .driver_version <<<"$output")" = "$(modinfo -F version mymap)" ]
	[ "$(member .default_buffer.default <<<"$output")" = true ]
	[ "$(member .page_size <<<"$output")" = "$(getconf PAGESIZE)" ]
	for name in default_size huge_page_size max_buffer_size max_total_size total_size; do
		[ "$(member ".$name" <<<"$output")" = "$("$programs/query" $name)" ] || fail "$name in $output"
	done
}

@test "command: info works for a member" {
	run -0 as member mymap info
	output_has "driver version"
}

@test "command: create --size 64M --json is one line of JSON" {
	requires command:jq
	run -0 mymap create --size 64M --json
	one_line
	[ "$(member .size <<<"$output")" = 67108864 ]
	[ "$(member .resident <<<"$output")" = 0 ]
	[ "$(member .kind <<<"$output")" = pages ]
	[ "$(member .default <<<"$output")" = false ]
	[ "$(member .pinnable <<<"$output")" = true ]
}

@test "command: create rounds a size up and says so" {
	requires command:jq
	run -0 mymap create --size 1 --json
	[ "$(member .size <<<"$output")" = "$(getconf PAGESIZE)" ]
}

@test "command: create --size 1G --populate has 1 GiB, in huge pages" {
	requires command:jq memory:1800
	run -0 mymap create --size 1G --populate --json
	[ "$(member .resident <<<"$output")" = 1073741824 ]
	requires huge
	[ "$(member '.page_sizes[] | select(.page_size > 65536).resident' <<<"$output")" = 1073741824 ]
}

@test "command: create gives COMMAND the buffer as descriptor 3" {
	run -0 mymap create --size 64M -- sh -c 'echo "$MYMAP_FD" && stat -L -c %s /proc/self/fd/3'
	output_is $'3\n67108864'
}

@test "command: create has COMMAND's exit status, and 127 where there is none" {
	run mymap create --size 4K -- sh -c 'exit 42'
	status_is 42
	run -127 mymap create --size 4K -- /no/such/command
	one_line
	run -126 mymap create --size 4K -- /etc/passwd
	one_line
}

@test "command: what is written is read, on the default buffer" {
	run -0 sh -c 'printf "hello world" | mymap write --offset 100 && mymap read --offset 106 --length 5'
	output_is world
}

@test "command: what is written is read, on descriptor 3" {
	run -0 mymap create --size 3M -- sh -c '
		head -c 3145728 /dev/urandom >"$0/data" && mymap write --fd 3 <"$0/data" &&
		mymap read --fd 3 | cmp - "$0/data" &&
		mymap read --fd 3 --offset 1000000 --length 1000 | cmp -n 1000 - "$0/data" 0 1000000' "$BATS_TEST_TMPDIR"
}

@test "command: write takes --length bytes and leaves the rest of the input" {
	run -0 mymap create --size 64K -- sh -c '
		printf 0123456789 >"$0/digits"
		{ mymap write --fd 3 --length 4 --offset 8 && cat; } <"$0/digits"
		mymap read --fd 3 --length 16 | od -An -c -w16' "$BATS_TEST_TMPDIR"
	output_has "0   1   2   3"
}

@test "command: resize, punch and seal change the buffer, and info --json shows it" {
	requires command:jq
	run -0 mymap create --size 4M --populate -- sh -c '
		mymap fill --fd 3 --byte 65 && mymap resize --fd 3 --size 3000001 &&
		mymap punch --fd 3 --offset 4096 --length 8192 && mymap seal --fd 3 shrink &&
		mymap read --fd 3 --offset 4095 --length 8194 | tr "\\0" z | cksum &&
		mymap info --fd 3 --json | jq -c "[.size, .seals]"'
	output_is "$({ printf A; head -c 8192 /dev/zero | tr '\0' z; printf A; } | cksum)
[$(((3000001 + $(getconf PAGESIZE) - 1) / $(getconf PAGESIZE) * $(getconf PAGESIZE))),[\"shrink\"]]"
}

@test "command: what resize and seal may not do is said in one line" {
	run mymap create --size 64K --fixed-size -- mymap resize --fd 3 --size 1M
	status_is 1
	one_line
	output_has "a seal of the buffer forbids it"
	run mymap resize --size 1M
	status_is 1
	one_line
	output_has default_size
	run mymap create --size 64K -- mymap resize --fd 3 --size 1000T
	status_is 1
	output_has "over a limit"
}

@test "command: write says what does not fit" {
	run mymap create --size 4K -- sh -c 'head -c 70000 /dev/zero 2>/dev/null | mymap write --fd 3'
	status_is 1
	one_line
	output_has "too long"
	run mymap create --size 4K -- sh -c 'printf abc | mymap write --fd 3 --length 4'
	status_is 1
	one_line
}

@test "command: fill fills a range and nothing around it" {
	run -0 mymap create --size 64K -- sh -c '
		mymap fill --fd 3 --byte 255 && mymap fill --fd 3 --byte 0x41 --offset 2 --length 3 &&
		mymap read --fd 3 --length 7 | od -An -tx1'
	output_is " ff ff 41 41 41 ff ff"
}

@test "command: a range beyond the end is one line and exit 1" {
	local what
	for what in "read --length 1" "fill --length 1" "write --length 1"; do
		# shellcheck disable=SC2086 # a command with its options
		run mymap $what --offset 1G
		status_is 1
		one_line
		output_has "the buffer ends at"
	done
}

@test "command: info --fd shows the buffer that was inherited" {
	requires command:jq
	run -0 mymap create --size 8M -- sh -c 'mymap fill --fd 3 && mymap info --fd 3 --json'
	[ "$(member .size <<<"$output")" = 8388608 ]
	[ "$(member .resident <<<"$output")" = 8388608 ]
}

@test "command: a descriptor that is no buffer is one line and exit 1" {
	run mymap info --fd 9
	status_is 1
	one_line
	output_has "not open"
	run mymap read --fd 0 </dev/null
	status_is 1
	one_line
	output_has "not a mymap buffer"
}

@test "command: a bad size is one line that says how to write one, and exit 2" {
	local size
	for size in "" abc 64X -1 1.5 0x 1e6 99999999999999999999; do
		run mymap create --size "$size"
		status_is 2
		one_line
		output_has "for example"
	done
	run mymap create
	status_is 2
	output_has "for example"
}

@test "command: a size that no buffer can have is one line and exit 1" {
	run mymap create --size 0
	[ "$status" -ne 0 ]
	run mymap create --size 1000T
	status_is 1
	one_line
	output_has max_buffer_size
}

@test "command: an unknown subcommand or option is exit 2" {
	run mymap frobnicate
	status_is 2
	run mymap info --frobnicate
	status_is 2
}

@test "command: output that cannot be written is exit 1" {
	run sh -c 'mymap info >/dev/full'
	status_is 1
	one_line
	run sh -c 'mymap read >/dev/full'
	status_is 1
	one_line
}

@test "command: the module is not loaded: root's command loads it" {
	module_changed=yes
	module_remove
	run -0 mymap demo
	[ "${#lines[@]}" = 10 ]
	[ -e /sys/module/mymap ]
}

@test "command: the module is not loaded: a member is told what to do, in one line" {
	module_changed=yes
	module_remove
	run as member mymap demo
	status_is 1
	one_line
	output_has "modprobe mymap"
}

@test "command: the module is not installed for this kernel: one line names the packages" {
	module_hide
	run mymap demo
	status_is 1
	one_line
	output_has "mymap-dkms"
	output_has "linux-headers-$(uname -r)"
	run as member mymap demo
	status_is 1
	one_line
	output_has "mymap-dkms"
}

@test "command: the default buffer is switched off: demo says so in one line, create works" {
	module_load_with default_size=0
	run mymap demo
	status_is 1
	one_line
	output_has default_size
	run -0 mymap info
	output_has "switched off"
	run -0 mymap create --size 1M
}
