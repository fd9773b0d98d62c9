#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# libmymap: map, header, man pages and build agree with each other.

load tools.bash

setup_file() {
	export BATS_TEST_TIMEOUT=60
	build_tools
	make -s -C "$TOOLS" O="$BUILT" DESTDIR="$BATS_FILE_TMPDIR/root" LIBDIR=/usr/lib/test install \
		>"$BATS_FILE_TMPDIR/install.log" 2>&1 || { cat "$BATS_FILE_TMPDIR/install.log"; return 1; }
}

setup() {
	INSTALLED=$BATS_FILE_TMPDIR/root
}

symbols_in_map() {
	sed -n '/^global:/,/^}/s/^\t\(mymap_[a-z_]*\);$/\1/p' "$TOOLS/lib/libmymap.map" | LC_ALL=C sort
}

symbols_exported() {
	nm -D --defined-only "$BUILT/libmymap.so" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' |
		LC_ALL=C sort
}

# One line a function: "int mymap_open(struct mymap **ret_ctx)"
prototypes_in_header() {
	gcc -E -P -I"$TOOLS/include" "$TOOLS/include/mymap.h" | tr -s '\n\t ' ' ' | sed 's/_Bool/bool/g' |
		sed 's/__attribute__(([a-z_]*))//g; s/[;{}]/\n/g' |
		sed -n 's/^ *\(.*[ *]mymap_[a-z_]*\) *(\(.*\)) *$/\1(\2)/p' | LC_ALL=C sort
}

symbols_in_header() {
	prototypes_in_header | sed 's/.*[ *]\(mymap_[a-z_]*\)(.*/\1/' | LC_ALL=C sort
}

names_in_pages() {
	sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([^ ]*\).*/\1/p' "$@" | LC_ALL=C sort
}

prototypes_in_pages() {
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$TOOLS"/man/*.3 | awk '
		/^\.Ft / { type = substr($0, 5); gsub(/"/, "", type); sub(/[a-z]$/, "& ", type) }
		/^\.Fn / {
			rest = substr($0, 5); n = 0
			while (match(rest, /^ *("[^"]*"|[^ "]+)/)) {
				word = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1)
				gsub(/^ *"?|"$/, "", word); words[n++] = word
			}
			line = type words[0] "("
			for (i = 1; i < n; i++) line = line (i > 1 ? ", " : "") words[i]
			print line ")"
		}' | LC_ALL=C sort
}

# compile LANGUAGE FLAGS... <source
compile() {
	local language=$1
	shift
	if [ "$language" = c++ ]; then
		requires g++
		g++ -std=c++17 -x c++ -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only "$@" -
	else
		gcc -std=c11 -x c -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wundef -Werror \
			-fsyntax-only "$@" -
	fi
}

@test "map: it names something" {
	[ "$(symbols_in_map | wc -l)" -ge 77 ]
}

@test "library: what the package promises is what the map exports" {
	diff <(sed -n 's/^ \(mymap_[a-z_]*\)@.*/\1/p' "$TOOLS/../debian/libmymap0.symbols") <(symbols_in_map)
}

@test "map: the library exports exactly what it names" {
	diff <(symbols_in_map) <(symbols_exported)
}

@test "map: every exported function has a version" {
	run nm -D --defined-only --with-symbol-versions "$BUILT/libmymap.so"
	[ "$status" -eq 0 ]
	[ "$(grep -c ' T mymap_.*@@LIBMYMAP_0\.[12]$' <<<"$output")" -eq "$(symbols_in_map | wc -l)" ]
}

# A program that was linked then looks for these, with this version.
@test "map: the node of the first release is what it was" {
	run nm -D --defined-only --with-symbol-versions "$BUILT/libmymap.so"
	[ "$(sed -n 's/.* T \(mymap_.*\)@@LIBMYMAP_0\.1$/\1/p' <<<"$output" | LC_ALL=C sort | sha256sum | cut -c 1-16)" = 94f58bc7e605f1b2 ]
}

@test "header: it declares exactly what the map names" {
	diff <(symbols_in_map) <(symbols_in_header)
}

