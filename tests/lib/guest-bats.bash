# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What every shell reads that bats starts: only its own are meant, so that nothing else changes.
case ${0##*/} in
bats-exec-*)
	enable -f /usr/lib/bash/mkdir mkdir
	enable -f /usr/lib/bash/rm rm
	# Nanoseconds since 1970: asked once for each test.
	date() {
		if [ "$*" = +%s%N ]; then
			echo "${EPOCHREALTIME/[.,]/}000"
		else
			command date "$@"
		fi
	}
	;;
esac
