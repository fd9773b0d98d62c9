// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named buffers: rings, through the descriptor of who made them, those by name and
 * the nodes.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "names.h"
#include "ring.h"

static bool is_rung(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };

	CHECK_EQ(poll(&pfd, 1, 0), 1);
	CHECK_EQ(pfd.revents & ~POLLPRI, POLLIN | POLLOUT);
	return pfd.revents & POLLPRI;
}

/* One buffer, and so one number; what is acknowledged is a matter of each open file. */
static void all_are_rung(void)
{
	unsigned int minor;
	int fds[4], i, j;

	setup();
	fds[0] = named(NAME, &minor);
	fds[1] = open_named(NAME);
	fds[2] = node_open(minor, O_RDWR);
	fds[3] = node_open(minor, O_RDONLY);
	CHECK(fds[2] >= 0 && fds[3] >= 0);
	for (i = 0; i < 4; i++)
		CHECK(!is_rung(fds[i]));

	CHECK_ERRNO(try_ring(fds[3], NULL), EACCES);
	CHECK_EQ(sequence_of(fds[0]), 0);
	for (i = 0; i < 3; i++) {
		CHECK_EQ(ring(fds[i]), i + 1);
		for (j = 0; j < 4; j++) {
			CHECK_EQ(wait_ring(fds[j], (uint64_t)i, -1), i + 1);
			CHECK(is_rung(fds[j]));
			CHECK_EQ(acknowledge(fds[j]), i + 1);
			CHECK(!is_rung(fds[j]));
		}
	}
	destroy(NAME);
}

static int shared_fd;

static void waits(void *unused)
{
	(void)unused;
	CHECK_EQ(wait_ring(shared_fd, 0, -1), 1);
}

static void polls(void *unused)
{
	struct pollfd pfd = { .fd = shared_fd, .events = POLLPRI };

	(void)unused;
	CHECK_EQ(poll(&pfd, 1, -1), 1);
	CHECK_EQ(pfd.revents, POLLPRI);
}

/* Asleep on a node, and rung by somebody who knows the name. */
static void a_ring_by_name_wakes_who_has_the_node(void)
{
	static void (*const sleepers[])(void *) = { waits, polls };
	size_t i;

	for (i = 0; i < 2; i++) {
		unsigned int minor;
		pid_t child;
		int by_name;

		setup();
		close(named(NAME, &minor));
		shared_fd = node_open(minor, O_RDONLY);
		CHECK(shared_fd >= 0);
		child = child_start(sleepers[i], NULL);
		wait_until_asleep(child);
		by_name = open_named(NAME);
		CHECK_EQ(ring(by_name), 1);
		CHECK_EQ(child_wait(child, 30), 0);
		close(by_name);
		close(shared_fd);
		destroy(NAME);
	}
}

/* Nobody has it open in between: the number is the buffer's, not a file's. */
static void idle_it_keeps_its_number(void)
{
	unsigned int minor;
	int fd, node;

	setup();
	fd = named(NAME, &minor);
	CHECK_EQ(ring(fd), 1);
	CHECK_EQ(ring(fd), 2);
	close(fd);
	node = node_open(minor, O_RDWR);
	CHECK(is_rung(node));
	CHECK_EQ(sequence_of(node), 2);
	CHECK_EQ(ring(node), 3);
	close(node);
	CHECK_EQ(sequence_of(open_named(NAME)), 3);
	destroy(NAME);
	/* One that takes the name has a number of its own. */
	CHECK_EQ(sequence_of(named(NAME, NULL)), 0);
	destroy(NAME);
}

static void eventfds_of_nodes(void)
{
	int eventfd_ = eventfd(0, EFD_NONBLOCK);
	unsigned int minor;
	int fd, node, copy;

	setup();
	fd = named(NAME, &minor);
	node = node_open(minor, O_RDONLY);
	CHECK(node >= 0);
	copy = dup(node);
	CHECK_EQ(add_eventfd(node, eventfd_), 0);
	CHECK_ERRNO(add_eventfd(copy, eventfd_), EEXIST);
	CHECK_ERRNO(remove_eventfd(fd, eventfd_), ENOENT);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 1);
	close(node);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 1);
	/* With the last descriptor of the open file. */
	close(copy);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 0);
	destroy(NAME);
}

/* Its name is of no matter to those who have it. */
static void destroyed_it_rings_on(void)
{
	int eventfd_ = eventfd(0, EFD_NONBLOCK);
	unsigned int minor;
	pid_t child;
	int fd;

	setup();
	fd = named(NAME, &minor);
	shared_fd = node_open(minor, O_RDWR);
	CHECK(shared_fd >= 0);
	CHECK_EQ(add_eventfd(shared_fd, eventfd_), 0);
	child = child_start(polls, NULL);
	wait_until_asleep(child);
	destroy(NAME);
	CHECK_EQ(ring(fd), 1);
	CHECK_EQ(child_wait(child, 30), 0);
	CHECK_EQ(count_of(eventfd_), 1);
	CHECK_EQ(ring(shared_fd), 2);
	CHECK_EQ(sequence_of(fd), 2);
}

/* epoll does not hold what it watches: the node is closed, and the buffer goes, under it. */
static void nodes_go_while_epoll_watches(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), i;
	struct epoll_event event;

	CHECK(epoll >= 0);
	setup();
	for (i = 0; i < 300; i++) {
		unsigned int minor;
		int fd = named(NAME, &minor), node = node_open(minor, O_RDWR);

		CHECK(node >= 0);
		event = (struct epoll_event) { .events = EPOLLPRI | (i % 2 ? EPOLLET : 0) };
		CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, node, &event), 0);
		ring(i % 3 ? fd : node);
		CHECK_EQ(epoll_wait(epoll, &event, 1, 10000), 1);
		CHECK_EQ(event.events, EPOLLPRI);
		if (i % 4 < 2)
			destroy(NAME);
		close(i % 2 ? fd : node);
		close(i % 2 ? node : fd);
		if (i % 4 >= 2)
			destroy(NAME);
		CHECK_EQ(epoll_wait(epoll, &event, 1, 0), 0);
	}
	nothing_left();
}

static const struct test_case cases[] = {
	CASE(all_are_rung),
	CASE(a_ring_by_name_wakes_who_has_the_node),
	CASE(idle_it_keeps_its_number),
	CASE(eventfds_of_nodes),
	CASE(destroyed_it_rings_on),
	CASE(nodes_go_while_epoll_watches),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
