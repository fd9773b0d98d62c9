#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# mymap apply: what it makes of files, on the fake driver.

# shellcheck disable=SC2016 # what stands in single quotes is for inner shells
load tools.bash

KEYS="unknown; there are size, kind, cache, device, owner, group, mode and populate"
NAME_HINT="a name has 1 to 47 of A-Z a-z 0-9 . _ -, a letter or a digit first"
NO_SYNTAX="neither '[NAME]' nor 'key = value'"

setup_file() {
	export BATS_TEST_TIMEOUT=60
	build_tools
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# check <LINES: what apply --check says of them.
check() {
	cat >a.conf
	run --separate-stderr fake apply --check a.conf
}

# One section is wrong in this line for this reason, and the one after it is made.
refused() {
	local line=$1 why=$2
	printf '%s\n' "${@:3}" >a.conf
	printf '[good]\nsize = 1M\n' >>a.conf
	run --separate-stderr fake apply --check a.conf
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: a.conf:$line: $why" ] || { echo "said: $stderr"; return 1; }
	[ "$output" = "good: would be made: 1.0 MiB, pages, as /dev/mymap is" ] || { echo "$output"; return 1; }
}

@test "apply: no file is fine" {
	[ ! -e /etc/mymap.d ] || skip "this machine has buffers"
	run --separate-stderr mymap apply
	prints ""
	run --separate-stderr mymap apply --check
	prints ""
}

# with_folder COMMAND...: /etc/mymap.d being a loop of links, which nobody can read, and root least of all.
with_folder() {
	unshare --mount --map-root-user sh -c '
		mkdir -p "$0/etc" && ln -sfn mymap.d "$0/etc/mymap.d" &&
			mount -t overlay -o lowerdir="$0/etc:/etc" overlay /etc && exec "$@"' "$PWD" "$@"
}

@test "apply: a folder that cannot be read is a failure" {
	[ ! -e /etc/mymap.d ] || skip "this machine has buffers"
	with_folder test -L /etc/mymap.d || skip "this user may not mount"
	run --separate-stderr with_folder env LD_LIBRARY_PATH="$BUILT" "$BUILT/mymap" apply --check
	fails_with 1 "mymap: apply: /etc/mymap.d: Too many levels of symbolic links"
}

@test "apply: an empty file and one of comments are fine" {
	check </dev/null
	prints ""
	check <<-'END'
		# a comment
		; another one

		   # and one more
	END
	prints ""
}

@test "apply: kinds and devices are made, and one that is of another kind is refused" {
	check <<<$'[rx0]\nsize = 4K\nkind = device\ndevice = 0000:00:04.0\n'
	prints 'rx0: would be made: 4.0 KiB, device, as /dev/mymap is'
	run --separate-stderr fake apply a.conf
	prints 'rx0: made'
	refused 2 "device '': no device is called so" '[bad]' device= size=1
	refused 2 "device 'd23456789012345678901234567890123456789012345678': no device is called so" '[bad]' \
		device=d23456789012345678901234567890123456789012345678 size=1
}

@test "apply: a cache mode is asked for, and what is there in another one is refused" {
	check <<<$'[rx0]\nsize = 4K\nkind = device\ncache = uncached\n'
	prints 'rx0: would be made: 4.0 KiB, device uncached, as /dev/mymap is'
	run --separate-stderr fake apply a.conf
	prints 'rx0: made'
	printf '%s\n' '[rx0]' size=16M cache=uncached >a.conf
	FAKE_NAME=rx0 run --separate-stderr fake apply a.conf
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: a.conf:1: name 'rx0': it is there, but is 16.0 MiB, pages cached, as /dev/mymap is, not 16.0 MiB, pages uncached, as /dev/mymap is: 'mymap destroy rx0', then apply again" ]
	printf '%s\n' '[rx1]' size=4K cache=uncached >a.conf
	FAKE_OLD=1 run --separate-stderr fake apply a.conf
	[ "$stderr" = "mymap: a.conf:1: cache 'uncached': the driver that is loaded is older than this and cannot do it; 'mymap info' shows its version" ]
	refused 2 "cache 'warm': there is no such cache mode; there are cached, write-combined and uncached" '[bad]' cache=warm size=1
}

@test "apply: --check tells what would be made, also without a driver" {
	local conf='[rx0]
size = 16M
[tx-1.b_c]
size=4096
owner=root
group=root
mode=0640
kind=pages
populate=yes
'
	check <<<"$conf"
	prints $'rx0: would be made: 16.0 MiB, pages, as /dev/mymap is\ntx-1.b_c: would be made: 4.0 KiB, pages, root:root 0640'
	[ ! -e /dev/mymap ] || skip "there is a driver on this machine"
	run --separate-stderr mymap apply --check a.conf
	prints $'rx0: would be made: 16.0 MiB, pages, as /dev/mymap is\ntx-1.b_c: would be made: 4.0 KiB, pages, root:root 0640'
}

@test "apply: blanks, comments and colons are as in any such file" {
	check <<<$'  [ok]  ; a comment\n\tsize :\t64K ; another\n\t group = 0\r\n\n  mode=0600'
	prints "ok: would be made: 64.0 KiB, pages, root:root 0600"
}

@test "apply: what is there as it should be is left alone" {
	FAKE_NAME=rx0 check <<<$'[rx0]\nsize = 16M'
	prints "rx0: is there"
	FAKE_NAME=rx0 check <<<$'[rx0]\nsize = 16777215'
	prints "rx0: is there"
	FAKE_NAME=rx0 FAKE_OWNED=640 check <<<$'[rx0]\nsize = 16M\ngroup=5\nmode=640'
	prints "rx0: is there"
}

@test "apply: what is there otherwise is 1, and stays" {
	local group
	group=$(getent group 5 | cut -d: -f1)
	FAKE_NAME=rx0 check <<<$'[rx0]\nsize = 17M'
	fails_with 1 "mymap: a.conf:1: name 'rx0': it is there, but is 16.0 MiB, pages, as /dev/mymap is, not 17.0 MiB, pages, as /dev/mymap is: 'mymap destroy rx0', then apply again"
	FAKE_NAME=rx0 FAKE_OWNED=600 check <<<$'[rx0]\nsize = 16M\ngroup=5\nmode=640'
	fails_with 1 "mymap: a.conf:1: name 'rx0': it is there, but is 16.0 MiB, pages, root:$group 0600, not 16.0 MiB, pages, root:$group 0640: 'mymap destroy rx0', then apply again"
	FAKE_NAME=rx0 FAKE_OWNED=600 check <<<$'[rx0]\nsize = 16M'
	[ "$status" -eq 1 ]
}

@test "apply: it makes what is not there" {
	printf '[rx0]\nsize=1M\n[rx1]\nsize=1M\nowner=root\ngroup=root\nmode=600\n' >a.conf
	run --separate-stderr fake apply a.conf
	prints $'rx0: made\nrx1: made'
}

@test "apply: what cannot be made is 1, the rest is made" {
	printf '[a]\nsize=1M\n[b]\nsize=2G\n[c]\nsize=1M\n' >a.conf
	run --separate-stderr fake apply a.conf
	[ "$status" -eq 1 ]
	[ "$output" = $'a: made\nc: made' ]
	[ "$stderr" = "mymap: a.conf:3: size 2147483648 (2.0 GiB): a buffer may have at most 1073741824 bytes (1.0 GiB); module parameter max_buffer_size: 'echo BYTES | sudo tee /sys/module/mymap/parameters/max_buffer_size' raises it" ]
}

@test "apply: each bad value is named by file and line, and stops its buffer only" {
	refused 2 "size '64Q': not a size; write for example 4096, 64K, 64M or 1G" '[bad]' 'size = 64Q'
	refused 2 "size '0': not a size; write for example 4096, 64K, 64M or 1G" '[bad]' 'size = 0'
	refused 2 "size '': not a size; write for example 4096, 64K, 64M or 1G" '[bad]' 'size ='
	refused 3 "kind 'cma': there is no such kind; there are pages, contiguous and device" '[bad]' size=1 kind=cma
	refused 3 "owner 'nobody-here': there is no such user" '[bad]' size=1 owner=nobody-here group=0
	refused 4 "group 'none-here': there is no such group" '[bad]' '' size=1 group=none-here
	refused 3 "mode '999': not a mode such as 0660" '[bad]' size=1 mode=999 group=0
	refused 3 "mode '0777': not a mode such as 0660" '[bad]' size=1 mode=0777 group=0
	refused 3 "populate 'true': neither yes nor no" '[bad]' size=1 populate=true
	refused 3 "key 'length': $KEYS" '[bad]' size=1 length=2
	refused 3 "key 'Size': $KEYS" '[bad]' size=1 Size=2
	refused 3 "key '': $KEYS" '[bad]' size=1 =2
	refused 4 "key 'size': it stands twice in this section" '[bad]' size=1 '# no' size=1
}

@test "apply: names that are none, and lines that are nothing, as well" {
	refused 1 "name 'a b': $NAME_HINT" '[a b]' size=1
	refused 1 "name '..': $NAME_HINT" '[..]' size=1
	refused 1 "name '': $NAME_HINT" '[]' size=1
	refused 1 "name '123456789012345678901234567890123456789012345678': $NAME_HINT" \
		'[123456789012345678901234567890123456789012345678]' size=1
	refused 1 "$NO_SYNTAX" '[bad' size=1 kind=pages
	refused 1 "line '[bad] size=1': $NO_SYNTAX" '[bad] size=1' size=2
	refused 1 "key 'size': it stands before the first [NAME]" size=1
	refused 1 "the buffer has no size" '[bad]'
	refused 1 "the buffer has no size" '[bad]' kind=pages
	refused 2 "the line is too long: it may have 198 bytes" '[bad]' "size=$(printf '%0300d' 1)" size=1
	refused 1 "the line is too long: it may have 198 bytes" "[$(printf '%0300d' 1)]" size=1
}

# A mode without its "=", for instance: nobody is to get more than was meant.
@test "apply: a line that is nothing stops its buffer only" {
	printf 'rubbish\n[bad]\nsize=1M\nmode 600\nmore of it\n[ok]\nsize=1M\n' >a.conf
	run --separate-stderr fake apply --check a.conf
	[ "$status" -eq 1 ]
	[ "$stderr" = "$(printf 'mymap: a.conf:%s: '"$NO_SYNTAX"'\n' 1 4 5)" ]
	[ "$output" = "ok: would be made: 1.0 MiB, pages, as /dev/mymap is" ]
}

@test "apply: a name that stands twice counts the first time, over all files" {
	printf '[rx0]\nsize=1M\n' >a.conf
	printf '[rx0]\nsize=2M\n[rx1]\nsize=3M\n' >b.conf
	run --separate-stderr fake apply --check a.conf b.conf
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: b.conf:1: name 'rx0': it was there before, and the first one counts" ]
	[ "$output" = $'rx0: would be made: 1.0 MiB, pages, as /dev/mymap is\nrx1: would be made: 3.0 MiB, pages, as /dev/mymap is' ]
}

@test "apply: what is no text is said, and stops nothing" {
	printf '[rx0]\nsi\0ze=1M\nsize=2M\n' >a.conf
	run --separate-stderr fake apply --check a.conf
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: a.conf:2: there is a NUL in it: not a text" ]
	head -c 100000 /dev/urandom >b.conf
	run --separate-stderr fake apply --check b.conf
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "apply: fifty thousand bad lines take no time" {
	{ yes rubbish | head -n 50000; printf '[ok]\nsize=1\n'; } >a.conf
	run timeout 10 env LD_LIBRARY_PATH="$BUILT" LD_PRELOAD="$UNIT/fake_driver.so" "$BUILT/mymap" apply --check a.conf
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == "ok: would be made"* ]]
}

