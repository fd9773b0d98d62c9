/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What "uname -r" says: 6.1.0-56-cloud-amd64.
 */
#ifndef MYMAP_CLI_KERNEL_RELEASE_H
#define MYMAP_CLI_KERNEL_RELEASE_H

#include <stdbool.h>

#define RELEASE_MAX	128	/* with the NUL; the kernel's own limit is 65 */

bool release_is_plain(const char *release);
bool release_is_newer(const char *release, const char *than);
const char *release_flavour(const char *release);

#endif /* MYMAP_CLI_KERNEL_RELEASE_H */
