// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands about the device of a buffer: SEGMENTS and SYNC.
 */
#include <linux/capability.h>
#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/security.h>
#include <linux/uaccess.h>

#include "devices.h"
#include "ioctl.h"
#include "mymap.h"

bool mymap_expose_addresses;

/* So many are copied to the caller at once: a page full. */
#define MYMAP_SEGMENTS_AT_ONCE	(PAGE_SIZE / sizeof(struct mymap_segment))

/*
 * Who knows addresses can tell a device to write there: it is for those who may do
 * that anyway, or whom the administrator trusts with it. A kernel that is locked
 * down trusts nobody, as with /dev/mem.
 */
static int mymap_may_know_addresses(void)
{
	if (!mymap_expose_addresses && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	return security_locked_down(LOCKDOWN_DEV_MEM);
}

long mymap_segments(const struct mymap_call *call, union mymap_args *args)
{
	struct mymap_segments *segments = &args->segments;
	struct mymap_segment __user *to = u64_to_user_ptr(segments->segments);
	unsigned int done = 0, total, nr;
	struct mymap_segment *chunk;
	int err;

	if (segments->flags)
		return -EOPNOTSUPP;
	if (segments->total || segments->segments != (uintptr_t)to)
		return -EINVAL;
	/* It allocates all of the buffer and has it keep its size. */
	if (!(call->mode & FMODE_WRITE))
		return -EACCES;
	err = mymap_may_know_addresses();
	if (err)
		return err;
	chunk = (void *)__get_free_page(GFP_KERNEL);
	if (!chunk)
		return -ENOMEM;

	do {
		nr = min_t(unsigned int, MYMAP_SEGMENTS_AT_ONCE,
			   segments->nr_segments - done);
		err = mymap_buffer_get_segments(call->buffer, chunk, done, &nr,
						&total);
		if (!err && copy_to_user(to + done, chunk, nr * sizeof(*chunk)))
			err = -EFAULT;
		done += nr;
	} while (!err && nr && done < segments->nr_segments);
	free_page((unsigned long)chunk);
	if (err)
		return err;

	segments->nr_segments = done;
	segments->total = total;
	return mymap_copy_out(call, segments);
}

long mymap_sync(const struct mymap_call *call, union mymap_args *args)
{
	static const enum dma_data_direction directions[] = {
		[MYMAP_SYNC_TO_DEVICE]	 = DMA_TO_DEVICE,
		[MYMAP_SYNC_FROM_DEVICE] = DMA_FROM_DEVICE,
		[MYMAP_SYNC_BOTH]	 = DMA_BIDIRECTIONAL,
	};
	const struct mymap_sync *sync = &args->sync;

	if (sync->flags & ~MYMAP_SYNC_END)
		return -EOPNOTSUPP;
	if (sync->reserved || !sync->direction ||
	    sync->direction > MYMAP_SYNC_BOTH)
		return -EINVAL;
	if (!sync->length)
		return -EINVAL;
	/*
	 * It drops lines of the cache, with what others have written and the
	 * device is to read. TO_DEVICE writes them back, which changes nothing.
	 */
	if (sync->direction != MYMAP_SYNC_TO_DEVICE &&
	    !(call->mode & FMODE_WRITE))
		return -EACCES;
	return mymap_buffer_synchronize(call->buffer, sync->offset,
					sync->length,
					directions[sync->direction],
					sync->flags & MYMAP_SYNC_END);
}
