// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seals and FIXED_SIZE: a consumer need not fear its producer.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

/* SEAL: all seals afterwards, or -1 and errno. */
static long long seal(int fd, uint32_t seals)
{
	struct mymap_seal s = { .size = sizeof(s), .seals = seals };

	if (ioctl(fd, MYMAP_IOC_SEAL, &s)) {
		CHECK_EQ(s.seals, seals);
		return -1;
	}
	CHECK_EQ(info(fd).seals, s.seals);
	return s.seals;
}

static int resize(int fd, uint64_t size)
{
	return buffer_resize(fd, size) < 0 ? -1 : 0;
}

static void check_cannot_shrink(int fd, size_t size)
{
	CHECK_ERRNO(resize(fd, size - page_size), EPERM);
	CHECK_ERRNO(ftruncate(fd, (off_t)(size - page_size)), EPERM);
	/* Nor inside of the last page. */
	CHECK_ERRNO(ftruncate(fd, (off_t)size - 1), EPERM);
	CHECK_EQ(info(fd).buffer_size, size);
}

static void check_cannot_grow(int fd, size_t size)
{
	CHECK_ERRNO(resize(fd, size + 1), EPERM);
	CHECK_ERRNO(ftruncate(fd, (off_t)size + 1), EPERM);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)(size + page_size)), EPERM);
	CHECK_EQ(info(fd).buffer_size, size);
	CHECK_EQ(total_size(), size);
}

static void none_at_first(void)
{
	int fd = buffer_create(2 * page_size, 0);

	CHECK_EQ(info(fd).seals, 0);
	CHECK_EQ(seal(fd, 0), 0);
	CHECK_EQ(resize(fd, 3 * page_size), 0);
}

static void shrink_is_sealed(void)
{
	int fd = buffer_create(4 * page_size, 0);

	CHECK_EQ(seal(fd, MYMAP_SEAL_SHRINK), MYMAP_SEAL_SHRINK);
	check_cannot_shrink(fd, 4 * page_size);
	CHECK_EQ(resize(fd, 6 * page_size), 0);
	check_cannot_shrink(fd, 6 * page_size);
	/* The size that it has is no change. */
	CHECK_EQ(resize(fd, 6 * page_size), 0);
}

static void grow_is_sealed(void)
{
	int fd = buffer_create(4 * page_size, 0);

	CHECK_EQ(seal(fd, MYMAP_SEAL_GROW), MYMAP_SEAL_GROW);
	check_cannot_grow(fd, 4 * page_size);
	CHECK_EQ(resize(fd, 3 * page_size), 0);
	check_cannot_grow(fd, 3 * page_size);
}

static void seals_are_sealed(void)
{
	int fd = buffer_create(4 * page_size, 0);

	CHECK_EQ(seal(fd, MYMAP_SEAL_SHRINK), MYMAP_SEAL_SHRINK);
	CHECK_EQ(seal(fd, MYMAP_SEAL_SEAL), MYMAP_SEAL_SHRINK | MYMAP_SEAL_SEAL);
	CHECK_ERRNO(seal(fd, MYMAP_SEAL_GROW), EPERM);
	CHECK_ERRNO(seal(fd, 0), EPERM);
	CHECK_EQ(info(fd).seals, MYMAP_SEAL_SHRINK | MYMAP_SEAL_SEAL);
	CHECK_EQ(resize(fd, 5 * page_size), 0);
}

static void unknown_seals(void)
{
	int fd = buffer_create(page_size, 0), bit;

	for (bit = 3; bit < 32; bit++)
		CHECK_ERRNO(seal(fd, 1U << bit | MYMAP_SEAL_GROW), EOPNOTSUPP);
	CHECK_EQ(info(fd).seals, 0);
}

static void fixed_size(void)
{
	int fd = buffer_create(4 * page_size, MYMAP_CREATE_FIXED_SIZE), again;

	CHECK_EQ(info(fd).seals, MYMAP_SEAL_SHRINK | MYMAP_SEAL_GROW);
	check_cannot_shrink(fd, 4 * page_size);
	check_cannot_grow(fd, 4 * page_size);
	CHECK_ERRNO(fd_reopen(fd, O_RDWR | O_TRUNC), EINVAL);
	again = fd_reopen(fd, O_RDWR);
	CHECK(again >= 0);
	check_cannot_shrink(again, 4 * page_size);
	/* It is memory as any other. */
	CHECK_EQ(touch_write(map_shared(fd, 4 * page_size)), 0);
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)page_size), 0);
	CHECK_EQ(seal(fd, MYMAP_SEAL_SEAL), 7);
}

static void fixed_size_populated(void)
{
	int fd = buffer_create(huge_size(), MYMAP_CREATE_FIXED_SIZE | POPULATE);

	CHECK_EQ(info(fd).resident, huge_size());
	check_cannot_shrink(fd, huge_size());
}

/* The consumer seals what it got, the producer tries to take it away. */

static void produce(void *data)
{
	int sock = *(int *)data, fd = buffer_create(4 * page_size, 0);
	char byte;

	fd_send(sock, fd);
	CHECK_EQ(read(sock, &byte, 1), 1);
	CHECK_ERRNO(ftruncate(fd, (off_t)page_size), EPERM);
	CHECK_ERRNO(resize(fd, page_size), EPERM);
	/* In whatever way. */
	CHECK_ERRNO(ftruncate(fd_reopen(fd, O_RDWR), (off_t)page_size), EPERM);
}

static void producer_cannot_take_it_away(void)
{
	int ends[2], fd;
	pid_t child;
	char *memory;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	child = child_start(produce, &ends[1]);
	fd = fd_receive(ends[0]);
	memory = map_shared(fd, 4 * page_size);
	CHECK_EQ(seal(fd, MYMAP_SEAL_SHRINK), MYMAP_SEAL_SHRINK);
	CHECK_EQ(write(ends[0], "", 1), 1);
	child_join(child);
	CHECK_EQ(touch_read(memory + 3 * page_size), 0);
}

/* As long as the producer shrinks, the seal comes before or after, never amid. */

static void shrink_and_grow(void *data)
{
	int fd = *(int *)data;

	for (;;) {
		if (ftruncate(fd, (off_t)page_size)) {
			CHECK(errno == EPERM || errno == EBUSY);
			if (errno == EPERM)
				return;
		}
		CHECK_EQ(ftruncate(fd, (off_t)(8 * page_size)), 0);
	}
}

static void seal_races_shrink(void)
{
	int fd, i;

	for (i = 0; i < 50; i++) {
		uint64_t size;
		pid_t child;

		fd = buffer_create(8 * page_size, 0);
		child = child_start(shrink_and_grow, &fd);
		if (i & 1)
			usleep((useconds_t)(i * 100));
		CHECK_EQ(seal(fd, MYMAP_SEAL_SHRINK), MYMAP_SEAL_SHRINK);
		size = info(fd).buffer_size;
		child_join(child);
		CHECK(info(fd).buffer_size >= size);
		check_cannot_shrink(fd, info(fd).buffer_size);
		close(fd);
	}
}

static const struct test_case cases[] = {
	CASE(none_at_first),
	CASE(shrink_is_sealed),
	CASE(grow_is_sealed),
	CASE(seals_are_sealed),
	CASE(unknown_seals),
	CASE(fixed_size),
	CASE(fixed_size_populated),
	CASE(producer_cannot_take_it_away),
	CASE(seal_races_shrink),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
