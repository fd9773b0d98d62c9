// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is a file: memfd, POSIX shared memory, a file on a disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

static int set_size(struct bench_memory *memory, bool populate)
{
	off_t size = (off_t)memory->size;

	if (ftruncate(memory->fd, size) < 0 || (populate && fallocate(memory->fd, 0, 0, size) < 0)) {
		int r = -errno;

		bench_close_fd(memory);
		return r;
	}
	return 0;
}

static int create_memfd(struct bench_memory *memory, unsigned int flags, bool populate)
{
	memory->fd = memfd_create("mymap-bench", MFD_CLOEXEC | flags);
	return memory->fd < 0 ? -errno : set_size(memory, populate);
}

static int memfd(struct bench_memory *memory)
{
	return create_memfd(memory, 0, false);
}

static int memfd_populated(struct bench_memory *memory)
{
	return create_memfd(memory, 0, true);
}

/* A whole number of huge pages, or ftruncate is refused. */
static int memfd_huge(struct bench_memory *memory)
{
	return create_memfd(memory, MFD_HUGETLB, false);
}

static int memfd_huge_populated(struct bench_memory *memory)
{
	return create_memfd(memory, MFD_HUGETLB, true);
}

/* The turns of peers that have no memory in common to wait in. */
static int memfd_and_turns(struct bench_memory *memory)
{
	int r;

	memory->turn[0] = eventfd(0, EFD_CLOEXEC);
	memory->turn[1] = eventfd(0, EFD_CLOEXEC);
	if (memory->turn[0] < 0 || memory->turn[1] < 0)
		return -errno;
	r = memfd_populated(memory);
	return r;
}

static int close_turns(struct bench_memory *memory)
{
	int side;

	for (side = 0; side < 2; side++) {
		if (memory->turn[side] >= 0)
			close(memory->turn[side]);
		memory->turn[side] = -1;
	}
	return bench_close_fd(memory);
}

static int pass_turn(struct bench_memory *memory, int side)
{
	return eventfd_write(memory->turn[!side], 1) < 0 ? -errno : 0;
}

static int await_turn(struct bench_memory *memory, int side)
{
	eventfd_t value;

	return eventfd_read(memory->turn[side], &value) < 0 ? -errno : 0;
}

/* The name is only for the moment; nothing is left if we are killed. */
static int posix_shm(struct bench_memory *memory)
{
	char name[64];

	snprintf(name, sizeof(name), "/mymap-bench-%ld", (long)getpid());
	memory->fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (memory->fd < 0)
		return -errno;
	shm_unlink(name);
	return set_size(memory, false);
}

/* Not /tmp, which may be memory as well. */
static int file(struct bench_memory *memory)
{
	const char *dir = getenv("TMPDIR");

	memory->fd = open(dir ? dir : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return memory->fd < 0 ? -errno : set_size(memory, false);
}

static const char *huge_hint(int error)
{
	switch (error) {
	case -ENOMEM:
	case -ENOSPC:
		return "too few huge pages are reserved: run 'sudo sysctl vm.nr_hugepages=N'";
	case -EINVAL:
		return "not a whole number of huge pages";
	case -ENOENT:
	case -ENODEV:
	case -EOPNOTSUPP:
		return "this kernel has none";
	default:
		return NULL;
	}
}

static const char *file_hint(int error)
{
	return error == -EOPNOTSUPP || error == -EISDIR ?
		"set TMPDIR to a folder of a filesystem that has O_TMPFILE" : NULL;
}

const struct bench_peer bench_memfd = {
	.name = "memfd",
	.cycle = true,
	.create = memfd,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
	.call = bench_call_nothing,
};

const struct bench_peer bench_memfd_populated = {
	.name = "memfd-populated",
	.cycle = true,
	.create = memfd_populated,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
};

const struct bench_peer bench_memfd_huge = {
	.name = "memfd-huge",
	.create = memfd_huge,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
	.hint = huge_hint,
};

const struct bench_peer bench_memfd_huge_populated = {
	.name = "memfd-huge-populated",
	.create = memfd_huge_populated,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
	.hint = huge_hint,
};

const struct bench_peer bench_memfd_read_write = {
	.name = "memfd-read-write",
	.create = memfd_and_turns,
	.close = close_turns,
	.copy_in = bench_write_all,
	.copy_out = bench_read_all,
	.call = bench_call_byte,
	.pass = pass_turn,
	.await = await_turn,
};

const struct bench_peer bench_posix_shm = {
	.name = "posix-shm",
	.cycle = true,
	.create = posix_shm,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
};

const struct bench_peer bench_file = {
	.name = "file",
	.create = file,
	.map = bench_map_fd,
	.unmap = bench_unmap,
	.close = bench_close_fd,
	.hint = file_hint,
};
