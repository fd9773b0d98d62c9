# SPDX-License-Identifier: GPL-2.0-only
# A kernel that is locked down stays so: the last file of the machine.
load helpers

@test "lockdown: no addresses and counters are told, to root either, and everything else works" {
	grep -qF '[none]' /sys/kernel/security/lockdown || skip "the kernel is locked down already, or cannot be"
	"$programs/segments" told
	echo integrity >/sys/kernel/security/lockdown
	"$programs/segments" not_told
	echo 1 >/sys/module/mymap/parameters/expose_addresses
	"$programs/segments" not_told
	echo 0 >/sys/module/mymap/parameters/expose_addresses
	mymap create --contiguous --size 1M
	program kinds reads_and_writes
	program pins disk
	program dmabuf shows_the_memory
	# Root would ask for addresses, too.
	as member "$programs/segments" sync_ranges
	run mymap stat
	status_is 1
	output_has "the kernel is locked down"
	mymap bind "$(edu_wide)"
	[ "$(driver_of "$(edu_wide)")" = mymap ]
	mymap create --kind device --device "$(edu_wide)" --size 4K
	mymap unbind "$(edu_wide)"
	[ ! -e "/sys/bus/pci/devices/$(edu_wide)/driver" ]
}
