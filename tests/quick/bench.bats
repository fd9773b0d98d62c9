#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# mymap bench: on this machine, which has no driver but most of the others.

# shellcheck disable=SC2016 # what stands in single quotes is for inner shells
load tools.bash

ROWS="mymap mymap-populated mymap-odd mymap-fragmented mymap-threads memfd memfd-populated memfd-huge memfd-huge-populated anonymous posix-shm sysv-shm file udmabuf dma-heap mymap-sync mymap-read-write memfd-read-write heap-pipe"
STEPS="cycle create map first_touch second_touch copy_in copy_out call unmap close"

setup_file() {
	export BATS_TEST_TIMEOUT=60
	build_tools
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# Quick figures, that nobody looks at.
bench() {
	mymap bench --size 1M --warm 1M --repeat 1 "$@"
}

# row NAME FIGURE...: the JSON of a row of 4096 bytes, its steps having these figures, in their order.
row() {
	local name=$1 step json
	json="\"row\":\"$name\",\"bytes\":4096,\"kernel\":\"9.9\",\"unit\":\"instructions\""
	shift
	for step in $STEPS; do
		json+=",\"$step\":${1:-null}"
		[ $# = 0 ] || shift
	done
	echo "{$json}"
}

@test "bench: it knows the rows that help and manual name" {
	[ "$(bench --json | jq -r .row | xargs)" = "$ROWS" ]
	[ "$(mymap bench --help | tr -d ',' | grep -oE '(memfd|mymap|anonymous|posix-shm|sysv-shm|file|udmabuf|dma-heap|heap-pipe)[a-z-]*' |
		awk '!seen[$0]++' | grep -cxF -f <(tr ' ' '\n' <<<"$ROWS"))" = 19 ]
	[ "$(sed -n '/^\.Ss Bench/,/^\.Ss Doctor/s/^\.It Cm //p' "$TOOLS/man/mymap.1" | tr -d ' ' | tr ',' '\n' | sort)" = \
		"$(tr ' ' '\n' <<<"$ROWS" | sort)" ]
}

@test "bench: all steps of a mapping have figures" {
	local name
	for name in memfd memfd-populated anonymous posix-shm sysv-shm file; do
		run --separate-stderr bench --json "$name"
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		jq -e --arg steps "$STEPS" '. as $row | $steps | split(" ") - ["call"] - (if $row.row == "file" then ["cycle"] else [] end) | all($row[.] | type == "number" and . >= 0)' <<<"$output"
		jq -e '.first_touch > 0 and .copy_in > 0 and .ping_pong_median > 0 and .ping_pong_p99 >= .ping_pong_median' <<<"$output"
	done
}

@test "bench: what is not mapped has no figures for it" {
	run --separate-stderr bench --json memfd-read-write heap-pipe
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(jq -c '[.row, .map, .unmap, .copy_in > 0, .copy_out > 0, .ping_pong_median > 0]' <<<"$output" | xargs)" = \
		"[memfd-read-write,null,null,true,true,true] [heap-pipe,null,null,true,true,true]" ]
}

@test "bench: an ioctl that does nothing, and a byte written and read, are calls; others have none" {
	run --separate-stderr bench --json memfd anonymous memfd-read-write
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(jq -c '[.row, .call > 0]' <<<"$output" | xargs)" = "[memfd,true] [anonymous,false] [memfd-read-write,true]" ]
}

@test "bench: the spread has the median between its ends" {
	run --separate-stderr mymap bench --size 64K --warm 64K --repeat 4 --json memfd
	[ "$status" -eq 0 ]
	jq -e '. as $row | .repeat == 4 and (.spread | to_entries | length == 10 and
		all(.value[0] <= $row[.key] and $row[.key] <= .value[1]))' <<<"$output"
}

@test "bench: it tells of the machine" {
	run --separate-stderr bench --json memfd
	[ "$(jq -r .kernel <<<"$output")" = "$(uname -r)" ]
	[ "$(jq -r .machine <<<"$output")" = "$(uname -m)" ]
	[ "$(jq -r .page_size <<<"$output")" = "$(getconf PAGESIZE)" ]
	[ "$(jq -r .bytes <<<"$output")" = 1048576 ]
	[ "$(jq -r .unit <<<"$output")" = nanoseconds ]
	[ "$(bench --json --unit icount memfd | jq -r .unit)" = instructions ]
}

@test "bench: what is not there says what to do, and is an error only if it was named" {
	[ ! -e /dev/mymap ] || skip "this machine has the driver"
	run --separate-stderr bench --json
	[ "$status" -eq 0 ]
	[ "$(jq -r 'select(.row == "mymap") | .error' <<<"$output")" = \
		"No such file or directory; the module is not loaded: run 'sudo modprobe mymap'" ]
	run --separate-stderr bench mymap
	[ "$status" -eq 1 ]
	[[ $output == *"run 'sudo modprobe mymap'"* ]]
}

@test "bench: nothing stays behind" {
	local before
	before=$(ipcs -m; ls -A /dev/shm /var/tmp)
	bench --json >/dev/null
	[ "$(ipcs -m; ls -A /dev/shm /var/tmp)" = "$before" ]
}

@test "bench: the table has a line for each row" {
	run --separate-stderr bench memfd heap-pipe
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ ${lines[0]} == "Linux $(uname -r), "* ]]
	[[ ${lines[1]} == "1.0 MiB, pages of "*"median of 1, in nanoseconds a page of 4096 bytes"* ]]
	[[ ${lines[2]} =~ ^\ +cycle\ +create\ +map\ +1st\ touch\ +2nd\ touch\ +copy\ in\ +copy\ out\ +call\ +unmap\ +close\ +turns\ +99\ %$ ]]
	[[ ${lines[3]} =~ ^memfd(\ +[0-9.]+){12}$ ]]
	[[ ${lines[4]} =~ ^heap-pipe\ +-\ +[0-9.]+\ +-(\ +[0-9.]+){4}(\ +-){2}(\ +[0-9.]+){3}$ ]]
}

