# SPDX-License-Identifier: GPL-2.0-only
# Named buffers by the command, and those that are made at boot.
bats_require_minimum_version 1.5.0
load helpers

links=/dev/mymap-by-name

setup() {
	begin
	watcher=
}

teardown() {
	local name
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null || :
	rm -f /etc/mymap.d/*.conf
	# It may have been started because the module came, a moment ago.
	[ ! -e /run/systemd/units/invocation:mymap.service ] || systemctl stop mymap
	systemctl reset-failed mymap.service 2>/dev/null || :
	for name in /sys/class/mymap/*/name; do
		[ ! -e "$name" ] || mymap destroy "$(cat "$name")"
	done
	[ -z "$module_changed" ] || module_restore
	udevadm settle --timeout=20
	nothing_is_left
}

node_is() {
	run -0 stat -L -c '%U:%G %a' "$links/$1"
	output_is "$2 $3"
}

@test "create --name: it is there for another process and another user of the group when it returns" {
	mymap create --name rx0 --size 16M >/dev/null
	node_is rx0 root:mymap 660
	run -0 as member sh -c 'printf hello | mymap write rx0 --offset 100'
	run -0 as member mymap read rx0 --offset 100 --length 5
	output_is hello
	[ "$(as member tail -c +101 "$links/rx0" | head -c 5)" = hello ]
}

@test "create --name: twenty times it is ready for a member at once" {
	local i
	for ((i = 0; i < 20; i++)); do
		# COMMAND begins when it is ready.
		run mymap create --name "rx$i" --size 4K -- setpriv --reuid=member --regid=member --init-groups -- \
			head -c 1 "$links/rx$i"
		[ "$status" = 0 ] || fail "$i: $output"
		mymap destroy "rx$i"
	done
}

@test "create --name: a stranger cannot use it, and a member cannot make one" {
	mymap create --name rx0 --size 4K >/dev/null
	run -1 as stranger mymap read rx0
	one_line
	output_has "permission denied"
	run -1 as stranger cat "$links/rx0"
	run -1 as member mymap create --name rx1 --size 4K
	one_line
	output_has "only root may make one"
	run -1 as member mymap destroy rx0
	one_line
	output_has "only root or its owner"
	[ -e "$links/rx0" ]
}

@test "create --name: owner, group and mode are obeyed by node and name" {
	mymap create --name rx0 --size 4K --owner member --group stranger --mode 640 >/dev/null
	node_is rx0 member:stranger 640
	run -0 as member sh -c 'printf hello | mymap write rx0'
	run -0 as stranger head -c 5 "$links/rx0"
	output_is hello
	run -0 mymap info rx0
	output_has "member:stranger 0640"
	# By its name he needs the door, too.
	run -0 setpriv --reuid=stranger --regid=stranger --groups=mymap mymap read rx0 --length 5
	output_is hello
	run -1 setpriv --reuid=stranger --regid=stranger --groups=mymap sh -c 'printf x | mymap write rx0'
	output_has "it is for others"
	run -0 as member mymap destroy rx0
	[ ! -e /sys/class/mymap/mymap0 ]
}

@test "open: COMMAND has the buffer as descriptor 3" {
	mymap create --name rx0 --size 1M >/dev/null
	run -0 as member mymap open rx0 -- sh -c 'printf hello | mymap write --fd "$MYMAP_FD"'
	run -0 mymap open --readonly rx0 -- sh -c 'mymap read --fd 3 --length 5 && ! mymap fill --fd 3 2>/dev/null'
	output_is hello
}

@test "destroy: who has it open keeps it, the link is gone, the name is free" {
	mymap create --name rx0 --size 1M >/dev/null
	run -0 mymap open rx0 -- sh -c '
		printf hello | mymap write --fd 3 && mymap destroy rx0 && mymap read --fd 3 --length 5 &&
		mymap create --name rx0 --size 2M >/dev/null && mymap read --fd 3 --length 5'
	output_is hellohello
	run -0 mymap info rx0 --json
	output_has '"size": 2097152'
	run -0 mymap destroy rx0
	udevadm settle --timeout=20
	[ ! -L "$links/rx0" ]
	run -1 mymap destroy rx0
	one_line
	output_has "there is no such buffer"
}

