#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The mymap command: its words on this machine, which has no driver, and its work
# on the fake driver of tests/unit/fake_driver.c.

# shellcheck disable=SC2016 # what stands in single quotes is for inner shells
load tools.bash

COMMANDS="apply bench bind create demo destroy doctor export fill info list open punch read resize ring seal segments stat sync unbind wait watch write"
HINT="write for example 4096, 64K, 64M or 1G"
EOPNOTSUPP=95 EDQUOT=122 EPERM=1 EACCES=13 ENOMEM=12 EINVAL=22 EMFILE=24 ENOTTY=25 EBUSY=16

setup_file() {
	export BATS_TEST_TIMEOUT=60
	build_tools
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# The options that a subcommand's help lists.
options_of() {
	mymap "$1" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
}

# bytes COUNT [BYTE-in-octal]: that many bytes
bytes() {
	head -c "$1" /dev/zero | tr '\0' "\\${2:-170}"
}

# ---------------------------------------------------------------- words and usage

@test "--version: it is that of dkms.conf" {
	run --separate-stderr mymap --version
	prints "mymap $(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$ROOT/dkms.conf")"
}

@test "--help: it lists every subcommand" {
	run --separate-stderr mymap --help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$output" | xargs)" = "$COMMANDS" ]
}

@test "--help: each subcommand has one, on stdout" {
	local command
	for command in $COMMANDS; do
		run --separate-stderr mymap "$command" --help
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[[ $output == "Usage: mymap $command "* ]]
		run --separate-stderr mymap "$command" -h
		[ "$status" -eq 0 ]
		[[ $output == "Usage: mymap $command "* ]]
	done
}

@test "--help: no line is longer than 80 characters" {
	local command
	for command in "" $COMMANDS; do
		# shellcheck disable=SC2086 # an empty one is none
		run mymap $command --help
		[ "$status" -eq 0 ]
		run ! grep -E '^.{81}' <<<"$output"
	done
}

@test "man page: it has every subcommand" {
	local command
	for command in $COMMANDS; do
		grep -q "^\.It Cm $command$" "$TOOLS/man/mymap.1"
	done
}

@test "man page: the options are those of the help texts" {
	local command
	diff <({ for command in $COMMANDS; do options_of "$command"; done; echo --version; } | sort -u) \
		<(sed -n 's/^\.It.* Fl \\-\([a-z-]*\).*/--\1/p' "$TOOLS/man/mymap.1" | sort -u)
}

@test "man page: the synopsis of each subcommand has its options" {
	local command
	for command in $COMMANDS; do
		diff <(options_of "$command" | grep -vx -- --help | sort) \
			<(awk -v command=".Cm $command" '
				/^\.Sh DESCRIPTION/ { exit }
				/^\.Nm/ { inside = 0 }
				/^\.Cm / { inside = $0 == command }
				inside' "$TOOLS/man/mymap.1" |
				sed -n 's/^\.\(Op \)\?Fl \\-\([a-z-]\{2,\}\).*/--\2/p' | sort)
	done
}

@test "completion: it offers the options of the help texts" {
	local command
	# shellcheck source=/dev/null
	source "$TOOLS/cli/mymap.bash-completion"
	for command in $COMMANDS; do
		COMP_WORDS=(mymap "$command" --) COMP_CWORD=2
		_mymap
		diff <(options_of "$command" | sort) \
			<(printf '%s\n' "${COMPREPLY[@]}" | grep -vx -- -- | sort)
	done
}

@test "completion: it offers every subcommand" {
	# shellcheck source=/dev/null
	source "$TOOLS/cli/mymap.bash-completion"
	COMP_WORDS=(mymap "") COMP_CWORD=1
	_mymap
	[ "${COMPREPLY[*]}" = "$COMMANDS --help --version" ]
}

@test "usage: no subcommand is 2" {
	run --separate-stderr mymap
	fails_with 2 "mymap: no command; see 'mymap --help'"
}

@test "usage: an unknown subcommand is 2" {
	run --separate-stderr mymap make
	fails_with 2 "mymap: unknown command 'make'; see 'mymap --help'"
}

@test "usage: an unknown option before the subcommand is 2" {
	run --separate-stderr mymap --json info
	fails_with 2 "mymap: unknown option '--json'; see 'mymap --help'"
}

@test "usage: an unknown option is 2, for each subcommand" {
	local command
	for command in $COMMANDS; do
		run --separate-stderr mymap "$command" --frobnicate
		fails_with 2 "mymap: $command: unknown option '--frobnicate'; see 'mymap $command --help'"
	done
}

@test "usage: an option of another subcommand is 2" {
	run --separate-stderr mymap demo --size 4096
	fails_with 2 "mymap: demo: unknown option '--size'; see 'mymap demo --help'"
}

@test "usage: an unexpected word is 2" {
	run --separate-stderr mymap demo everything
	fails_with 2 "mymap: demo: unexpected 'everything'; see 'mymap demo --help'"
}

@test "usage: an option without its value is 2" {
	run --separate-stderr mymap create --size
	fails_with 2 "mymap: create: option '--size' needs a value"
}

@test "usage: create without a size is 2" {
	run --separate-stderr mymap create --populate
	fails_with 2 "mymap: create: --size is missing; $HINT"
}

@test "usage: what is not a size is 2" {
	local size
	for size in 12Q -1 "" " 1" 1.5 1e6 0x -; do
		run --separate-stderr mymap create --size "$size"
		fails_with 2 "mymap: create: size '$size': not a size; $HINT"
	done
}

@test "usage: a size of 2^64 is 2" {
	run --separate-stderr mymap create --size 18446744073709551616
	fails_with 2 "mymap: create: size '18446744073709551616': too large; $HINT"
}

@test "usage: an offset that is not a size is 2" {
	run --separate-stderr mymap read --offset 12Q
	fails_with 2 "mymap: read: offset '12Q': not a size; $HINT"
}

@test "usage: a length that is not a size is 2" {
	run --separate-stderr mymap write --length 12Q
	fails_with 2 "mymap: write: length '12Q': not a size; $HINT"
}

@test "usage: what is not a byte is 2" {
	local byte
	for byte in 256 -1 "" x 1K 0x100 +1 " 1" 0xx; do
		run --separate-stderr mymap fill --byte "$byte"
		fails_with 2 "mymap: fill: byte '$byte': not a number from 0 to 255"
	done
}

@test "usage: what is not a descriptor is 2" {
	local fd
	for fd in -1 "" stdin 2147483648 99999999999999999999; do
		run --separate-stderr mymap info --fd "$fd"
		fails_with 2 "mymap: info: fd '$fd': not a number from 0 to 2147483647"
	done
}

@test "usage: what is not a number of a ring is 2" {
	local number
	for number in -1 "" x 1.5 18446744073709551616; do
		run --separate-stderr mymap wait --sequence "$number"
		fails_with 2 "mymap: wait: sequence '$number': not a number from 0 to 18446744073709551615"
	done
}

@test "usage: what is not a number of seconds is 2" {
	local seconds
	for seconds in -1 "" x .5 1. 1e3 1s 2147483 99999999999999999999 0x10; do
		run --separate-stderr mymap wait --timeout "$seconds"
		fails_with 2 "mymap: wait: timeout '$seconds': not a number of seconds from 0 to 2147482"
	done
}

@test "stdout: a full disk is 1" {
	run --separate-stderr bash -c "LD_LIBRARY_PATH='$BUILT' '$BUILT/mymap' --help >/dev/full"
	fails_with 1 "mymap: standard output: No space left on device"
}

# -------------------------------------------------------------- without a driver

@test "no driver: each subcommand names the packages to install" {
	local command line
	[ ! -e /dev/mymap ] || skip "this machine has /dev/mymap"
	[ -z "$(find "/lib/modules/$(uname -r)" -name 'mymap.ko*' 2>/dev/null)" ] ||
		skip "this machine has a mymap module"
	line="mymap: /dev/mymap: the module is not installed for kernel $(uname -r): "
	line+="install mymap-dkms and the headers package linux-headers-$(uname -r)"
	for command in "create --size 4096" demo fill info read write; do
		# shellcheck disable=SC2086 # it is a list of words
		run --separate-stderr mymap $command </dev/null
		fails_with 1 "$line"
	done
}

