#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# mymap where the kernel takes signed modules only. Runs on the host. The tests follow the lives of two machines, boot by
# boot, so they run all and in this order: one was bought and trusts Microsoft's keys and shim's list, the other
# has its owner's keys. What a user types is taken from docs/secure-boot.md.

bats_require_minimum_version 1.5.0

setup_file() {
	local name
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top guide=$top/docs/secure-boot.md MOK_PASSWORD=correct-horse
	export shared=$BATS_FILE_TMPDIR/shared bought=$BATS_FILE_TMPDIR/bought.fd owned=$BATS_FILE_TMPDIR/owned.fd

	mkdir -p "$shared/commands"
	printf '%s\n' "$MOK_PASSWORD" "$MOK_PASSWORD" >"$shared/password"
	cp "$BATS_TEST_DIRNAME/guest.bash" "$shared"
	for name in $(blocks); do
		sed -n "/^<!-- test: $name -->\$/,/^\`\`\`\$/{/^\`\`\`/d; /^<!--/d; p}" "$guide" >"$shared/commands/$name"
	done

	# The owner has the secret of the key that may change the firmware's list.
	openssl rsa -in /usr/share/ovmf/PkKek-1-snakeoil.key -passin pass:snakeoil -out "$shared/KEK.key"
	cp /usr/share/ovmf/PkKek-1-snakeoil.pem "$shared/KEK.crt"
	cp /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd "$owned"
}

# The names of the guide's blocks of commands.
blocks() {
	sed -n 's/^<!-- test: \(.*\) -->$/\1/p' "$guide"
}

# boot [OPTION]... <SCRIPT: run SCRIPT in the machine, with the functions of guest.bash; each of its commands must succeed.
boot() {
	run "$top/tests/vm/run" --quiet --with mokutil --with efitools --share "$shared" "$@" -- \
		bash -c '. /mnt/share/guest.bash; set -eux; eval "$0"' "$(cat)"
	echo "$output"
	[ "$status" = 0 ]
}

# doctor_says TEXT: what `mymap doctor` said in the boot that saved it.
doctor_says() {
	cat "$shared/doctor"
	grep -F -e "$1" "$shared/doctor"
}

@test "the guide: every block of commands is run here" {
	local name
	[ "$(grep -c '^```sh$' "$guide")" = "$(blocks | wc -l)" ]
	for name in $(blocks); do
		grep -B 1 '^```sh$' "$guide" | grep -Fx "<!-- test: $name -->"
		[ -s "$shared/commands/$name" ]
		grep -E "^	+type_in $name( |\$)" "$BATS_TEST_FILENAME"
	done
}

@test "bought, first boot: the module is refused, unsigned or signed by a key that is not enrolled" {
	boot --secure-boot "$bought" <<-'END'
		type_in state | tee /dev/stderr >output
		grep 'SecureBoot enabled' output
		grep 'DKMS module signing key' output
		grep 'mok.pub is not enrolled' output
		is_locked_down
		is_refused 'Key was rejected by service' modprobe mymap
		is_refused 'Key was rejected by service' insmod "$(unsigned)"
		save_doctor
		type_in enrol </mnt/share/password
		type_in pending | grep 'DKMS module signing key'
	END
}

@test "doctor: says why the module is refused, and the command that mends it" {
	doctor_says 'mokutil --import /var/lib/dkms/mok.pub'
}

@test "bought, next boot: the user confirms the key at the screen, and the module is loaded at boot" {
	boot --secure-boot "$bought" --console "$BATS_TEST_DIRNAME/enrol-key" <<-'END'
		is_loaded
		modprobe -r mymap
		type_in state | grep 'mok.pub is already enrolled'
		type_in enrolled | diff <(seq 0 9) -
		works
		is_locked_down
		modprobe -r mymap
		is_refused 'Key was rejected by service' insmod "$(unsigned)"
	END
}

@test "bought, boot with lockdown=integrity: the same" {
	boot --secure-boot "$bought" --append lockdown=integrity <<-'END'
		is_locked_down
		is_loaded
		works
		modprobe -r mymap
		is_refused 'Key was rejected by service' insmod "$(unsigned)"
	END
}

@test "owned, first boot: the module is refused, and the owner adds its key to the firmware's list" {
	boot --secure-boot "$owned" <<-'END'
		is_locked_down
		is_refused 'Key was rejected by service' modprobe mymap
		cd /mnt/share
		cp /var/lib/dkms/mok.pub .
		type_in list
		type_in append
	END
}

@test "owned, next boot: the module is loaded at boot" {
	boot --secure-boot "$owned" <<-'END'
		is_locked_down
		is_loaded
		works
		modprobe -r mymap
		is_refused 'Key was rejected by service' insmod "$(unsigned)"
	END
}

@test "lockdown=integrity without UEFI: no key can be enrolled, and the module is refused" {
	boot --append lockdown=integrity <<-'END'
		is_locked_down
		is_refused 'Operation not permitted' modprobe mymap
	END
}
