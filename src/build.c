// SPDX-License-Identifier: GPL-2.0-only
/*
 * All of the driver, for the compiler: see Kbuild.
 */

/* Whose pr_fmt is everybody's, and has to come before the kernel's. */
#include "main.c"

#include "chardev.c"
#include "ioctl.c"
#include "ioctl_names.c"
#include "ioctl_size.c"
#include "ioctl_notify.c"
#include "ioctl_device.c"
#include "ioctl_export.c"

#include "bufferfs.c"
#include "inode.c"
#include "handle.c"
#include "names.c"
#include "sysfs.c"
#include "notify.c"
#include "limits.c"
#include "client.c"
#include "stats.c"
#include "debugfs.c"

#include "buffer.c"
#include "buffer_device.c"
#include "file_io.c"
#include "vm.c"
#include "vm_frames.c"

#include "memory_pages.c"
#include "memory_run.c"
#include "memory_remove.c"
#include "memory_chunks.c"
#include "memory_broken.c"
#include "memory_contiguous.c"
#include "memory_frames.c"
#include "memory_cache.c"
#include "memory_region.c"
#include "memory_gather.c"
#include "memory_segments.c"

#include "devices.c"
#include "drivers.c"
#include "node.c"

#ifdef CONFIG_DMA_SHARED_BUFFER
#include "dmabuf.c"
#endif

/* The others have its header for what it declares; from here on it is code. */
#include "trace.c"