@test "no driver: a descriptor that is not open is 1" {
	run --separate-stderr mymap info --fd 99
	fails_with 1 "mymap: info: descriptor 99: not open; inherit it, as COMMAND does from 'mymap create --size SIZE -- COMMAND'"
}

@test "no driver: a descriptor of another file is 1" {
	run --separate-stderr mymap read --fd 0 </dev/null
	fails_with 1 "mymap: read: descriptor 0: not a mymap buffer"
}

# ------------------------------------------------------------------ demo and info

@test "demo: it prints 0 to 9 and nothing else" {
	run --separate-stderr fake demo
	prints "$(seq 0 9)"
}

@test "demo: without a default buffer it is 1" {
	FAKE_DEFAULT_SIZE=0 run --separate-stderr fake demo
	fails_with 1 "mymap: demo: the default buffer is switched off (module parameter default_size is 0)"
}

@test "open: no free descriptor is 1" {
	FAKE_OPEN=$EMFILE run --separate-stderr fake demo
	fails_with 1 "mymap: /dev/mymap: Too many open files"
}

# ------------------------------------------------------- resize, seal and punch

# of_64k COMMAND...: with a buffer of 64 KiB as descriptor 3
of_64k() {
	fake create --size 64K -- sh -c "$1" "$BUILT/mymap" "${@:2}"
}

@test "resize: larger and smaller, rounded up, and the data stays" {
	run --separate-stderr of_64k 'printf abc | "$0" write --fd 3 && "$0" resize --fd 3 --size 1M &&
		stat -L -c %s /proc/self/fd/3 && "$0" resize --size 5000 --fd 3 &&
		stat -L -c %s /proc/self/fd/3 && "$0" read --fd 3 --length 3'
	prints "$(printf '1048576\n8192\nabc')"
}

@test "resize: without a size is 2, and size 0 is 1" {
	run --separate-stderr fake resize --fd 3
	fails_with 2 "mymap: resize: --size is missing; $HINT"
	run --separate-stderr of_64k '"$0" resize --fd 3 --size 0'
	fails_with 1 "mymap: resize: size 0 (0 bytes): no buffer can have this size"
}

@test "resize: the default buffer is 1" {
	run --separate-stderr fake resize --size 1M
	fails_with 1 "mymap: resize: the size of the default buffer is fixed; module parameter default_size"
}

@test "resize: each reason of the driver has its words" {
	FAKE_CHANGE=$EBUSY run --separate-stderr of_64k '"$0" resize --fd 3 --size 4K'
	fails_with 1 "mymap: resize: memory that would go is pinned, by O_DIRECT or io_uring, in a pipe, or by a debugger; or a device has it, by 'mymap segments' or 'mymap export'"
	FAKE_CHANGE=$EDQUOT run --separate-stderr of_64k '"$0" resize --fd 3 --size 4K'
	fails_with 1 "mymap: resize: it is over a limit; 'mymap info' shows the limits"
	FAKE_CHANGE=$ENOMEM run --separate-stderr of_64k '"$0" resize --fd 3 --size 4K'
	fails_with 1 "mymap: resize: not enough memory, in the system or by the limit of the cgroup; 'free' shows what there is, 'mymap list' which buffers have it"
	FAKE_CHANGE=$EACCES run --separate-stderr of_64k '"$0" resize --fd 3 --size 4K'
	fails_with 1 "mymap: resize: the descriptor is open for reading only"
}

@test "resize, seal, punch and --fixed-size: a driver that is too old is said" {
	local old="the driver that is loaded is older than this and cannot do it; 'mymap info' shows its version"
	FAKE_OLD=1 run --separate-stderr of_64k '"$0" resize --fd 3 --size 4K'
	fails_with 1 "mymap: resize: $old"
	FAKE_OLD=1 run --separate-stderr of_64k '"$0" seal --fd 3 grow'
	fails_with 1 "mymap: seal: $old"
	FAKE_OLD=1 run --separate-stderr of_64k '"$0" punch --fd 3'
	fails_with 1 "mymap: punch: $old"
	FAKE_OLD=1 run --separate-stderr fake create --size 4K --fixed-size
	fails_with 1 "mymap: create: --fixed-size: $old"
}

@test "seal: it holds, and info shows it" {
	run --separate-stderr of_64k '"$0" seal --fd 3 shrink && "$0" info --fd 3 | grep seals && "$0" resize --fd 3 --size 4K'
	[ "$status" -eq 1 ]
	[ "$output" = "seals                shrink" ]
	[ "$stderr" = "mymap: resize: a seal of the buffer forbids it; 'mymap info' shows the seals" ]
	run --separate-stderr of_64k '"$0" seal --fd 3 shrink grow seal && "$0" seal --fd 3 grow'
	fails_with 1 "mymap: seal: a seal of the buffer forbids it; 'mymap info' shows the seals"
}

@test "seal: no seal and an unknown one are 2" {
	run --separate-stderr fake seal --fd 3
	fails_with 2 "mymap: seal: which seal? There are shrink, grow and seal"
	run --separate-stderr fake seal --fd 3 shrink write
	fails_with 2 "mymap: seal: unknown seal 'write'; there are shrink, grow and seal"
}

@test "create: --fixed-size has both seals" {
	run --separate-stderr fake create --size 4K --fixed-size
	[ "$status" -eq 0 ]
	grep -qx 'seals                shrink grow' <<<"$output"
}

@test "punch: zeros where it says, or from there to the end" {
	run --separate-stderr of_64k '"$0" fill --fd 3 --byte 65 && "$0" punch --fd 3 --offset 10 --length 3 &&
		"$0" punch --fd 3 --offset 60000 && "$0" read --fd 3 | tr "\\0" z | cksum'
	prints "$({ printf 'AAAAAAAAAAzzz'; bytes 59987 101; head -c 5536 /dev/zero | tr '\0' z; } | cksum)"
}

@test "punch: a range that is not in the buffer is 1" {
	run --separate-stderr of_64k '"$0" punch --fd 3 --offset 60000 --length 6000'
	fails_with 1 "mymap: punch: length 6000 from offset 60000: the buffer ends at 65536 (64.0 KiB)"
}

@test "punch: the default buffer is 1" {
	run --separate-stderr fake punch
	fails_with 1 "mymap: punch: the default buffer cannot do this; use --fd or a name"
}

@test "punch: a buffer of one run, and a descriptor of a node, are 1, and said to be it" {
	local kind
	for kind in 2 3; do
		FAKE_KIND=$kind FAKE_CHANGE=$EOPNOTSUPP run --separate-stderr of_64k '"$0" punch --fd 3'
		fails_with 1 "mymap: punch: the buffer is one run of memory, which cannot have holes; only the kind pages can"
	done
	FAKE_CHANGE=19 run --separate-stderr of_64k '"$0" punch --fd 3'
	fails_with 1 "mymap: punch: descriptor 3: it is of a device node, which cannot do this; give the name of the buffer, or a descriptor of 'mymap open' or 'mymap create'"
}

@test "completion: it offers the seals" {
	# shellcheck source=/dev/null
	source "$TOOLS/cli/mymap.bash-completion"
	COMP_WORDS=(mymap seal rx0 s) COMP_CWORD=3
	_mymap
	[ "${COMPREPLY[*]}" = "shrink seal" ]
}