@test "resize, punch, seal: by name" {
	mymap create --name rx0 --size 64K --populate >/dev/null
	run -0 mymap resize rx0 --size 1M
	output_is ""
	[ "$(cat /sys/class/mymap/mymap0/size)" = 1048576 ]
	mymap fill rx0 --byte 65
	run -0 mymap punch rx0 --offset 4096 --length 65536
	output_is ""
	[ "$(mymap read rx0 | tr -d A | wc -c)" = 65536 ]
	run -0 mymap seal rx0 shrink
	output_is ""
	run -0 mymap info rx0
	output_has "seals                shrink"
	run -1 mymap resize --size 4K rx0
	one_line
	output_has "a seal of the buffer forbids it"
}

@test "resize, punch, seal: of others it is 1, and nothing changes" {
	mymap create --name rx0 --size 64K --owner root --group root --mode 600 >/dev/null
	for words in "resize rx0 --size 4K" "punch rx0" "seal rx0 shrink"; do
		# shellcheck disable=SC2086 # words
		run -1 as member mymap $words
		one_line
		output_has "permission denied: it is for others"
	done
	[ "$(cat /sys/class/mymap/mymap0/size)" = 65536 ]
	mymap resize rx0 --size 4K
}

@test "ring, wait: by name, also from another user of the group" {
	mymap create --name rx0 --size 4K >/dev/null
	run -0 as member mymap ring rx0
	output_is 1
	run -0 mymap wait rx0 --sequence 0 --timeout 0
	output_is 1
	as member mymap wait rx0 --sequence 1 --timeout 60 >"$BATS_TEST_TMPDIR/waited" 3>&- &
	mymap ring rx0 >/dev/null
	wait $!
	[ "$(cat "$BATS_TEST_TMPDIR/waited")" = 2 ]
}

@test "ring, wait: who may only read waits and cannot ring" {
	mymap create --name rx0 --size 4K --owner root --group member --mode 640 >/dev/null
	mymap ring rx0 >/dev/null
	run -0 as member mymap wait rx0 --sequence 0 --timeout 0
	output_is 1
	run -1 as member mymap ring rx0
	one_line
	output_has "permission denied: it is for others"
}

@test "list: it lists what is there, also for a stranger" {
	requires command:jq
	mymap create --name tx --size 16M >/dev/null
	mymap create --name rx --size 4K --populate >/dev/null
	run -0 as stranger mymap list
	[ "${#lines[@]}" = 3 ]
	[[ ${lines[1]} == rx\ * && ${lines[2]} == tx\ * ]]
	run -0 mymap open tx -- mymap list --json
	[ "$(jq -c '[.buffers[] | [.name, .size, .kind, .open, .mapped]]' <<<"$output")" = \
		'[["rx",4096,"pages",0,false],["tx",16777216,"pages",1,false]]' ]
	[ "$(jq -r '.buffers[0].resident' <<<"$output")" = "$(getconf PAGESIZE)" ]
}

watching() {
	grep -q poll "/proc/$watcher/wchan" 2>/dev/null
}

# watch OPTION...: from here on what it says goes to $events.
watch() {
	events=$BATS_TEST_TMPDIR/events
	setpriv --reuid=stranger --regid=stranger --clear-groups -- mymap watch "$@" >"$events" 3>&- &
	watcher=$!
	retry 10 watching
}

@test "watch: buffers come, change and go, as they do, also for a stranger" {
	watch
	mymap create --name rx0 --size 1M >/dev/null
	retry 10 grep -qx "add    rx0 /dev/mymap0 1048576" "$events"
	udevadm trigger --action=change --subsystem-match=mymap
	retry 10 grep -qx "change rx0 /dev/mymap0 1048576" "$events"
	mymap destroy rx0
	retry 10 grep -qx "remove rx0 /dev/mymap0" "$events"
	[ "$(wc -l <"$events")" = 3 ] || fail "$(cat "$events")"
}

@test "watch: --json is an object a line" {
	requires command:jq
	watch --json
	mymap create --name rx0 --size 1M >/dev/null
	mymap destroy rx0
	retry 10 grep -q remove "$events"
	[ "$(jq -c '[.event, .name, .node, .size]' "$events" | head -n 1)" = '["add","rx0","/dev/mymap0",1048576]' ] ||
		fail "$(cat "$events")"
	[ "$(jq -c '[.event, .name, .node, .size]' "$events" | tail -n 1)" = '["remove","rx0","/dev/mymap0",null]' ]
}

@test "watch: when an event says that it is there, it is ready" {
	watch
	mymap create --name rx0 --size 4K >/dev/null &
	retry 10 grep -q '^add' "$events"
	node_is rx0 root:mymap 660
	wait $! || :
}

