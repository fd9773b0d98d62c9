# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One life of the virtual machine. Its ports are files: nothing that the guest writes can block, and all of it is there
# when QEMU has ended. In: the options, and
#   $machine_mode    command, or shell for a prompt on this terminal
#   $machine_accel   kvm or tcg
#   $machine_limit   seconds
#   $machine_output  yes: the command's output goes to ours
#   $machine_stream  yes: the boot messages go to stderr
#   $machine_keep    yes: the disk is kept, so the machine ends in an orderly way
#   $machine_slow    yes: its kernel looks for mistakes, which takes time
#   $machine_user, $machine_share, $machine_firmware, $machine_append, $machine_console  as the options;
#   $machine_copy, a disk with a copy of the folder to share instead
#   $machine_install  packages of the repository that the guest installs first
#   $machine_tree    an overlay for its device tree, compiled, or nothing
#   $machine_kernel, $machine_initrd  what it boots; $machine_modules, a disk with the kernel's modules, or nothing
# Out: in $work the files console.log, qemu.log, stdout, stderr, and
#   $machine_end     exit, failed (the agent gave up), dead (no power, no verdict), silent (no sign of life), time, dirty
#   $machine_words   what the agent said at the end
#   $machine_silence the seconds after which it would have been called silent

boot_limit=240
# Before the command the guest may have to install packages, perhaps those of an emulated machine.
prepare_limit=900
power_off_limit=90

machine_defaults() {
	machine_mode=command machine_accel=$accel machine_limit=$timeout machine_output='' machine_stream='' machine_keep=''
	machine_slow='' machine_user='' machine_share='' machine_copy='' machine_install=''
	machine_firmware='' machine_append='' machine_console='' machine_tree=''
	machine_kernel=$boot_kernel machine_initrd=$boot_initrd machine_modules=$boot_modules
}

# machine_run DISK REPOSITORY COMMAND...
machine_run() {
	local disk=$1 repository=$2
	shift 2

	tail_pids='' console_pid='' machine_words=''
	rm -f "$work"/{verdict,stdout,stderr,console.log,qemu.log,job.tar}
	touch "$work"/{stdout,stderr,console.log}
	mkfifo "$work/verdict"
	exec {verdict_fd}<>"$work/verdict"
	job_make "$work/job.tar" "$@" || die 125 "job" "could not be written"

	machine_arguments "$disk" "$repository"
	machine_start
	[ -z "$machine_stream" ] || { follow "$work/console.log" 2; console_pid=$!; }
	machine_follow
	machine_stop
	exec {verdict_fd}<&-
}

# A comma in a value of an option of QEMU is written twice.
quoted() {
	echo -n "${1//,/,,}"
}

machine_disk() {
	arguments+=(-drive "if=none,id=$1,cache=unsafe,format=$2,file=$(quoted "$3")${4-}"
		-device "virtio-blk-pci,drive=$1,serial=mymap-$1")
}

machine_port() {
	arguments+=(-chardev "file,id=$1,path=$(quoted "$work/$1")" -device "virtserialport,chardev=$1,name=mymap.$1")
}

machine_arguments() {
	local append

	board_choose
	append="root=LABEL=mymap-root rw console=$board_console ignore_loglevel printk.devkmsg=on panic=-1"
	# Programs at the same addresses: what was translated for one run of a program serves the next.
	append+=" systemd.show_status=false norandmaps${machine_append:+ $machine_append}"
	arguments=(-nodefaults -no-user-config -name mymap-vm "${board[@]}" -m "$memory" -smp "$cpus"
		-display none -nic none -no-reboot -device virtio-rng-pci -serial chardev:console)
	if [ -n "$machine_firmware" ]; then
		firmware_arguments "$append"
	else
		arguments+=(-kernel "$machine_kernel" -initrd "$machine_initrd" -append "$append")
	fi
	if [ -n "$machine_console" ]; then
		console_arguments
	else
		arguments+=(-chardev "file,id=console,path=$(quoted "$work/console.log")")
	fi
	case $machine_accel$icount in
	kvm) arguments+=(-accel kvm) ;;
	tcg) arguments+=(-accel "tcg,thread=multi,tb-size=512") ;;
	*) arguments+=(-accel "tcg,thread=single,tb-size=512" -icount shift=0) ;;
	esac

	machine_disk root qcow2 "$1"
	machine_disk job raw "$work/job.tar" ,readonly=on
	[ -z "$2" ] || machine_disk repo raw "$2" ,readonly=on
	[ -z "$machine_modules" ] || machine_disk modules raw "$machine_modules" ,snapshot=on
	arguments+=(-device virtio-serial-pci)
	machine_port verdict
	machine_port stdout
	machine_port stderr
	if [ "$machine_mode" = shell ]; then
		arguments+=(-chardev "stdio,id=terminal,mux=on,signal=off" -device "virtconsole,chardev=terminal")
	fi
	if [ -n "$machine_copy" ]; then
		machine_disk share raw "$machine_copy" ,readonly=on
	elif [ -n "$machine_share" ]; then
		arguments+=(-virtfs
			"local,path=$(quoted "$machine_share"),mount_tag=mymap-share,security_model=none,multidevs=remap")
	fi
	arguments+=("${qemu_args[@]}")
	[ -z "$machine_tree" ] || tree_arguments
}

