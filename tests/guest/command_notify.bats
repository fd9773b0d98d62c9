# SPDX-License-Identifier: GPL-2.0-only
# The command: rings. Its words and options are tests of tests/quick.
load helpers

@test "command: rings: ring and wait, through an inherited descriptor" {
	run mymap create --size 4K -- sh -c '
		mymap ring --fd 3
		mymap ring --fd 3
		mymap wait --fd 3 --sequence 0 --json
		mymap wait --fd 3 --sequence 1 --json
		mymap wait --fd 3 --sequence 2 --timeout 60 &
		mymap ring --fd 3 --json
		wait'
	status_is 0
	[ "${lines[*]:0:4}" = '1 2 { "sequence": 2, "missed": 1 } { "sequence": 2, "missed": 0 }' ] || fail "$output"
	# These two at the same time.
	output_has '{ "sequence": 3 }'
	[ "$(grep -cx 3 <<<"$output")" = 1 ] || fail "$output"
}

@test "command: rings: the default buffer, for members of the group only" {
	before=$(mymap ring)
	run as member mymap ring
	output_is $((before + 1))
	run as member mymap wait --sequence "$before" --timeout 0
	output_is $((before + 1))
	run as stranger mymap ring
	status_is 1
}

@test "command: rings: no ring in time is 1, a descriptor for reading rings not" {
	run mymap wait --timeout 0.1
	status_is 1
	output_has "mymap: wait: no ring in 0.100 s"
	run mymap create --size 4K -- sh -c 'mymap ring --fd 4 4</proc/self/fd/3'
	status_is 1
	output_has "open for reading only"
}
