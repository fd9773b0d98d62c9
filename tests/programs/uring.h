/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring, by its system calls.
 */
#ifndef URING_H
#define URING_H

#include <stddef.h>

#include <linux/io_uring.h>

struct uring {
	int fd;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	size_t sq_len, cq_len, sqes_len;
	struct io_uring_params params;
};

/* The case is skipped where there is none. */
void uring_setup(struct uring *ring);
/* It ends, a little later: its mappings would keep it. */
void uring_close(struct uring *ring);
/* Memory as the ring's fixed buffer: 0, or -1 and errno. */
int uring_try_register(struct uring *ring, char *memory, size_t size);
/* The same; must work. */
void uring_register(struct uring *ring, char *memory, size_t size);
/* One transfer from the beginning of the file: what it results in. */
int uring_transfer(struct uring *ring, int opcode, int fd, char *memory, size_t size);
/* Older kernels take anonymous and shared memory and refuse every other file: the case is skipped there. */
void require_fixed_buffers(void);

#endif /* URING_H */
