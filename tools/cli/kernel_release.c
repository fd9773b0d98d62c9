// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of kernels: which is newer, and which flavour one is of.
 */
#include <string.h>

#include "kernel_release.h"

#define DIGITS	"0123456789"
#define PLAIN	DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.:+~_-"

/**
 * release_is_plain() - can it be a kernel's name, a version, or a device's name?
 * @release: a name from a folder that anybody may have put anything into
 *
 * What is plain can stand in a command that a user copies into a shell.
 */
bool release_is_plain(const char *release)
{
	size_t len = strlen(release);

	return len > 0 && len < RELEASE_MAX && release[0] != '.' && release[0] != '-' &&
	       strspn(release, PLAIN) == len;
}

/**
 * release_is_newer() - which of two kernels is the newer one?
 * @release: one
 * @than: the other
 *
 * glibc's order of versions: that of "sort -V", by which boot loaders choose, but
 * for a tilde (6.12~rc1 is taken for newer than 6.12).
 */
bool release_is_newer(const char *release, const char *than)
{
	return strverscmp(release, than) > 0;
}

static bool is_release_candidate(const char *part, size_t len)
{
	return len > 2 && !strncmp(part, "rc", 2) && strspn(part + 2, DIGITS) == len - 2;
}

/**
 * release_flavour() - what Debian's metapackages are named after
 * @release: 6.1.0-56-cloud-amd64, or 7.2.3+deb14-arm64-16k
 *
 * It is what remains after the version, and after the number of the ABI that
 * Debian's kernels had up to 6.1 (6.1.0-56, 6.1.0-0.deb11.21). A flavour may begin with a
 * digit itself (686-pae, 4kc-malta), so only one such part is taken away, and none
 * after a version that has a plus sign.
 *
 * Return: the part of @release from there on, or NULL if there is none.
 */
const char *release_flavour(const char *release)
{
	const char *version_end = strchr(release, '-');
	const char *flavour, *part_end;

	if (!version_end)
		return NULL;

	flavour = version_end + 1;
	part_end = strchr(flavour, '-');
	if (part_end) {
		bool has_plus = memchr(release, '+', (size_t)(version_end - release));
		bool is_number = strspn(flavour, DIGITS) > 0 && !has_plus;

		if (is_number || is_release_candidate(flavour, (size_t)(part_end - flavour)))
			flavour = part_end + 1;
	}
	return *flavour ? flavour : NULL;
}