@test "apply: files that cannot be read are said, the others are read" {
	printf '[rx0]\nsize=1M\n' >a.conf
	mkdir dir
	run --separate-stderr fake apply --check none.conf dir a.conf
	[ "$status" -eq 1 ]
	[ "$stderr" = $'mymap: none.conf: No such file or directory\nmymap: dir: Is a directory' ]
	[ "$output" = "rx0: would be made: 1.0 MiB, pages, as /dev/mymap is" ]
}

@test "apply: a driver without names is said for each buffer" {
	printf '[rx0]\nsize=1M\n' >a.conf
	FAKE_OLD=1 run --separate-stderr fake apply a.conf
	fails_with 1 "mymap: a.conf:1: name 'rx0': the driver that is loaded, 0.1.0, knows no names; those from 0.2.0 on do: 'modprobe -r mymap && modprobe mymap', or reboot"
}

@test "apply: the example of mymap.d(5) is right" {
	sed -n '/^\[cam0\]/,/^\.Ed/p' "$TOOLS/man/mymap.d.5" | sed '/^\.Ed/d; s/camera/root/; s/video/root/' >a.conf
	sed -i '/^owner/a group = root' a.conf
	run --separate-stderr fake apply --check a.conf
	prints $'cam0: would be made: 16.0 MiB, pages, root:root 0660\ncam0-stats: would be made: 64.0 KiB, pages, root:root 0644'
}
