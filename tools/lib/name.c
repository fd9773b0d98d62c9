// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names of buffers: what may be one, and taking one away.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include <mymap.h>

#include "private.h"

#define LETTERS_AND_DIGITS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static_assert(MYMAP_NAME_MAX + 1 == MYMAP_NAME_SIZE, "mymap.h and linux/mymap.h");

MYMAP_EXPORT bool mymap_name_is_valid(const char *name)
{
	size_t len = strnlen(name, MYMAP_NAME_SIZE);

	return len && len <= MYMAP_NAME_MAX && strspn(name, LETTERS_AND_DIGITS) > 0 &&
	       strspn(name, LETTERS_AND_DIGITS "._-") == len;
}

int mymap_name_copy(char to[MYMAP_NAME_SIZE], const char *name)
{
	if (!mymap_name_is_valid(name))
		return -EINVAL;

	memset(to, 0, MYMAP_NAME_SIZE);
	memcpy(to, name, strlen(name));
	return 0;
}

/*
 * Driver 0.1.0 finds bytes in CREATE that it does not know, and knows none of the
 * other commands. Only the door is asked, so ENOTTY means nothing else.
 */
int mymap_name_error(int error)
{
	return error == -E2BIG || error == -ENOTTY ? -EOPNOTSUPP : error;
}

MYMAP_EXPORT int mymap_buffer_destroy(struct mymap *ctx, const char *name)
{
	struct mymap_destroy destroy = { .size = sizeof(destroy) };
	int r;

	r = mymap_name_copy(destroy.name, name);
	if (r < 0)
		return r;

	return mymap_name_error(mymap_ioctl(mymap_get_fd(ctx), MYMAP_IOC_DESTROY, &destroy));
}
