#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# docs/mmap.md shows the rows that tests/programs/mmap_table runs, and says why where mymap is not as a memfd.

bats_require_minimum_version 1.5.0

setup_file() {
	export BATS_TEST_TIMEOUT=60
	make -s -C "$BATS_TEST_DIRNAME/../programs" "O=$BATS_FILE_TMPDIR" "$BATS_FILE_TMPDIR/mmap_table"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

rows() {
	"$BATS_FILE_TMPDIR/mmap_table" --markdown | grep '^| [^|]' | grep -v '^| ---'
}

@test "mmap table: docs/mmap.md has the rows that are tested, with their outcomes" {
	[ "$(rows | wc -l)" -ge 150 ]
	"$BATS_FILE_TMPDIR/mmap_table" --markdown >"$BATS_TEST_TMPDIR/table"
	sed -n '/^<!-- begin of the table/,/^<!-- end of the table/p' docs/mmap.md | sed '1d;$d' |
		diff "$BATS_TEST_TMPDIR/table" - || {
		echo "docs/mmap.md is not what mmap_table --markdown prints"
		return 1
	}
}

@test "mmap table: where mymap and a memfd differ it says why, and nowhere else" {
	rows | sed 's/\\|/or/g' | awk -F ' *[|] *' '
		($4 == "the same") != ($5 == "") { print; bad = 1 }
		END { exit bad }'
}

@test "mmap table: no row stands there twice in a part" {
	"$BATS_FILE_TMPDIR/mmap_table" --markdown | awk -F ' [|] ' '
		/^###/ { part = $0 }
		/^\| [^-|]/ && seen[part, $1]++ { print; bad = 1 }
		END { exit bad }'
}

@test "mmap table: every flag and errno that mmap is known for has a row" {
	local word
	for word in PROT_EXEC PROT_READ PROT_WRITE PROT_NONE \
		MAP_FIXED MAP_FIXED_NOREPLACE MAP_SHARED MAP_SHARED_VALIDATE MAP_PRIVATE MAP_ANONYMOUS MAP_ANON \
		MAP_DENYWRITE MAP_EXECUTABLE MAP_NORESERVE MAP_LOCKED MAP_GROWSDOWN MAP_FILE MAP_32BIT MAP_POPULATE \
		MAP_NONBLOCK MAP_HUGETLB MAP_STACK MAP_SYNC MS_ASYNC MS_SYNC MS_INVALIDATE \
		EACCES EAGAIN EBADF EINVAL ENFILE ENODEV ENOMEM EPERM ETXTBSY EOVERFLOW SIGSEGV SIGBUS \
		MREMAP_MAYMOVE MREMAP_FIXED MREMAP_DONTUNMAP MCL_CURRENT MCL_FUTURE MLOCK_ONFAULT \
		MADV_DONTNEED MADV_REMOVE MADV_FREE MADV_HUGEPAGE MADV_NOHUGEPAGE MADV_COLLAPSE MADV_DONTFORK MADV_DOFORK \
		MADV_WIPEONFORK MADV_POPULATE_READ MADV_POPULATE_WRITE MADV_COLD MADV_PAGEOUT MADV_MERGEABLE MADV_HWPOISON \
		MADV_DONTDUMP; do
		rows | grep -qw "$word" || { echo "$word has no row"; return 1; }
	done
}