@test "bench: --from shows the same again" {
	bench --json memfd anonymous >rows
	run --separate-stderr mymap bench --from rows --json
	prints "$(cat rows)"
	run --separate-stderr mymap bench --from rows
	[ "$status" -eq 0 ]
	[ "$(grep -cE '^(memfd|anonymous) ' <<<"$output")" = 2 ]
	[ "$(grep -c '^Linux ' <<<"$output")" = 1 ]
}

@test "bench: --from has a table for each machine and size" {
	{ row a 1; row b 2; row a 1 | sed 's/4096/8192/'; row a 1 | sed 's/9\.9/9.10/'; } >rows
	run --separate-stderr mymap bench --from rows
	[ "$status" -eq 0 ]
	[ "$(grep -c '^Linux ' <<<"$output")" = 3 ]
}

@test "bench: what is no row is named by file and line" {
	local bad
	for bad in '[]' '{}' 'nonsense' '{"row":"a"}' "$(row a '"x"')" "$(row a | sed 's/4096/"4096"/')" \
		"$(row aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)" "$(row 'a\"')" "$(row 'a\n')" "$(row a NaN)" \
		"$(row a 1 | sed 's/}$/,"spread":{"create":[1,Infinity]}}/')"; do
		{ row a 1; echo "$bad"; row b 1; } >rows
		run --separate-stderr mymap bench --from rows
		fails_with 1 "mymap: bench: rows:2: not a row of 'mymap bench --json'"
	done
	: >rows
	run --separate-stderr mymap bench --from rows
	fails_with 1 "mymap: bench: rows: no row in it"
	run --separate-stderr mymap bench --from nowhere
	fails_with 1 "mymap: bench: nowhere: No such file or directory"
}

@test "bench: --plot draws what gnuplot can, and keeps the old file where it cannot" {
	row a 0 1 2 3 4 5 6 7 8 >rows
	row 'b' null 1 0 3 >>rows
	echo old >plot.svg
	mkdir bin
	printf '#!/bin/sh\ncat >seen\necho "<svg></svg>"\n' >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PWD/bin:$PATH run --separate-stderr mymap bench --from rows --plot plot.svg --json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(cat plot.svg)" = "<svg></svg>" ]
	[ "$(grep -c '^plot ' seen)" = 9 ]

	printf '#!/bin/sh\nexit 3\n' >bin/gnuplot
	PATH=$PWD/bin:$PATH run --separate-stderr mymap bench --from rows --plot plot.svg --json
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: bench: plot.svg: gnuplot could not draw it, see above" ]
	[ "$(cat plot.svg)" = "<svg></svg>" ]

	printf '#!/bin/sh\necho "<svg><g>"\n' >bin/gnuplot
	PATH=$PWD/bin:$PATH run --separate-stderr mymap bench --from rows --plot plot.svg --json
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: bench: plot.svg: the drawing is not complete; is there space for it?" ]
	[ "$(cat plot.svg)" = "<svg></svg>" ]

	rm bin/gnuplot
	run --separate-stderr env PATH="$PWD/bin" LD_LIBRARY_PATH="$BUILT" "$BUILT/mymap" bench --from rows --plot plot.svg --json
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: bench: gnuplot draws, and is not installed: run 'sudo apt install gnuplot-nox'" ]
	run --separate-stderr mymap bench --from rows --plot no/plot.svg --json
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: bench: no/plot.svg: No such file or directory" ]
	[ "$(ls -d plot.svg*)" = plot.svg ]
}

@test "bench: --plot replaces what a link leads to, and nothing that is no file" {
	row a 1 >rows
	mkdir bin folder
	printf '#!/bin/sh\necho "<svg></svg>"\n' >bin/gnuplot
	chmod +x bin/gnuplot
	echo old >folder/plot.svg
	ln -s folder/plot.svg link.svg
	PATH=$PWD/bin:$PATH mymap bench --from rows --plot link.svg --json
	[ -L link.svg ]
	[ "$(cat folder/plot.svg)" = "<svg></svg>" ]
	mkfifo fifo
	ln -s fifo link
	for place in fifo link; do
		PATH=$PWD/bin:$PATH run --separate-stderr mymap bench --from rows --plot "$place" --json
		[ "$status" -eq 1 ]
		[ "$stderr" = "mymap: bench: $place: not a file; for standard output, draw into one and copy it" ]
	done
	[ -p fifo ]
	PATH=$PWD/bin:$PATH run --separate-stderr mymap bench --from rows --plot folder --json
	[ "$status" -eq 1 ]
	[ "$stderr" = "mymap: bench: folder: Is a directory" ]
}

