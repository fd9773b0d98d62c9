// SPDX-License-Identifier: GPL-2.0-only
/*
 * What poll(), select() and epoll say of rings.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <unistd.h>

#include "test.h"
#include "ring.h"

#define READY	(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)
#define ALL	(READY | POLLPRI | POLLRDBAND | POLLWRBAND)

static int poll_for(int fd, short events, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int n = poll(&pfd, 1, timeout_ms);

	CHECK(n >= 0);
	CHECK_EQ(n, pfd.revents != 0);
	return pfd.revents;
}

/* What poll says at this moment. */
static int events_of(int fd)
{
	return poll_for(fd, ALL, 0);
}

static void rings_are_told_until_acknowledged(void)
{
	int fd = buffer_create(page_size, 0);

	CHECK_EQ(events_of(fd), READY);
	ring(fd);
	CHECK_EQ(events_of(fd), READY | POLLPRI);
	CHECK_EQ(events_of(fd), READY | POLLPRI);
	/* To look is not to acknowledge. */
	CHECK_EQ(sequence_of(fd), 1);
	CHECK_EQ(wait_ring(fd, 0, -1), 1);
	CHECK_EQ(events_of(fd), READY | POLLPRI);
	CHECK_EQ(acknowledge(fd), 1);
	CHECK_EQ(events_of(fd), READY);
	ring(fd);
	ring(fd);
	CHECK_EQ(events_of(fd), READY | POLLPRI);
	CHECK_EQ(acknowledge(fd), 3);
	CHECK_EQ(events_of(fd), READY);
	/* Nor is there anything but what was asked for. */
	ring(fd);
	CHECK_EQ(poll_for(fd, POLLIN, 0), POLLIN);
	CHECK_EQ(poll_for(fd, 0, 0), 0);
}

/* A regular file is always ready, for those who know of nothing else. */
static void reading_never_waits(void)
{
	int fd = buffer_create(page_size, 0);
	int readonly = fd_reopen(fd, O_RDONLY);
	fd_set in, out, except;
	struct timeval zero = { 0 };

	CHECK_EQ(poll_for(fd, POLLIN, -1), POLLIN);
	CHECK_EQ(poll_for(readonly, POLLIN, -1), POLLIN);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&except);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &except);
	CHECK_EQ(select(fd + 1, &in, &out, &except, &zero), 2);
	CHECK(FD_ISSET(fd, &in) && FD_ISSET(fd, &out) && !FD_ISSET(fd, &except));
}

static int shared_fd;

static void polls(void *unused)
{
	(void)unused;
	CHECK_EQ(poll_for(shared_fd, POLLPRI, -1), POLLPRI);
	CHECK_EQ(acknowledge(shared_fd), 1);
}

static void selects(void *unused)
{
	fd_set except;

	(void)unused;
	FD_ZERO(&except);
	FD_SET(shared_fd, &except);
	CHECK_EQ(select(shared_fd + 1, NULL, NULL, &except, NULL), 1);
	CHECK(FD_ISSET(shared_fd, &except));
}

static int epoll_of(int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	CHECK(epoll >= 0);
	CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
	return epoll;
}

static uint32_t epoll_for(int epoll, int timeout_ms)
{
	struct epoll_event event = { 0 };
	int n = epoll_wait(epoll, &event, 1, timeout_ms);

	CHECK(n >= 0);
	return n ? event.events : 0;
}

static void epolls(void *unused)
{
	(void)unused;
	CHECK_EQ(epoll_for(epoll_of(shared_fd, EPOLLPRI), -1), EPOLLPRI);
}

static void epolls_edges(void *unused)
{
	(void)unused;
	CHECK_EQ(epoll_for(epoll_of(shared_fd, EPOLLPRI | EPOLLET), -1), EPOLLPRI);
}

static void a_ring_wakes(void)
{
	static void (*const sleepers[])(void *) = { polls, selects, epolls, epolls_edges };
	size_t i;

	for (i = 0; i < 4; i++) {
		pid_t child;

		shared_fd = buffer_create(page_size, 0);
		child = child_start(sleepers[i], NULL);
		wait_until_asleep(child);
		ring(shared_fd);
		CHECK_EQ(child_wait(child, 30), 0);
	}
}

static void polls_alone(void *unused)
{
	int fd = fd_reopen(shared_fd, O_RDWR);

	(void)unused;
	CHECK_EQ(poll_for(fd, POLLPRI, -1), POLLPRI);
	CHECK_EQ(acknowledge(fd), 1);
	CHECK_EQ(events_of(fd), READY);
}

