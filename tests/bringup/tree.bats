# SPDX-License-Identifier: GPL-2.0-only
# Nodes of the device tree: what tree.dts says is there.
bats_require_minimum_version 1.5.0
load ../guest/helpers
load tree

nodes=(trace frame screen camera ring bell later engine)

# in_pool NAME: its memory is in the pool.
in_pool() {
	local address
	address=$(mymap segments "$1" | cut -d ' ' -f 1)
	[ $((address >= 0x60800000 && address < 0x61000000)) = 1 ] || fail "$1 is at $address"
}

@test "tree: the module comes by itself, and the buffers with it" {
	local node
	# By what udev asks for; it may be loaded for another reason.
	for node in trace engine; do
		run -0 modprobe -R "$(cat "/sys/bus/platform/devices/$node/modalias")"
		[ "$output" = mymap ] || fail "$node brings '$output'"
	done
	[ "$(mymap list --json | jq -r '.buffers[].name' | sort | xargs)" = "bell0 bus0 cam.0 fb0 frame later0 log0 node0 part ring0 twin0" ]
	is log0 device trace $((4 << 20))
	is frame device frame $((9 * 4096))
	is cam.0 device camera $((2 << 20))
	is ring0 device ring $((16 << 10))
	is part device part@70000000 4096
	[ "$(stat -L -c '%U:%G %a' /dev/mymap-by-name/log0)" = "root:mymap 660" ]
}

@test "tree: a region is where the tree says, and memory of a pool is in the pool" {
	run -0 mymap segments log0
	[ "$output" = "0x60000000 4194304" ]
	run -0 mymap segments frame
	[ "$output" = "0x60400000 36864" ]
	in_pool cam.0
}

@test "tree: behind a bus with addresses of its own, a region is told by those" {
	run -0 mymap segments bus0
	[ "$output" = "0x21100000 1048576" ]
	program_with region is_tagged bus0
}

@test "tree: it is told that what is in it is kept" {
	[ "$(mymap info log0 --json | jq .kept)" = true ]
	[ "$(mymap info frame --json | jq .kept)" = null ]
	mymap info log0 | grep -q '^kept  *yes'
}

@test "tree: memory is cached as its node says, as the kernel has mapped it, or as usual" {
	cached_as log0 cached
	cached_as fb0 write-combined
	cached_as cam.0 write-combined
	cached_as ring0 cached
	cached_as bell0 write-combined
	cached_as later0 write-combined
	[ -e "$cachemode" ] || skip "no module for this kernel here: page tables were not looked at"
}

