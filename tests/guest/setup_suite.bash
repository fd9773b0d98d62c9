# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Once for all files: the programs on a local disk, and two users.

setup_suite() {
	local here built suite arch
	here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	arch=$(dpkg --print-architecture)
	built=${MYMAP_TEST_PROGRAMS:-$here/../../build/tests-$suite-$arch}

	if [ ! -x "$built/query" ]; then
		echo "the test programs are missing: make -C tests/programs O=../../build/tests-$suite-$arch" >&2
		return 1
	fi
	# Users of all kinds run them.
	rm -rf /var/tmp/mymap-programs
	cp -r "$built" /var/tmp/mymap-programs
	chmod -R go+rX /var/tmp/mymap-programs

	id member >/dev/null 2>&1 || useradd --create-home --user-group member
	usermod -a -G mymap member
	id stranger >/dev/null 2>&1 || useradd --create-home --user-group stranger
	udevadm settle --timeout=10
}
