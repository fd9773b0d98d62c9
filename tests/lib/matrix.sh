# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernels of tests/matrix, and what is run on them.

# matrix_cells KIND [SUITE [ARCH [FLAVOUR]]]: those of a kind, or of any, as "SUITE ARCH FLAVOUR" lines.
matrix_cells() {
	sed 's/#.*//' "$top/tests/matrix" | awk -v kind="$1" -v suite="${2-}" -v arch="${3-}" -v flavour="${4-}" '
		NF == 4 && (kind == "any" || $4 == kind) && (suite == "" || $1 == suite) &&
			(arch == "" || $2 == arch) && (flavour == "" || $3 == flavour) { print $1, $2, $3 }'
}

not_driver='^(install|command|doctor|examples)'

# What tests the driver.
driver_tests() {
	find "$top/tests/guest" -name '*.bats' -printf '%f\n' | grep -vE "$not_driver" | sort
}

# The others test how it was installed, or the command.
userland_tests() {
	find "$top/tests/guest" -name '*.bats' -printf '%f\n' | grep -E "$not_driver" | sort
}

# todays_first: the lines of stdin, beginning with another one each day: that of the days since 1970 modulo how many there are. MYMAP_DAY
# is another day.
todays_first() {
	local lines first
	mapfile -t lines
	first=$((${MYMAP_DAY:-$(date +%s) / 86400} % ${#lines[@]}))
	printf '%s\n' "${lines[@]:first}" "${lines[@]:0:first}"
}
