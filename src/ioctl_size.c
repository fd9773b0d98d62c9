// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that change what a buffer is: RESIZE and SEAL.
 */
#include <linux/fs.h>
#include <linux/mm.h>

#include "ioctl.h"
#include "mymap.h"
#include "range.h"

#define MYMAP_ALL_SEALS (MYMAP_SEAL_SEAL | MYMAP_SEAL_SHRINK | MYMAP_SEAL_GROW)

/* What RESIZE and SEAL want, when their values are right. */
static int mymap_may_change(const struct mymap_call *call, const void *args)
{
	if (!call->buffer)
		return -ENODEV;
	if (!(call->mode & FMODE_WRITE))
		return -EACCES;
	/*
	 * What they have to tell is told when it is too late to fail. So see
	 * whether the caller's struct can be written, by what it has already.
	 */
	return mymap_copy_out(call, args);
}

long mymap_resize(const struct mymap_call *call, union mymap_args *args)
{
	struct mymap_resize *resize = &args->resize;
	u64 size;
	int err;

	if (resize->flags)
		return -EOPNOTSUPP;
	if (!mymap_round_up_size(resize->buffer_size, PAGE_SIZE, &size))
		return -EINVAL;
	err = mymap_may_change(call, resize);
	if (err)
		return err;

	err = mymap_bufferfs_resize(call->buffer, size);
	if (err)
		return err;
	resize->buffer_size = size;
	return mymap_copy_out(call, resize);
}

long mymap_seal(const struct mymap_call *call, union mymap_args *args)
{
	struct mymap_seal *seal = &args->seal;
	int err;

	if (seal->flags || seal->seals & ~MYMAP_ALL_SEALS)
		return -EOPNOTSUPP;
	if (seal->reserved)
		return -EINVAL;
	err = mymap_may_change(call, seal);
	if (err)
		return err;

	err = mymap_buffer_add_seals(call->buffer, seal->seals);
	if (err)
		return err;
	seal->seals = READ_ONCE(call->buffer->seals);
	return mymap_copy_out(call, seal);
}
