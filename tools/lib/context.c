// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap: an open /dev/mymap.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <mymap.h>

#include "private.h"
#include "version.h"

struct mymap {
	int fd;
};

MYMAP_EXPORT int mymap_open(struct mymap **ret_ctx)
{
	struct mymap *ctx;

	ctx = malloc(sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;

	ctx->fd = open(MYMAP_NODE, O_RDWR | O_CLOEXEC);
	if (ctx->fd < 0) {
		int r = -errno;

		free(ctx);
		return r;
	}

	*ret_ctx = ctx;
	return 0;
}

MYMAP_EXPORT void mymap_close(struct mymap *ctx)
{
	if (!ctx)
		return;

	close(ctx->fd);
	free(ctx);
}

MYMAP_EXPORT int mymap_get_fd(const struct mymap *ctx)
{
	return ctx->fd;
}

MYMAP_EXPORT const char *mymap_version(void)
{
	return MYMAP_LIBRARY_VERSION;
}
