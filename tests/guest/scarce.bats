# SPDX-License-Identifier: GPL-2.0-only
# Where memory is broken into single pages, a large buffer is made of them, and the kernel is silent.
load helpers

setup() {
	begin
	# Its detectors want memory as well, and it had not come to an end after five minutes.
	[ -z "${MYMAP_SLOW-}" ] || skip "to take nearly all memory takes too long on a kernel that looks for mistakes"
}

# As long as it has been taken, another program may want some. And what is given back is to be had: the kernel raises what
# it keeps for itself each time that larger pieces are broken, by 96 MiB in a machine of 2 GiB.
raised=/proc/sys/vm/watermark_boost_factor

# What it wants to have free, in parts of 10,000: the most that can be, so that it can be told from nothing.
wanted=/proc/sys/vm/watermark_scale_factor

setup_file() {
	sync
	[ "$(id -u)" = 0 ] || return 0
	echo 3 >/proc/sys/vm/drop_caches
	boost_before=$(cat $raised)
	export boost_before
	echo 0 >$raised
}

teardown_file() {
	[ "$(id -u)" != 0 ] || echo "$boost_before" >$raised
}

@test "scarce: a large buffer is made of single pages, and says so" {
	requires root huge memory:1500
	program scarce populated
}

@test "scarce: so it is at first touch" {
	requires root huge memory:1500
	program scarce at_first_touch
}

@test "scarce: what was given back is to be had at once" {
	requires memory:900
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	program scarce given_back
}

@test "scarce: write leaves alone what the kernel keeps for others, whatever other processors have at hand" {
	local before
	requires root memory:900
	module_load_with max_buffer_size=1000000000000 max_total_size=1000000000000
	before=$(cat $wanted)
	echo 1000 >$wanted
	run "$programs/scarce" leaves_some
	echo "$before" >$wanted
	[ "$status" != 77 ] || skip "$output"
	status_is 0
}
