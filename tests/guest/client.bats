# SPDX-License-Identifier: GPL-2.0-only
# A driver that uses buffers: a module, made here for the kernel that runs as docs/clients.md says; those of other suites come with
# theirs.
load helpers

# The headers and the symbols of mymap, as DKMS has kept them.
add_mymap() {
	local symbols
	symbols=$(echo /var/lib/dkms/mymap/*/"$(uname -r)"/*/Module.symvers)
	[ -e "$symbols" ] && cp -r /usr/src/mymap-*/src/include "$1" && cp "$symbols" "$1/mymap.symvers"
}

setup_file() {
	make_test_module client add_mymap
}

teardown() {
	[ ! -e /sys/module/client ] || rmmod client
	nothing_is_left
}

@test "client: every byte of a buffer and of ranges, and nothing around" {
	with_module client every_byte
}

@test "client: memory that nobody has touched is there, full of zeros" {
	with_module client is_filled_at_once
}

@test "client: by name, as long as there is one" {
	with_module client by_name
}

@test "client: by an open node of a name" {
	with_module client by_its_node
}

@test "client: what is no buffer, is not for writing, or goes with a device is refused" {
	with_module client refused
}

@test "client: what it has stays, and frozen, and so does the module" {
	with_module client holds_it
}

@test "client: it rings" {
	with_module client rings
}

@test "client: memory that is broken is EIO" {
	with_module client broken_is_refused
}