@test "header: every function has a comment with return value and threads" {
	local name
	while read -r name; do
		awk -v name=" \\* $name\\(\\) - " '
			$0 ~ name { inside = 1; found = 1 }
			inside && /Threads: / { threads = 1 }
			inside && /\*\// { inside = 0 }
			END { exit !(found && threads) }' "$TOOLS/include/mymap.h" || {
			echo "$name"
			return 1
		}
	done < <(symbols_in_map)
}

@test "man pages: they name exactly the functions of the map" {
	diff <({ symbols_in_map; echo libmymap; } | LC_ALL=C sort) <(names_in_pages "$TOOLS"/man/*.3)
}

@test "man pages: their prototypes are those of the header" {
	diff <(prototypes_in_header) <(prototypes_in_pages)
}

@test "man pages: mandoc finds nothing wrong" {
	requires mandoc
	local page
	for page in "$TOOLS"/man/*.[1345]; do
		# what is installed on this machine is no matter of the page
		run mandoc -T lint "$page"
		output=$(grep -v 'referenced manual not found\|outdated mandoc.db' <<<"$output" || :)
		[ -z "$output" ] || { echo "$output"; return 1; }
	done
}

@test "man pages: codespell finds nothing wrong" {
	requires codespell
	codespell -L nd "$TOOLS"/man "$TOOLS"/include "$TOOLS"/lib "$TOOLS"/cli
}

@test "header: alone it is C11" {
	compile c -I"$TOOLS/include" <<<'#include <mymap.h>'
}

@test "header: alone it is C++17" {
	compile c++ -I"$TOOLS/include" <<<'#include <mymap.h>'
}

@test "header: twice it is C11" {
	compile c -I"$TOOLS/include" <<<$'#include <mymap.h>\n#include <mymap.h>'
}

@test "header: it stands before linux/mymap.h" {
	compile c -I"$TOOLS/include" -I"$ROOT/src/uapi" <<<$'#include <mymap.h>\n#include <linux/mymap.h>'
}

@test "header: it stands after linux/mymap.h" {
	compile c -I"$TOOLS/include" -I"$ROOT/src/uapi" <<<$'#include <linux/mymap.h>\n#include <mymap.h>'
}

@test "header: it stands before and after linux/mymap.h in C++" {
	compile c++ -I"$TOOLS/include" -I"$ROOT/src/uapi" <<<$'#include <mymap.h>\n#include <linux/mymap.h>'
	compile c++ -I"$TOOLS/include" -I"$ROOT/src/uapi" <<<$'#include <linux/mymap.h>\n#include <mymap.h>'
}

@test "header: it leaves no helper macro behind" {
	run gcc -E -dM -I"$TOOLS/include" "$TOOLS/include/mymap.h"
	[ "$status" -eq 0 ]
	grep -q 'define MYMAP_MAKE_VERSION' <<<"$output"
	run ! grep 'define MYMAP_ATTR' <<<"$output"
}

abi_layout() {
	cat <<-'EOF'
		#include <stddef.h>
		#include <linux/mymap.h>
		#define AT(type, member, offset) _Static_assert(offsetof(struct type, member) == (offset), #member)
		_Static_assert(sizeof(struct mymap_create) == 136, "create");
		AT(mymap_create, size, 0);
		AT(mymap_create, flags, 4);
		AT(mymap_create, buffer_size, 8);
		AT(mymap_create, name, 16);
		AT(mymap_create, uid, 64);
		AT(mymap_create, gid, 68);
		AT(mymap_create, mode, 72);
		AT(mymap_create, minor, 76);
		AT(mymap_create, kind, 80);
		AT(mymap_create, cache, 84);
		AT(mymap_create, device, 88);
		_Static_assert(sizeof(struct mymap_query) == 80, "query");
		AT(mymap_query, size, 0);
		AT(mymap_query, flags, 4);
		AT(mymap_query, driver_version, 8);
		AT(mymap_query, page_size, 12);
		AT(mymap_query, huge_page_size, 16);
		AT(mymap_query, reserved, 20);
		AT(mymap_query, features, 24);
		AT(mymap_query, default_size, 32);
		AT(mymap_query, max_buffer_size, 40);
		AT(mymap_query, max_total_size, 48);
		AT(mymap_query, total_size, 56);
		AT(mymap_query, max_user_size, 64);
		AT(mymap_query, user_size, 72);
		_Static_assert(sizeof(struct mymap_info) == 176, "info");
		AT(mymap_info, size, 0);
		AT(mymap_info, flags, 4);
		AT(mymap_info, buffer_size, 8);
		AT(mymap_info, resident, 16);
		AT(mymap_info, resident_huge, 24);
		AT(mymap_info, properties, 32);
		AT(mymap_info, kind, 40);
		AT(mymap_info, page_size, 44);
		AT(mymap_info, huge_page_size, 48);
		AT(mymap_info, seals, 52);
		AT(mymap_info, name, 56);
		AT(mymap_info, minor, 104);
		AT(mymap_info, uid, 108);
		AT(mymap_info, gid, 112);
		AT(mymap_info, mode, 116);
		AT(mymap_info, device, 120);
		AT(mymap_info, cache, 168);
		AT(mymap_info, reserved, 172);
		_Static_assert(sizeof(struct mymap_open_named) == 72, "open");
		AT(mymap_open_named, size, 0);
		AT(mymap_open_named, flags, 4);
		AT(mymap_open_named, name, 8);
		AT(mymap_open_named, buffer_size, 56);
		AT(mymap_open_named, minor, 64);
		AT(mymap_open_named, reserved, 68);
		_Static_assert(sizeof(struct mymap_destroy) == 56, "destroy");
		AT(mymap_destroy, size, 0);
		AT(mymap_destroy, flags, 4);
		AT(mymap_destroy, name, 8);
		_Static_assert(sizeof(struct mymap_resize) == 16, "resize");
		AT(mymap_resize, size, 0);
		AT(mymap_resize, flags, 4);
		AT(mymap_resize, buffer_size, 8);
		_Static_assert(sizeof(struct mymap_seal) == 16, "seal");
		AT(mymap_seal, size, 0);
		AT(mymap_seal, flags, 4);
		AT(mymap_seal, seals, 8);
		AT(mymap_seal, reserved, 12);
		_Static_assert(sizeof(struct mymap_segment) == 16, "segment");
		AT(mymap_segment, address, 0);
		AT(mymap_segment, length, 8);
		_Static_assert(sizeof(struct mymap_segments) == 24, "segments");
		AT(mymap_segments, size, 0);
		AT(mymap_segments, flags, 4);
		AT(mymap_segments, segments, 8);
		AT(mymap_segments, nr_segments, 16);
		AT(mymap_segments, total, 20);
		_Static_assert(sizeof(struct mymap_sync) == 32, "sync");
		AT(mymap_sync, size, 0);
		AT(mymap_sync, flags, 4);
		AT(mymap_sync, offset, 8);
		AT(mymap_sync, length, 16);
		AT(mymap_sync, direction, 24);
		AT(mymap_sync, reserved, 28);
		_Static_assert(sizeof(struct mymap_export) == 24, "export");
		AT(mymap_export, size, 0);
		AT(mymap_export, flags, 4);
		AT(mymap_export, offset, 8);
		AT(mymap_export, length, 16);
		_Static_assert(sizeof(struct mymap_ring) == 16, "ring");
		AT(mymap_ring, size, 0);
		AT(mymap_ring, flags, 4);
		AT(mymap_ring, sequence, 8);
		_Static_assert(sizeof(struct mymap_wait) == 24, "wait");
		AT(mymap_wait, size, 0);
		AT(mymap_wait, flags, 4);
		AT(mymap_wait, sequence, 8);
		AT(mymap_wait, timeout, 16);
		_Static_assert(sizeof(struct mymap_eventfd) == 16, "eventfd");
		AT(mymap_eventfd, size, 0);
		AT(mymap_eventfd, flags, 4);
		AT(mymap_eventfd, fd, 8);
		AT(mymap_eventfd, reserved, 12);
		_Static_assert(MYMAP_IOC_CREATE == 0xBD01, "CREATE");
		_Static_assert(MYMAP_IOC_QUERY == 0xBD02, "QUERY");
		_Static_assert(MYMAP_IOC_INFO == 0xBD03, "INFO");
		_Static_assert(MYMAP_IOC_OPEN == 0xBD04, "OPEN");
		_Static_assert(MYMAP_IOC_DESTROY == 0xBD05, "DESTROY");
		_Static_assert(MYMAP_IOC_RESIZE == 0xBD06, "RESIZE");
		_Static_assert(MYMAP_IOC_SEAL == 0xBD07, "SEAL");
		_Static_assert(MYMAP_IOC_SEGMENTS == 0xBD08, "SEGMENTS");
		_Static_assert(MYMAP_IOC_SYNC == 0xBD09, "SYNC");
		_Static_assert(MYMAP_IOC_EXPORT == 0xBD0A, "EXPORT");
		_Static_assert(MYMAP_IOC_RING == 0xBD10, "RING");
		_Static_assert(MYMAP_IOC_WAIT == 0xBD11, "WAIT");
		_Static_assert(MYMAP_IOC_ADD_EVENTFD == 0xBD12, "ADD_EVENTFD");
		_Static_assert(MYMAP_IOC_REMOVE_EVENTFD == 0xBD13, "REMOVE_EVENTFD");
		_Static_assert(MYMAP_CREATE_POPULATE == 1 && MYMAP_CREATE_OWNER == 2 &&
			       MYMAP_CREATE_FIXED_SIZE == 4, "create flags");
		_Static_assert(MYMAP_OPEN_READ_ONLY == 1, "open flags");
		_Static_assert(MYMAP_WAIT_ACKNOWLEDGE == 1, "wait flags");
		_Static_assert(MYMAP_NAME_SIZE == 48, "names");
		_Static_assert(MYMAP_MAX_EVENTFDS == 64, "eventfds");
		_Static_assert(MYMAP_SEAL_SEAL == 1 && MYMAP_SEAL_SHRINK == 2 && MYMAP_SEAL_GROW == 4, "seals");
		_Static_assert(MYMAP_FEATURE_HUGE == 1 && MYMAP_FEATURE_MEMCG == 2, "features");
		_Static_assert(MYMAP_FEATURE_NAMES == 4 && MYMAP_FEATURE_RESIZE == 8, "features");
		_Static_assert(MYMAP_FEATURE_NOTIFY == 16, "features");
		_Static_assert(MYMAP_FEATURE_KINDS == 32 && MYMAP_FEATURE_SEGMENTS == 64, "features");
		_Static_assert(MYMAP_FEATURE_EXPORT == 128 && MYMAP_FEATURE_CACHE_MODES == 256, "features");
		_Static_assert(MYMAP_BUFFER_PINNABLE == 1 && MYMAP_BUFFER_DEFAULT == 2, "properties");
		_Static_assert(MYMAP_BUFFER_NAMED == 4 && MYMAP_BUFFER_OWNED == 8, "properties");
		_Static_assert(MYMAP_BUFFER_GONE == 16 && MYMAP_BUFFER_EXPORTED == 32 && MYMAP_BUFFER_KEPT == 64, "properties");
		_Static_assert(MYMAP_KIND_PAGES == 1 && MYMAP_KIND_CONTIGUOUS == 2 && MYMAP_KIND_DEVICE == 3, "kinds");
		_Static_assert(MYMAP_CACHE_CACHED == 1 && MYMAP_CACHE_WRITE_COMBINED == 2 && MYMAP_CACHE_UNCACHED == 3, "cache modes");
		_Static_assert(MYMAP_VERSION(1, 2, 3) == 0x010203, "version");
	EOF
}

@test "abi: layout and numbers are what they were released as" {
	abi_layout | compile c -Wpadded -I"$ROOT/src/uapi"
}

@test "abi: layout and numbers are the same for 32-bit programs" {
	local include
	include=/usr/include/$(gcc -print-multiarch)
	gcc -m32 -fsyntax-only -x c - <<<'int x;' 2>/dev/null || skip "this compiler has no -m32"
	abi_layout | compile c -m32 -ffreestanding -Wpadded -I"$ROOT/src/uapi" -I"$include"
}

@test "library: its soname is libmymap.so.0" {
	run readelf -d "$BUILT/libmymap.so"
	grep -q 'SONAME.*\[libmymap\.so\.0\]' <<<"$output"
}

@test "library: it calls nothing that prints, exits or changes signals" {
	run nm -D --undefined-only --without-symbol-versions "$BUILT/libmymap.so"
	[ "$status" -eq 0 ]
	grep -q ' ioctl' <<<"$output"
	run ! grep -wE '(v|f|d|vf|vd)?printf|puts|fputs|putchar|perror|fwrite|write|syslog|_?_?exit|abort|signal|sigaction|sigprocmask|pthread_sigmask|stdout|stderr' \
		<<<"$output"
}

@test "library: it has no writable data of its own" {
	local object
	for object in "$BUILT"/lib/*.o; do
		run nm "$object"
		[ "$status" -eq 0 ]
		run ! grep -E ' [bBdDcC] ' <<<"$output"
	done
}

@test "library: one file calls ioctl()" {
	local object users=
	for object in "$BUILT"/lib/*.o; do
		! nm --undefined-only "$object" | grep -qw ioctl || users+=" ${object##*/}"
	done
	[ "$users" = " ioctl.o" ]
}

