// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has for buffers of devices: udmabuf and the system heap.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define UDMABUF		"/dev/udmabuf"
#define SYSTEM_HEAP	"/dev/dma_heap/system"

static int make_udmabuf(int memfd, size_t size)
{
	struct udmabuf_create create = { .memfd = (__u32)memfd, .flags = UDMABUF_FLAGS_CLOEXEC, .size = size };
	int device, fd, r;

	device = open(UDMABUF, O_RDWR | O_CLOEXEC);
	if (device < 0)
		return -errno;
	fd = ioctl(device, UDMABUF_CREATE, &create);
	r = fd < 0 ? -errno : fd;
	close(device);
	return r;
}

/* It is made of a memfd that cannot shrink. */
static int create_udmabuf(struct bench_memory *memory)
{
	int memfd, r;

	memfd = memfd_create("mymap-bench", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (memfd < 0)
		return -errno;
	if (ftruncate(memfd, (off_t)memory->size) < 0 || fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		r = -errno;
	else
		r = make_udmabuf(memfd, memory->size);
	close(memfd);
	if (r < 0)
		return r;
	memory->fd = r;
	return 0;
}

static int create_from_heap(struct bench_memory *memory)
{
	struct dma_heap_allocation_data data = { .len = memory->size, .fd_flags = O_RDWR | O_CLOEXEC };
	int heap, r;

	heap = open(SYSTEM_HEAP, O_RDONLY | O_CLOEXEC);
	if (heap < 0)
		return -errno;
	r = ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) < 0 ? -errno : 0;
	close(heap);
	if (!r)
		memory->fd = (int)data.fd;
	return r;
}

static const char *udmabuf_hint(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no " UDMABUF ": the kernel has none, or 'sudo modprobe udmabuf'";
	case -EACCES:
		return UDMABUF " is not for this user";
	case -EINVAL:
		return "larger than udmabuf.size_limit_mb, or not whole pages";
	default:
		return NULL;
	}
}

static const char *heap_hint(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no " SYSTEM_HEAP " in this kernel";
	case -EACCES:
		return SYSTEM_HEAP " is not for this user";
	default:
		return NULL;
	}
}

const struct bench_peer bench_udmabuf = {
	.name = "udmabuf",
	.cycle = true,
	.create = create_udmabuf,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
	.hint = udmabuf_hint,
};

const struct bench_peer bench_dma_heap = {
	.name = "dma-heap",
	.cycle = true,
	.create = create_from_heap,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
	.hint = heap_hint,
};
