# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "ioctl: all commands work on their descriptors" {
	program ioctl all_commands_work lowest_descriptor
}

@test "ioctl: an unknown number is ENOTTY, on the door and on a buffer, whatever the pointer" {
	program ioctl unknown_number unknown_number_bad_pointer
}

@test "ioctl: a known number of another type, direction or size is ENOTTY" {
	program ioctl unknown_type other_direction_or_size
}

@test "ioctl: a command on a descriptor of another kind is ENOTTY" {
	program ioctl door_commands_on_buffer commands_on_other_files
}

@test "ioctl: NULL, 1, a kernel address and the like are EFAULT" {
	program ioctl bad_pointers
}

@test "ioctl: a struct across an unmapped page is EFAULT, wherever the border is" {
	program ioctl struct_across_unmapped_page
}

@test "ioctl: a struct at the end of the last page or at an odd address works" {
	program ioctl struct_at_end_of_page struct_unaligned
}

@test "ioctl: a struct on a read-only page is EFAULT, and no descriptor and no memory is lost" {
	program ioctl readonly_struct readonly_struct_populated
}

@test "ioctl: a struct size below the first version is EINVAL" {
	program ioctl size_too_short
}

@test "ioctl: a struct of an older version works, and what is behind it is left alone" {
	program ioctl size_of_older_versions
}

@test "ioctl: a longer struct that ends in zeros works" {
	program ioctl size_longer_with_zeros
}

@test "ioctl: a longer struct that does not end in zeros is E2BIG" {
	program ioctl size_longer_with_more
}

@test "ioctl: a struct size beyond any sense is E2BIG" {
	program ioctl size_beyond_sense
}

@test "ioctl: each unknown flag is EOPNOTSUPP" {
	program ioctl unknown_flags
}

@test "ioctl: each byte of an out member that is not 0 is EINVAL" {
	program ioctl out_members_not_zero
}

@test "ioctl: no byte of the kernel's gets out, and none around the struct changes" {
	program ioctl struct_full_of_a5 writes_its_struct_and_no_more
}

@test "ioctl: CREATE with a full descriptor table is EMFILE, and nothing is lost" {
	program ioctl descriptor_table_full
}

@test "ioctl: a bad value is told before a full descriptor table" {
	program ioctl bad_values_with_full_table
}

@test "ioctl: without a default buffer INFO, mmap, read and write are ENODEV, CREATE works" {
	module_load_with default_size=0
	program ioctl without_default_buffer
}

@test "ioctl: all of it from a 32-bit program" {
	requires 32bit
	program_32 ioctl without_default_buffer
}