static void many_are_woken(void)
{
	pid_t children[64];
	int i;

	shared_fd = buffer_create(page_size, 0);
	for (i = 0; i < 64; i++)
		children[i] = child_start(i % 2 ? polls_alone : epolls, NULL);
	for (i = 0; i < 64; i++)
		wait_until_asleep(children[i]);
	ring(shared_fd);
	for (i = 0; i < 64; i++)
		CHECK_EQ(child_wait(children[i], 30), 0);
}

static void time_is_over(void)
{
	int fd = buffer_create(page_size, 0);
	double start = now();

	CHECK_EQ(poll_for(fd, POLLPRI, 300), 0);
	CHECK(now() - start >= 0.29);
	ring(fd);
	CHECK_EQ(acknowledge(fd), 1);
	CHECK_EQ(poll_for(fd, POLLPRI, 1), 0);
}

static void level_triggered(void)
{
	int fd = buffer_create(page_size, 0);
	int epoll = epoll_of(fd, EPOLLPRI);
	int i;

	CHECK_EQ(epoll_for(epoll, 0), 0);
	ring(fd);
	for (i = 0; i < 3; i++)
		CHECK_EQ(epoll_for(epoll, -1), EPOLLPRI);
	acknowledge(fd);
	CHECK_EQ(epoll_for(epoll, 100), 0);
	ring(fd);
	CHECK_EQ(epoll_for(epoll, -1), EPOLLPRI);
}

static void edge_triggered(void)
{
	int fd = buffer_create(page_size, 0);
	int epoll = epoll_of(fd, EPOLLPRI | EPOLLET);
	int i;

	CHECK_EQ(epoll_for(epoll, 0), 0);
	/* Each ring is an edge, whether the one before was acknowledged or not. */
	for (i = 0; i < 4; i++) {
		ring(fd);
		CHECK_EQ(epoll_for(epoll, -1), EPOLLPRI);
		CHECK_EQ(epoll_for(epoll, 20), 0);
		if (i % 2)
			acknowledge(fd);
	}
	/* Two of them at once are one. */
	ring(fd);
	ring(fd);
	CHECK_EQ(epoll_for(epoll, -1), EPOLLPRI);
	CHECK_EQ(epoll_for(epoll, 20), 0);
	/* What was acknowledged before it was told is not told. */
	ring(fd);
	acknowledge(fd);
	CHECK_EQ(epoll_for(epoll, 20), 0);
	/* Nor is one that came before epoll lost. */
	ring(fd);
	CHECK_EQ(epoll_for(epoll_of(fd, EPOLLPRI | EPOLLET), 0), EPOLLPRI);
}

static void one_shot(void)
{
	int fd = buffer_create(page_size, 0);
	struct epoll_event event = { .events = EPOLLPRI | EPOLLONESHOT };
	int epoll = epoll_of(fd, EPOLLPRI | EPOLLONESHOT);

	ring(fd);
	CHECK_EQ(epoll_for(epoll, -1), EPOLLPRI);
	ring(fd);
	CHECK_EQ(epoll_for(epoll, 20), 0);
	CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event), 0);
	CHECK_EQ(epoll_for(epoll, -1), EPOLLPRI);
}

/* Who waits for reading by edges sees one edge, and rings are none. */
static void rings_do_not_disturb_readers(void)
{
	int fd = buffer_create(page_size, 0);
	int epoll = epoll_of(fd, EPOLLIN | EPOLLET);

	CHECK_EQ(epoll_for(epoll, -1), EPOLLIN);
	ring(fd);
	CHECK_EQ(epoll_for(epoll, 50), 0);
}

/* Duplicates and what is inherited are the same open file; one opened anew is not. */
static void acknowledged_by_open_file(void)
{
	int fd = buffer_create(page_size, 0);
	int copy = dup(fd), other, late;

	other = fd_reopen(fd, O_RDONLY);
	ring(fd);
	shared_fd = fd;
	in_child(polls, NULL);
	CHECK_EQ(events_of(fd), READY);
	CHECK_EQ(events_of(copy), READY);
	CHECK_EQ(events_of(other), READY | POLLPRI);
	/* A file that came later has not seen it. */
	late = fd_reopen(fd, O_RDWR);
	CHECK_EQ(events_of(late), READY | POLLPRI);
	CHECK_EQ(acknowledge(other), 1);
	CHECK_EQ(events_of(other), READY);
	CHECK_EQ(events_of(late), READY | POLLPRI);
}

