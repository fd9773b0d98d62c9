# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "file: what is written is read, and the position moves on" {
	program file_io what_is_written_is_read position_moves_on pread_and_pwrite_leave_position
}

@test "file: across the borders of pages and of 2 MiB, and megabytes at once" {
	program file_io across_borders megabytes_at_once
}

@test "file: mapping and file are one memory" {
	program file_io mapping_and_file_are_one
}

@test "file: what is not written reads zeros and takes no memory" {
	program file_io unwritten_reads_zeros_and_takes_no_memory written_takes_memory_where_it_is
}

@test "file: a read at the end is 0, over the end it is short" {
	program file_io read_at_end_is_0 read_over_end_is_short
}

@test "file: a write at the end is ENOSPC, over the end it is short" {
	program file_io write_at_end_is_enospc write_over_end_is_short append_is_enospc
}

@test "file: a count of 0 is 0, whatever the pointer" {
	program file_io count_0_is_0
}

@test "file: a bad pointer is EFAULT, a half bad one a short transfer" {
	program file_io bad_pointer_is_efault bad_pointer_in_unwritten_is_efault half_bad_pointer_is_short
}

@test "file: memory that is broken is EIO" {
	modprobe -q hwpoison-inject || :
	program file_io broken_is_eio
}

@test "file: a negative offset is EINVAL" {
	program file_io negative_offset_is_einval
}

@test "file: the largest offset and the largest count" {
	program file_io largest_offset largest_count
}

@test "file: vectors of 1024 segments" {
	program file_io vectors_of_1024 readv_and_writev_move_position
}

@test "file: a vector with a bad segment ends there" {
	program file_io vector_with_a_bad_one
}

@test "file: read into and write from the buffer's own mapping" {
	program file_io into_its_own_mapping
}

@test "file: lseek from the beginning, the position and the end" {
	program file_io lseek_set_cur_end positions_of_descriptors
}

@test "file: lseek out of range is EINVAL and moves nothing" {
	program file_io lseek_out_of_range_is_einval
}

@test "file: splice out of a buffer and into one, as of a memfd" {
	program splice out_of_it out_of_nothing_written into_it into_its_end
}

@test "file: what splice took is a copy" {
	program splice pipe_has_a_copy
}

@test "file: sendfile from one buffer to another, to a disk and back" {
	program splice sendfile_from_one_to_another
}

@test "file: splice of the default buffer" {
	program splice splice_of_the_default_buffer
}

@test "file: sendfile from the default buffer" {
	program splice sendfile_from_the_default_buffer
}

@test "file: poll says ready" {
	program file_io always_ready
}

@test "file: killed amid of a long transfer it does not come to its end" {
	program file_io killed_while_writing killed_while_reading
}

@test "file: dd writes and reads /dev/mymap" {
	printf 'hello from dd' | dd of=/dev/mymap bs=1 seek=100 conv=notrunc status=none
	run dd if=/dev/mymap bs=1 skip=100 count=13 status=none
	status_is 0
	output_is "hello from dd"
}

@test "file: dd beyond the end of /dev/mymap says that there is no space" {
	local size
	size=$("$programs/query" default_size)
	run dd if=/dev/zero of=/dev/mymap bs="$size" count=2 conv=notrunc status=none
	status_is 1
	output_has "No space left on device"
}

@test "file: cat reads all of /dev/mymap and ends" {
	[ "$(cat /dev/mymap | wc -c)" = "$("$programs/query" default_size)" ]
}

@test "file: cmp finds /dev/mymap equal to its copy" {
	head -c 1000 /dev/urandom | dd of=/dev/mymap conv=notrunc status=none
	cat /dev/mymap >"$BATS_TEST_TMPDIR/copy"
	cmp /dev/mymap "$BATS_TEST_TMPDIR/copy"
	dd if=/dev/zero of=/dev/mymap conv=notrunc bs=1000 count=1 status=none
	run cmp /dev/mymap "$BATS_TEST_TMPDIR/copy"
	status_is 1
}

@test "file: hexdump shows the ten bytes" {
	requires command:hexdump
	"$programs/teaching" >/dev/null
	run hexdump -n 10 -v -e '10/1 "%d " "\n"' /dev/mymap
	status_is 0
	output_is "0 1 2 3 4 5 6 7 8 9"
}

@test "file: dd, cat and cmp on the descriptor of a buffer" {
	run mymap create --size 64K -- sh -c '
		head -c 65536 /dev/urandom >"$0/data" &&
		dd if="$0/data" of=/proc/self/fd/3 bs=4096 conv=notrunc status=none &&
		cat /proc/self/fd/3 >"$0/copy" && cmp "$0/data" "$0/copy" &&
		cmp "$0/data" /proc/self/fd/3 &&
		stat -L -c "%s %F" /proc/self/fd/3' "$BATS_TEST_TMPDIR"
	status_is 0
	output_is "65536 regular file"
}

@test "file: cp takes a buffer for a file" {
	run mymap create --size 100K -- sh -c '
		mymap fill --fd 3 --byte 0x41 && cp /proc/self/fd/3 "$0/copy" && cmp /proc/self/fd/3 "$0/copy" && stat -c %s "$0/copy"' \
		"$BATS_TEST_TMPDIR"
	status_is 0
	output_is 102400
}

