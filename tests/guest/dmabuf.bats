# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "dmabuf: it is one, of the range's size, close-on-exec" {
	program dmabuf is_a_dma_buf
}

@test "dmabuf: it shows the buffer's bytes, and the buffer what is written to it" {
	program dmabuf shows_the_memory
}

@test "dmabuf: the memory of its range is there at once, and no more" {
	program dmabuf is_filled_at_once
}

@test "dmabuf: nothing outside of its range can be mapped: not by mmap, mremap or remap_file_pages" {
	program dmabuf range_is_all
}

@test "dmabuf: a private mapping is a copy" {
	program dmabuf private_is_a_copy
}

@test "dmabuf: a mapping of it is pinnable, and can be mapped and protected in pieces" {
	program dmabuf mapping_is_pinnable mapping_in_pieces
}

@test "dmabuf: the buffer lives when its descriptors are closed" {
	program dmabuf outlives_all_descriptors
}

@test "dmabuf: DMA_BUF_IOCTL_SYNC" {
	program dmabuf sync_ranges
}

@test "dmabuf: it freezes the size: EBUSY, and holes too, until the last one is closed" {
	program dmabuf freezes_and_thaws a_child_keeps_it_frozen
}

@test "dmabuf: export during a resize has all of its memory, or is EINVAL" {
	program dmabuf export_during_resize
}

@test "dmabuf: ranges that are none, unaligned or outside are EINVAL" {
	program dmabuf bad_ranges
}

@test "dmabuf: a descriptor that is not for reading and writing is EACCES" {
	program dmabuf rights
}

@test "dmabuf: memory of a device is EOPNOTSUPP" {
	program dmabuf memory_of_a_device
}

@test "dmabuf: a sealed buffer can be exported" {
	program dmabuf seals_are_fine
}

@test "dmabuf: no descriptor is EMFILE, and nothing is frozen" {
	program dmabuf no_descriptor_left
}

@test "dmabuf: no file is ENFILE, and nothing is frozen" {
	requires root
	program dmabuf no_file_left
}

@test "dmabuf: no memory is ENOMEM, and nothing is frozen" {
	requires root memcg
	cgroup_make small 32M
	run in_cgroup small "$programs/dmabuf" no_memory_left
	cgroups_remove
	status_is 0
}

@test "dmabuf: a name, a node and a descriptor can be exported by the command; who may not is refused" {
	requires udev
	mymap create --name rx0 --size 8K --owner member
	run mymap export --offset 4K rx0 -- stat -L -c %s /proc/self/fd/3
	output_is 4096
	run mymap export --fd 4 -- stat -L -c %s /proc/self/fd/3 4<>/dev/mymap-by-name/rx0
	output_is 8192
	run mymap export --fd 4 -- true 4</dev/mymap-by-name/rx0
	status_is 1
	output_is "mymap: export: the descriptor is not for both reading and writing"
	run as stranger mymap export rx0 -- true
	status_is 1
	run mymap create --kind device --size 4K -- mymap export --fd 3 -- true
	status_is 1
	output_has "no dma-buf can be made"
	mymap destroy rx0
}

@test "dmabuf: info tells of it, and the size cannot be changed, as long as it is open" {
	requires udev
	mymap create --name rx0 --size 8K
	run mymap export rx0 -- sh -c 'mymap info rx0; mymap resize rx0 --size 4K'
	status_is 1
	output_has "exported             yes"
	output_has "or a device has it, by 'mymap segments' or 'mymap export'"
	run mymap info rx0
	[[ $output != *exported* ]]
	mymap resize rx0 --size 4K
	mymap destroy rx0
}

@test "dmabuf: the module stays while there is one, and goes then" {
	requires root
	# Nothing but the dma-buf is left of the buffer, on descriptor 3.
	run mymap create --size 4K -- mymap export --fd 3 -- \
		sh -c 'ls -l /proc/self/fd >&2; cat /sys/module/mymap/refcnt; modprobe -r mymap'
	status_is 1
	output_has "Module mymap is in use"
	module_load_with
}

@test "dmabuf: all of it from a 32-bit program" {
	requires 32bit
	program_32 dmabuf no_file_left no_memory_left
}