/* What could not be told is not acknowledged. */
static void failing_acknowledges_nothing(void)
{
	struct mymap_wait *args = (struct mymap_wait *)mmap(NULL, page_size,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = buffer_create(page_size, 0);

	args->size = sizeof(*args);
	args->flags = MYMAP_WAIT_ACKNOWLEDGE;
	CHECK_EQ(mprotect(args, page_size, PROT_READ), 0);
	ring(fd);
	CHECK_ERRNO(ioctl(fd, MYMAP_IOC_WAIT, args), EFAULT);
	CHECK_EQ(events_of(fd), READY | POLLPRI);
}

static void the_door_tells_of_the_default_buffer(void)
{
	int door = door_open(O_RDWR), other = door_open(O_RDONLY);

	acknowledge(door);
	CHECK_EQ(events_of(door), READY);
	ring(door);
	CHECK_EQ(events_of(door), READY | POLLPRI);
	CHECK_EQ(events_of(other), READY | POLLPRI);
	acknowledge(other);
	CHECK_EQ(events_of(door), READY | POLLPRI);
	CHECK_EQ(events_of(other), READY);
}

static void eventfds_wake(void)
{
	int fd = buffer_create(page_size, 0);
	int eventfd_ = eventfd(0, EFD_NONBLOCK), epoll;

	CHECK_EQ(add_eventfd(fd, eventfd_), 0);
	epoll = epoll_of(eventfd_, EPOLLIN);
	CHECK_EQ(epoll_for(epoll, 0), 0);
	ring(fd);
	CHECK_EQ(epoll_for(epoll, -1), EPOLLIN);
	CHECK_EQ(count_of(eventfd_), 1);
	CHECK_EQ(epoll_for(epoll, 0), 0);
}

/* Lifetime: of epoll, which does not hold the file, and of poll, which does. */

static int epoll_fd;
static volatile bool finished;

static void *epolls_on_and_on(void *unused)
{
	struct epoll_event event;

	(void)unused;
	while (!finished)
		epoll_wait(epoll_fd, &event, 1, 1);
	return NULL;
}

static void buffers_go_while_epoll_watches(void)
{
	pthread_t thread;
	int i;

	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	CHECK_EQ(pthread_create(&thread, NULL, epolls_on_and_on, NULL), 0);
	for (i = 0; i < 3000; i++) {
		struct epoll_event event = {
			.events = EPOLLPRI | (i % 2 ? EPOLLET : 0),
		};
		int fd = buffer_create(page_size, 0);

		CHECK_EQ(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event), 0);
		ring(fd);
		close(fd);
	}
	finished = true;
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(total_size(), 0);
	CHECK_EQ(epoll_for(epoll_fd, 0), 0);
	/* The other way round. */
	epoll_fd = epoll_of(buffer_create(page_size, 0), EPOLLPRI);
	close(epoll_fd);
}

static void *polls_in_thread(void *unused)
{
	waiting_thread = (pid_t)syscall(SYS_gettid);
	polls(unused);
	return NULL;
}

static void *polls_closed_in_thread(void *unused)
{
	(void)unused;
	waiting_thread = (pid_t)syscall(SYS_gettid);
	/* Woken by the ring, poll() looks up the number again, and it is gone. */
	CHECK_EQ(poll_for(shared_fd, POLLPRI, 60000), POLLNVAL);
	return NULL;
}

static void closed_while_polling(void)
{
	pthread_t thread;
	int other;

	shared_fd = buffer_create(page_size, 0);
	CHECK_EQ(pthread_create(&thread, NULL, polls_in_thread, NULL), 0);
	wait_until_thread_asleep();
	ring(shared_fd);
	CHECK_EQ(pthread_join(thread, NULL), 0);

	waiting_thread = 0;
	shared_fd = buffer_create(page_size, 0);
	other = fd_reopen(shared_fd, O_RDWR);
	CHECK_EQ(pthread_create(&thread, NULL, polls_closed_in_thread, NULL), 0);
	wait_until_thread_asleep();
	close(shared_fd);
	ring(other);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	close(other);
}

static const struct test_case cases[] = {
	CASE(rings_are_told_until_acknowledged),
	CASE(reading_never_waits),
	CASE(a_ring_wakes),
	CASE(many_are_woken),
	CASE(time_is_over),
	CASE(level_triggered),
	CASE(edge_triggered),
	CASE(one_shot),
	CASE(rings_do_not_disturb_readers),
	CASE(acknowledged_by_open_file),
	CASE(failing_acknowledges_nothing),
	CASE(the_door_tells_of_the_default_buffer),
	CASE(eventfds_wake),
	CASE(buffers_go_while_epoll_watches),
	CASE(closed_while_polling),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