@test "library: the static one has all functions" {
	diff <(symbols_in_map) <(nm --defined-only "$INSTALLED/usr/lib/test/libmymap.a" 2>/dev/null |
		awk '$2 == "T" { print $3 }' | grep -vx 'mymap_ioctl\|mymap_create_buffer\|mymap_fetch_info\|mymap_name_copy\|mymap_name_error\|mymap_udev.*' | LC_ALL=C sort)
}

with_pkg_config() {
	PKG_CONFIG_PATH=$INSTALLED/usr/lib/test/pkgconfig PKG_CONFIG_SYSROOT_DIR=$INSTALLED \
		pkg-config "$@"
}

@test "pkg-config: the file is valid" {
	with_pkg_config --validate libmymap
}

@test "pkg-config: the version is that of dkms.conf" {
	local version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$ROOT/dkms.conf")
	[ -n "$version" ]
	[ "$(with_pkg_config --modversion libmymap)" = "$version" ]
}

@test "pkg-config: a program builds with what it says, and runs" {
	local flags
	read -ra flags <<<"$(with_pkg_config --cflags --libs libmymap)"
	gcc -x c -o "$BATS_TEST_TMPDIR/program" - "${flags[@]}" <<-'EOF'
		#include <mymap.h>
		#include <stdio.h>
		int main(void) { return puts(mymap_version()) < 0; }
	EOF
	LD_LIBRARY_PATH=$INSTALLED/usr/lib/test run "$BATS_TEST_TMPDIR/program"
	[ "$status" -eq 0 ]
	[ "$output" = "$(with_pkg_config --modversion libmymap)" ]
}

