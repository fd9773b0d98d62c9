// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command that hands a buffer to drivers of other devices: EXPORT.
 */
#include <linux/fs.h>
#include <linux/kconfig.h>
#include <linux/mm.h>

#include "ioctl.h"
#include "mymap.h"

long mymap_export(const struct mymap_call *call, union mymap_args *args)
{
	const struct mymap_export *range = &args->export;
	const fmode_t both = FMODE_READ | FMODE_WRITE;

	if (range->flags)
		return -EOPNOTSUPP;
	if (!range->length || !PAGE_ALIGNED(range->offset) ||
	    !PAGE_ALIGNED(range->length))
		return -EINVAL;
	/* Nothing keeps the device of an importer from either. */
	if ((call->mode & both) != both)
		return -EACCES;
	if (!IS_ENABLED(CONFIG_DMA_SHARED_BUFFER))
		return -EOPNOTSUPP;
	return mymap_dmabuf_export(call->buffer, range->offset, range->length);
}
