# SPDX-License-Identifier: GPL-2.0-only
# The module comes and goes, more often than there is time for on the other kernels.
bats_require_minimum_version 1.5.0
load ../guest/helpers

# rounds CASE NUMBER
rounds() {
	module_changed=yes
	program_with module "$1" "$(modinfo -n mymap)" "$2"
}

@test "rounds: 1,000 times insmod, create, map, touch, close, rmmod" {
	rounds rounds 1000
}

@test "rounds: 100 times the last close against rmmod" {
	rounds last_close_races_removal 100
}

@test "rounds: 30 times the last closes of 2, 8 and 64 users against rmmod" {
	rounds last_closes_race_removal 60
}

@test "rounds: 100 times open against rmmod" {
	rounds open_races_removal 200
}
