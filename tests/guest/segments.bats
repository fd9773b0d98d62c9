# SPDX-License-Identifier: GPL-2.0-only
bats_require_minimum_version 1.5.0
load helpers

@test "segments: a run of memory is one segment" {
	requires root
	program segments one_for_a_run
}

@test "segments: they are all of the buffer, as many as there is room for" {
	requires root memory:500
	program segments all_of_the_buffer read_only_is_eacces
}

@test "segments: more than the driver tells at once are told in their order" {
	requires root
	program segments many
}

@test "segments: of memory that is broken they are EIO, and freeze nothing" {
	requires root
	program segments broken_is_eio
}

@test "segments: they freeze the size: EBUSY, and holes too" {
	requires root
	program segments freezes_the_size
}

@test "segments: a bad array is EFAULT" {
	requires root
	program segments bad_array
}

@test "segments: who has not CAP_SYS_RAWIO is not told, but where the administrator lets all know" {
	requires root
	as member "$programs/segments" not_told
	setpriv --bounding-set=-sys_rawio --inh-caps=-sys_rawio "$programs/segments" not_told
	echo 1 >/sys/module/mymap/parameters/expose_addresses
	as member "$programs/segments" told
	echo 0 >/sys/module/mymap/parameters/expose_addresses
	as member "$programs/segments" not_told
}

@test "sync: ranges and directions, good and bad" {
	program segments sync_ranges
}

@test "sync: what drops others' writes is EACCES for who may only read" {
	program segments sync_read_only
}

@test "sync: during a resize" {
	program segments sync_during_resize
}

@test "segments: all of it from a 32-bit program" {
	requires root 32bit
	program_32 segments not_told
}

@test "sync: the command says that from the device is for a descriptor that may be written" {
	requires udev
	run --separate-stderr mymap create --size 4K -- sh -c 'mymap sync --to-device --fd 4 4</proc/self/fd/3'
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	run --separate-stderr mymap create --size 4K -- sh -c 'mymap sync --from-device --fd 4 4</proc/self/fd/3'
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: sync: --from-device may drop what others have written: the descriptor must be open for writing" ]
	mymap create --size 4K -- mymap sync --from-device --fd 3
	mymap create --size 4K --name sync0
	mymap sync sync0 --from-device
	mymap sync sync0 --to-device
	mymap destroy sync0
}