@test "info: it shows versions, limits and the default buffer" {
	run --separate-stderr fake info
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	grep -qx 'driver version       7\.8\.9' <<<"$output"
	grep -qx "library version      $(mymap --version | cut -d' ' -f2)" <<<"$output"
	grep -qx 'features             huge-pages memory-cgroup names resize notify kinds segments export cache-modes' <<<"$output"
	grep -qx 'largest buffer       1073741824 bytes (1.0 GiB)' <<<"$output"
	grep -qx 'all buffers, limit   2147483648 bytes (2.0 GiB)' <<<"$output"
	grep -qx 'all buffers, now     50565120 bytes (48.2 MiB)' <<<"$output"
	grep -qx 'The default buffer:' <<<"$output"
	grep -qx 'size                 4096 bytes (4.0 KiB)' <<<"$output"
	grep -qx 'default buffer       yes' <<<"$output"
}

@test "info: a default buffer that is switched off is said" {
	FAKE_DEFAULT_SIZE=0 run --separate-stderr fake info
	[ "$status" -eq 0 ]
	[ "$(tail -n 1 <<<"$output")" = "The default buffer is switched off." ]
	run ! grep pinnable <<<"$output"
}

@test "info: --json has all members" {
	requires jq
	run --separate-stderr fake info --json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 1 ]
	[ "$(jq -c 'del(.module, .library_version, .default_buffer.resident, .default_buffer.page_sizes)' <<<"$output")" = \
		'{"driver_version":"7.8.9","features":["huge-pages","memory-cgroup","names","resize","notify","kinds","segments","export","cache-modes"],"page_size":4096,"huge_page_size":2097152,"default_size":4096,"max_buffer_size":1073741824,"max_user_size":2147483648,"user_size":958464,"max_total_size":2147483648,"total_size":50565120,"default_buffer":{"size":4096,"kind":"pages","cache":"cached","pinnable":true,"seals":["shrink","grow","seal"],"default":true}}' ]
	[ "$(jq -r '.library_version' <<<"$output")" = "$(mymap --version | cut -d' ' -f2)" ]
	jq -e '.module | . == "not installed" or . == "available" or . == "loaded"' <<<"$output"
}

@test "info: --json has null for a default buffer that is switched off" {
	requires jq
	FAKE_DEFAULT_SIZE=0 run --separate-stderr fake info --json
	[ "$status" -eq 0 ]
	jq -e '.default_buffer == null and .default_size == 0' <<<"$output"
}

@test "info: an error of the driver is 1" {
	FAKE_QUERY=$ENOTTY run --separate-stderr fake info
	fails_with 1 "mymap: info: cannot ask the driver: Inappropriate ioctl for device"
}

@test "info: a closed standard output is 1, the device is not taken for it" {
	run --separate-stderr bash -c "LD_LIBRARY_PATH='$BUILT' LD_PRELOAD='$UNIT/fake_driver.so' \
		'$BUILT/mymap' info >&-"
	fails_with 1 "mymap: standard output: Bad file descriptor"
}

@test "info: --fd shows an inherited buffer" {
	run --separate-stderr fake create --size 1M -- "$BUILT/mymap" info --fd 3
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "${lines[0]}" = "size                 1048576 bytes (1.0 MiB)" ]
	[ "${lines[1]}" = "kind                 pages" ]
	grep -qx 'default buffer       no' <<<"$output"
}

# ------------------------------------------------------------------------- create

@test "create: it shows the buffer, its size in whole pages" {
	run --separate-stderr fake create --size 5000
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "${lines[0]}" = "size                 8192 bytes (8.0 KiB)" ]
	grep -qx 'pinnable             yes' <<<"$output"
}

@test "create: --json has all members" {
	requires jq
	FAKE_RESIDENT_HUGE=4194304 run --separate-stderr fake create --size 64M --populate --json
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 1 ]
	[ "$(jq -c . <<<"$output")" = \
		'{"size":67108864,"kind":"pages","cache":"cached","resident":4194304,"page_sizes":[{"page_size":4096,"resident":0},{"page_size":2097152,"resident":4194304}],"pinnable":true,"seals":[],"default":false}' ]
}

@test "create: --kind and --device are shown, in text and JSON" {
	run --separate-stderr fake create --size 4K --kind device --device 0000:00:04.0
	[ "$status" -eq 0 ]
	grep -qx 'kind                 device' <<<"$output"
	grep -qx 'device               0000:00:04.0' <<<"$output"
	requires jq
	run --separate-stderr fake create --size 4K --kind contiguous --device mymap --json
	[ "$(jq -c '[.kind, .device, .gone]' <<<"$output")" = '["contiguous","mymap",null]' ]
}

@test "create: --contiguous takes pages, or else the device's memory, and shows which" {
	run --separate-stderr fake create --size 4K --contiguous
	grep -qx 'kind                 contiguous' <<<"$output"
	FAKE_NO_RUN=4 run --separate-stderr fake create --size 4K --contiguous
	[ "$status" -eq 0 ]
	grep -qx 'kind                 device' <<<"$output"
}

@test "create: no run of memory is 1, the kind is named" {
	FAKE_NO_RUN=12 run --separate-stderr fake create --size 4K --contiguous
	fails_with 1 "mymap: create: size 4096 (4.0 KiB): no run of memory of the kind device is that long now; 'mymap doctor' says what helps"
	FAKE_NO_RUN=4 run --separate-stderr fake create --size 4K --kind contiguous
	fails_with 1 "mymap: create: size 4096 (4.0 KiB): no run of memory of the kind contiguous is that long now; 'mymap doctor' says what helps"
}

@test "create: a device that is not mymap's is 1" {
	run --separate-stderr fake create --size 4K --device nobody
	fails_with 1 "mymap: create: device 'nobody': there is no such device, or mymap is not its driver; 'mymap bind' makes it so"
	run --separate-stderr fake create --size 4K --device d23456789012345678901234567890123456789012345678
	fails_with 1 "mymap: create: device 'd23456789012345678901234567890123456789012345678': no device is called so"
}

@test "create: an unknown kind, or two, is 2" {
	run --separate-stderr fake create --size 4K --kind cma
	fails_with 2 "mymap: create: kind 'cma': there is no such kind; there are pages, contiguous and device"
	run --separate-stderr fake create --size 4K --kind pages --contiguous
	fails_with 2 "mymap: create: either --contiguous or --kind"
}

@test "create: --cache is shown, in text and JSON; a mode that is not to be had is 1" {
	run --separate-stderr fake create --size 4K --kind device --cache write-combined
	[ "$status" -eq 0 ]
	grep -qx 'cache                write-combined' <<<"$output"
	run --separate-stderr fake create --size 4K --cache uncached
	fails_with 1 "mymap: create: cache 'uncached': memory of the kind pages cannot be cached so here; write-combined and uncached are for the kind device, where the machine has it"
	run --separate-stderr fake create --size 4K --cache warm
	fails_with 2 "mymap: create: cache 'warm': there is no such cache mode; there are cached, write-combined and uncached"
	# In one run of memory, of the kind that can be cached so.
	run --separate-stderr fake create --size 4K --contiguous --cache uncached
	[ "$status" -eq 0 ]
	grep -qx 'kind                 device' <<<"$output"
	requires jq
	run --separate-stderr fake create --size 4K --kind device --cache uncached --json
	[ "$(jq -c '[.kind, .cache]' <<<"$output")" = '["device","uncached"]' ]
}

@test "create: --cache and an old driver is 1" {
	FAKE_OLD=1 run --separate-stderr fake create --size 4K --cache cached
	fails_with 1 "mymap: create: cache 'cached': the driver that is loaded is older than this and cannot do it; 'mymap info' shows its version"
}

@test "create: kinds and an old driver is 1" {
	FAKE_OLD=1 run --separate-stderr fake create --size 4K --contiguous
	fails_with 1 "mymap: create: --kind: the driver that is loaded is older than this and cannot do it; 'mymap info' shows its version"
}

@test "segments: a line each, in text, and an array in JSON" {
	run --separate-stderr of_64k '"$0" segments --fd 3'
	prints $'0x10000 4096\n0x7fff0000 12288'
	run --separate-stderr of_64k '"$0" segments --fd 3 --json'
	prints '{ "segments": [ { "address": 65536, "length": 4096 }, { "address": 2147418112, "length": 12288 } ] }'
}

