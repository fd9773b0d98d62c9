// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory without a file: inherited by fork, of System V, and a process's own,
 * from which a pipe takes copies.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "bench.h"

/* Fits into a pipe as it comes. */
#define PIPE_PIECE	65536UL

static int nothing(struct bench_memory *memory)
{
	(void)memory;
	return 0;
}

static int map_anonymous(struct bench_memory *memory)
{
	void *address = mmap(NULL, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (address == MAP_FAILED)
		return -errno;
	memory->address = address;
	return 0;
}

static int create_segment(struct bench_memory *memory)
{
	memory->segment = shmget(IPC_PRIVATE, memory->size, IPC_CREAT | 0600);
	return memory->segment < 0 ? -errno : 0;
}

/* It is marked to go at once, so that nothing is left if we are killed. */
static int attach_segment(struct bench_memory *memory)
{
	void *address = shmat(memory->segment, NULL, 0);
	int r = address == (void *)-1 ? -errno : 0;

	shmctl(memory->segment, IPC_RMID, NULL);
	memory->segment = -1;
	if (!r)
		memory->address = address;
	return r;
}

static int detach_segment(struct bench_memory *memory)
{
	int r = shmdt(memory->address) < 0 ? -errno : 0;

	memory->address = NULL;
	return r;
}

static int remove_segment(struct bench_memory *memory)
{
	if (memory->segment >= 0)
		shmctl(memory->segment, IPC_RMID, NULL);
	memory->segment = -1;
	return 0;
}

/* One pipe for each direction; side 0 reads from the first. */
static int create_pipes(struct bench_memory *memory)
{
	memory->address = malloc(memory->size);
	if (!memory->address)
		return -ENOMEM;
	if (pipe2(memory->pipe, O_CLOEXEC) < 0 || pipe2(memory->turn, O_CLOEXEC) < 0)
		return -errno;
	return 0;
}

static int close_pipes(struct bench_memory *memory)
{
	int i;

	free(memory->address);
	memory->address = NULL;
	for (i = 0; i < 2; i++) {
		if (memory->pipe[i] >= 0)
			close(memory->pipe[i]);
		if (memory->turn[i] >= 0)
			close(memory->turn[i]);
		memory->pipe[i] = memory->turn[i] = -1;
	}
	return 0;
}

static int read_exactly(int fd, void *to, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = read(fd, (char *)to + done, length - done);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

/* Both ends in one process: what is copied, without what it costs to take turns. */
static int through_pipe(const struct bench_memory *memory, const void *from, void *to)
{
	size_t done, piece;
	int r = 0;

	for (done = 0; !r && done < memory->size; done += piece) {
		piece = memory->size - done < PIPE_PIECE ? memory->size - done : PIPE_PIECE;
		if (write(memory->pipe[1], (const char *)from + done, piece) != (ssize_t)piece)
			return -errno;
		r = read_exactly(memory->pipe[0], (char *)to + done, piece);
	}
	return r;
}

static int pipe_in(struct bench_memory *memory, const void *from)
{
	return through_pipe(memory, from, memory->address);
}

static int pipe_out(struct bench_memory *memory, void *to)
{
	return through_pipe(memory, memory->address, to);
}

static int pass_byte(struct bench_memory *memory, int side)
{
	int fd = side ? memory->pipe[1] : memory->turn[1];

	return write(fd, "", 1) == 1 ? 0 : -errno;
}

static int await_byte(struct bench_memory *memory, int side)
{
	char byte;

	return read_exactly(side ? memory->turn[0] : memory->pipe[0], &byte, 1);
}

const struct bench_peer bench_anonymous = {
	.name = "anonymous",
	.cycle = true,
	.create = nothing,
	.map = map_anonymous,
	.unmap = bench_unmap,
	.close = nothing,
};

const struct bench_peer bench_sysv_shm = {
	.name = "sysv-shm",
	.cycle = true,
	.create = create_segment,
	.map = attach_segment,
	.unmap = detach_segment,
	.close = remove_segment,
};

const struct bench_peer bench_heap_pipe = {
	.name = "heap-pipe",
	.create = create_pipes,
	.close = close_pipes,
	.copy_in = pipe_in,
	.copy_out = pipe_out,
	.pass = pass_byte,
	.await = await_byte,
};
