# SPDX-License-Identifier: GPL-2.0-only
# A driver that uses buffers: a module, made here for the kernel that runs as docs/clients.md says. That of the debug kernel comes
# with it.
load helpers

client=/var/tmp/mymap-client

setup_file() {
	local headers symbols
	rm -rf "$client"
	[ "$(id -u)" = 0 ] || return 0
	if [[ $(uname -r) == *-mymap-debug ]]; then
		mkdir "$client"
		cp "$source_dir/build/debug/client.ko" "$client"
	fi
	headers=/lib/modules/$(uname -r)/build
	symbols=$(echo /var/lib/dkms/mymap/*/"$(uname -r)"/*/Module.symvers)
	[ -e "$headers" ] && [ -e "$symbols" ] || return 0
	cp -r "$source_dir/tests/modules/client" "$client"
	cp -r /usr/src/mymap-*/src/include "$client"
	cp "$symbols" "$client/mymap.symvers"
	make -C "$headers" M="$client" modules >"$client/log" 2>&1 || { cat "$client/log"; return 1; }
}

teardown() {
	[ ! -e /sys/module/client ] || rmmod client
	nothing_is_left
}

# uses CASE...: cases of the program, with the module.
uses() {
	local case
	[ -e "$client/client.ko" ] || skip "no headers of this kernel here, or no DKMS, or not root"
	for case; do
		program_with client "$case" "$client/client.ko"
	done
}

@test "client: every byte of a buffer and of ranges, and nothing around" {
	uses every_byte
}

@test "client: memory that nobody has touched is there, full of zeros" {
	uses is_filled_at_once
}

@test "client: by name, as long as there is one" {
	uses by_name
}

@test "client: what is no buffer, is not for writing, or goes with a device is refused" {
	uses refused
}

@test "client: what it has stays, and frozen, and so does the module" {
	uses holds_it
}

@test "client: it rings" {
	uses rings
}

@test "client: memory that is broken is EIO" {
	uses broken_is_refused
}
