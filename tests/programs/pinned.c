// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that somebody else holds: O_DIRECT, vmsplice, process_vm_readv, io_uring.
 * They stay valid whatever becomes of the buffer, and nobody else gets them.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "uring.h"

#define MIB ((size_t)1 << 20)

/* As many bytes as possible that were free just now are full of others. */
static void reuse_free_memory(void)
{
	size_t size = 128 * MIB;
	int fd = buffer_create(size, POPULATE);
	char *memory = map_shared(fd, size);

	memset(memory, 0xee, size);
	unmap(memory, size);
	close(fd);
}

static void check_written_to_disk(int fd, size_t first, size_t nr)
{
	char *memory = map_at(fd, nr * page_size, (off_t)(first * page_size), PROT_READ | PROT_WRITE);
	char *bytes = malloc(nr * page_size);
	int disk = disk_file(O_DIRECT), plain;

	CHECK(bytes);
	tags_write(memory, first, nr);
	CHECK_EQ(write(disk, memory, nr * page_size), nr * page_size);
	plain = fd_reopen(disk, O_RDONLY);
	CHECK(plain >= 0);
	CHECK_EQ(pread(plain, bytes, nr * page_size, 0), nr * page_size);
	tags_check(bytes, first, nr);
	CHECK(!memcmp(bytes, memory, nr * page_size));
	free(bytes);
	close(disk);
	close(plain);
}

static void o_direct_write(void)
{
	size_t size = 8 * MIB;
	int fd = buffer_create(size, 0);

	check_written_to_disk(fd, 0, size / page_size);
	check_written_to_disk(fd, 3, 251);
}

static void o_direct_write_of_odd_buffer(void)
{
	check_written_to_disk(buffer_create(251 * page_size, 0), 0, 251);
	check_written_to_disk(buffer_create(page_size, 0), 0, 1);
}

static void o_direct_write_of_default_buffer(void)
{
	check_written_to_disk(door_open(O_RDWR), 0, 1);
}

/* The disk writes into memory that nobody has touched yet. */
static void o_direct_read(void)
{
	size_t size = 8 * MIB, nr = size / page_size;
	int fd = buffer_create(size + 3 * page_size, 0), disk = disk_file(O_DIRECT);
	char *bytes = aligned_alloc(page_size, size), *memory;

	CHECK(bytes);
	memset(bytes, 0x5a, size);
	tags_write(bytes, 0, nr);
	CHECK_EQ(write(disk, bytes, size), size);
	memory = map_shared(fd, size + 3 * page_size);
	CHECK_EQ(pread(disk, memory + 3 * page_size, size, 0), size);
	CHECK(!memcmp(memory + 3 * page_size, bytes, size));
	CHECK(is_filled(memory, 0, 3 * page_size));
	/* Through the file as well. */
	CHECK_EQ(pread(fd, bytes, size, (off_t)(3 * page_size)), size);
	tags_check(bytes, 0, nr);
}

