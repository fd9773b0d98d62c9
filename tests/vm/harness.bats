#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The harness itself: what tests/vm/run promises. Runs on the host; a boot costs some 15 s, so one boot answers several questions.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME" || return
	dir=$BATS_TEST_TMPDIR
}

# vm [OPTION]... COMMAND...: sets $status; stdout and stderr are the files out and err.
vm() {
	status=0
	./run --quiet "$@" >"$dir/out" 2>"$dir/err" || status=$?
}

scan() {
	status=0
	./scan-kernel-log >"$dir/out" || status=$?
}

@test "wrong usage ends with 2 and says what is wrong" {
	run -2 --separate-stderr ./run --no-such-option -- true
	[ "$output" = "" ]
	[ "$stderr" = "tests/vm/run: --no-such-option: unknown option" ]
	run -2 ./run
	run -2 ./run --timeout
	run -2 ./run --timeout soon -- true
	run -2 ./run --memory lots -- true
	run -2 ./run --suite potato -- true
	run -2 ./run --arch vax -- true
	run -2 ./run --share /no/such/folder -- true
	run -2 ./run --user root -- true
	run -2 ./run --arch arm64 --device-tree /no/such/file -- true
	run -2 --separate-stderr ./run --device-tree harness.bats -- true
	[ "$stderr" = "tests/vm/run: --device-tree: not supported on amd64, whose machine has none" ]
	run -2 ./shell true
}

@test "--help goes to stdout and ends with 0" {
	run -0 --separate-stderr ./run --help
	[[ "$output" == "usage: tests/vm/run "* ]]
	[ "$stderr" = "" ]
}

@test "scan: an ordinary log has no complaints" {
	scan <<-'LOG'
		[    0.000000] Linux version 6.1.0-1-amd64
		[    0.100000] Kernel command line: root=/dev/vda BUG: x
		[    1.000000] clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable
		[    5.000000] mymap: loading out-of-tree module taints kernel.
		[    5.000001] mymap: module verification failed: signature and/or required key missing - tainting kernel
	LOG
	[ "$status" = 0 ]
	[ ! -s "$dir/out" ]
}

@test "scan: complaints are printed, whatever stands before and behind them" {
	printf '%s\n' '[    1.0] fine' '<4>[    2.0] WARNING: CPU: 0 PID: 1 at mm/x.c:1 f+0x1/0x2' \
		$'[    3.0][  T12] BUG: Bad page state in process x  pfn:00001\r' '[    4.0] watchdog: BUG: soft lockup - CPU#0' \
		'[    5.0] x invoked oom-killer: gfp_mask=0x1' 'INFO: task x:1 blocked for more than 120 seconds.' >"$dir/log"
	scan <"$dir/log"
	[ "$status" = 1 ]
	[ "$(wc -l <"$dir/out")" = 5 ]
}

@test "scan: what the debug kernel prints is a complaint, each time" {
	# The first lines of its reports, as it wrote them.
	printf '[  197.462890] %s\n' \
		'WARNING: possible circular locking dependency detected' \
		'WARNING: possible recursive locking detected' \
		'WARNING: lock held when returning to user space!' \
		'WARNING: suspicious RCU usage' \
		'BUG: sleeping function called from invalid context at include/linux/sched/mm.h:274' \
		'UBSAN: shift-out-of-bounds in /build/src/bad.c:65:21' \
		'UBSAN: array-index-out-of-bounds in /build/src/bad.c:70:23' \
		'list_del corruption. prev->next should be ffff888104ebfcb8, but was ffff888104ebfc78. (prev=ffff888104ebfc78)' \
		'kmemleak: 10 new suspected memory leaks (see /sys/kernel/debug/kmemleak)' \
		'kmemleak: Kernel memory leak detector disabled' \
		'BUG: KASAN: use-after-free in bad_init+0x1d5/0x1000 [bad]' \
		'BUG: KASAN: slab-out-of-bounds in bad_init+0x2a1/0x1000 [bad]' \
		'BUG: KASAN: vmalloc-out-of-bounds in bad_init+0x335/0x1000 [bad]' \
		'BUG: Bad page state in process insmod  pfn:10a4e3' \
		'kernel BUG at mm/page_table_check.c:83!' >"$dir/log"
	scan <"$dir/log"
	[ "$status" = 1 ]
	[ "$(wc -l <"$dir/out")" = "$(wc -l <"$dir/log")" ]
}

