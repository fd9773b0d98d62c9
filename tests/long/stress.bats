# SPDX-License-Identifier: GPL-2.0-only
# A minute of whatever stress-ng does to a device file: its machine has that package.
bats_require_minimum_version 1.5.0
load ../guest/helpers

# stress FILE: what fails it tells itself, and what breaks the kernel tells.
stress() {
	run -0 stress-ng --dev 2 --dev-file "$1" --timeout 60
	output_has '1 of 1 devices opened and exercised'
	output_has 'successful run completed'
	run -0 mymap demo
}

@test "stress: the node of which every open is a buffer" {
	stress /dev/mymap
}

@test "stress: the node of a buffer with a name" {
	run -0 mymap create --name stressed --size 4M
	stress "$(readlink -f /dev/mymap-by-name/stressed)"
	run -0 mymap destroy stressed
}