@test "pkg-config: programs are not told to link kmod and udev" {
	run with_pkg_config --libs libmymap
	[ "$status" -eq 0 ]
	[[ $output == *-lmymap* ]]
	[[ $output != *kmod* && $output != *udev* ]]
}

@test "man pages: the example of libmymap(3) builds and works" {
	sed -n '/^#include <mymap.h>/,/^}/p' "$TOOLS/man/libmymap.3" | sed 's/\\en/\\n/' \
		>"$BATS_TEST_TMPDIR/example.c"
	gcc -Wall -Wextra -Werror -I"$TOOLS/include" -o "$BATS_TEST_TMPDIR/example" \
		"$BATS_TEST_TMPDIR/example.c" -L"$BUILT" -lmymap
	LD_LIBRARY_PATH=$BUILT LD_PRELOAD=$UNIT/fake_driver.so "$BATS_TEST_TMPDIR/example"
	FAKE_CREATE=12 LD_LIBRARY_PATH=$BUILT LD_PRELOAD=$UNIT/fake_driver.so \
		run ! "$BATS_TEST_TMPDIR/example"
	[ "$output" = "Cannot allocate memory" ]
}

@test "README: its programs build, and the one with the library works" {
	local program
	awk -v to="$BATS_TEST_TMPDIR/" '
		/^```c$/ { inside = 1; n++; next }
		/^```$/ { inside = 0 }
		inside { print >(to n ".c") }' "$ROOT/README.md"
	[ "$(cat "$BATS_TEST_TMPDIR"/*.c | grep -c '^int main(void)$')" = 2 ]
	for program in 1 2; do
		gcc -Wall -Wextra -Werror -I"$TOOLS/include" -o "$BATS_TEST_TMPDIR/$program" \
			"$BATS_TEST_TMPDIR/$program.c" -L"$BUILT" -lmymap
	done
	LD_LIBRARY_PATH=$BUILT LD_PRELOAD=$UNIT/fake_driver.so "$BATS_TEST_TMPDIR/1"
	FAKE_CREATE=12 LD_LIBRARY_PATH=$BUILT LD_PRELOAD=$UNIT/fake_driver.so run ! "$BATS_TEST_TMPDIR/1"
}

