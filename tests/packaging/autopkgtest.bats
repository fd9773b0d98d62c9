#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# debian/tests, as Debian's own machines run them, in a virtual machine.

bats_require_minimum_version 1.5.0

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top
}

guest() {
	run "$top/tests/vm/run" --quiet --memory 2G --share "$top" "$@"
	echo "$output"
	[ "$status" = 0 ]
}

# The guest is the machine that the tests may spoil, which autopkgtest cannot know.
@test "autopkgtest: debian/tests pass on an installed system" {
	guest --with autopkgtest -- sh -ec '
		mkdir /tmp/source
		cp -r /mnt/share/debian /mnt/share/dkms.conf /tmp/source
		autopkgtest --ignore-restrictions=isolation-machine --test-name=library --test-name=driver --no-built-binaries \
			--output-dir=/tmp/output /tmp/source -- null'
	grep -E '^library +PASS' <<<"$output"
	grep -E '^driver +PASS' <<<"$output"
}

@test "autopkgtest-pkg-dkms: dkms builds, installs and removes the module from the package alone" {
	guest --with dctrl-tools -- sh -ec '
		[ -x /usr/lib/dkms/dkms-autopkgtest ] || { echo "dkms has no dkms-autopkgtest"; exit 1; }
		mkdir -p /tmp/source
		cp -r /mnt/share/debian /tmp/source
		cd /tmp/source
		export AUTOPKGTEST_TMP=$(mktemp -d) AUTOPKGTEST_ARTIFACTS=$(mktemp -d)
		/usr/lib/dkms/dkms-autopkgtest'
	[[ $output == *mymap* ]]
}
