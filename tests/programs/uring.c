// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring, by its system calls.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "test.h"
#include "uring.h"

void uring_setup(struct uring *ring)
{
	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, 4, &ring->params);
	if (ring->fd < 0 && (errno == ENOSYS || errno == EPERM))
		test_skip("no io_uring: %s", strerror(errno));
	CHECK(ring->fd >= 0);
	ring->sq_len = ring->params.sq_off.array + ring->params.sq_entries * sizeof(uint32_t);
	ring->cq_len = ring->params.cq_off.cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->sqes_len = ring->params.sq_entries * sizeof(struct io_uring_sqe);
	ring->sq = mmap(NULL, ring->sq_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->cq = mmap(NULL, ring->cq_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
	ring->sqes = mmap(NULL, ring->sqes_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	CHECK(ring->sq != MAP_FAILED && ring->cq != MAP_FAILED && ring->sqes != MAP_FAILED);
}

void uring_close(struct uring *ring)
{
	unmap(ring->sqes, ring->sqes_len);
	unmap(ring->cq, ring->cq_len);
	unmap(ring->sq, ring->sq_len);
	close(ring->fd);
}

int uring_try_register(struct uring *ring, char *memory, size_t size)
{
	struct iovec iov = { memory, size };

	return (int)syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_BUFFERS, &iov, 1);
}

void require_fixed_buffers(void)
{
	int file = disk_file(0);
	struct uring ring;
	char *memory;

	CHECK_EQ(ftruncate(file, (off_t)page_size), 0);
	memory = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	CHECK(memory != MAP_FAILED);
	uring_setup(&ring);
	if (uring_try_register(&ring, memory, page_size) && errno == EOPNOTSUPP)
		test_skip("io_uring of this kernel takes no fixed buffers from mapped files");
	uring_close(&ring);
	close(file);
}

void uring_register(struct uring *ring, char *memory, size_t size)
{
	CHECK_EQ(uring_try_register(ring, memory, size), 0);
}

int uring_transfer(struct uring *ring, int opcode, int fd, char *memory, size_t size)
{
	uint32_t *tail = (uint32_t *)(ring->sq + ring->params.sq_off.tail);
	uint32_t *mask = (uint32_t *)(ring->sq + ring->params.sq_off.ring_mask);
	uint32_t *array = (uint32_t *)(ring->sq + ring->params.sq_off.array);
	uint32_t *head = (uint32_t *)(ring->cq + ring->params.cq_off.head);
	uint32_t *cq_mask = (uint32_t *)(ring->cq + ring->params.cq_off.ring_mask);
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(ring->cq + ring->params.cq_off.cqes);
	uint32_t i = *tail & *mask;
	int result;

	ring->sqes[i] = (struct io_uring_sqe){
		.opcode = (uint8_t)opcode, .fd = fd, .addr = (uintptr_t)memory, .len = (uint32_t)size,
	};
	array[i] = i;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	CHECK_EQ(syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0), 1);
	result = cqes[*head & *cq_mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}