# on_both SCRIPT: run it with a buffer of 64 KiB as descriptor 3, and with a memfd; both say the same.
on_both() {
	local of_memfd
	run "$programs/with_memfd" run 65536 bash -c "$1"
	status_is 0
	of_memfd=$output
	run mymap create --size 64K -- bash -c "$1"
	status_is 0
	output_is "$of_memfd"
}

@test "file: dd, cat, cmp, hexdump and cp do to a buffer what they do to a memfd" {
	requires command:hexdump
	cd "$BATS_TEST_TMPDIR"
	on_both '
		yes | head -c 65536 | dd of=/proc/self/fd/3 bs=4096 conv=notrunc status=none
		echo hello | dd of=/proc/self/fd/3 bs=1 seek=5000 conv=notrunc status=none
		cat /proc/self/fd/3 | cksum
		hexdump -C -s 4990 -n 40 /proc/self/fd/3
		dd if=/proc/self/fd/3 bs=1000 skip=5 count=3 status=none | cksum
		cp --sparse=always /proc/self/fd/3 copy && cmp copy /proc/self/fd/3 && stat -c %s copy
		cp --sparse=auto /proc/self/fd/3 copy && cmp copy /proc/self/fd/3 && echo same'
}

@test "file: truncate and fallocate do to a buffer what they do to a memfd" {
	on_both '
		yes | head -c 65536 | dd of=/proc/self/fd/3 bs=4096 conv=notrunc status=none
		fallocate --punch-hole --offset 10000 --length 30000 /proc/self/fd/3
		cksum </proc/self/fd/3
		truncate --size 40960 /proc/self/fd/3 && stat -L -c %s /proc/self/fd/3
		truncate --size 5000 /proc/self/fd/3 && truncate --size 65536 /proc/self/fd/3
		stat -L -c %s /proc/self/fd/3 && cksum </proc/self/fd/3
		fallocate --length 131072 /proc/self/fd/3 && stat -L -c %s /proc/self/fd/3
		cksum <&3'
}

# 128 KiB are whole pages everywhere. The signal by its number in the status, and then the errno.
@test "file: truncate and fallocate beyond RLIMIT_FSIZE are refused as of a memfd" {
	on_both '
		beyond() {
			{ ( ulimit -c 0; ulimit -f 128; "$@" /proc/self/fd/3 ); echo $?; } 2>/dev/null
			( trap "" XFSZ; ulimit -f 128; "$@" /proc/self/fd/3 ) 2>&1 | grep -o "File too large"
			stat -L -c %s /proc/self/fd/3
		}
		beyond truncate --size 131073
		beyond fallocate --length 131073
		beyond fallocate --offset 65536 --length 65537
		( ulimit -f 128; truncate --size 131072 /proc/self/fd/3 && fallocate --length 131072 /proc/self/fd/3 )
		stat -L -c %s /proc/self/fd/3
		( ulimit -f 1; truncate --size 65536 /proc/self/fd/3 ) && stat -L -c %s /proc/self/fd/3'
	output_has $'153\nFile too large\n65536'
}

# A memfd refuses to be written there (EFBIG); a buffer becomes no larger by that.
@test "file: RLIMIT_FSIZE does not keep writes out of what a buffer has, nor CREATE and RESIZE" {
	run mymap create --size 64K -- bash -c '
		ulimit -f 1
		printf hello | dd of=/proc/self/fd/3 bs=1 seek=5000 conv=notrunc status=none && mymap read --fd 3 --offset 5000 --length 5
		mymap resize --fd 3 --size 128K && mymap create --size 64K -- stat -L -c " %s" /proc/self/fd/3 && stat -L -c %s /proc/self/fd/3'
	status_is 0
	[[ $output == hello*" 65536"*131072 ]] || fail "$output"
}

@test "file: holes are seen by cp, and cost it nothing" {
	cd "$BATS_TEST_TMPDIR"
	run mymap create --size 512M -- sh -c '
		echo hello | mymap write --fd 3 --offset 300000000
		cp --sparse=auto /proc/self/fd/3 copy && stat -c %s copy && [ "$(stat -c %b copy)" -le 8192 ] &&
		dd if=copy bs=1 skip=300000000 count=6 status=none'
	status_is 0
	output_is $'536870912\nhello'
}

@test "file: Python's mmap of a buffer, as of a memfd" {
	requires command:python3
	on_both "exec python3 -c '
import mmap, os
m = mmap.mmap(3, 0)
m[100:105] = b\"hello\"
print(len(m), m.find(b\"hello\"), os.pread(3, 5, 100))
m.flush(); m.resize(131072)
print(len(m), os.fstat(3).st_size, m[100:105], m[131071])'"
}

# A memfd would be emptied, and grow again by what is written; a buffer has a page at least, and grows by no write.
@test "file: a shell that truncates a buffer is refused, and one that does not writes" {
	run mymap create --size 64K -- bash -c 'mymap fill --fd 3 --byte 65; echo text >/proc/self/fd/3'
	[ "$status" -ne 0 ]
	output_has "Invalid argument"
	run mymap create --size 64K -- bash -c 'echo text 1<>/proc/self/fd/3 && mymap read --fd 3 --length 4'
	status_is 0
	output_is text
}

@test "file: all of it from a 32-bit program" {
	requires 32bit
	program_32 file_io
}
