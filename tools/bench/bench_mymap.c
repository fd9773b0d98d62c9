// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows that are mymap's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

/* An odd place for a mapping: one page behind where a 2 MiB page could begin. */
#define ODD_ALIGNMENT	(2UL << 20)

/* A program has one for all its buffers. */
static struct mymap *context;

static int begin(void)
{
	return mymap_open(&context);
}

static void end(void)
{
	mymap_close(context);
	context = NULL;
}

static int create(struct bench_memory *memory, uint64_t flags)
{
	int r;

	r = mymap_buffer_create(context, memory->size, flags, &memory->buffer);
	if (r < 0)
		return r;
	memory->fd = mymap_buffer_get_fd(memory->buffer);
	return 0;
}

static int create_lazy(struct bench_memory *memory)
{
	return create(memory, 0);
}

static int create_populated(struct bench_memory *memory)
{
	return create(memory, MYMAP_BUFFER_CREATE_POPULATE);
}

static int punch(const struct bench_memory *memory, size_t offset, size_t length)
{
	return fallocate(memory->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
			 (off_t)length) < 0 ? -errno : 0;
}

/* Every second page is freed and allocated again, by itself. */
static int create_fragmented(struct bench_memory *memory)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), at;
	int r;

	r = create_populated(memory);
	for (at = 0; !r && at < memory->size; at += 2 * page)
		r = punch(memory, at, page);
	if (!r && fallocate(memory->fd, 0, 0, (off_t)memory->size) < 0)
		r = -errno;
	return r;
}

/* Mapped for its device, or there is nothing to be synchronized. */
static int create_for_device(struct bench_memory *memory)
{
	struct mymap_segment_list *list;
	int r;

	r = create_populated(memory);
	if (r < 0)
		return r;
	r = mymap_segment_list_new(memory->buffer, &list);
	if (!r)
		mymap_segment_list_free(list);
	return r;
}

/* All of it, for a device that reads and writes. */
static int synchronize(struct bench_memory *memory)
{
	return mymap_buffer_sync(memory->buffer, 0, memory->size,
				 MYMAP_BUFFER_SYNC_TO_DEVICE | MYMAP_BUFFER_SYNC_FROM_DEVICE);
}

static int buffer_close(struct bench_memory *memory)
{
	mymap_buffer_close(memory->buffer);
	memory->buffer = NULL;
	memory->fd = -1;
	return 0;
}

static int create_for_threads(struct bench_memory *memory)
{
	int r = create_populated(memory);

	return r < 0 ? r : bench_worker_start(memory);
}

static int close_for_threads(struct bench_memory *memory)
{
	bench_worker_end(memory);
	return buffer_close(memory);
}

/* Where no 2 MiB page fits: what a caller of MAP_FIXED may ask for. It has reserved the place before. */
static int create_odd(struct bench_memory *memory)
{
	memory->reserved_size = memory->size + 2 * ODD_ALIGNMENT;
	memory->reserved = mmap(NULL, memory->reserved_size, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory->reserved == MAP_FAILED) {
		memory->reserved = NULL;
		return -errno;
	}
	return create_populated(memory);
}

static int map_odd(struct bench_memory *memory)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t place;
	void *address;

	place = ((uintptr_t)memory->reserved + ODD_ALIGNMENT - 1) & ~(ODD_ALIGNMENT - 1);
	address = mmap((char *)memory->reserved + (place - (uintptr_t)memory->reserved) + page,
		       memory->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory->fd, 0);
	if (address == MAP_FAILED)
		return -errno;
	memory->address = address;
	return 0;
}

static int close_odd(struct bench_memory *memory)
{
	if (memory->reserved)
		munmap(memory->reserved, memory->reserved_size);
	memory->reserved = NULL;
	return buffer_close(memory);
}

static int ring(struct bench_memory *memory, int side)
{
	(void)side;
	return mymap_buffer_ring(memory->buffer, &memory->sequence);
}

/*
 * Side 0 begins, so it waits for the rings with even numbers and side 1 for the
 * odd ones: whoever has been let go on has seen the number that it was let go
 * on with, and waits for the one behind the next, which it rings itself.
 */
static int wait_for_ring(struct bench_memory *memory, int side)
{
	int r = 0;

	while (!r && (memory->sequence & 1) == (side ? 0 : 1))
		r = mymap_buffer_wait(memory->buffer, memory->sequence, -1, &memory->sequence);
	return r;
}

static const char *hint(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return "the module is not loaded: run 'sudo modprobe mymap'";
	case -EACCES:
		return "/dev/mymap is for the group mymap: run 'sudo adduser $USER mymap' and log in again";
	case -EDQUOT:
		return "a limit of the driver is reached: 'mymap info' shows them";
	case -ENOMEM:
		return "there is not as much memory: take a smaller --size";
	default:
		return NULL;
	}
}

static const char *sync_hint(int error)
{
	switch (error) {
	case -EPERM:
		return "only who may know addresses has memory mapped for a device: run it as root";
	case -EOPNOTSUPP:
		return "the device cannot reach all memory, or the module is older than this";
	default:
		return hint(error);
	}
}

const struct bench_peer bench_mymap = {
	.name = "mymap",
	.cycle = true,
	.begin = begin,
	.end = end,
	.create = create_lazy,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = buffer_close,
	.call = bench_call_nothing,
	.hint = hint,
};

const struct bench_peer bench_mymap_populated = {
	.name = "mymap-populated",
	.cycle = true,
	.begin = begin,
	.end = end,
	.create = create_populated,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = buffer_close,
	.hint = hint,
};

const struct bench_peer bench_mymap_odd = {
	.name = "mymap-odd",
	.begin = begin,
	.end = end,
	.create = create_odd,
	.map = map_odd,
	.unmap = bench_unmap,
	.close = close_odd,
	.hint = hint,
};

const struct bench_peer bench_mymap_fragmented = {
	.name = "mymap-fragmented",
	.begin = begin,
	.end = end,
	.create = create_fragmented,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = buffer_close,
	.hint = hint,
};

const struct bench_peer bench_mymap_threads = {
	.name = "mymap-threads",
	.begin = begin,
	.end = end,
	.create = create_for_threads,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = close_for_threads,
	.touch = bench_worker_touch,
	.hint = hint,
};

const struct bench_peer bench_mymap_sync = {
	.name = "mymap-sync",
	.begin = begin,
	.end = end,
	.create = create_for_device,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = buffer_close,
	.call = synchronize,
	.hint = sync_hint,
};

const struct bench_peer bench_mymap_read_write = {
	.name = "mymap-read-write",
	.begin = begin,
	.end = end,
	.create = create_populated,
	.close = buffer_close,
	.copy_in = bench_write_all,
	.copy_out = bench_read_all,
	.call = bench_call_byte,
	.pass = ring,
	.await = wait_for_ring,
	.hint = hint,
};