# What the Makefile of the examples gets from here, for what is not installed on this machine.
build_examples() {
	PKG_CONFIG_PATH=$INSTALLED/usr/lib/test/pkgconfig PKG_CONFIG_SYSROOT_DIR=$INSTALLED \
		make -s -C "$TOOLS/examples" "O=$1" \
		CFLAGS="-O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror"
}

fake_example() {
	LD_LIBRARY_PATH=$BUILT LD_PRELOAD=$UNIT/fake_driver.so "$BATS_TEST_TMPDIR/$1" "${@:2}"
}

@test "examples: they build by pkg-config without a warning, and work on the fake driver" {
	build_examples "$BATS_TEST_TMPDIR"
	fake_example inherit
	fake_example locks
	fake_example locks give "$BATS_TEST_TMPDIR/socket" &
	fake_example locks take "$BATS_TEST_TMPDIR/socket" | grep 'sum is 499500'
	wait $!
	fake_example passing give "$BATS_TEST_TMPDIR/socket" hello >"$BATS_TEST_TMPDIR/said" &
	[ "$(fake_example passing take "$BATS_TEST_TMPDIR/socket")" = "given: hello" ]
	wait $!
	[ "$(cat "$BATS_TEST_TMPDIR/said")" = "answered: the other process has it" ]
}

