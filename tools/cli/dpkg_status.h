/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dpkg knows about packages: /var/lib/dpkg/status.
 */
#ifndef MYMAP_CLI_DPKG_STATUS_H
#define MYMAP_CLI_DPKG_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PACKAGE_NAME_MAX	192	/* "linux-headers-" and a release */
#define PACKAGE_VERSION_MAX	128

enum package_state {
	PACKAGE_ABSENT,		/* or removed and not purged */
	PACKAGE_BROKEN,		/* unpacked, half configured and the like */
	PACKAGE_INSTALLED,
};

/**
 * struct dpkg_package - a package that is asked about
 * @name: its name, set by who asks; one that ends in * stands for all that begin so
 * @state: what dpkg says
 * @version: its version, "" if @state is PACKAGE_ABSENT
 */
struct dpkg_package {
	char name[PACKAGE_NAME_MAX];
	enum package_state state;
	char version[PACKAGE_VERSION_MAX];
};

int dpkg_status_read(FILE *stream, struct dpkg_package *packages, size_t nr_packages,
		     unsigned long *ret_bad_line);
bool version_has_same_upstream(const char *version, const char *other);

#endif /* MYMAP_CLI_DPKG_STATUS_H */
