# SPDX-License-Identifier: GPL-2.0-only
# docs/bring-up.md by its commands.
load helpers

# block NAME: what the guide has between its marks.
block() {
	sed -n "/^<!-- test: $1 -->\$/,/^\`\`\`\$/{/^\`\`\`/d; /^<!--/d; p}" "$source_dir/docs/bring-up.md"
}

@test "guide: from a device to a buffer with an address, and back" {
	local DEVICE
	eval "$(block device)"
	[ "$DEVICE" = "$(edu_wide)" ]
	eval "$(block bind)"
	run eval "$(block create)"
	status_is 0
	output_has "device               $DEVICE"
	[[ ${lines[-1]} =~ ^0x[0-9a-f]+' 1048576'$ ]]
	run eval "$(block doctor)"
	status_is 0
	output_has "$DEVICE is told addresses of memory itself"
	output_has "$DEVICE sees the processor's caches"
	run eval "$(block cache)"
	if [ "$(uname -m)" = x86_64 ]; then
		status_is 0
		output_has "cache                write-combined"
	else
		output_has "cache 'write-combined': memory of the kind device cannot be cached so here"
	fi
	eval "$(block registers)"
	eval "$(block end)"
	[ ! -e "/sys/bus/pci/devices/$DEVICE/driver" ]
}

@test "guide: no command is left out" {
	local name
	while read -r name; do
		grep -qE "eval \"\\$\(block $name\)\"" "$BATS_TEST_FILENAME" || fail "$name is not run"
	done < <(sed -n 's/^<!-- test: \(.*\) -->$/\1/p' "$source_dir/docs/bring-up.md")
	[ "$(grep -c '^```sh$' "$source_dir/docs/bring-up.md")" = "$(grep -c '^<!-- test: ' "$source_dir/docs/bring-up.md")" ]
}
