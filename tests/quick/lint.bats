#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What holds for all of the tree: spelling, shell, licenses, and which room sees what.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

files() {
	git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
		[ ! -f "$file" ] || printf '%s\n' "$file"
	done
}

# The shell scripts of the tree, by their first line.
scripts() {
	files | grep -vE '\.(bats|bash)$|^LICENSES/' | xargs awk '
		FNR == 1 && /^(#!\/bin\/(ba)?sh|#!\/usr\/bin\/env bash|# shellcheck shell=)/ { print FILENAME }
		{ nextfile }'
}

# never FILE PATTERN: the file has no line that matches, comments aside.
never() {
	! sed 's|/\*.*\*/||; /^ \*/d; /^\/\*/d' "src/$1" | grep -nE "$2"
}

@test "lint: shellcheck has no complaint about any script" {
	[ "$(scripts | wc -l)" -ge 10 ]
	# main.sh comes with the two programs that are made of it.
	scripts | grep -vxF tests/vm/lib/main.sh | xargs shellcheck -e SC1091
}

@test "lint: shellcheck has no complaint about the bats files" {
	files '*.bats' '*.bash' | xargs shellcheck -s bats -e SC1091,SC2002,SC2016,SC2030,SC2031,SC2034,SC2154
}

@test "lint: the spelling is right" {
	files | grep -v '^LICENSES/' | xargs codespell --ignore-words-list nd,fo,iput,parm,filp
}

@test "lint: every source file names its license" {
	local missing
	missing=$({ files '*.c' '*.h' '*.bats' 'src/Kbuild' Makefile '*/Makefile'; scripts; } | sort -u | xargs awk '
		FNR == 1 { good[FILENAME] = 0 }
		FNR <= 3 && /SPDX-License-Identifier:/ { good[FILENAME] = 1 }
		END { for (file in good) if (!good[file] && file !~ /^debian\//) print file }')
	[ -z "$missing" ] || { echo "without a license: $missing"; false; }
}

# Lines "PATTERN LICENSE" of debian/copyright, in its order: the last pattern that matches a file counts.
copyright() {
	awk '
		$1 == "Files:" { n = split($0, pattern); next }
		$1 == "License:" && n {
			sub(/^License: /, "")
			sub(/^GPL-2/, "GPL-2.0-only"); sub(/^LGPL-2[.]1[+]/, "LGPL-2.1-or-later")
			sub(/ with Linux-syscall-note exception/, " WITH Linux-syscall-note")
			for (i = 2; i <= n; i++) print pattern[i], $0
			n = 0
		}' debian/copyright
}

@test "lint: debian/copyright tells of each file the license that the file names" {
	local file named told pattern license patterns=() licenses=() i count=0
	while read -r pattern license; do
		patterns+=("$pattern") licenses+=("$license")
	done < <(copyright)
	while IFS=: read -r file named; do
		for i in "${!patterns[@]}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $file != ${patterns[i]} ]] || told=${licenses[i]}
		done
		[ "$named" = "$told" ] || { echo "$file is $named, debian/copyright says $told"; return 1; }
		count=$((count + 1))
	done < <(files | grep -v '^LICENSES/' | xargs grep -Hm 1 'SPDX-License-Identifier: [A-Z]' |
		sed -nE 's,^([^:]*):.*SPDX-License-Identifier: ([^*>]*[A-Za-z0-9]).*,\1:\2,p')
	[ "$count" -gt 300 ]
}

@test "lint: the version stands in dkms.conf, and the changelog repeats it" {
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	head -n 1 debian/changelog | grep -F "mymap ($version-"
	run ! git grep -nF "\"$version\"" -- src tools ':!*.h'
}

@test "rooms: no version check but in compat" {
	run ! grep -rnE 'LINUX_VERSION_CODE|KERNEL_VERSION' src --include='*.[ch]' --exclude-dir=compat
}

@test "rooms: the device and the commands see no page, the buffers no user memory and no mapping" {
	never chardev.c 'struct page'
	never ioctl.c 'struct page|mymap_pages_'
	never ioctl_names.c 'struct page|mymap_pages_'
	never ioctl_size.c 'struct page|mymap_pages_|mymap_names_'
	never names.c '__user|struct page|struct file |vm_area_struct|mymap_pages_|mymap_bufferfs_'
	never sysfs.c '__user|struct page|struct file |vm_area_struct|mymap_pages_|_lock|mymap_names_|mymap_bufferfs_'
	never name.h 'u32|size_t|struct '
	never bufferfs.c 'struct page|struct mymap_(create|query|info|open_named|destroy|resize|seal)( |$)'
	never inode.c 'struct (page|file) |__user|vm_area_struct|mymap_(pages|bufferfs)_'
	never buffer.c '__user|vm_area_struct|get_unused_fd|fd_install'
	never buffer_device.c '__user|vm_area_struct|struct page |mymap_pages_|get_unused_fd|fd_install'
	never devices.h '__user|struct page |struct file '
	never devices.c '__user|struct (page|file|mymap_(buffer|pages|frames)) |dma_'
	never drivers.c '__user|struct (page|file|mymap_(buffer|pages|frames)) '
	never vm_frames.c 'dma_|struct page|__user'
	never ioctl_export.c 'struct page|mymap_pages_|mymap_names_|mymap_gather_|dma_buf_'
	never dmabuf.c '__user|struct page |mymap_pages_|mymap_names_|get_unused_fd|fd_install'
	never ioctl_device.c 'struct page|mymap_pages_|mymap_names_'
	for room in memory_gather.c memory_segments.c memory_contiguous.c memory_frames.c memory_pages.c memory_remove.c memory_chunks.c memory_broken.c; do
		never "$room" 'struct file |vm_area_struct|__user|mymap_buffer_|struct mymap_buffer'
	done
	never memory_cache.c 'struct (page|file|mymap_(buffer|pages|frames)) |vm_area_struct|__user|dma_(alloc|free|map|unmap)_'
	never vm.c 'struct mymap_(create|query|info)|alloc_pages'
	never file_io.c 'vm_area_struct'
	never ioctl_notify.c 'struct page|mymap_pages_'
	never limits.c '__user|struct (page|inode|file|mymap_buffer) |mymap_pages_'
	never handle.c 'struct page|mymap_pages_|__user'
	never notify.c 'struct (page|mymap_buffer|mymap_(ring|wait|eventfd)) |mymap_pages_|__user|fd_install'
	never stats.c '__user|struct (page|file|mymap_(buffer|pages)) '
	never stats.h '__user|struct (page|file|mymap_(buffer|pages)) '
	never debugfs.c 'struct (page|mymap_(buffer|pages)) |mymap_(buffer|pages|names)_'
	never trace.h 'struct (page|mymap_)|__string'
	never main.c 'struct mymap_buffer'
	never compat/compat.h 'struct mymap_'
	never compat/dma-buf.h 'struct mymap_'
}

@test "rooms: no file of code is longer than 500 lines" {
	# The contract with user space is one file, however long.
	long=$(files 'src/*.c' 'src/*.h' 'tools/*.c' | grep -vF src/uapi/ | xargs wc -l | awk '$2 != "total" && $1 > 500')
	[ -z "$long" ] || { echo "$long"; false; }
}
