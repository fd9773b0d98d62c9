// SPDX-License-Identifier: GPL-2.0-only
/*
 * What several peers do in the same way.
 */
#include <errno.h>
#include <linux/mymap.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

/* Of nobody: mymap has no such number, and a memfd none at all. */
#define UNKNOWN		_IO(MYMAP_IOC_TYPE, 0xff)

/**
 * bench_memory_init() - nothing is there yet
 * @memory: to be initialized
 * @size: bytes it is to have
 */
void bench_memory_init(struct bench_memory *memory, size_t size)
{
	*memory = (struct bench_memory) {
		.size = size,
		.fd = -1,
		.pipe = { -1, -1 },
		.turn = { -1, -1 },
		.segment = -1,
	};
}

/**
 * bench_map_fd() - map the descriptor, shared
 * @memory: the memory
 *
 * Return: 0, or a negative errno.
 */
int bench_map_fd(struct bench_memory *memory)
{
	void *address = mmap(NULL, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);

	if (address == MAP_FAILED)
		return -errno;
	memory->address = address;
	return 0;
}

/**
 * bench_touch() - write one byte in each page
 * @begin: where
 * @end: up to where
 *
 * The loop itself is part of the figure, and as short as can be.
 */
void bench_touch(char *begin, const char *end)
{
	volatile char *byte = begin;

	for (; byte < end; byte += BENCH_PAGE)
		*byte = 1;
}

/**
 * bench_unmap() - end a mapping
 * @memory: the memory
 *
 * Return: 0, or a negative errno.
 */
int bench_unmap(struct bench_memory *memory)
{
	int r = munmap(memory->address, memory->size) < 0 ? -errno : 0;

	memory->address = NULL;
	return r;
}

/**
 * bench_close_fd() - close the descriptor
 * @memory: the memory
 *
 * Return: 0, or a negative errno.
 */
int bench_close_fd(struct bench_memory *memory)
{
	int r = memory->fd >= 0 && close(memory->fd) < 0 ? -errno : 0;

	memory->fd = -1;
	return r;
}

/**
 * bench_write_all() - fill the memory by write()
 * @memory: the memory
 * @from: as many bytes
 *
 * Return: 0, or a negative errno.
 */
int bench_write_all(struct bench_memory *memory, const void *from)
{
	size_t done = 0;

	while (done < memory->size) {
		ssize_t n = pwrite(memory->fd, (const char *)from + done, memory->size - done,
				   (off_t)done);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

/**
 * bench_read_all() - get all of the memory by read()
 * @memory: the memory
 * @to: room for as many bytes
 *
 * Return: 0, or a negative errno.
 */
int bench_read_all(struct bench_memory *memory, void *to)
{
	size_t done = 0;

	while (done < memory->size) {
		ssize_t n = pread(memory->fd, (char *)to + done, memory->size - done, (off_t)done);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

/**
 * bench_call_nothing() - an ioctl that does nothing
 * @memory: the memory
 *
 * What a system call costs that comes to who owns the descriptor, and is not known there.
 *
 * Return: 0, or a negative errno where it is known.
 */
int bench_call_nothing(struct bench_memory *memory)
{
	if (!ioctl(memory->fd, UNKNOWN, 0))
		return -EPROTO;
	return errno == ENOTTY ? 0 : -errno;
}

/**
 * bench_call_byte() - a byte by write(), and back by read()
 * @memory: the memory
 *
 * Return: 0, or a negative errno.
 */
int bench_call_byte(struct bench_memory *memory)
{
	char byte = 1;

	if (pwrite(memory->fd, &byte, 1, 1) != 1 || pread(memory->fd, &byte, 1, 1) != 1)
		return -errno;
	return 0;
}
