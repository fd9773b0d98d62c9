# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# docs/fleet.md by its commands: the key, the repository, what a board is told.

# Set $top, $GNUPGHOME and $REPO, for throw-away ones, and make the key.
fleet_begin() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top GNUPGHOME=$BATS_FILE_TMPDIR/gnupg REPO=$BATS_FILE_TMPDIR/repo
	mkdir -m 700 "$GNUPGHOME"
	eval "$(block key)"
}

fleet_end() {
	gpgconf --kill gpg-agent
}

# block NAME: what the guide has between its marks.
block() {
	sed -n "/^<!-- test: $1 -->\$/,/^\`\`\`\$/{/^\`\`\`/d; /^<!--/d; p}" "$top/docs/fleet.md"
}

# repository [KVER...]: as the guide makes it, with modules for these kernels.
repository() {
	(cd "$top" && eval "$(block make | sed "s#^make #make -s REPO='$REPO' MODULES='$*' #")")
}