@test "scan: what was announced is forgiven, with its whole report and nothing else" {
	scan <<-'LOG'
		[    1.0] WARNING: CPU: 0 PID: 1 at early.c:1 early+0x1/0x2
		[    2.0] mymap-expect: WARNING: .* at late.c
		[    3.0] ------------[ cut here ]------------
		[    3.0] WARNING: CPU: 0 PID: 1 at late.c:1 late+0x1/0x2
		[    3.0] refcount_t: underflow; use-after-free.
		[    3.0] ---[ end trace 0000000000000000 ]---
		[    4.0] refcount_t: saturated; leaking memory.
		[    5.0] WARNING: CPU: 0 PID: 1 at late.c:2 late+0x1/0x2
		[    5.0] ---[ end trace 0000000000000000 ]---
		[    6.0] mymap-expect:
		[    7.0] WARNING: CPU: 0 PID: 1 at late.c:3 late+0x1/0x2
	LOG
	[ "$status" = 1 ]
	diff - "$dir/out" <<-'LEFT'
		WARNING: CPU: 0 PID: 1 at early.c:1 early+0x1/0x2
		refcount_t: saturated; leaking memory.
		WARNING: CPU: 0 PID: 1 at late.c:3 late+0x1/0x2
	LEFT
}

@test "arguments, stdout, stderr and the exit status pass unchanged; the guest is a Debian of its own" {
	local odd=('a b' '' $'new\nline' $'\xff\xfe' "'\"\$(x)\\" '*')

	# shellcheck disable=SC2016 # for the guest's shell
	vm bash -c '
		set -e
		printf "%s\0" "$@"
		head -c 3000000 /dev/urandom >/root/random
		[ "$(stat -c %F /proc/self/fd/0 -L)" = "character special file" ]
		echo "cgroup $(cut -d : -f 3 /proc/self/cgroup)" >&2
		grep -qw memory "/sys/fs/cgroup$(cut -d : -f 3 /proc/self/cgroup)/cgroup.controllers"
		echo "net $(ls /sys/class/net)" >&2
		echo "cwd $PWD $HOME $MYMAP_VM $(id -un)" >&2
		dd if=/dev/zero of=/direct bs=4096 count=4 oflag=direct status=none
		dd if=/direct of=/dev/null bs=4096 iflag=direct status=none
		echo "direct $(stat -c %s /direct)" >&2
		echo "packages $(dpkg-query -W -f "\${db:Status-Status} " mymap-dkms)" >&2
		sha256sum </root/random >&2
		cat /root/random
		exit 125' bash "${odd[@]}"
	[ "$status" = 125 ]

	printf '%s\0' "${odd[@]}" >"$dir/odd"
	cmp -n "$(stat -c %s "$dir/odd")" "$dir/odd" "$dir/out"
	[ "$(stat -c %s "$dir/out")" = $((3000000 + $(stat -c %s "$dir/odd"))) ]
	diff - "$dir/err" <<-EXPECTED
		cgroup /system.slice/mymap-vm.service
		net lo
		cwd / /root 1 root
		direct 16384
		packages installed 
		$(tail -c 3000000 "$dir/out" | sha256sum)
	EXPECTED
}

@test "--user is an ordinary member of group mymap, and --share works both ways" {
	mkdir -m 777 "$dir/share, with comma"
	head -c 100000 /dev/urandom >"$dir/share, with comma/there"
	# shellcheck disable=SC2016 # for the guest's shell
	vm --user alice --share "$dir/share, with comma" sh -c '
		cp /mnt/share/there /mnt/share/back
		grep -q "^CapEff:.0000000000000000$" /proc/self/status && echo "$(id -un) $(id -Gn) $HOME $PWD"
		kill -9 $$'
	[ "$status" = 137 ]
	[ "$(cat "$dir/out")" = "alice alice mymap /home/alice /home/alice" ]
	cmp "$dir/share, with comma/there" "$dir/share, with comma/back"
}

# overlay TARGET-PATH: the file overlay.dts, where a node refers to a region of memory.
overlay() {
	cat >"$dir/overlay.dts" <<-SOURCE
		/dts-v1/;
		/plugin/;
		/ {
			fragment@0 {
				target-path = "$1";
				__overlay__ {
					reserved-memory {
						#address-cells = <2>;
						#size-cells = <2>;
						ranges;
						kept: kept@60000000 {
							reg = <0 0x60000000 0 0x400000>;
							no-map;
						};
					};
					thing {
						compatible = "harness,thing";
						memory-region = <&kept>;
					};
				};
			};
		};
	SOURCE
}

# refused TEXT: the last vm was, as wrong usage that ends so.
refused() {
	[ "$status" = 2 ]
	[ ! -s "$dir/out" ]
	grep -qxF "tests/vm/run: --device-tree $dir/overlay.dts: $1" "$dir/err"
}

@test "--device-tree: what does not compile, and what is no overlay, is refused before anything is made" {
	overlay /
	sed -i 's/thing {/thing/' "$dir/overlay.dts"
	vm --arch arm64 --device-tree "$dir/overlay.dts" true
	refused "does not compile"
	grep -q 'overlay.dts:.* syntax error' "$dir/err"
	echo '/dts-v1/; / { thing { }; };' >"$dir/overlay.dts"
	vm --arch arm64 --device-tree "$dir/overlay.dts" true
	refused "not an overlay: it has no fragments, perhaps for want of /plugin/"
}