@test "segments: who may not know, an unreachable buffer, an old driver and others are 1" {
	FAKE_SEGMENTS=$EPERM run --separate-stderr of_64k '"$0" segments --fd 3'
	fails_with 1 "mymap: segments: permission denied: addresses are told to CAP_SYS_RAWIO, or to all with the module parameter expose_addresses; never where the kernel is locked down"
	FAKE_SEGMENTS=$EOPNOTSUPP run --separate-stderr of_64k '"$0" segments --fd 3'
	fails_with 1 "mymap: segments: the device cannot reach the memory, or the driver that is loaded tells no addresses; try 'mymap create --kind device'"
	FAKE_OLD=1 run --separate-stderr of_64k '"$0" segments --fd 3'
	fails_with 1 "mymap: segments: the device cannot reach the memory, or the driver that is loaded tells no addresses; try 'mymap create --kind device'"
	FAKE_SEGMENTS=$EACCES run --separate-stderr of_64k '"$0" segments --fd 3'
	fails_with 1 "mymap: segments: the buffer is open for reading only, and would have to keep its size; give its name, or a descriptor that is open for writing, too"
	FAKE_SEGMENTS=6 run --separate-stderr of_64k '"$0" segments --fd 3'
	fails_with 1 "mymap: segments: the device is gone; 'mymap bind' gives it back, and new buffers can be made for it then"
	FAKE_SEGMENTS=19 run --separate-stderr of_64k '"$0" segments --fd 3'
	fails_with 1 "mymap: segments: the buffer is for no device; 'mymap create --device DEVICE' makes one that is"
}

@test "segments: without a buffer it is 2, as the default buffer is for no device" {
	run --separate-stderr fake segments
	fails_with 2 "mymap: segments: NAME or --fd is missing; 'mymap list' shows all names"
	run --separate-stderr fake segments --json
	fails_with 2 "mymap: segments: NAME or --fd is missing; 'mymap list' shows all names"
	FAKE_NAME=rx0 run --separate-stderr fake segments rx0
	[ "$status" -eq 0 ]
}

@test "sync: the range, the direction and whether it is the end are told" {
	run --separate-stderr of_64k '"$0" sync --fd 3 --from-device'
	prints 'sync 0 65536 2 0'
	run --separate-stderr of_64k '"$0" sync --fd 3 --to-device --end --offset 4K --length 100'
	prints 'sync 4096 100 1 1'
	run --separate-stderr of_64k '"$0" sync --fd 3 --to-device --from-device --offset 1'
	prints 'sync 1 65535 3 0'
	run --separate-stderr of_64k '"$0" sync --fd 3 --to-device --length 0'
	prints ''
}

@test "sync: no direction is 2; a range that is none, a device that is gone, an old driver are 1" {
	run --separate-stderr of_64k '"$0" sync --fd 3'
	fails_with 2 "mymap: sync: --to-device, --from-device or both: which way do the data go?"
	run --separate-stderr of_64k '"$0" sync --fd 3 --to-device --offset 64K --length 1'
	fails_with 1 "mymap: sync: length 1 from offset 65536: the buffer ends at 65536 (64.0 KiB)"
	FAKE_SYNC=6 run --separate-stderr of_64k '"$0" sync --fd 3 --to-device'
	fails_with 1 "mymap: sync: the device is gone"
	FAKE_OLD=1 run --separate-stderr of_64k '"$0" sync --fd 3 --to-device'
	fails_with 1 "mymap: sync: the default buffer is for no device, or the driver that is loaded is older than this and cannot do it; 'mymap info' shows its version"
	run --separate-stderr fake sync --to-device
	fails_with 1 "mymap: sync: the default buffer is for no device, or the driver that is loaded is older than this and cannot do it; 'mymap info' shows its version"
}

@test "export: COMMAND inherits a dma-buf of all, or of a range, as descriptor 3, and knows it" {
	# shellcheck disable=SC2016 # for the inner shell
	local tell='echo "$MYMAP_DMABUF_FD ${MYMAP_FD-none} $(stat -L -c %s /proc/self/fd/3)"'
	run --separate-stderr of_64k '"$0" export --fd 3 sh -c "$1"' "$tell"
	prints "3 none 65536"
	run --separate-stderr of_64k '"$0" export --fd 3 --offset 4K --length 8K -- sh -c "$1"' "$tell"
	prints "3 none 8192"
	run --separate-stderr of_64k '"$0" export --offset 4K --fd 3 -- sh -c "$1"' "$tell"
	prints "3 none 61440"
	FAKE_NAME=rx0 run --separate-stderr fake export rx0 -- sh -c "$tell"
	prints "3 none 16777216"
}

@test "export: a range that is none, a read-only descriptor, the kind device, an old driver and others are 1" {
	run --separate-stderr of_64k '"$0" export --fd 3 --offset 1 -- true'
	fails_with 1 "mymap: export: offset 1, length 65535: not whole pages inside of the buffer, which ends at 65536"
	run --separate-stderr of_64k '"$0" export --fd 3 --offset 64K -- true'
	fails_with 1 "mymap: export: offset 65536, length 0: not whole pages inside of the buffer, which ends at 65536"
	run --separate-stderr of_64k '"$0" export --fd 3 --offset 4K --length 64K -- true'
	fails_with 1 "mymap: export: offset 4096, length 65536: not whole pages inside of the buffer, which ends at 65536"
	FAKE_EXPORT=$EACCES run --separate-stderr of_64k '"$0" export --fd 3 true'
	fails_with 1 "mymap: export: the descriptor is not for both reading and writing"
	FAKE_EXPORT=$EOPNOTSUPP run --separate-stderr of_64k '"$0" export --fd 3 true'
	fails_with 1 "mymap: export: no dma-buf can be made of the kind device, of the default buffer, or by the driver that is loaded; 'mymap info' shows which it is"
	FAKE_OLD=1 run --separate-stderr of_64k '"$0" export --fd 3 true'
	fails_with 1 "mymap: export: no dma-buf can be made of the kind device, of the default buffer, or by the driver that is loaded; 'mymap info' shows which it is"
	FAKE_EXPORT=$EMFILE run --separate-stderr of_64k '"$0" export --fd 3 true'
	fails_with 1 "mymap: export: Too many open files"
}

@test "export: no name, no command, a name and --fd is 2; no such name or command is told" {
	run --separate-stderr fake export
	fails_with 2 "mymap: export: NAME is missing; 'mymap list' shows all"
	run --separate-stderr fake export rx0 --
	fails_with 2 "mymap: export: COMMAND is missing: it inherits the dma-buf"
	run --separate-stderr of_64k '"$0" export --fd 3'
	fails_with 2 "mymap: export: COMMAND is missing: it inherits the dma-buf"
	run --separate-stderr fake export rx0 -- true
	fails_with 1 "mymap: export: name 'rx0': there is no such buffer; 'mymap list' shows all"
	run --separate-stderr of_64k '"$0" export --fd 3 -- ./no-such'
	fails_with 127 "mymap: export: ./no-such: No such file or directory"
}

@test "info: a buffer that is exported is told, in text and JSON" {
	FAKE_EXPORTED=1 run --separate-stderr of_64k '"$0" info --fd 3'
	grep -qx 'exported             yes, the size is frozen' <<<"$output"
	requires jq
	FAKE_EXPORTED=1 run --separate-stderr of_64k '"$0" info --fd 3 --json'
	[ "$(jq -c .exported <<<"$output")" = true ]
	run --separate-stderr of_64k '"$0" info --fd 3 --json'
	[ "$(jq -c .exported <<<"$output")" = null ]
}

@test "info: a buffer whose memory keeps what is in it is told, in text and JSON" {
	FAKE_KEPT=1 run --separate-stderr of_64k '"$0" info --fd 3'
	grep -qx 'kept                 yes, the next buffer in this region finds what is in it' <<<"$output"
	requires jq
	FAKE_KEPT=1 run --separate-stderr of_64k '"$0" info --fd 3 --json'
	[ "$(jq -c .kept <<<"$output")" = true ]
	run --separate-stderr of_64k '"$0" info --fd 3 --json'
	[ "$(jq -c .kept <<<"$output")" = null ]
}

