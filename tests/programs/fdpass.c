// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that go to other processes and other users.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test.h"

#define SOMEBODY 65534

static void become_somebody(void)
{
	if (geteuid())
		return;
	CHECK_EQ(setgroups(0, NULL), 0);
	CHECK_EQ(setresgid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
	CHECK_EQ(setresuid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
}

static size_t nr_pages(void)
{
	return huge_size() / page_size + 5;
}

/* A user who may not open the device works with what it was given. */
static void receiver(void *data)
{
	int sock = *(int *)data;
	char byte = 'r', *memory;
	size_t len;
	int fd;

	become_somebody();
	fd = fd_receive(sock);
	if (geteuid() == SOMEBODY)
		CHECK_ERRNO(open("/dev/mymap", O_RDWR), EACCES);
	len = info(fd).buffer_size;
	memory = map_shared(fd, len);
	tags_check(memory, 0, len / page_size);
	tags_write(memory, 1000, len / page_size);
	CHECK_EQ(pwrite(fd, &byte, 1, 100), 1);
	CHECK_EQ(write(sock, &byte, 1), 1);
}

/* Larger first, then smaller; the other side looks each time. */
static void resizing_receiver(void *data)
{
	int sock = *(int *)data, fd;
	char byte = 'r', *memory;
	size_t len;

	become_somebody();
	fd = fd_receive(sock);
	len = info(fd).buffer_size;
	CHECK_EQ(buffer_resize(fd, 2 * len), 2 * len);
	buffer_check_size(fd, 2 * len);
	memory = map_shared(fd, 2 * len);
	tags_write(memory, 0, 2 * len / page_size);
	CHECK_EQ(write(sock, &byte, 1), 1);
	CHECK_EQ(read(sock, &byte, 1), 1);

	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
	buffer_check_size(fd, page_size);
	CHECK_EQ(touch_read(memory + page_size), SIGBUS);
	CHECK_EQ(write(sock, &byte, 1), 1);
	CHECK_EQ(read(sock, &byte, 1), 1);

	/* The other side has made it larger again. */
	buffer_check_size(fd, 3 * page_size);
	tags_check(memory, 0, 1);
	CHECK(is_filled(memory + page_size, 0, 2 * page_size));
}

static void both_sides_resize(void)
{
	size_t nr = nr_pages(), len = nr * page_size;
	char *memory, *grown, byte;
	int socks[2], fd;
	pid_t child;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	child = child_start(resizing_receiver, &socks[1]);
	fd = buffer_create(len, 0);
	memory = map_shared(fd, len);
	fd_send(socks[0], fd);

	CHECK_EQ(read(socks[0], &byte, 1), 1);
	buffer_check_size(fd, 2 * len);
	tags_check(memory, 0, nr);
	grown = map_shared(fd, 2 * len);
	tags_check(grown, 0, 2 * nr);
	CHECK_EQ(total_size(), 2 * len);
	CHECK_EQ(write(socks[0], &byte, 1), 1);

	CHECK_EQ(read(socks[0], &byte, 1), 1);
	buffer_check_size(fd, page_size);
	tags_check(memory, 0, 1);
	CHECK_EQ(touch_read(memory + page_size), SIGBUS);
	CHECK_EQ(touch_read(grown + len), SIGBUS);
	CHECK_EQ(total_size(), page_size);
	CHECK_EQ(buffer_resize(fd, 3 * page_size), 3 * page_size);
	CHECK_EQ(write(socks[0], &byte, 1), 1);
	child_join(child);
}

static void both_sides_map(void)
{
	size_t nr = nr_pages(), len = nr * page_size;
	char *memory, byte;
	int socks[2], fd;
	pid_t child;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	child = child_start(receiver, &socks[1]);
	fd = buffer_create(len, 0);
	memory = map_shared(fd, len);
	tags_write(memory, 0, nr);
	fd_send(socks[0], fd);
	CHECK_EQ(read(socks[0], &byte, 1), 1);
	tags_check(memory, 1000, nr);
	CHECK_EQ(memory[100], 'r');
	child_join(child);
	close(fd);
	CHECK_EQ(total_size(), len);
	unmap(memory, len);
	CHECK_EQ(total_size(), 0);
}

/* The sender is gone before the receiver looks. */
static void sender(void *data)
{
	int fd = buffer_create(3 * page_size, 0);

	tags_write(map_shared(fd, 3 * page_size), 0, 3);
	fd_send(*(int *)data, fd);
}

static void sender_exits_first(void)
{
	int socks[2], fd;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	in_child(sender, &socks[0]);
	CHECK_EQ(total_size(), 3 * page_size);
	fd = fd_receive(socks[1]);
	tags_check(map_shared(fd, 3 * page_size), 0, 3);
	CHECK_EQ(info(fd).buffer_size, 3 * page_size);
}

/* A descriptor that nobody ever took out of its socket. */
static void never_received(void)
{
	int socks[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	in_child(sender, &socks[0]);
	CHECK_EQ(total_size(), 3 * page_size);
	close(socks[0]);
	close(socks[1]);
	CHECK(wait_until(nothing_is_left, NULL, 5));
}

/* Read-only is what the other one gets, and read-only it stays. */
static void readonly_receiver(void *data)
{
	int fd = fd_receive(*(int *)data);
	char *memory;

	become_somebody();
	memory = map_at(fd, page_size, 0, PROT_READ);
	tags_check(memory, 0, 1);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_WRITE), EACCES);
	CHECK_ERRNO(fd_reopen(fd, O_RDWR), EACCES);
}

static void readonly_stays_readonly(void)
{
	int socks[2], fd, ro;
	pid_t child;

	if (geteuid())
		test_skip("must be root");
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	fd = buffer_create(page_size, 0);
	tags_write(map_shared(fd, page_size), 0, 1);
	ro = fd_reopen(fd, O_RDONLY);
	CHECK(ro >= 0);
	close(fd);
	fd_send(socks[0], ro);
	child = child_start(readonly_receiver, &socks[1]);
	child_join(child);
}

static void holder(void *data)
{
	int fd = buffer_create(3 * page_size, 0);
	int *ends = data;

	tags_write(map_shared(fd, 3 * page_size), 0, 3);
	CHECK_EQ(write(ends[1], &fd, sizeof(fd)), sizeof(fd));
	for (;;)
		pause();
}

static void pidfd_gets_it(void)
{
	int ends[2], theirs, ours, pidfd;
	pid_t child;

	CHECK_EQ(pipe(ends), 0);
	child = child_start(holder, ends);
	CHECK_EQ(read(ends[0], &theirs, sizeof(theirs)), sizeof(theirs));
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	CHECK(pidfd >= 0);
	ours = (int)syscall(SYS_pidfd_getfd, pidfd, theirs, 0);
	CHECK(ours >= 0);
	child_kill(child, 5);
	tags_check(map_shared(ours, 3 * page_size), 0, 3);
	CHECK_EQ(total_size(), 3 * page_size);
}

/* The door as well: what counts is who opened it. */
static void door_receiver(void *data)
{
	int fd = *(int *)data;

	become_somebody();
	CHECK_EQ(((char *)map_shared(fd, page_size))[9], 9);
}

static void door_is_passed(void)
{
	int fd = door_open(O_RDWR);

	in_child(door_receiver, &fd);
}

static const struct test_case cases[] = {
	CASE(both_sides_map),
	CASE(both_sides_resize),
	CASE(sender_exits_first),
	CASE(never_received),
	CASE(readonly_stays_readonly),
	CASE(pidfd_gets_it),
	CASE(door_is_passed),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
