# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What all tests in the guest share: a marker in the kernel's log before each test, and after it a log without
# complaints, no buffer left over and the module as it was.

# Each test reads this anew: no process is started here.
tests_dir=${BATS_TEST_DIRNAME%/*}
source_dir=${tests_dir%/*}
# Where setup_suite.bash put the programs.
programs=/var/tmp/mymap-programs
cgroups=/sys/fs/cgroup

# A kernel that looks for mistakes is slower; limits of time are meant for others (time_limit() of the programs, and retry).
read -r kernel_release </proc/sys/kernel/osrelease
if [[ $kernel_release == *-mymap-debug ]]; then
	export MYMAP_SLOW=5
fi

setup() {
	begin
}

begin() {
	marker="mymap-test: begin $BATS_SUITE_TEST_NUMBER $BATS_TEST_NAME"
	echo "$marker" >/dev/kmsg
	module_changed=
}

teardown() {
	[ -z "$module_changed" ] || module_restore
	nothing_is_left
}

# What the kernel said since setup.
kernel_log() {
	dmesg | sed "0,/$marker\$/d"
}

# The kernel has not complained, and there is no buffer. It is paid for by each test: one program, and no shell but for
# a test that made the kernel speak.
nothing_is_left() {
	local log left=''
	log=$("$programs/after" "$marker") || left=yes
	[ -z "$log" ] || log_is_clean "$log" || left=yes
	[ -n "$left" ] || return 0
	# Names that a test has left go with the module; the next one is not to blame.
	total_size_is 0 || module_restore || :
	return 1
}

log_is_clean() {
	# Only what stands after the marker is ours; announcements stand there as well.
	"$tests_dir/vm/scan-kernel-log" <<<"$1" && return
	echo "the kernel complained; its log since the test began:"
	echo "$1"
	return 1
}

total_size_is() {
	[ "$("$programs/query" total_size)" = "$1" ]
}

# From here on the kernel may complain of what matches this expression; until the end of the test.
expect_complaint() {
	echo "mymap-expect: $1" >/dev/kmsg
}

expect_no_more_complaints() {
	echo "mymap-expect:" >/dev/kmsg
}

# retry SECONDS COMMAND...: until it succeeds; false when the time is over.
retry() {
	local end=$((SECONDS + $1 * ${MYMAP_SLOW:-1} + 1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -r -t 0.05 <> <(:) || :
	done
}

# The version of the source, which the packages have as well.
version() {
	sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$source_dir/dkms.conf"
}

fail() {
	echo "$*"
	return 1
}

# requires NEED...: skip the test, with a reason, where something is missing.
requires() {
	local need
	for need; do
		case $need in
		command:*)
			command -v "${need#*:}" >/dev/null || skip "there is no command ${need#*:} here" ;;
		root)
			[ "$(id -u)" = 0 ] || skip "must be root" ;;
		huge)
			[ $(($("$programs/query" features) & 1)) = 1 ] || skip "this kernel maps nothing larger than a page" ;;
		memcg)
			[ $(($("$programs/query" features) & 2)) = 2 ] || skip "this kernel cannot charge the creator's cgroup"
			grep -q memory $cgroups/cgroup.controllers 2>/dev/null || skip "no memory controller in cgroup 2" ;;
		32bit)
			[ -d "$programs/32" ] || skip "no 32-bit programs: the host has no compiler for them (gcc-multilib)" ;;
		memory:*)
			[ "$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)" -ge "${need#*:}" ] ||
				skip "less than ${need#*:} MiB of memory" ;;
		dkms)
			dkms status mymap 2>/dev/null | grep -q . || skip "the module does not come from DKMS" ;;
		udev)
			[ -e /run/udev/control ] || skip "no udev here" ;;
		*)
			fail "unknown need: $need" ;;
		esac
	done
}

# program NAME CASE...: cases of a test program. Each runs; those that fail are named. If it is only one, its skip is
# the test's.
program() {
	local name=$1 case failed=''
	shift
	for case; do
		run "$programs/$name" "$case"
		case $status in
		0) ;;
		77)
			[ $# -gt 1 ] || skip "${output##*$'\n'}"
			echo "# $name $case was skipped: ${output##*$'\n'}" >&3 ;;
		142) failed+="$name $case hung until its alarm"$'\n'"$output"$'\n' ;;
		*) failed+="$name $case ended with status $status"$'\n'"$output"$'\n' ;;
		esac
	done
	[ -z "$failed" ] || fail "$failed"
}

# program_with NAME CASE ARGUMENT...
program_with() {
	run "$programs/$1" "${@:2}"
	[ "$status" = 0 ] || fail "$* ended with status $status: $output"
}

# make_test_module NAME [PREPARE]: tests/modules/NAME, compiled for the kernel that runs: that of another suite than the machine's comes
# with it (tests/kernel-modules). None where there are no headers, or where PREPARE FOLDER cannot put there what else it is made of. For
# setup_file.
make_test_module() {
	local headers=/lib/modules/$kernel_release/build folder=/var/tmp/mymap-$1 ready=$source_dir/build/kernel-modules/$kernel_release/$1.ko
	rm -rf "$folder"
	[ "$(id -u)" = 0 ] || return 0
	if [ ! -e "$headers" ]; then
		[ ! -e "$ready" ] || install -D "$ready" "$folder/$1.ko"
		return
	fi
	cp -r "$tests_dir/modules/$1" "$folder"
	${2:-:} "$folder" || return 0
	make -C "$headers" M="$folder" modules >"$folder/log" 2>&1 || { cat "$folder/log"; return 1; }
}

# For make_test_module: the header with mymap's numbers.
add_numbers() {
	cp -r "$source_dir/src/uapi" "$1"
}

# For make_test_module: how kernels differ.
add_compat() {
	cp -r "$source_dir/src/compat" "$1"
}

# with_module NAME CASE...: cases of the program that loads and removes that module.
with_module() {
	local name=$1 case file=/var/tmp/mymap-$1/$1.ko
	shift
	[ -e "$file" ] || skip "neither the module for this kernel here, nor headers and DKMS to make it, or not root"
	for case; do
		run "$programs/$name" "$case" "$file"
		[ "$status" != 77 ] || skip "${output##*$'\n'}"
		[ "$status" = 0 ] || fail "$name $case ended with status $status: $output"
	done
}

# program_32 NAME [CASE]...: all cases of the 32-bit program but those.
program_32() {
	local name=$1 case cases=()
	shift
	for case in $("$programs/32/$name"); do
		[[ " $* " == *" $case "* ]] || cases+=("$case")
	done
	program "32/$name" "${cases[@]}"
}

# as USER COMMAND...: with the user's groups, as after a login.
as() {
	setpriv --reuid="$1" --regid="$1" --init-groups -- "${@:2}"
}

# module_load_with [PARAMETER=VALUE]...: instead of the module that is loaded; teardown takes it back.
module_load_with() {
	module_changed=yes
	module_remove
	modprobe mymap "$@"
	udevadm settle --timeout=10
}

module_remove() {
	[ ! -e /sys/module/mymap ] || modprobe -r mymap
}

module_restore() {
	module_remove
	modprobe mymap
	# The node's group comes from udev.
	udevadm settle --timeout=10
}

# cgroup_make NAME [LIMIT]
cgroup_make() {
	mkdir "$cgroups/mymap-test-$1"
	[ -z "${2-}" ] || echo "$2" >"$cgroups/mymap-test-$1/memory.max"
}

cgroup_is_gone() {
	[ ! -d "$1" ] || rmdir "$1" 2>/dev/null
}

cgroups_remove() {
	local group
	for group in "$cgroups"/mymap-test-*; do
		retry 5 cgroup_is_gone "$group"
	done
}

# in_cgroup NAME COMMAND...
in_cgroup() {
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroups/mymap-test-$1" "${@:2}"
}

# Lines of $output, exactly.
output_is() {
	[ "$output" = "$1" ] || fail "the output is '$output', not '$1'"
}

output_has() {
	[[ $output == *"$1"* ]] || fail "the output is '$output', without '$1'"
}

status_is() {
	[ "$status" = "$1" ] || fail "the exit status is $status, not $1; the output is '$output'"
}

one_line() {
	[ "${#lines[@]}" = 1 ] || fail "the output is not one line: '$output'"
}
