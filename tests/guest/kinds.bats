# SPDX-License-Identifier: GPL-2.0-only
load helpers

# The module's own device.
own=/sys/bus/platform/drivers/mymap/mymap

@test "kinds: CREATE takes pages by their number" {
	program kinds pages_by_their_number
}

@test "kinds: an unknown kind and a device's name without end are EINVAL" {
	program kinds unknown_kind name_of_a_device_without_end
}

@test "kinds: a device that mymap is not the driver of is ENOENT" {
	program kinds unknown_device own_device_by_its_name
}

@test "kinds: INFO tells the kind, the device and whether it is pinnable" {
	program kinds info_tells_kind
}

@test "kinds: a run that cannot be had is ENOMEM, and the kernel says nothing" {
	program kinds too_long_a_run
}

@test "kinds: the limits count all kinds" {
	program kinds limits_count
}

@test "kinds: the frames of a run follow each other, up to 4 MiB" {
	program kinds frames_follow_each_other
}

@test "kinds: what is beyond the end of a run goes back at once" {
	program kinds the_rest_of_the_run_goes_back
}

@test "kinds: read and write" {
	program kinds reads_and_writes
	program frames reads_into_itself
}

@test "kinds: the size of a run never changes and it has no holes" {
	program kinds size_never_changes
}

@test "kinds: nothing beyond the end is mapped" {
	program kinds nothing_beyond_the_end
}

@test "kinds: parts of a mapping keep their offsets" {
	program kinds parts_keep_their_offset
}

@test "kinds: a private mapping of a device's memory is for reading, one of pages is copied" {
	program frames private_mappings
	program kinds private_copies_of_pages
}

@test "kinds: a read-only descriptor maps a device's memory read-only" {
	program frames read_only_descriptor
}

@test "kinds: a debugger sees a device's memory" {
	program frames debuggers_see_frames
}

@test "kinds: a debugger writes no device's memory that the process may not write" {
	program frames debuggers_write_nothing_read_only
}

@test "kinds: fork shares a device's memory" {
	program frames fork_shares_frames
}

@test "kinds: when the device goes its memory is SIGBUS and ENXIO, and others keep theirs" {
	requires root
	program frames device_goes
}

@test "kinds: the device goes under faults" {
	requires root
	program frames device_goes_under_faults
}

@test "kinds: the device goes under CREATE, SEGMENTS and SYNC" {
	requires root
	program frames device_goes_under_calls
}

# Only on PCs is the module's own device always one that sees the processor's caches.
@test "kinds: a named buffer of a device says its kind in sysfs" {
	local cache
	requires root
	run mymap create --kind device --size 64K --name kinds0
	status_is 0
	cache=$(cat /sys/class/mymap/mymap*/cache)
	run mymap info kinds0
	[ "$(cat /sys/class/mymap/mymap*/kind)" = device ]
	mymap destroy kinds0
	[[ $output =~ cache\ +"$cache"($'\n'|$) ]] || fail "sysfs says $cache; $output"
	[ "$(uname -m)" != x86_64 ] || [ "$cache" = cached ]
}

@test "devices: the number of address bits can be set while no memory is allocated" {
	requires root
	[ "$(cat $own/dma_bits)" = 64 ]
	echo 32 >$own/dma_bits
	[ "$(cat $own/dma_bits)" = 32 ]
	echo 64 >$own/dma_bits
}

@test "devices: a senseless number of address bits is EINVAL" {
	requires root
	local bits
	for bits in 0 23 65 -1 x 4294967328; do
		run sh -c "echo $bits >$own/dma_bits"
		[ "$status" != 0 ] || fail "$bits was taken"
	done
	[ "$(cat $own/dma_bits)" = 64 ]
}

@test "kinds: all of it from a 32-bit program" {
	requires root 32bit
	program_32 kinds
	program_32 frames
}
