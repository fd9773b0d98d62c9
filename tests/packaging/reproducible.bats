#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The same source gives the same packages: built again at another place, at another time, by another user's habits.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
}

@test "reproducible: built again elsewhere, every package has the same bytes" {
	local again=$BATS_TEST_TMPDIR/another/place deb count=0
	mkdir -p "$again"
	(cd "$top" && git ls-files --cached --others --exclude-standard | while IFS= read -r file; do
		[ ! -f "$file" ] || printf '%s\n' "$file"
	done | tar -c -T -) | tar -x -C "$again"
	find "$again" -exec touch -h -d '2031-05-06 07:08:09' {} +
	rm -rf "$again/build"
	(
		cd "$again"
		umask 027
		TZ=Pacific/Kiritimati LC_ALL=C DEB_BUILD_OPTIONS=parallel=1 HOME=/nonexistent debian/build-debs bookworm amd64
	)
	for deb in "$top"/build/bookworm-amd64/*.deb "$top"/build/bookworm-amd64/dbgsym/*.deb; do
		cmp "$deb" "$again/${deb#"$top"/}"
		count=$((count + 1))
	done
	[ "$count" -ge 7 ]
}