@test "examples: without a driver they say so" {
	build_examples "$BATS_TEST_TMPDIR"
	LD_LIBRARY_PATH=$BUILT run ! "$BATS_TEST_TMPDIR/inherit" mymap
	[[ $output == "inherit: mymap: "* ]]
	LD_LIBRARY_PATH=$BUILT run ! "$BATS_TEST_TMPDIR/locks"
	[[ $output == "locks: /dev/mymap: "* ]]
	LD_LIBRARY_PATH=$BUILT run ! "$BATS_TEST_TMPDIR/named" get greeting
	[[ $output == "named: /dev/mymap: "* ]]
}

@test "install: every function has a man page or a link to one" {
	local name page
	while read -r name; do
		page=$INSTALLED/usr/share/man/man3/$name.3
		[ -f "$page" ] || { echo "$name"; return 1; }
		grep -q "^\.Nm $name\b" "$page"
	done < <(symbols_in_map)
}

@test "install: library, command, headers and completion are in their places" {
	local file
	for file in usr/bin/mymap usr/include/mymap.h usr/include/linux/mymap.h \
		usr/lib/test/libmymap.so usr/lib/test/libmymap.so.0 usr/lib/test/libmymap.a \
		usr/share/man/man1/mymap.1 usr/share/man/man4/mymap.4 usr/share/man/man5/mymap.d.5 \
		usr/share/bash-completion/completions/mymap; do
		[ -f "$INSTALLED/$file" ] || { echo "$file"; return 1; }
	done
	cmp "$ROOT/src/uapi/linux/mymap.h" "$INSTALLED/usr/include/linux/mymap.h"
}