# On a machine that only the group bringup needs.
# bats test_tags=foreign
@test "--device-tree: its nodes are beside the machine's own, and memory is set aside" {
	local board=(--arch arm64 --kernel bookworm/arm64 --cpus 2 --device-tree "$dir/overlay.dts")

	overlay /nowhere
	vm "${board[@]}" true
	refused "cannot be laid over the machine's tree: does each target-path exist, and each label?"
	grep -q FDT_ERR_NOTFOUND "$dir/err"

	overlay /
	# shellcheck disable=SC2016 # for the guest's shell
	vm "${board[@]}" sh -ec '
		cd /proc/device-tree
		tr "\0" "\n" <thing/compatible
		cmp thing/memory-region reserved-memory/kept@60000000/phandle
		ls -d psci
		grep -E "^60000000-603fffff" /proc/iomem
		nproc'
	[ "$status" = 0 ]
	diff - "$dir/out" <<-EXPECTED
		harness,thing
		psci
		60000000-603fffff : reserved
		2
	EXPECTED
}

@test "a kernel that complains is 125, though the command succeeded" {
	vm sh -c "echo 'BUG: test of the harness' >/dev/kmsg"
	[ "$status" = 125 ]
	grep -q '^tests/vm/run: kernel: complained: BUG: test of the harness, log: /' "$dir/err"
	grep -q 'BUG: test of the harness' "$(sed -n 's/.*, log: //p' "$dir/err")"
}

@test "an announced complaint is forgiven, and a background process does not hold the run" {
	vm sh -c "echo 'mymap-expect: ^BUG: test' >/dev/kmsg; echo 'BUG: test' >/dev/kmsg; sleep 1000 & echo end; exit 124"
	[ "$status" = 124 ]
	[ "$(cat "$dir/out")" = end ]
	[ ! -s "$dir/err" ]
}

@test "a panic is 125, at once" {
	local start=$SECONDS
	# What was written before is on its way to the host until the pump of stdout has taken it.
	# shellcheck disable=SC2016 # for the guest's shell
	vm --timeout 300 sh -c 'echo before; pump=$(pgrep -x -f "dd bs=32K if=stdout .*")
		until grep -q "^wchar: [1-9]" "/proc/$pump/io"; do :; done; echo c >/proc/sysrq-trigger'
	[ "$status" = 125 ]
	[ "$(cat "$dir/out")" = before ]
	[ $((SECONDS - start)) -lt 120 ]
	grep -q '^tests/vm/run: kernel: complained: Kernel panic' "$dir/err"
}

@test "the machine that switches itself off without a verdict is 125" {
	vm --icount poweroff -ff
	[ "$status" = 125 ]
	grep -q '^tests/vm/run: machine: ended without a verdict, log: /' "$dir/err"
}

@test "over its time limit is 124" {
	vm --timeout 5 sleep 1000
	[ "$status" = 124 ]
	grep -q '^tests/vm/run: --timeout 5: the time is over, log: /' "$dir/err"
}

@test "a signal ends QEMU and leaves no files" {
	local pid tmp=${XDG_CACHE_HOME:-$HOME/.cache}/mymap/tmp qemu

	./run --quiet sleep 1000 3>&- &
	pid=$!
	for _ in $(seq 100); do
		qemu=$(pgrep -P "$pid" qemu-system) && break
		sleep 0.1
	done
	[ -n "$qemu" ]
	work=$(tr '\0' '\n' <"/proc/$qemu/cmdline" | sed -n "s|.*path=\($tmp/run[^/]*\)/console.log|\1|p")
	[ -d "$work" ]
	kill "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" = 143 ]
	[ ! -e "/proc/$qemu" ]
	[ ! -e "$work" ]
}

@test "a machine is silent when its console is, not when it is slow" {
	local work=$dir machine_deadline=1000 machine_firmware='' machine_slow='' icount='' qemu_pid writer verdict_fd
	. lib/machine.sh
	# shellcheck disable=SC2034 # for machine_follow
	boot_limit=3
	mkfifo "$dir/verdict"
	exec {verdict_fd}<>"$dir/verdict"
	sleep 60 3>&- &
	qemu_pid=$!
	: >"$dir/console.log"
	(for _ in 1 2 3 4 5 6; do sleep 1; echo slow >>"$dir/console.log"; done) 3>&- &
	writer=$!
	SECONDS=0
	machine_follow
	kill "$qemu_pid" "$writer" 2>/dev/null || :
	[ "$machine_end" = silent ]
	[ "$SECONDS" -ge 8 ]
	[ "$SECONDS" -lt 20 ]
}