static void o_direct_read_into_private(void)
{
	int fd = buffer_create(4 * page_size, 0), disk = disk_file(O_DIRECT);
	char *bytes = aligned_alloc(page_size, 4 * page_size), *memory;

	CHECK(bytes);
	memset(bytes, 0x5a, 4 * page_size);
	CHECK_EQ(write(disk, bytes, 4 * page_size), 4 * page_size);
	memory = mmap(NULL, 4 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(memory != MAP_FAILED);
	CHECK_EQ(pread(disk, memory, 4 * page_size, 0), 4 * page_size);
	CHECK(is_filled(memory, 0x5a, 4 * page_size));
	CHECK(is_filled(map_shared(fd, 4 * page_size), 0, 4 * page_size));
}

/* From one buffer to another by way of the disk. */
static void o_direct_round_trip(void)
{
	size_t size = 8 * MIB, nr = size / page_size;
	char *a = map_shared(buffer_create(size, 0), size), *b = map_shared(buffer_create(size, POPULATE), size);
	int disk = disk_file(O_DIRECT);

	tags_write(a, 0, nr);
	CHECK_EQ(pwrite(disk, a, size, 0), size);
	CHECK_EQ(pread(disk, b, size, 0), size);
	tags_check(b, 0, nr);
	CHECK(!memcmp(a, b, size));
}

#define NR_SPLICED 64

/* Tagged pages of a buffer that has ended, in a pipe. */
static void check_vmsplice(size_t nr_pages, size_t first, unsigned int flags)
{
	size_t spliced = NR_SPLICED * page_size, size = nr_pages * page_size;
	char *bytes = malloc(spliced), *memory;
	int fd, ends[2];
	size_t done = 0;
	struct iovec iov;

	CHECK(bytes);
	CHECK_EQ(pipe(ends), 0);
	CHECK(fcntl(ends[1], F_SETPIPE_SZ, (int)(2 * spliced)) >= (int)spliced);
	fd = buffer_create(size, 0);
	memory = map_shared(fd, size);
	tags_write(memory, 0, nr_pages);
	iov = (struct iovec){ memory + first * page_size, spliced };
	CHECK_EQ(vmsplice(ends[1], &iov, 1, flags), spliced);
	unmap(memory, size);
	close(fd);
	CHECK_EQ(total_size(), 0);

	reuse_free_memory();
	while (done < spliced) {
		ssize_t n = read(ends[0], bytes + done, spliced - done);

		CHECK(n > 0);
		done += (size_t)n;
	}
	tags_check(bytes, first, NR_SPLICED);
	free(bytes);
	close(ends[0]);
	close(ends[1]);
}

static void vmsplice_outlives_buffer(void)
{
	check_vmsplice(2 * huge_size() / page_size, 100, 0);
}

static void vmsplice_of_small_pages_outlives_buffer(void)
{
	check_vmsplice(100, 3, 0);
}

static void vmsplice_gift_outlives_buffer(void)
{
	check_vmsplice(100, 0, SPLICE_F_GIFT);
}

/* What is written later is seen in the pipe: it is the same memory. */
static void vmsplice_is_no_copy(void)
{
	int fd = buffer_create(page_size, 0), ends[2];
	char *memory = map_shared(fd, page_size), byte;
	struct iovec iov = { memory, 1 };

	CHECK_EQ(pipe(ends), 0);
	memory[0] = 1;
	CHECK_EQ(vmsplice(ends[1], &iov, 1, 0), 1);
	memory[0] = 2;
	CHECK_EQ(read(ends[0], &byte, 1), 1);
	CHECK_EQ(byte, 2);
}

/* Another process looks into the mapping. */

struct shown {
	char *memory;
	size_t size;
};

static void wait_to_be_killed(void *data)
{
	(void)data;
	for (;;)
		pause();
}

static pid_t shown_start(struct shown *shown)
{
	size_t nr = huge_size() / page_size + 5;

	shown->size = nr * page_size;
	shown->memory = map_shared(buffer_create(shown->size, 0), shown->size);
	tags_write(shown->memory, 0, nr);
	return child_start(wait_to_be_killed, NULL);
}

static void process_vm_reads_and_writes(void)
{
	struct shown shown;
	pid_t child = shown_start(&shown);
	char *bytes = malloc(shown.size);
	struct iovec local = { bytes, shown.size }, remote = { shown.memory, shown.size };

	CHECK(bytes);
	CHECK_EQ(process_vm_readv(child, &local, 1, &remote, 1, 0), shown.size);
	tags_check(bytes, 0, shown.size / page_size);
	tags_write(bytes, 3000, shown.size / page_size);
	CHECK_EQ(process_vm_writev(child, &local, 1, &remote, 1, 0), shown.size);
	tags_check(shown.memory, 3000, shown.size / page_size);
	child_kill(child, 5);
}

static void proc_mem_reads_and_writes(void)
{
	struct shown shown;
	pid_t child = shown_start(&shown);
	char *bytes = malloc(shown.size), path[64];
	int mem;

	CHECK(bytes);
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)child);
	mem = open(path, O_RDWR | O_CLOEXEC);
	CHECK(mem >= 0);
	CHECK_EQ(pread(mem, bytes, shown.size, (off_t)(uintptr_t)shown.memory), shown.size);
	tags_check(bytes, 0, shown.size / page_size);
	CHECK_EQ(pwrite(mem, "gdb", 3, (off_t)(uintptr_t)shown.memory + 100), 3);
	CHECK(!memcmp(shown.memory + 100, "gdb", 3));
	child_kill(child, 5);
}

static void ptrace_peeks_and_pokes(void)
{
	struct shown shown;
	pid_t child = shown_start(&shown);
	long *word = (long *)(shown.memory + page_size + 128);
	int status;

	*word = 12345;
	CHECK_EQ(ptrace(PTRACE_ATTACH, child, NULL, NULL), 0);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(ptrace(PTRACE_PEEKDATA, child, word, NULL), 12345);
	CHECK_EQ(ptrace(PTRACE_POKEDATA, child, word, (void *)54321L), 0);
	CHECK_EQ(*word, 54321);
	CHECK_EQ(ptrace(PTRACE_DETACH, child, NULL, NULL), 0);
	child_kill(child, 5);
}

static void io_uring_fixed_buffer(void)
{
	size_t size = MIB, nr = size / page_size;
	char *a = map_shared(buffer_create(size, 0), size), *b = map_shared(buffer_create(size, 0), size);
	int disk = disk_file(O_DIRECT);
	struct uring out, in;

	require_fixed_buffers();
	uring_setup(&out);
	uring_setup(&in);
	tags_write(a, 0, nr);
	uring_register(&out, a, size);
	uring_register(&in, b, size);
	CHECK_EQ(uring_transfer(&out, IORING_OP_WRITE_FIXED, disk, a, size), size);
	CHECK_EQ(uring_transfer(&in, IORING_OP_READ_FIXED, disk, b, size), size);
	tags_check(b, 0, nr);
}

