// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever wants the pages themselves, of each kind: a disk that reads and writes them, a pipe,
 * another process, io_uring, the network. And who copies, which all kinds allow.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "device.h"
#include "test.h"
#include "uring.h"

#define NR_PAGES	16

#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY	60
#endif
#ifndef MSG_ZEROCOPY
#define MSG_ZEROCOPY	0x4000000
#endif

struct pins {
	size_t len;
	char *memory;
	char *bytes;
};

static struct pins pins_of(uint32_t kind)
{
	struct pins pins = { .len = NR_PAGES * page_size };

	pins.memory = map_shared(kind_create(kind, pins.len), pins.len);
	pins.bytes = calloc(1, pins.len);
	CHECK(pins.bytes);
	tags_write(pins.memory, 0, NR_PAGES);
	return pins;
}

static void disk_of(uint32_t kind)
{
	struct pins p = pins_of(kind);
	int disk = disk_file(O_DIRECT);

	CHECK_EQ(write(disk, p.memory, p.len), p.len);
	CHECK_EQ(pread(fd_reopen(disk, O_RDONLY), p.bytes, p.len, 0), p.len);
	tags_check(p.bytes, 0, NR_PAGES);
	memset(p.memory, 0, p.len);
	CHECK_EQ(pread(disk, p.memory, p.len, 0), p.len);
	tags_check(p.memory, 0, NR_PAGES);
}

static void disk(void)
{
	disk_of(MYMAP_KIND_PAGES);
	disk_of(MYMAP_KIND_CONTIGUOUS);
}

static void disk_refuses_device(void)
{
	struct pins p = pins_of(MYMAP_KIND_DEVICE);

	CHECK_ERRNO(write(disk_file(O_DIRECT), p.memory, p.len), EFAULT);
	/* By way of the page cache. */
	CHECK_EQ(write(disk_file(0), p.memory, p.len), p.len);
}

static void pipe_and_process_of(uint32_t kind)
{
	struct pins p = pins_of(kind);
	struct iovec here = { p.memory, page_size }, there = { p.bytes, page_size };
	int pipes[2];

	CHECK_EQ(pipe(pipes), 0);
	CHECK_EQ(vmsplice(pipes[1], &here, 1, 0), page_size);
	CHECK_EQ(process_vm_readv(getpid(), &there, 1, &here, 1, 0), page_size);
	tags_check(p.bytes, 0, 1);
	CHECK_EQ(read(pipes[0], p.bytes, page_size), page_size);
	tags_check(p.bytes, 0, 1);
}

static void pipe_and_process(void)
{
	pipe_and_process_of(MYMAP_KIND_PAGES);
	pipe_and_process_of(MYMAP_KIND_CONTIGUOUS);
}

static void pipe_and_process_refuse_device(void)
{
	struct pins p = pins_of(MYMAP_KIND_DEVICE);
	struct iovec here = { p.memory, page_size }, there = { p.bytes, page_size };
	int pipes[2];

	CHECK_EQ(pipe(pipes), 0);
	CHECK_ERRNO(vmsplice(pipes[1], &here, 1, 0), EFAULT);
	CHECK_ERRNO(process_vm_readv(getpid(), &there, 1, &here, 1, 0), EFAULT);
	CHECK_EQ(write(pipes[1], p.memory, page_size), page_size);
}

static void io_uring_of(uint32_t kind)
{
	struct pins p = pins_of(kind);
	int disk = disk_file(O_DIRECT);
	struct uring ring;

	uring_setup(&ring);
	uring_register(&ring, p.memory, p.len);
	CHECK_EQ(uring_transfer(&ring, IORING_OP_WRITE_FIXED, disk, p.memory, p.len), p.len);
	memset(p.memory, 0, p.len);
	CHECK_EQ(uring_transfer(&ring, IORING_OP_READ_FIXED, disk, p.memory, p.len), p.len);
	tags_check(p.memory, 0, NR_PAGES);
	uring_close(&ring);
}

static void io_uring(void)
{
	require_fixed_buffers();
	io_uring_of(MYMAP_KIND_PAGES);
	io_uring_of(MYMAP_KIND_CONTIGUOUS);
}

static void io_uring_refuses_device(void)
{
	struct pins p = pins_of(MYMAP_KIND_DEVICE);
	struct uring ring;

	require_fixed_buffers();
	uring_setup(&ring);
	CHECK_ERRNO(uring_try_register(&ring, p.memory, p.len), EFAULT);
	/* Through the page cache, a ring copies as well. */
	CHECK_EQ(uring_transfer(&ring, IORING_OP_WRITE, disk_file(0), p.memory, p.len), p.len);
}

/* Two ends of a connection of this machine. */
static void connect_ends(int ends[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int door = socket(AF_INET, SOCK_STREAM, 0);

	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(door >= 0 && ends[0] >= 0);
	CHECK_EQ(bind(door, (struct sockaddr *)&address, len), 0);
	CHECK_EQ(listen(door, 1), 0);
	CHECK_EQ(getsockname(door, (struct sockaddr *)&address, &len), 0);
	CHECK_EQ(connect(ends[0], (struct sockaddr *)&address, len), 0);
	ends[1] = accept(door, NULL, NULL);
	CHECK(ends[1] >= 0);
	close(door);
}

static void send_and_compare(int ends[2], const struct pins *p, size_t offset, size_t len, int flags)
{
	size_t done = 0;

	CHECK_EQ(send(ends[0], p->memory + offset, len, flags), len);
	while (done < len) {
		ssize_t n = read(ends[1], p->bytes + done, len - done);

		CHECK(n > 0);
		done += (size_t)n;
	}
	CHECK(!memcmp(p->bytes, p->memory + offset, len));
}

/* From odd places, of odd sizes, over the ends of pages. */
static void send_odd(int ends[2], const struct pins *p, int flags)
{
	send_and_compare(ends, p, 0, 1, flags);
	send_and_compare(ends, p, 3, 1447, flags);
	send_and_compare(ends, p, page_size - 7, 15, flags);
	send_and_compare(ends, p, 5 * page_size + 1, 3 * page_size + 1001, flags);
	send_and_compare(ends, p, p->len - 1, 1, flags);
}

static void network_of(uint32_t kind)
{
	struct pins p = pins_of(kind);
	int ends[2], yes = 1;

	connect_ends(ends);
	send_odd(ends, &p, 0);
	if (setsockopt(ends[0], SOL_SOCKET, SO_ZEROCOPY, &yes, sizeof(yes)))
		test_skip("no MSG_ZEROCOPY: %s", strerror(errno));
	if (kind == MYMAP_KIND_DEVICE)
		CHECK_ERRNO(send(ends[0], p.memory, page_size, MSG_ZEROCOPY), EFAULT);
	else
		send_odd(ends, &p, MSG_ZEROCOPY);
	close(ends[0]);
	close(ends[1]);
}

static void network(void)
{
	network_of(MYMAP_KIND_PAGES);
	network_of(MYMAP_KIND_CONTIGUOUS);
}

static void network_copies_device(void)
{
	network_of(MYMAP_KIND_DEVICE);
}

static const struct test_case cases[] = {
	CASE(disk),
	CASE(disk_refuses_device),
	CASE(pipe_and_process),
	CASE(pipe_and_process_refuse_device),
	CASE(io_uring),
	CASE(io_uring_refuses_device),
	CASE(network),
	CASE(network_copies_device),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