# QEMU dies with us, even if we are killed.
machine_start() {
	local qemu=(setpriv --pdeathsig KILL "$(qemu_program)" "${arguments[@]}")

	machine_deadline=$((SECONDS + machine_limit))
	if [ "$machine_mode" = shell ]; then
		terminal_settings=$(stty -g)
		"${qemu[@]}" {verdict_fd}>&- <&0 2>"$work/qemu.log" &
	else
		"${qemu[@]}" {verdict_fd}>&- </dev/null >"$work/qemu.log" 2>&1 &
	fi
	qemu_pid=$!
	[ -z "$machine_console" ] || console_start
}

# follow FILE DESCRIPTOR: send FILE there as it grows, until QEMU has ended.
follow() {
	tail -q -c +1 -s 0.1 --pid="$qemu_pid" -f "$1" >&"$2" {verdict_fd}>&- 2>/dev/null &
	tail_pids+=" $!"
}

# Wait for the words on the verdict port, the end of QEMU, or the end of our patience.
machine_follow() {
	local word='' part boot_deadline console=0
	machine_silence=$((boot_limit * (${icount:+2} + ${machine_firmware:+1} + ${machine_slow:+2} + 1)))
	boot_deadline=$((SECONDS + machine_silence))

	while :; do
		part=
		if IFS= read -r -t 0.5 -u "$verdict_fd" part; then
			machine_word "$word$part" && return
			word=
			continue
		fi
		word+=$part
		machine_listen
		if ! kill -0 "$qemu_pid" 2>/dev/null; then
			machine_end=dead
			return
		elif [ "$SECONDS" -ge "$machine_deadline" ]; then
			machine_end="time"
			return
		elif [ -n "$boot_deadline" ] && [ "$SECONDS" -ge "$boot_deadline" ]; then
			machine_end=silent
			return
		fi
	done
}

# Who says something at the console is alive, however slow.
machine_listen() {
	local size
	[ -n "$boot_deadline" ] || return 0
	size=$(stat -c %s "$work/console.log")
	[ "$size" = "$console" ] || boot_deadline=$((SECONDS + machine_silence))
	console=$size
}

# A word from the guest; true if it is the last one.
machine_word() {
	case $1 in
	booted)
		machine_silence=$prepare_limit
		boot_deadline=$((SECONDS + machine_silence))
		return 1 ;;
	ready)
		boot_deadline=
		[ -z "$console_pid" ] || end_process "$console_pid"
		[ -z "$machine_output" ] || { follow "$work/stdout" 1; follow "$work/stderr" 2; }
		return 1 ;;
	exit\ * | failed\ *)
		machine_end=${1%% *} machine_words=${1#* }
		return 0 ;;
	*) return 1 ;;
	esac
}

end_process() {
	kill "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

# After a verdict the guest switches itself off; without one, or when it does not, QEMU is ended.
machine_stop() {
	local pid deadline=$((SECONDS + power_off_limit))

	case $machine_end in
	exit | failed)
		while kill -0 "$qemu_pid" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do
			read -r -t 0.1 -u "$verdict_fd" _ || :
		done
		if kill -0 "$qemu_pid" 2>/dev/null && [ -n "$machine_keep" ]; then
			machine_end=dirty
		fi ;;
	esac
	end_process "$qemu_pid"
	qemu_pid=
	for pid in $tail_pids; do
		wait "$pid" 2>/dev/null || :
	done
	tail_pids=
	if [ -n "${terminal_settings-}" ]; then
		stty "$terminal_settings"
		terminal_settings=
	fi
}