/* The ring's pins keep the pages when the buffer has ended. */
static void io_uring_fixed_buffer_outlives_buffer(void)
{
	size_t size = 4 * MIB, len = MIB, nr = len / page_size;
	char *bytes = malloc(len), *memory;
	int fd = buffer_create(size, 0), disk = disk_file(O_DIRECT), plain;
	struct uring ring;

	CHECK(bytes);
	require_fixed_buffers();
	memory = map_shared(fd, size);
	tags_write(memory, 0, size / page_size);
	uring_setup(&ring);
	uring_register(&ring, memory, len);
	unmap(memory, size);
	close(fd);
	CHECK_EQ(total_size(), 0);
	reuse_free_memory();

	CHECK_EQ(uring_transfer(&ring, IORING_OP_WRITE_FIXED, disk, memory, len), len);
	plain = fd_reopen(disk, O_RDONLY);
	CHECK_EQ(pread(plain, bytes, len, 0), len);
	tags_check(bytes, 0, nr);
	/* The disk may still write into them, to nobody's harm. */
	CHECK_EQ(uring_transfer(&ring, IORING_OP_READ_FIXED, disk, memory, len), len);
	uring_close(&ring);
}

static bool is_cut(void *data)
{
	return !ftruncate(*(int *)data, (off_t)(2 * page_size));
}

/* mlock() leaves references to single pages, which do not count. This one does, beside them. */
static void io_uring_fixed_buffer_of_locked_page(void)
{
	size_t size = 3 * page_size;
	int fd = buffer_create(size, 0);
	struct uring ring;
	char *memory;

	require_fixed_buffers();
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LOCKED | MAP_POPULATE, fd, 0);
	if (memory == MAP_FAILED && errno == EAGAIN)
		test_skip("RLIMIT_MEMLOCK is too small");
	CHECK(memory != MAP_FAILED);
	tags_write(memory, 0, 3);
	uring_setup(&ring);
	uring_register(&ring, memory + 2 * page_size, page_size);
	CHECK_ERRNO(ftruncate(fd, (off_t)(2 * page_size)), EBUSY);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(2 * page_size),
			      (off_t)page_size), EBUSY);
	buffer_check_size(fd, size);
	tags_check(memory, 0, 3);
	uring_close(&ring);
	/* It ends a little later. */
	CHECK(wait_until(is_cut, &fd, 10));
	tags_check(memory, 0, 2);
	CHECK_EQ(touch_read(memory + 2 * page_size), SIGBUS);
}

/* Memory that is pinned for one transfer only. */
static void io_uring_transfers_of_mapping(void)
{
	size_t size = MIB, nr = size / page_size;
	char *a = map_shared(buffer_create(size, 0), size), *b = map_shared(buffer_create(size, 0), size);
	int disk = disk_file(O_DIRECT);
	struct uring ring;

	uring_setup(&ring);
	tags_write(a, 0, nr);
	CHECK_EQ(uring_transfer(&ring, IORING_OP_WRITE, disk, a, size), size);
	CHECK_EQ(uring_transfer(&ring, IORING_OP_READ, disk, b, size), size);
	tags_check(b, 0, nr);
}

/* A buffer may still be read and written by the ring through its descriptor. */
static void io_uring_reads_and_writes_buffer(void)
{
	int fd = buffer_create(8 * page_size, 0);
	char *bytes = malloc(8 * page_size);
	struct uring ring;

	CHECK(bytes);
	uring_setup(&ring);
	tags_write(bytes, 0, 8);
	CHECK_EQ(uring_transfer(&ring, IORING_OP_WRITE, fd, bytes, 8 * page_size), 8 * page_size);
	memset(bytes, 0, 8 * page_size);
	CHECK_EQ(uring_transfer(&ring, IORING_OP_READ, fd, bytes, 8 * page_size), 8 * page_size);
	tags_check(bytes, 0, 8);
	tags_check(map_shared(fd, 8 * page_size), 0, 8);
}

static const struct test_case cases[] = {
	CASE(o_direct_write),
	CASE(o_direct_write_of_odd_buffer),
	CASE(o_direct_write_of_default_buffer),
	CASE(o_direct_read),
	CASE(o_direct_read_into_private),
	CASE(o_direct_round_trip),
	CASE(vmsplice_outlives_buffer),
	CASE(vmsplice_of_small_pages_outlives_buffer),
	CASE(vmsplice_gift_outlives_buffer),
	CASE(vmsplice_is_no_copy),
	CASE(process_vm_reads_and_writes),
	CASE(proc_mem_reads_and_writes),
	CASE(ptrace_peeks_and_pokes),
	CASE(io_uring_fixed_buffer),
	CASE(io_uring_fixed_buffer_outlives_buffer),
	CASE(io_uring_fixed_buffer_of_locked_page),
	CASE(io_uring_transfers_of_mapping),
	CASE(io_uring_reads_and_writes_buffer),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