@test "bind, unbind: no such device, no path and no device" {
	local command
	for command in bind unbind; do
		run --separate-stderr fake "$command" ffff:ff:1f.7
		fails_with 1 "mymap: $command: device 'ffff:ff:1f.7': there is no such PCI device; 'ls /sys/bus/pci/devices' shows all"
		run --separate-stderr fake "$command" ../devices
		fails_with 1 "mymap: $command: device '../devices': there is no such PCI device; 'ls /sys/bus/pci/devices' shows all"
		run --separate-stderr fake "$command"
		fails_with 2 "mymap: $command: the device is missing, such as 0000:00:04.0"
	done
	run --separate-stderr fake bind x --dma-bits 23
	fails_with 2 "mymap: bind: dma-bits '23': not a number from 24 to 64"
}

@test "bind: a device that a driver has is left alone, and how to take it is said" {
	local link device driver
	for link in /sys/bus/pci/devices/*/driver; do
		[ -e "$link" ] || skip "no driver has a PCI device on this machine"
		device=$(basename "${link%/driver}")
		driver=$(basename "$(readlink "$link")")
		[ "$driver" = mymap ] || break
	done
	[ "$driver" != mymap ] || skip "no other driver has a PCI device on this machine"
	run --separate-stderr fake bind "$device"
	fails_with 1 "mymap: bind: device '$device': the driver $driver has it; 'echo $device | sudo tee /sys/bus/pci/drivers/$driver/unbind' takes it from there, and from who uses it"
	run --separate-stderr fake unbind "$device"
	fails_with 1 "mymap: unbind: device '$device': the driver $driver has it"
}

@test "create: COMMAND inherits the buffer as descriptor 3 and knows it" {
	run --separate-stderr fake create --size 64K -- \
		sh -c 'echo $MYMAP_FD; stat -L -c %s /proc/self/fd/3'
	prints "3
65536"
}

@test "create: COMMAND needs no -- before it" {
	run --separate-stderr fake create --size 64K echo --size
	prints --size
}

# Runs it with the descriptors 0 to 2 and no other; bats itself has more of them.
with_three_descriptors() {
	bash -c '
		for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			[ "$fd" -le 2 ] || eval "exec $fd>&-"
		done
		export LD_LIBRARY_PATH=$1 LD_PRELOAD=$2
		shift 2
		exec "$@"' - "$BUILT" "$UNIT/fake_driver.so" "$@"
}

@test "create: COMMAND inherits nothing else" {
	run --separate-stderr with_three_descriptors "$BUILT/mymap" create --size 64K -- ls /proc/self/fd
	# the last one is the directory that ls reads
	prints "0
1
2
3
4"
}

@test "create: COMMAND inherits a buffer that is descriptor 3 from the start" {
	FAKE_DOOR_FD=10 run --separate-stderr with_three_descriptors \
		"$BUILT/mymap" create --size 64K -- stat -L -c %s /proc/self/fd/3
	prints 65536
}

@test "create: what COMMAND writes into the buffer is there" {
	run --separate-stderr fake create --size 64K -- \
		sh -c 'echo hello | "$0" write --fd 3 --offset 4K && "$0" read --fd 3 --offset 4K --length 6' \
		"$BUILT/mymap"
	prints hello
}

@test "create: the exit status is that of COMMAND" {
	run --separate-stderr fake create --size 64K -- sh -c 'exit 42'
	fails_with 42 ""
}

@test "create: a signal that ends COMMAND is seen outside" {
	run --separate-stderr fake create --size 64K -- sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
}

@test "create: stdout is COMMAND's, without --json" {
	run --separate-stderr fake create --size 64K -- echo mine
	prints mine
}

@test "create: --json comes before the output of COMMAND" {
	run --separate-stderr fake create --size 64K --json -- echo mine
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == '{ "size": 65536, '* ]]
	[ "${lines[1]}" = mine ]
}

@test "create: COMMAND does not run if --json cannot be printed" {
	run --separate-stderr bash -c "LD_LIBRARY_PATH='$BUILT' LD_PRELOAD='$UNIT/fake_driver.so' \
		'$BUILT/mymap' create --size 64K --json -- touch ran >/dev/full"
	fails_with 1 "mymap: standard output: No space left on device"
	[ ! -e ran ]
}

@test "create: a COMMAND that is not there is 127" {
	run --separate-stderr -127 fake create --size 64K -- ./missing
	fails_with 127 "mymap: create: ./missing: No such file or directory"
}

@test "create: a COMMAND that is not executable is 126" {
	: >plain
	run --separate-stderr fake create --size 64K -- ./plain
	fails_with 126 "mymap: create: ./plain: Permission denied"
}

@test "create: over the limit of one buffer is 1, the limit is named" {
	run --separate-stderr fake create --size 2G
	fails_with 1 "mymap: create: size 2147483648 (2.0 GiB): a buffer may have at most 1073741824 bytes (1.0 GiB); module parameter max_buffer_size: 'echo BYTES | sudo tee /sys/module/mymap/parameters/max_buffer_size' raises it"
}

@test "create: what is over the limit of one buffer in whole pages only is told so" {
	FAKE_MAX_BUFFER=100000000 FAKE_CREATE=$EDQUOT run --separate-stderr fake create --size 100000000
	fails_with 1 "mymap: create: size 100000000 (95.3 MiB): a buffer may have at most 100000000 bytes (95.3 MiB); module parameter max_buffer_size: 'echo BYTES | sudo tee /sys/module/mymap/parameters/max_buffer_size' raises it"
}

@test "create: over the limit of all buffers is 1, the limit is named" {
	FAKE_TOTAL=2000003072 FAKE_CREATE=$EDQUOT run --separate-stderr fake create --size 1G
	fails_with 1 "mymap: create: size 1073741824 (1.0 GiB): all buffers together may have at most 2147483648 bytes (2.0 GiB) and have 2000003072 now; module parameter max_total_size: 'echo BYTES | sudo tee /sys/module/mymap/parameters/max_total_size' raises it"
}

@test "create: over the limit of a user is 1, the limit is named" {
	FAKE_MAX_USER=1048576 FAKE_CREATE=$EDQUOT run --separate-stderr fake create --size 1M
	fails_with 1 "mymap: create: size 1048576 (1.0 MiB): all buffers of a user may have at most 1048576 bytes (1.0 MiB) and have 958464 now; module parameter max_user_size: 'echo BYTES | sudo tee /sys/module/mymap/parameters/max_user_size' raises it"
}

@test "create: over a limit nobody tells is 1" {
	FAKE_CREATE=$EDQUOT FAKE_QUERY=$ENOTTY run --separate-stderr fake create --size 1G
	fails_with 1 "mymap: create: size 1073741824 (1.0 GiB): over a limit of the driver; 'mymap info' shows the limits"
}

@test "create: no memory is 1" {
	FAKE_CREATE=$ENOMEM run --separate-stderr fake create --size 1G
	fails_with 1 "mymap: create: size 1073741824 (1.0 GiB): not enough memory, in the system or by the limit of the cgroup; 'free' shows what there is, 'mymap list' which buffers have it"
}

@test "create: a size the driver refuses is 1" {
	FAKE_CREATE=$EINVAL run --separate-stderr fake create --size 0
	fails_with 1 "mymap: create: size 0 (0 bytes): no buffer can have this size; 'mymap info' shows the limits"
}

@test "create: another error of the driver is 1" {
	FAKE_CREATE=$EOPNOTSUPP run --separate-stderr fake create --size 4096
	fails_with 1 "mymap: create: size 4096 (4.0 KiB): Operation not supported"
}

# -------------------------------------------------------------- read, write, fill

@test "read: all of the default buffer" {
	fake read >got
	{ printf '\0\1\2\3\4\5\6\7\10\11'; bytes 4086 000; } | cmp - got
}

@test "read: from an offset, a length" {
	run --separate-stderr bash -c 'LD_PRELOAD=$2 LD_LIBRARY_PATH=$1 "$1/mymap" read --offset 3 --length 2 | od -An -tu1' \
		- "$BUILT" "$UNIT/fake_driver.so"
	prints "   3   4"
}

@test "read: at the very end there is nothing, and that is fine" {
	run --separate-stderr fake read --offset 4096
	prints ""
}

@test "read: an offset beyond the end is 1, the size is named" {
	run --separate-stderr fake read --offset 4097
	fails_with 1 "mymap: read: offset 4097: the buffer ends at 4096 (4.0 KiB)"
}

@test "read: a length beyond the end is 1, nothing is printed" {
	run --separate-stderr fake read --offset 96 --length 4001
	fails_with 1 "mymap: read: length 4001 from offset 96: the buffer ends at 4096 (4.0 KiB)"
}

@test "read: an offset and a length that wrap around are 1" {
	run --separate-stderr fake read --offset 4096 --length 0xffffffffffffffff
	fails_with 1 "mymap: read: length 18446744073709551615 from offset 4096: the buffer ends at 4096 (4.0 KiB)"
}

@test "read: a full disk is 1" {
	run --separate-stderr bash -c "LD_LIBRARY_PATH='$BUILT' LD_PRELOAD='$UNIT/fake_driver.so' \
		'$BUILT/mymap' read >/dev/full"
	fails_with 1 "mymap: read: standard output: No space left on device"
}

@test "read: a closed standard output is 1" {
	run --separate-stderr bash -c "LD_LIBRARY_PATH='$BUILT' LD_PRELOAD='$UNIT/fake_driver.so' \
		'$BUILT/mymap' read >&-"
	fails_with 1 "mymap: read: standard output: Bad file descriptor"
}

@test "read: a reader that is gone is 1, where SIGPIPE is ignored" {
	FAKE_DEFAULT_SIZE=8388608 run --separate-stderr bash -c "trap '' PIPE
		LD_LIBRARY_PATH='$BUILT' LD_PRELOAD='$UNIT/fake_driver.so' '$BUILT/mymap' read | true
		exit \${PIPESTATUS[0]}"
	fails_with 1 "mymap: read: standard output: Broken pipe"
}

# in_buffer SIZE SCRIPT: run it with a buffer as descriptor 3 and $m as the command
in_buffer() {
	m=$BUILT/mymap fake create --size "$1" -- bash -c "$2"
}

@test "write: more than a chunk, all of it arrives" {
	head -c 3000001 /dev/urandom >sent
	in_buffer 4M '"$m" write --fd 3 <sent && "$m" read --fd 3 --length 3000001 >got'
	cmp sent got
}

@test "write, read: short transfers lose nothing" {
	head -c 100000 /dev/urandom >sent
	FAKE_SHORT=997 in_buffer 1M '"$m" write --fd 3 <sent && "$m" read --fd 3 --length 100000 >got'
	cmp sent got
}

@test "write: input that comes in pieces is one" {
	run --separate-stderr in_buffer 4K '{
			printf ab
			for ((try = 0; try < 1000; try++)); do
				[ "$("$m" read --fd 3 --length 1 | tr -d "\\0")" != a ] || break
			done
			printf cd
		} | "$m" write --fd 3 && "$m" read --fd 3 --length 4'
	prints abcd
}

@test "write: at an offset, the rest is left alone" {
	run --separate-stderr in_buffer 4K '"$m" fill --fd 3 --byte 0x2e --length 8
		printf xy | "$m" write --fd 3 --offset 3 && "$m" read --fd 3 --length 8'
	prints "...xy..."
}

@test "write: input that just fits is fine" {
	run --separate-stderr in_buffer 4K 'head -c 4096 /dev/urandom | "$m" write --fd 3'
	prints ""
}

@test "write: input that does not fit is 1, what was written is told" {
	run --separate-stderr in_buffer 4K 'yes | head -c 4000 | "$m" write --fd 3 --offset 100'
	fails_with 1 "mymap: write: the input is too long: 3996 bytes were written, then the buffer ended at 4096"
}

@test "write: any input at the very end is 1" {
	run --separate-stderr in_buffer 4K 'printf x | "$m" write --fd 3 --offset 4K'
	fails_with 1 "mymap: write: the input is too long: 0 bytes were written, then the buffer ended at 4096"
}

@test "write: no input is fine" {
	run --separate-stderr in_buffer 4K '"$m" write --fd 3 </dev/null'
	prints ""
}

@test "write: --length takes so much and leaves the rest of the input" {
	run --separate-stderr in_buffer 4K 'printf abcdef >input
		{ "$m" write --fd 3 --length 2; cat; } <input; "$m" read --fd 3 --length 4 | tr "\0" .'
	prints "cdefab.."
}

@test "write: too little input for --length is 1" {
	run --separate-stderr in_buffer 4K 'printf abc | "$m" write --fd 3 --length 5'
	fails_with 1 "mymap: write: the input ended after 3 of 5 bytes"
}

@test "write: a length beyond the end is 1, the input is not touched" {
	run --separate-stderr in_buffer 4K 'printf abc >input
		{ "$m" write --fd 3 --length 4097 || cat; } <input'
	[ "$output" = abc ]
	[ "$stderr" = "mymap: write: length 4097 from offset 0: the buffer ends at 4096 (4.0 KiB)" ]
}

@test "write: a closed standard input is 1" {
	run --separate-stderr in_buffer 4K '"$m" write --fd 3 <&-'
	fails_with 1 "mymap: write: standard input: Bad file descriptor"
}

@test "write: a descriptor that is open for reading only is 1" {
	run --separate-stderr in_buffer 4K 'printf abc | "$m" write --fd 4 4</proc/self/fd/3'
	fails_with 1 "mymap: write: descriptor 4: it is open for reading only"
}

@test "fill: all of the buffer, 0 if nothing is said" {
	in_buffer 3M '"$m" fill --fd 3 --byte 255 && "$m" read --fd 3 >ones
		"$m" fill --fd 3 && "$m" read --fd 3 >zeros'
	bytes 3145728 377 | cmp - ones
	bytes 3145728 000 | cmp - zeros
}

@test "fill: a range, and nothing beside it" {
	run --separate-stderr in_buffer 4K '"$m" fill --fd 3 --byte 0x2e
		"$m" fill --fd 3 --byte 120 --offset 2 --length 3
		"$m" read --fd 3 --length 7'
	prints "..xxx.."
}

@test "fill: a length of 0 changes nothing" {
	run --separate-stderr in_buffer 4K '"$m" fill --fd 3 --byte 0x2e
		"$m" fill --fd 3 --byte 120 --length 0
		"$m" read --fd 3 --length 3'
	prints "..."
}

@test "fill: a range beyond the end is 1, nothing is written" {
	run --separate-stderr in_buffer 4K '"$m" fill --fd 3 --byte 0x2e
		"$m" fill --fd 3 --byte 120 --offset 4095 --length 2
		"$m" read --fd 3 --offset 4095'
	[ "$output" = . ]
	[ "$stderr" = "mymap: fill: length 2 from offset 4095: the buffer ends at 4096 (4.0 KiB)" ]
}

# ------------------------------------------------------------------------ names

NAME_HINT="a name has 1 to 47 of A-Z a-z 0-9 . _ -, a letter or a digit first"
NO_NAMES="the driver that is loaded, 0.1.0, knows no names; those from 0.2.0 on do: 'modprobe -r mymap && modprobe mymap', or reboot"

@test "name: what cannot be one is 2, for each subcommand that takes one" {
	local name words
	for words in "destroy" "fill" "info" "open" "punch" "read" "resize --size 1" "ring" "seal" "wait" "write" \
		"create --size 1 --name"; do
		for name in .. a/b "a b" 'a%' ä 123456789012345678901234567890123456789012345678; do
			# shellcheck disable=SC2086 # words
			run --separate-stderr mymap $words "$name"
			fails_with 2 "mymap: ${words%% *}: name '$name': $NAME_HINT"
		done
	done
}

@test "name: it may stand before and behind the options, and once" {
	local words
	export FAKE_NAME=rx0
	for words in "rx0 --json" "--json rx0" "--json -- rx0" "rx0 --json --"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr fake info $words
		[ "$status" -eq 0 ]
		[ "$(jq -r .name <<<"$output")" = rx0 ]
	done
	run --separate-stderr fake info rx0 --json rx1
	fails_with 2 "mymap: info: unexpected 'rx1'; see 'mymap info --help'"
	run --separate-stderr fake info rx0 -- rx1
	fails_with 2 "mymap: info: unexpected 'rx1'; see 'mymap info --help'"
	run --separate-stderr fake info rx0 --frobnicate
	fails_with 2 "mymap: info: unknown option '--frobnicate'; see 'mymap info --help'"
	run --separate-stderr fake read rx0 --length
	fails_with 2 "mymap: read: option '--length' needs a value"
}

@test "name: and a descriptor as well is 2" {
	run --separate-stderr fake read rx0 --fd 3
	fails_with 2 "mymap: read: --fd and a name: one of them, please"
}

@test "name: one that nobody has is 1" {
	local command
	for command in info read write fill punch "resize --size 1" ring wait destroy; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr fake $command rx0 </dev/null
		fails_with 1 "mymap: ${command%% *}: name 'rx0': there is no such buffer; 'mymap list' shows all"
	done
	run --separate-stderr fake open rx0 -- true
	fails_with 1 "mymap: open: name 'rx0': there is no such buffer; 'mymap list' shows all"
}

@test "name: of others it is 1" {
	FAKE_NAMED=$EACCES run --separate-stderr fake read rx0
	fails_with 1 "mymap: read: name 'rx0': permission denied: it is for others; see 'ls -lL /dev/mymap-by-name/rx0'"
	FAKE_NAMED=$EPERM run --separate-stderr fake destroy rx0
	fails_with 1 "mymap: destroy: name 'rx0': permission denied: only root or its owner may do that, and only root may make one; see unprivileged_names in mymap(4)"
}

@test "name: with a driver that knows none it is 1, and said what is missing" {
	export FAKE_OLD=1
	run --separate-stderr fake create --size 1 --name rx0
	fails_with 1 "mymap: create: name 'rx0': $NO_NAMES"
	run --separate-stderr fake info rx0
	fails_with 1 "mymap: info: name 'rx0': $NO_NAMES"
	run --separate-stderr fake destroy rx0
	fails_with 1 "mymap: destroy: name 'rx0': $NO_NAMES"
	# All else works.
	run --separate-stderr fake info --json
	[ "$(jq -c .features <<<"$output")" = '["huge-pages","memory-cgroup"]' ]
	run --separate-stderr fake create --size 1 -- echo works
	prints works
}

@test "resize, seal, punch: they take a name" {
	export FAKE_NAME=rx0
	run --separate-stderr fake resize rx0 --size 4K
	prints ""
	run --separate-stderr fake resize --size 0 rx0
	fails_with 1 "mymap: resize: size 0 (0 bytes): no buffer can have this size"
	FAKE_CHANGE=$EPERM run --separate-stderr fake resize --size 4K rx0
	fails_with 1 "mymap: resize: a seal of the buffer forbids it; 'mymap info' shows the seals"
	run --separate-stderr fake punch rx0 --offset 4K
	prints ""
	run --separate-stderr fake punch rx0 --offset 16M --length 1
	fails_with 1 "mymap: punch: length 1 from offset 16777216: the buffer ends at 16777216 (16.0 MiB)"
	run --separate-stderr fake seal rx0 shrink grow
	prints ""
}

@test "seal: without --fd the first word is a name, also where it could be a seal" {
	FAKE_NAME=grow run --separate-stderr fake seal grow shrink
	prints ""
	FAKE_NAME=rx0 run --separate-stderr fake seal grow shrink
	fails_with 1 "mymap: seal: name 'grow': there is no such buffer; 'mymap list' shows all"
	run --separate-stderr mymap seal
	fails_with 2 "mymap: seal: NAME is missing; 'mymap list' shows all"
	run --separate-stderr mymap seal shrink
	fails_with 2 "mymap: seal: which seal? There are shrink, grow and seal"
	run --separate-stderr mymap seal --fd 3 rx0 shrink
	fails_with 2 "mymap: seal: unknown seal 'rx0'; there are shrink, grow and seal"
}

@test "read, write, fill, info: they take a name" {
	export FAKE_NAME=rx0
	run --separate-stderr fake read rx0 --offset 16777215
	[ "$status" -eq 0 ]
	run --separate-stderr fake fill rx0 --byte 1
	prints ""
	printf x | fake write --offset 3 rx0
	run --separate-stderr fake read rx0 --offset 16M --length 1
	fails_with 1 "mymap: read: length 1 from offset 16777216: the buffer ends at 16777216 (16.0 MiB)"
}

@test "create: with a name it is shown with its name and node" {
	run --separate-stderr fake create --size 4K --name new
	[ "$status" -eq 0 ]
	grep -qx 'name                 new' <<<"$output"
	grep -qx 'node                 /dev/mymap7' <<<"$output"
	run ! grep owner <<<"$output"
}

@test "create: with an owner it is shown whose it is" {
	FAKE_OWNED=640 run --separate-stderr fake create --size 4K --name new --owner root --group 5 --mode 640
	[ "$status" -eq 0 ]
	grep -qx "owner, group, mode   root:$(getent group 5 | cut -d: -f1) 0640" <<<"$output"
	FAKE_OWNED=640 run --separate-stderr fake create --size 4K --name new --owner root --group 5 --mode 640 --json
	[ "$(jq -c '[.name, .node, .owner, .group, .mode]' <<<"$output")" = '["new","/dev/mymap7",0,5,"0640"]' ]
}

@test "create: a name that is taken is 1" {
	FAKE_NAME=rx0 run --separate-stderr fake create --size 4K --name rx0
	fails_with 1 "mymap: create: name 'rx0': there is a buffer of that name; 'mymap info rx0' shows it"
}

@test "create: a link that does not appear is 1, COMMAND does not run" {
	FAKE_WAIT=-110 run --separate-stderr fake create --size 4K --name new -- touch ran
	fails_with 1 "mymap: create: name 'new': the buffer is there, but /dev/mymap-by-name/new did not appear in 30 seconds: see 'systemctl status systemd-udevd'"
	[ ! -e ran ]
}

@test "create: users, groups and modes that are none are 2" {
	local mode
	run --separate-stderr mymap create --size 1 --name a --owner nobody-here
	fails_with 2 "mymap: create: owner 'nobody-here': there is no such user"
	run --separate-stderr mymap create --size 1 --name a --group 4294967295
	fails_with 2 "mymap: create: group '4294967295': there is no such group"
	for mode in 0 8 888 0777 1660 "" rw -1 660x; do
		run --separate-stderr mymap create --size 1 --name a --mode="$mode"
		fails_with 2 "mymap: create: mode '$mode': not a mode such as 0660"
	done
}

@test "create: an owner without a name is 2" {
	run --separate-stderr mymap create --size 1 --owner root
	fails_with 2 "mymap: create: --owner, --group and --mode are for buffers with --name"
}

@test "open: COMMAND gets the buffer as descriptor 3, with and without --" {
	export FAKE_NAME=rx0
	run --separate-stderr fake open rx0 -- sh -c 'echo "$MYMAP_FD" && stat -L -c %s /proc/self/fd/3'
	prints $'3\n16777216'
	run --separate-stderr fake open --readonly rx0 sh -c 'exit 5'
	[ "$status" -eq 5 ]
	run -127 --separate-stderr fake open rx0 -- /no/such/command
	fails_with 127 "mymap: open: /no/such/command: No such file or directory"
}

@test "open, destroy: what is missing is 2" {
	run --separate-stderr mymap open
	fails_with 2 "mymap: open: NAME is missing; 'mymap list' shows all"
	run --separate-stderr mymap open rx0
	fails_with 2 "mymap: open: COMMAND is missing; 'mymap info rx0' shows the buffer"
	run --separate-stderr mymap open rx0 --
	fails_with 2 "mymap: open: COMMAND is missing; 'mymap info rx0' shows the buffer"
	run --separate-stderr mymap destroy
	fails_with 2 "mymap: destroy: NAME is missing; 'mymap list' shows all"
}

@test "list: without a driver there is no buffer" {
	[ ! -e /sys/class/mymap ] || skip "there is a driver on this machine"
	run --separate-stderr mymap list
	prints "NAME                       SIZE   RESIDENT KIND      OPEN MAPPED NODE"
	run --separate-stderr mymap list --json
	prints '{ "buffers": [ ] }'
}

@test "watch: when nobody reads any more it ends" {
	run --separate-stderr timeout 20 bash -c "LD_LIBRARY_PATH=$BUILT $BUILT/mymap watch | :; exit \${PIPESTATUS[0]}"
	fails_with 1 "mymap: watch: standard output: nobody reads it"
}

# ---------------------------------------------------------------- rings

@test "ring: it prints the new number" {
	FAKE_SEQUENCE=6 run --separate-stderr fake ring
	prints 7
}

@test "ring: --json has it as well" {
	FAKE_SEQUENCE=18446744073709551613 run --separate-stderr fake ring --json
	prints '{ "sequence": 18446744073709551614 }'
}

@test "ring: an inherited descriptor, and one that is open for reading only" {
	run --separate-stderr fake create --size 4K -- "$BUILT/mymap" ring --fd 3
	prints 1
	FAKE_RING=$EACCES run --separate-stderr fake create --size 4K -- "$BUILT/mymap" ring --fd 3
	fails_with 1 "mymap: ring: the descriptor is open for reading only; ringing is for those who may write"
}

@test "wait: it prints the number after the next ring" {
	FAKE_SEQUENCE=6 FAKE_RUNG=9 run --separate-stderr fake wait
	prints 9
}

@test "wait: --sequence: a ring since then counts" {
	FAKE_SEQUENCE=6 run --separate-stderr fake wait --sequence 4
	prints 6
}

@test "wait: --json tells what was missed" {
	FAKE_SEQUENCE=6 run --separate-stderr fake wait --sequence 4 --json
	prints '{ "sequence": 6, "missed": 1 }'
	FAKE_SEQUENCE=6 FAKE_RUNG=7 run --separate-stderr fake wait --json
	prints '{ "sequence": 7, "missed": 0 }'
	FAKE_SEQUENCE=6 run --separate-stderr fake wait --sequence 100 --json
	prints '{ "sequence": 6, "missed": null }'
}

@test "wait: no ring in time is 1" {
	FAKE_SEQUENCE=6 run --separate-stderr fake wait --timeout 1.0201
	fails_with 1 "mymap: wait: no ring in 1.021 s; the sequence number is 6"
	FAKE_SEQUENCE=6 run --separate-stderr fake wait --sequence 6 --timeout 0
	fails_with 1 "mymap: wait: no ring in 0.000 s; the sequence number is 6"
}

@test "wait: being stopped and continued does not end it" {
	FAKE_INTERRUPTS=3 FAKE_RUNG=1 run --separate-stderr fake wait
	prints 1
	FAKE_INTERRUPTS=3 FAKE_RUNG=1 run --separate-stderr fake wait --timeout 60
	prints 1
}

@test "wait: it does not wait for ever when the time ends between two looks at the clock" {
	FAKE_INTERRUPTS=1 FAKE_CLOCK="0 999 1002" run --separate-stderr fake wait --timeout 1
	fails_with 1 "mymap: wait: no ring in 1.000 s; the sequence number is 0"
}

@test "ring, wait: they take a name" {
	export FAKE_NAME=rx0 FAKE_SEQUENCE=6
	run --separate-stderr fake ring rx0
	prints 7
	run --separate-stderr fake wait rx0 --sequence 4
	prints 6
	FAKE_RUNG=9 run --separate-stderr fake wait --json rx0
	prints '{ "sequence": 9, "missed": 2 }'
}

@test "ring, wait: with the driver 0.1.0, they say what is missing" {
	local command
	for command in ring wait "wait --sequence 1"; do
		# shellcheck disable=SC2086 # words
		FAKE_OLD=1 run --separate-stderr fake $command
		fails_with 1 "mymap: ${command%% *}: the driver that is loaded is older than this and cannot do it; 'mymap info' shows its version"
	done
}

# ------------------------------------------------------------------------ stat

# A folder that plays the driver's in debugfs.
debugfs() {
	mkdir -p debugfs
	echo "$1" >debugfs/enabled
	cat >debugfs/stats <<-'END'
		buffers 2
		resident 4194304
		resident_huge 2097152
		faults_huge 1
		faults_page 12
		faults_sigbus 3
		faults_oom 4
		allocated_huge 5
		allocated_smaller 6
		allocation_fallbacks 7
		allocation_failures 8
	END
	export FAKE_DEBUGFS=$PWD/debugfs
}

@test "stat: it shows each figure" {
	debugfs 1
	run --separate-stderr fake stat
	prints "counting             on
buffers              2
resident             4194304 bytes (4.0 MiB)
resident, huge       2097152 bytes (2.0 MiB)
faults, huge         1
faults, smaller      12
faults, SIGBUS       3
faults, no memory    4
allocated, huge      5
allocated, smaller   6
fallbacks            7
failed allocations   8"
	debugfs 0
	run --separate-stderr fake stat
	[ "${lines[0]}" = "counting             off" ]
}

@test "stat: --json has all members" {
	debugfs 0
	run --separate-stderr fake stat --json
	prints '{ "enabled": false, "buffers": 2, "resident": 4194304, "resident_huge": 2097152, "faults_huge": 1, "faults_page": 12, "faults_sigbus": 3, "faults_oom": 4, "allocated_huge": 5, "allocated_smaller": 6, "allocation_fallbacks": 7, "allocation_failures": 8 }'
}

@test "stat: --enable, --disable and --reset write to the driver and show nothing" {
	debugfs 0
	run --separate-stderr fake stat --enable
	prints ""
	[ "$(cat debugfs/enabled)" = 1 ]
	run --separate-stderr fake stat --disable
	prints ""
	[ "$(cat debugfs/enabled)" = 0 ]
	run --separate-stderr fake stat --reset
	prints ""
	[ "$(head -n 1 debugfs/stats)" = "0uffers 2" ]
}

@test "stat: one thing at a time, and no operand" {
	local words
	for words in "--enable --disable" "--enable --reset" "--json --reset" "--disable --json"; do
		# shellcheck disable=SC2086 # it is a list of words
		run --separate-stderr fake stat $words
		fails_with 2 "mymap: stat: --disable, --enable, --json and --reset: one of them, please"
	done
	run --separate-stderr fake stat --json --json rx0
	fails_with 2 "mymap: stat: unexpected 'rx0'; see 'mymap stat --help'"
}

@test "stat: each error says what to do" {
	local option
	for option in "" --json --enable --disable --reset; do
		FAKE_DEBUGFS_ERROR=$EACCES run --separate-stderr fake stat $option
		fails_with 1 "mymap: stat: the counters are for root: run 'sudo mymap stat'"
		FAKE_DEBUGFS_ERROR=$EPERM run --separate-stderr fake stat $option
		fails_with 1 "mymap: stat: the kernel is locked down (Secure Boot) and lets nobody see or change the counters"
		FAKE_DEBUGFS_ERROR=$EMFILE run --separate-stderr fake stat $option
		fails_with 1 "mymap: stat: /sys/kernel/debug/mymap: Too many open files"
	done
}

@test "stat: without the module it says so" {
	FAKE_DEBUGFS=$PWD/nowhere run --separate-stderr fake stat
	fails_with 1 "mymap: stat: the module is not loaded: run 'sudo modprobe mymap'"
}
