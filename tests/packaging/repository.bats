#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The apt repository of 'make repo', as apt sees it; the commands are those of docs/fleet.md.

bats_require_minimum_version 1.5.0
load guide.bash

setup_file() {
	fleet_begin
	repository
}

teardown_file() {
	fleet_end
}

# A board of Debian 12 that has the two files of the guide.
board() {
	board=$BATS_TEST_TMPDIR/board
	mkdir -p "$board"/{lists/partial,cache/archives/partial,etc/apt/apt.conf.d,etc/apt/preferences.d,keyrings,parts}
	: >"$board/status"
	cp "$REPO/mymap.gpg" "$board/keyrings"
	block sources | sed "s#^URIs: .*#URIs: file:$REPO#; s#/etc/apt/keyrings#$board/keyrings#" >"$board/parts/mymap.sources"
	cat >"$board/apt.conf" <<-END
		Dir "$board";
		Dir::State "$board";
		Dir::State::status "$board/status";
		Dir::Cache "$board/cache";
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$board/parts";
		Dir::Etc::trusted "/dev/null";
		Dir::Etc::trustedparts "-";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Update::Error-Mode "any";
		APT::Sandbox::User "root";
	END
}

as_board() {
	APT_CONFIG=$board/apt.conf "$@"
}

@test "repository: without a key, or with one that gpg has not, make repo says what to do" {
	run --separate-stderr make -s -C "$top" repo
	[ "$status" -ne 0 ]
	[[ $stderr == *"KEY is missing"*"usage: make repo KEY="* ]]
	run --separate-stderr make -s -C "$top" repo KEY=nobody
	[ "$status" -ne 0 ]
	[[ $stderr == *"no such secret key"*docs/fleet.md* ]]
}

@test "repository: unknown suites and architectures are refused with the list" {
	run --separate-stderr make -s -C "$top" repo KEY="mymap packages" SUITES="bookworm buzz"
	[ "$status" -ne 0 ]
	[[ $stderr == *"no suite 'buzz'; there are bullseye bookworm trixie forky sid"* ]]
	run --separate-stderr make -s -C "$top" repo KEY="mymap packages" ARCHES=vax
	[ "$status" -ne 0 ]
	[[ $stderr == *"no architecture 'vax'"* ]]
	run --separate-stderr make -s -C "$top" repo KEY="mymap packages" MODULES=1.2.3-amd64 REPO="$BATS_TEST_TMPDIR/repo"
	[ "$status" -ne 0 ]
	[[ $stderr == *"MODULES=1.2.3-amd64: no such kernel in bookworm for amd64"* ]]
}

@test "repository: apt takes it by its key, and finds this version" {
	board
	run as_board apt-get update
	echo "$output"
	[ "$status" -eq 0 ]
	run ! grep -E '^(W|E):' <<<"$output"
	as_board apt-cache policy mymap | grep -F "Candidate: $(dpkg-deb -f "$top"/build/bookworm-amd64/mymap_*.deb Version)"
	for package in mymap mymap-common mymap-dkms libmymap0 libmymap-dev; do
		(cd "$BATS_TEST_TMPDIR" && as_board apt-get download "$package")
		cmp "$BATS_TEST_TMPDIR/$package"_*.deb "$top/build/bookworm-amd64/$package"_*.deb
	done
}

@test "repository: without the key, or changed on the way, apt refuses it" {
	board
	gpg --batch --passphrase '' --quick-gen-key "somebody else" ed25519 sign never
	gpg --batch --export "somebody else" >"$board/keyrings/mymap.gpg"
	run ! as_board apt-get update
	cp "$REPO/mymap.gpg" "$board/keyrings"
	cp -r "$REPO" "$BATS_TEST_TMPDIR/changed"
	sed -i "s#file:$REPO#file:$BATS_TEST_TMPDIR/changed#" "$board/parts/mymap.sources"
	as_board apt-get update
	rm -r "$BATS_TEST_TMPDIR/changed/dists/bookworm/main/binary-amd64/Packages.xz"
	sed -i 's/^Description: /&better /' "$BATS_TEST_TMPDIR/changed/dists/bookworm/main/binary-amd64/Packages"
	rm -r "$board/lists"
	mkdir -p "$board/lists/partial"
	run as_board apt-get update
	echo "$output"
	[ "$status" -ne 0 ]
}

@test "repository: what was published stays beside what is new, and never changes" {
	cp -r "$REPO" "$BATS_TEST_TMPDIR/repo"
	REPO=$BATS_TEST_TMPDIR/repo
	tree=$BATS_TEST_TMPDIR/tree
	dpkg-deb -R "$top"/build/bookworm-amd64/mymap-common_*.deb "$tree"
	sed -i 's/^Version: .*/Version: 0.0.1-1/' "$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$tree" "$REPO/pool/bookworm" >/dev/null
	repository
	board
	as_board apt-get update
	[ "$(as_board apt-cache madison mymap-common | wc -l)" = 2 ]
	dpkg-deb --root-owner-group -b "$tree" "$REPO/pool/bookworm/$(basename "$top"/build/bookworm-amd64/mymap-common_*.deb)" >/dev/null
	run repository
	[ "$status" -ne 0 ]
	[[ $output == *"was published with other content: raise the version"* ]]
}
