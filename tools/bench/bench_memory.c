// SPDX-License-Identifier: GPL-2.0-only
/*
 * What several peers do in the same way.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

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
