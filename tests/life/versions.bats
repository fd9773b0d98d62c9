#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Library and command of one version, driver of another: they work together, in both directions.

load helpers

@test "versions: the first release's driver works with this tree's library and command" {
	stage --start headers <<-'END'
		needs old
		archives release old mymap
		apt_get install $(only_from old mymap-dkms mymap-common) $(only_from mymap mymap libmymap0)
		module_is_loaded "$(driver_of old)"
		library_works
	END
}

@test "versions: the first release's command works with this tree's library" {
	stage <<-'END'
		apt_get install --allow-downgrades $(only_from old mymap)
		library_works
	END
}

@test "versions: this tree's driver works with the first release's library and command" {
	stage <<-'END'
		apt_get install --allow-downgrades $(only_from old libmymap0) $(only_from mymap mymap-dkms mymap-common)
		modprobe -r mymap
		modprobe mymap
		module_is_loaded "$(driver_of mymap)"
		library_works
	END
}
