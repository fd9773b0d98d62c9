# SPDX-License-Identifier: GPL-2.0-only
load helpers

@test "seal: a new buffer has none" {
	program seal none_at_first
}

@test "seal: SHRINK: no ioctl and no ftruncate makes it smaller, and it may grow" {
	program seal shrink_is_sealed
}

@test "seal: GROW: no ioctl, ftruncate or fallocate makes it larger, and it may shrink" {
	program seal grow_is_sealed
}

@test "seal: SEAL: no more seals, those that it has stay" {
	program seal seals_are_sealed
}

@test "seal: each unknown seal is EOPNOTSUPP" {
	program seal unknown_seals
}

@test "seal: FIXED_SIZE: neither smaller nor larger, from the beginning" {
	program seal fixed_size fixed_size_populated
}

@test "seal: a producer cannot take away what a consumer has sealed" {
	program seal producer_cannot_take_it_away
}

@test "seal: a seal that races with shrinking" {
	program seal seal_races_shrink
}

@test "seal: all of it from a 32-bit program" {
	requires 32bit
	program_32 seal
}
