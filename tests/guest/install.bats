# SPDX-License-Identifier: GPL-2.0-only
# What a user has after "apt install mymap".
bats_require_minimum_version 1.5.0
load helpers

digits=$'0\n1\n2\n3\n4\n5\n6\n7\n8\n9'

@test "install: dkms has installed the module for the running kernel" {
	requires dkms
	run -0 dkms status "mymap/$(version)" -k "$(uname -r)"
	output_has installed
	[[ $(modinfo -n mymap) == */updates/dkms/* ]]
}

@test "install: the module that is loaded is the one of this version" {
	[ -e /sys/module/mymap ]
	[ "$(cat /sys/module/mymap/version)" = "$(version)" ]
	[ "$(modinfo -F version mymap)" = "$(version)" ]
	[ "$(modinfo -F license mymap)" = GPL ]
	[ "$(modinfo -F srcversion mymap)" = "$(cat /sys/module/mymap/srcversion)" ]
}

@test "install: the node is root:mymap 0660, without an ACL" {
	run -0 stat -c '%U:%G %a %F' /dev/mymap
	output_is "root:mymap 660 character special file"
	# An ACL would be a plus sign behind the mode.
	run -0 ls -l /dev/mymap
	[ "${output%% *}" = crw-rw---- ] || fail "$output"
}

@test "install: it is udev that gave the node to its group, and it has no uaccess tag" {
	requires udev
	run -0 udevadm info /dev/mymap
	[[ $output != *uaccess* ]] || fail "$output"
	# The kernel makes it root:root; udev comes after.
	run -0 udevadm test --action=add /sys/class/misc/mymap
	output_has "60-mymap.rules"
}

@test "install: a module that is loaded again has its node with its group" {
	module_load_with
	udevadm settle --timeout=10
	run -0 stat -c '%U:%G %a' /dev/mymap
	output_is "root:mymap 660"
}

@test "install: the files for boot and udev are there, and nobody changed them" {
	local file
	for file in /usr/lib/modules-load.d/mymap.conf /usr/lib/udev/rules.d/60-mymap.rules; do
		run -0 dpkg -S "$file"
		output_has mymap-common
	done
	run -0 grep -v '^#' /usr/lib/modules-load.d/mymap.conf
	output_is mymap
	run -0 dpkg --verify mymap mymap-common mymap-dkms libmymap0 libmymap-dev
	output_is ""
}

@test "install: the group is a system group" {
	run -0 getent group mymap
	[ "$(cut -d : -f 3 <<<"$output")" -lt 1000 ]
}

@test "install: demo prints exactly 0 to 9 for a member" {
	run -0 as member mymap demo
	output_is "$digits"
	run -0 mymap demo
	output_is "$digits"
}

@test "install: a stranger is refused in one line that names the group" {
	run as stranger mymap demo
	status_is 1
	one_line
	output_has "permission denied"
	output_has "group mymap"
}

@test "install: a user who joined the group after the login is told to log in again" {
	run setpriv --reuid=member --regid=member --clear-groups -- mymap demo
	status_is 1
	one_line
	output_has "log out and in again"
}

@test "install: a program is built by pkg-config and works" {
	requires command:pkg-config command:gcc
	cat >"$BATS_TEST_TMPDIR/program.c" <<-'END'
		#include <mymap.h>
		#include <stdio.h>

		int main(void)
		{
			struct mymap *ctx;
			struct mymap_buffer *buffer;
			void *addr;

			if (mymap_open(&ctx) || mymap_buffer_create(ctx, 1, 0, &buffer) ||
			    mymap_buffer_map(buffer, 0, 5, MYMAP_TEST_PROT, &addr))
				return 1;
			snprintf(addr, 5, "text");
			printf("%s\n", (char *)addr);
			mymap_buffer_unmap(addr, 5);
			mymap_buffer_close(buffer);
			mymap_close(ctx);
			return 0;
		}
	END
	# shellcheck disable=SC2046 # options
	gcc -Wall -Werror '-DMYMAP_TEST_PROT=(1|2)' -o "$BATS_TEST_TMPDIR/program" "$BATS_TEST_TMPDIR/program.c" \
		$(pkg-config --cflags --libs libmymap)
	[ "$(pkg-config --modversion libmymap)" = "$(version)" ]
	run -0 "$BATS_TEST_TMPDIR/program"
	output_is text
}

@test "install: the header of the driver compiles on its own" {
	requires command:gcc
	printf '#include <linux/mymap.h>\nint x = sizeof(struct mymap_create);\n' |
		gcc -Wall -Wextra -Werror -std=c99 -pedantic -c -o /dev/null -x c -
}

@test "install: the manual pages are there" {
	local page
	for page in man1/mymap.1 man4/mymap.4 man3/libmymap.3; do
		[ -e "/usr/share/man/$page.gz" ] || fail "$page is missing"
	done
}