configure() {
	mkdir -p /etc/mymap.d
	cat >"/etc/mymap.d/$1.conf"
}

@test "apply: it makes what is configured, and the second time nothing" {
	configure a <<-'END'
		[rx0]
		size = 16M
		[cam0]
		size = 64K
		owner = member
		group = stranger
		mode = 0664
		populate = yes
	END
	run -0 mymap apply --check
	output_is $'rx0: would be made: 16.0 MiB, pages, as /dev/mymap is\ncam0: would be made: 64.0 KiB, pages, member:stranger 0664'
	[ ! -e /sys/class/mymap/mymap0 ]
	run -0 mymap apply
	output_is $'rx0: made\ncam0: made'
	node_is rx0 root:mymap 660
	node_is cam0 member:stranger 664
	[ "$(cat "/sys/class/mymap/$(basename "$(readlink $links/cam0)")/resident")" = 65536 ]
	printf hello | mymap write rx0
	run -0 mymap apply
	output_is $'rx0: is there\ncam0: is there'
	run -0 mymap apply --check
	output_is $'rx0: is there\ncam0: is there'
	[ "$(mymap read rx0 --length 5)" = hello ]
	udevadm trigger --action=change --subsystem-match=mymap --settle
	node_is cam0 member:stranger 664
}

@test "apply: a bad line is named, and the rest is made" {
	configure a <<<$'[bad]\nsize = much\n[rx0]\nsize = 4K'
	configure b <<<$'[rx1]\nsize = 4K\n[rx0]\nsize = 8K'
	run -1 --separate-stderr mymap apply
	output_is $'rx0: made\nrx1: made'
	[[ $stderr == *"/etc/mymap.d/a.conf:2: size 'much': not a size"* ]] || fail "$stderr"
	[[ $stderr == *"/etc/mymap.d/b.conf:3: name 'rx0': it was there before"* ]] || fail "$stderr"
}

@test "apply: one that is there with another size or mode is said, and stays" {
	mymap create --name rx0 --size 4K >/dev/null
	configure a <<<$'[rx0]\nsize = 8K\n[rx1]\nsize = 4K'
	run -1 --separate-stderr mymap apply
	output_is "rx1: made"
	[[ $stderr == *"a.conf:1: name 'rx0': it is there, but is 4.0 KiB"*"not 8.0 KiB"* ]] || fail "$stderr"
	[ "$(mymap info rx0 --json | jq .size)" = 4096 ]
}

@test "apply: a member is told that it is not for him" {
	configure a <<<$'[rx0]\nsize = 8K'
	run -1 as member mymap apply
	one_line
	output_has "a.conf:1: name 'rx0': permission denied"
	run -0 as member mymap apply --check
	output_has "would be made"
}

service_is() {
	[ "$(systemctl is-active mymap)" = "$1" ]
}

@test "apply: the service makes them, also when the module was loaded again" {
	local round
	requires udev
	configure a <<<$'[rx0]\nsize = 1M\ngroup = stranger'
	systemctl restart mymap
	node_is rx0 root:stranger 660
	service_is active
	for round in 1 2 3; do
		module_load_with
		retry 20 test -L $links/rx0 || fail "round $round: $(systemctl status mymap 2>&1)"
		udevadm settle --timeout=20
		node_is rx0 root:stranger 660
		retry 20 systemctl is-active --quiet mymap
	done
}

@test "apply: the service ends with the module" {
	requires udev
	configure a <<<$'[rx0]\nsize = 1M'
	systemctl restart mymap
	module_changed=yes
	module_remove
	retry 20 service_is inactive
}

@test "apply: the service loads the module where it is not" {
	requires udev
	configure a <<<$'[rx0]\nsize = 1M'
	module_changed=yes
	module_remove
	systemctl restart mymap
	node_is rx0 root:mymap 660
	mymap destroy rx0
}

@test "apply: the service says what is wrong, and has failed" {
	configure a <<<$'[rx0]\nsize = 1M\n[bad]\nsize = x'
	run systemctl restart mymap
	[ "$status" != 0 ]
	node_is rx0 root:mymap 660
	run -0 journalctl -u mymap -n 20 --no-pager
	output_has "a.conf:4: size 'x'"
}

@test "apply: without files the service has nothing to do" {
	systemctl restart mymap
	run -0 systemctl is-enabled mymap
	run systemctl show -p ConditionResult --value mymap
	output_is no
}