@test "tree: memory that is not cached is memory, and new each time" {
	local name device
	for name in fb0:screen bell0:bell; do
		device=${name#*:}
		name=${name%:*}
		program_with region is_zero "$name"
		program_with region is_tagged "$name"
		program_with region goes_with_its_device "$name" "$device"
		udevadm settle --timeout=10
		program_with region is_zero "$name"
	done
}

@test "tree: pages for a device that does not see the caches are mapped for it and synchronized" {
	mymap create --device engine --size 1M --name work
	mymap segments work >/dev/null
	mymap fill work --byte 7
	mymap sync work --to-device --end
	mymap sync work --from-device --offset 4095 --length 2
	mymap sync work --from-device --to-device
	[ "$(mymap read work | tr -d '\007' | wc -c)" = 0 ]
	mymap destroy work
	run -1 mymap create --kind device --cache cached --device engine --size 4K
	[[ $output == *"cache 'cached': memory of the kind device cannot be cached so here"* ]]
}

@test "tree: a device that does not reach all of memory is told what it reaches" {
	local i j
	# There is room for 16 where it does not.
	for i in {1..17}; do
		mymap create --kind contiguous --device long-bus:reader --size 1M --name "run$i"
		run mymap segments "run$i"
		[ "$status" != 0 ] || break
	done
	for ((j = 1; j <= i && j <= 17; j++)); do
		mymap destroy "run$j"
	done
	status_is 0
	one_line
}

@test "tree: what is in a kept region survives that the module is loaded anew, and nothing else does" {
	program_with region is_tagged log0
	program_with region is_zero frame
	program_with region is_tagged frame
	program_with region is_tagged cam.0
	module_restore
	program_with region has_tags log0
	program_with region is_zero frame
	program_with region is_zero cam.0
}

@test "tree: as soon as a buffer has a node, that can be opened" {
	program_with region opens_at_once
}

@test "tree: a name that somebody else has by now is his when the device goes, and the device does without" {
	mymap destroy ring0
	mymap create --size 8K --name ring0
	mymap fill ring0 --byte 7
	echo ring >"$driver/unbind"
	[ "$(mymap read ring0 | tr -d '\007' | wc -c)" = 0 ]
	run ! sh -c "echo ring >$driver/bind"
	refused ring 'label: no name for a buffer, or taken'
	mymap destroy ring0
	echo ring >"$driver/bind"
	is ring0 device ring $((16 << 10))
}

@test "tree: a buffer goes with its device, from who has it mapped too, and comes back with what is kept" {
	local name device
	for name in log0:trace frame:frame cam.0:camera; do
		device=${name#*:}
		name=${name%:*}
		program_with region goes_with_its_device "$name" "$device"
		udevadm settle --timeout=10
		[ -e "/dev/mymap-by-name/$name" ]
	done
	program_with region has_tags log0
	program_with region is_zero frame
}

@test "tree: a name that was destroyed comes back with the device, which can go without it" {
	mymap destroy ring0
	echo ring >"$driver/unbind"
	run ! mymap info ring0
	echo ring >"$driver/bind"
	is ring0 device ring $((16 << 10))
}

@test "tree: a region is for one buffer at a time, and the next one finds what is kept" {
	program_with region is_tagged later0
	program_with region is_for_one later0 later
	mymap destroy later0
	run -1 mymap create --kind device --device later --size 2M --name mine
	# In the mode of the region, whoever makes it.
	run -1 mymap create --kind device --cache cached --device later --size 64K --name mine
	[[ $output == *"cache 'cached': memory of the kind device cannot be cached so here"* ]]
	mymap create --kind device --device later --size 64K --name mine
	is mine device later $((64 << 10))
	program_with region has_tags mine
	mymap destroy mine
	echo later >"$driver/unbind"
	echo later >"$driver/bind"
	program_with region has_tags later0
}

@test "tree: a pool is for many, until it is full" {
	mymap create --kind device --device camera --size 4M --name more
	in_pool more
	run -1 mymap create --kind device --device camera --size 4M --name toomuch
	mymap destroy more
	mymap create --kind device --device camera --size 4M --name more
	mymap destroy more
}

@test "tree: no limit counts them" {
	run -0 mymap info --json
	jq -e '[.. | objects | .total_size // empty] == [0]' <<<"$output" || fail "$output"
}

@test "tree: a node may be called mymap, and the module's own device is another one" {
	local own
	is node0 device mymap 4096
	own=$(mymap create --kind device --size 8K --json | jq -r .device)
	[[ $own == mymap.*.auto ]] || fail "it is $own"
	[ -e "$driver/$own" ]
	[ ! -e "$driver/$own/of_node" ]
	[ "$(mymap create --kind device --device "$own" --size 8K --json | jq -r .device)" = "$own" ]
	[ "$(mymap create --kind device --device mymap --size 8K --json | jq -r .device)" = mymap ]
	run dmesg
	[[ $output != *"cannot create duplicate filename"* ]]
}

@test "tree: a node without a size or a region is a device to make buffers for" {
	[ -e "$driver/engine" ]
	mymap create --kind device --device engine --size 8K --name work
	is work device engine $((8 << 10))
	mymap destroy work
}

@test "tree: a node that cannot be obeyed is not bound, and the log says why" {
	refused bad-keep 'mymap,keep: there is no memory-region'
	refused bad-pool 'mymap,keep: a shared-dma-pool keeps nothing'
	refused bad-half 'memory-region: /reserved-memory/half@61200000 is not made of pages'
	refused bad-taken 'memory-region: /reserved-memory/taken@48000000 is not reserved'
	refused bad-no-pool 'memory-region: no such pool'
	refused bad-map 'memory-region: /reserved-memory/mapped@61000000 has no no-map'
	refused bad-shared 'memory-region: another device has it, or a part of it'
	refused bad-size 'mymap,size: not a size'
	refused bad-label 'label: no name for a buffer, or taken'
	refused bad-mode 'mymap,cache: not a cache mode'
	refused bad-cache 'mymap,cache: not with this memory'
	refused bad-region-cache 'mymap,cache: not with this memory'
	refused short-bus:bad-far 'mymap,size: no run of 1048576 bytes'
	refused bad-nothing 'mymap,cache: there is no buffer'
	refused bad-huge 'mymap,size: no run of 4294971392 bytes'
	refused bad-large 'mymap,size: no run of 16777216 bytes'
}

@test "tree: of two nodes with one label one has the buffer, and the other one is not bound" {
	if [ -e "$driver/twin-a" ]; then
		is twin0 device twin-a 4096
		refused twin-b 'label: no name for a buffer, or taken'
	else
		is twin0 device twin-b 4096
		refused twin-a 'label: no name for a buffer, or taken'
	fi
}

@test "tree: the doctor knows the regions" {
	run mymap doctor
	grep -F 'log@60000000: 4.0 MiB at 0x60000000, of a driver of its own, not mapped' <<<"$output"
	grep -F 'pool@60800000: 8.0 MiB at 0x60800000' <<<"$output"
}
