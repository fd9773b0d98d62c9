# SPDX-License-Identifier: GPL-2.0-only
# DKMS and a checkout, on a machine that has the package as well.
bats_require_minimum_version 1.5.0
load ../guest/helpers

checkout_version=9.9.9

teardown_file() {
	dkms remove "mymap/$checkout_version" --all >/dev/null || :
	rm -rf "/usr/src/mymap-$checkout_version"
}

@test "checkout: dkms adds and builds it" {
	local copy=$BATS_TEST_TMPDIR/checkout module
	requires dkms command:gcc
	mkdir "$copy"
	cp -r "$source_dir/src" "$source_dir/dkms.conf" "$copy"
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$checkout_version\"/" "$copy/dkms.conf"
	run -0 dkms add "$copy"
	run -0 dkms build "mymap/$checkout_version"
	module=$(echo "/var/lib/dkms/mymap/$checkout_version/$(uname -r)/$(uname -m)/module/mymap.ko"*)
	[ "$(modinfo -F version "$module")" = "$checkout_version" ]
	run -0 modinfo -F vermagic "$module"
	[ "${output%% *}" = "$(uname -r)" ]
	# The one that is installed stays so.
	run -0 dkms status "mymap/$(version)" -k "$(uname -r)"
	output_has installed
}