@test "bench: the real gnuplot draws a bar for each figure" {
	requires gnuplot
	{ row "a'\`id\`" 1 2 3 4 5 6 7 8; row b 1 0 3; } | sed "s/9\\.9/9'\`id\`/; s/instructions/x'\`id>ran\`/" >rows
	run --separate-stderr mymap bench --from rows --plot plot.svg --json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ] || { echo "$stderr"; false; }
	grep -q '<svg' plot.svg
	grep -q 'first touch' plot.svg
	run ! grep -q 'uid=' plot.svg
	[ ! -e ran ]
}

@test "bench: the real gnuplot draws sizes of which one has no figure for a step" {
	requires gnuplot
	{ row a 1 2 3 4 5 6 7 8 9 10; row a 1 2 3 | sed 's/4096/8192/'; row b null null 3 | sed 's/4096/16384/'; } >rows
	run --separate-stderr mymap bench --from rows --plot plot.svg --json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ] || { echo "$stderr"; false; }
	grep -q 'first touch' plot.svg
}

@test "bench: bad words are usage errors" {
	run --separate-stderr mymap bench nothing
	fails_with 2 "mymap: bench: no row 'nothing'; see 'mymap bench --help'"
	run --separate-stderr mymap bench --unit miles
	fails_with 2 "mymap: bench: unit 'miles': not nanoseconds, instructions or icount"
	run --separate-stderr mymap bench --repeat 0
	fails_with 2 "mymap: bench: repeat '0': not a number from 1 to 1000"
	run --separate-stderr mymap bench --repeat 1001
	fails_with 2 "mymap: bench: repeat '1001': not a number from 0 to 1000"
	run --separate-stderr mymap bench --size 0
	fails_with 2 "mymap: bench: size '0': nothing to measure"
}

# judged FIGURE MEMFD-FIGURE: what becomes of a budget of 100, and of one of 1.5 times what memfd takes.
judged() {
	local suite=none-$BASHPID
	printf 'none 4K mymap map 100 # and no more\nnone 4K mymap map 1.5x memfd\n' | sed "s/none/$suite/" >budgets
	mkdir -p "$ROOT/build/bench"
	{ row mymap null null "$1"; row memfd null null "$2"; } | sed "s/\"map\":\([0-9.][0-9.]*\)/&,\"spread\":{\"map\":[\1,\1]}/" \
		>"$ROOT/build/bench/$suite.json"
	run "$ROOT/tests/bench" --budgets budgets --measured "$suite"
	rm "$ROOT/build/bench/$suite.json"
	output=$(cut -d - -f 1 <<<"$output" | xargs)
}

@test "bench: what takes more than its budget and 5 % fails, and more than so many times another row" {
	judged 105 70
	[ "$output" = "1..2 ok 1 ok 2" ] || { echo "$output"; false; }
	[ "$status" -eq 0 ]
	judged 105.1 70.1
	[ "$output" = "1..2 not ok 1 ok 2" ]
	[ "$status" -eq 1 ]
	judged 90 59.9
	[ "$output" = "1..2 ok 1 not ok 2" ]
	[ "$status" -eq 1 ]
	judged '' 60
	[ "$output" = "1..2 not ok 1 not ok 2" ] || { echo "$output"; false; }
	judged 90 ''
	[ "$output" = "1..2 ok 1 not ok 2" ]
}

@test "bench: a budget with a word too few or too many is an error, and none is passed over" {
	local bad
	for bad in "bookworm 64M mymap map" "bookworm 64M mymap map 1 2" "bookworm 64M mymap map many" "bookworm 64M mymap map 1 memfd" \
		"bookworm 64M mymap map 1x" "bookworm 64M mymap map 1x memfd and"; do
		printf 'bookworm 64M mymap map 1\n\n%s # why\n' "$bad" >budgets
		run --separate-stderr "$ROOT/tests/bench" --budgets budgets
		fails_with 2 "tests/bench: budgets:3: not SUITE SIZE ROW COLUMN BUDGET, or TIMESx OTHER-ROW in its place"
	done
	run --separate-stderr "$ROOT/tests/bench" --budgets nowhere
	fails_with 2 "tests/bench: nowhere: cannot be read"
}

@test "bench: docs/performance.md has the figures of docs/performance.json" {
	diff <(sed -n '/^<!-- tables/,/^<!-- end/p' "$ROOT/docs/performance.md" | sed '1,2d;$d' | sed '$d') \
		<(mymap bench --from "$ROOT/docs/performance.json")
}
