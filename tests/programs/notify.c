// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings: RING, WAIT and eventfds. What poll and epoll make of them is in polling.c.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "ring.h"

#define MSEC 1000000LL

static void rings_are_counted(void)
{
	int fd = buffer_create(page_size, 0);
	int other = buffer_create(page_size, 0);
	uint64_t i;

	CHECK_EQ(sequence_of(fd), 0);
	for (i = 1; i <= 100; i++) {
		CHECK_EQ(ring(fd), i);
		CHECK_EQ(sequence_of(fd), i);
	}
	/* Of this buffer, and of no other. */
	CHECK_EQ(sequence_of(other), 0);
	CHECK_EQ(sequence_of(fd_reopen(fd, O_RDWR)), 100);
}

static void missed_rings_are_told(void)
{
	int fd = buffer_create(page_size, 0);
	double start = now();
	int i;

	for (i = 0; i < 6; i++)
		ring(fd);
	CHECK_EQ(wait_ring(fd, 1, -1), 6);
	/* A number that the buffer never had does not wait for ever. */
	CHECK_EQ(wait_ring(fd, 1000, -1), 6);
	CHECK_EQ(wait_ring(fd, UINT64_MAX, -1), 6);
	CHECK(now() - start < 10);
}

static void time_is_over(void)
{
	int fd = buffer_create(page_size, 0);
	double start = now();

	CHECK_EQ(wait_ring(fd, 0, 0), 0);
	CHECK_EQ(wait_ring(fd, 0, 1), 0);
	CHECK_EQ(wait_ring(fd, 0, 300 * MSEC), 0);
	CHECK(now() - start >= 0.3);
	CHECK(now() - start < 20);
}

static void timeout_is_checked(void)
{
	int fd = buffer_create(page_size, 0);

	CHECK_ERRNO(try_wait(fd, 0, -2, 0), EINVAL);
	CHECK_ERRNO(try_wait(fd, 0, INT64_MIN, 0), EINVAL);
	ring(fd);
	/* Also where there is nothing to wait for. */
	CHECK_ERRNO(try_wait(fd, 0, -2, 0), EINVAL);
}

/* Children that wait. */

static int shared_fd;
static int64_t wait_timeout = -1;

static void waits_for_ring(void *unused)
{
	(void)unused;
	CHECK_EQ(wait_ring(shared_fd, 0, wait_timeout), 1);
}

static void one_waiter_is_woken(void)
{
	static const int64_t timeouts[] = { -1, INT64_MAX, 50000 * MSEC };
	size_t i;

	for (i = 0; i < 3; i++) {
		pid_t child;

		shared_fd = buffer_create(page_size, 0);
		wait_timeout = timeouts[i];
		child = child_start(waits_for_ring, NULL);
		wait_until_asleep(child);
		CHECK_EQ(ring(shared_fd), 1);
		CHECK_EQ(child_wait(child, 30), 0);
	}
}

/* All on one open file: none takes the ring from another. */
static void many_waiters_are_woken(void)
{
	pid_t children[64];
	int i;

	shared_fd = buffer_create(page_size, 0);
	for (i = 0; i < 64; i++)
		children[i] = child_start(waits_for_ring, NULL);
	for (i = 0; i < 64; i++)
		wait_until_asleep(children[i]);
	CHECK_EQ(ring(shared_fd), 1);
	for (i = 0; i < 64; i++)
		CHECK_EQ(child_wait(children[i], 30), 0);
}

/* Signals. */

static volatile sig_atomic_t nr_signals;

static void count_signal(int sig)
{
	(void)sig;
	nr_signals++;
}

static void waits_for_signal(void *unused)
{
	struct sigaction action = { .sa_handler = count_signal, .sa_flags = SA_RESTART };

	(void)unused;
	sigaction(SIGUSR1, &action, NULL);
	CHECK_ERRNO(try_wait(shared_fd, 0, wait_timeout, MYMAP_WAIT_ACKNOWLEDGE), EINTR);
	CHECK_EQ(nr_signals, 1);
}

static void signals_end_the_wait(void)
{
	static const int64_t timeouts[] = { -1, 50000 * MSEC };
	size_t i;

	shared_fd = buffer_create(page_size, 0);
	for (i = 0; i < 2; i++) {
		pid_t child;

		wait_timeout = timeouts[i];
		child = child_start(waits_for_signal, NULL);
		wait_until_asleep(child);
		CHECK_EQ(kill(child, SIGUSR1), 0);
		CHECK_EQ(child_wait(child, 30), 0);
	}
}

static void stopping_does_not_end_it(void)
{
	pid_t child;
	int status;

	shared_fd = buffer_create(page_size, 0);
	child = child_start(waits_for_ring, NULL);
	wait_until_asleep(child);
	CHECK_EQ(kill(child, SIGSTOP), 0);
	CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
	CHECK_EQ(kill(child, SIGCONT), 0);
	wait_until_asleep(child);
	CHECK_EQ(ring(shared_fd), 1);
	CHECK_EQ(child_wait(child, 30), 0);
}

static void killed_while_waiting(void)
{
	pid_t child;

	shared_fd = buffer_create(page_size, 0);
	child = child_start(waits_for_ring, NULL);
	wait_until_asleep(child);
	child_kill(child, 10);
	CHECK_EQ(ring(shared_fd), 1);
}

static void *waits_in_thread(void *unused)
{
	waiting_thread = (pid_t)syscall(SYS_gettid);
	waits_for_ring(unused);
	return NULL;
}

/* The wait holds the file, though nobody can name it any more. */
static void closed_while_waiting(void)
{
	pthread_t thread;
	int other;

	shared_fd = buffer_create(page_size, 0);
	other = fd_reopen(shared_fd, O_RDWR);
	CHECK_EQ(pthread_create(&thread, NULL, waits_in_thread, NULL), 0);
	wait_until_thread_asleep();
	close(shared_fd);
	CHECK_EQ(ring(other), 1);
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

static void waits_and_uses_no_processor(void *unused)
{
	struct rusage before, after;
	double used;

	(void)unused;
	CHECK_EQ(getrusage(RUSAGE_SELF, &before), 0);
	CHECK_EQ(wait_ring(shared_fd, 0, 2000 * MSEC), 0);
	CHECK_EQ(getrusage(RUSAGE_SELF, &after), 0);
	used = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
	       (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
	       (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
	       (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
	errno = 0;
	if (used > 0.2 || after.ru_nvcsw - before.ru_nvcsw > 10)
		FAIL("a wait of 2 s took %.3f s of a processor and slept %ld times",
		     used, after.ru_nvcsw - before.ru_nvcsw);
}

static void no_busy_loop(void)
{
	shared_fd = buffer_create(page_size, 0);
	in_child(waits_and_uses_no_processor, NULL);
}

/* Rights and other processes. */

static void ringing_wants_writable(void)
{
	int fd = buffer_create(page_size, 0);
	int readonly = fd_reopen(fd, O_RDONLY);
	int writeonly = fd_reopen(fd, O_WRONLY);
	int eventfd_ = eventfd(0, EFD_NONBLOCK);

	CHECK(readonly >= 0 && writeonly >= 0);
	CHECK_ERRNO(try_ring(readonly, NULL), EACCES);
	CHECK_EQ(sequence_of(fd), 0);
	CHECK_EQ(ring(writeonly), 1);
	/* To wait is for readers. */
	CHECK_EQ(wait_ring(readonly, 0, -1), 1);
	CHECK_EQ(add_eventfd(readonly, eventfd_), 0);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 1);
}

static int sockets[2];

static void gets_it_and_rings(void *unused)
{
	int fd;

	(void)unused;
	if (!geteuid())
		CHECK_EQ(setresuid(65534, 65534, 65534), 0);
	fd = fd_receive(sockets[1]);
	strcpy(map_shared(fd, page_size), "written before the ring");
	CHECK_EQ(ring(fd), 1);
	CHECK_EQ(wait_ring(fd, 1, 30000 * MSEC), 2);
}

/* A process that was there before the buffer, of another user. */
static void unrelated_processes(void)
{
	pid_t child;
	int fd;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	child = child_start(gets_it_and_rings, NULL);
	fd = buffer_create(page_size, 0);
	fd_send(sockets[0], fd);
	CHECK_EQ(wait_ring(fd, 0, 30000 * MSEC), 1);
	CHECK_EQ(strcmp(map_shared(fd, page_size), "written before the ring"), 0);
	wait_until_asleep(child);
	CHECK_EQ(ring(fd), 2);
	CHECK_EQ(child_wait(child, 30), 0);
}

/* The default buffer, which has been rung before, by others. */
static void default_buffer(void)
{
	int door = door_open(O_RDWR), other = door_open(O_RDWR), readonly = door_open(O_RDONLY);
	uint64_t before = sequence_of(door);
	int eventfd_ = eventfd(0, EFD_NONBLOCK);

	CHECK_EQ(add_eventfd(other, eventfd_), 0);
	CHECK_EQ(ring(door), before + 1);
	CHECK_EQ(wait_ring(other, before, -1), before + 1);
	CHECK_EQ(count_of(eventfd_), 1);
	CHECK_ERRNO(try_ring(readonly, NULL), EACCES);
	close(other);
	CHECK_EQ(ring(door), before + 2);
	CHECK_EQ(count_of(eventfd_), 0);
}

/* A command that fails changes nothing. */
static void failing_to_tell_is_no_ring(void)
{
	int fd = buffer_create(page_size, 0);
	struct mymap_ring *args = mmap(NULL, page_size, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	CHECK(args != MAP_FAILED);
	args->size = sizeof(*args);
	CHECK_EQ(mprotect(args, page_size, PROT_READ), 0);
	for (i = 0; i < 10; i++)
		CHECK_ERRNO(ioctl(fd, MYMAP_IOC_RING, args), EFAULT);
	CHECK_EQ(sequence_of(fd), 0);
}

/* Eventfds. */

static void eventfd_counts(void)
{
	int fd = buffer_create(page_size, 0);
	int first = eventfd(0, EFD_NONBLOCK), second = eventfd(5, EFD_NONBLOCK);
	int semaphore = eventfd(0, EFD_NONBLOCK | EFD_SEMAPHORE);

	ring(fd);
	CHECK_EQ(add_eventfd(fd, first), 0);
	CHECK_EQ(count_of(first), 0);
	ring(fd);
	ring(fd);
	ring(fd);
	CHECK_EQ(count_of(first), 3);
	CHECK_EQ(add_eventfd(fd, second), 0);
	CHECK_EQ(add_eventfd(fd, semaphore), 0);
	ring(fd);
	ring(fd);
	CHECK_EQ(count_of(first), 2);
	CHECK_EQ(count_of(second), 7);
	CHECK_EQ(count_of(semaphore), 1);
	CHECK_EQ(count_of(semaphore), 1);
	CHECK_EQ(count_of(semaphore), 0);

	CHECK_EQ(remove_eventfd(fd, first), 0);
	ring(fd);
	CHECK_EQ(count_of(first), 0);
	CHECK_EQ(count_of(second), 1);
	/* And again. */
	CHECK_EQ(add_eventfd(fd, first), 0);
	ring(fd);
	CHECK_EQ(count_of(first), 1);
}

static void eventfd_is_checked(void)
{
	int fd = buffer_create(page_size, 0);
	int eventfd_ = eventfd(0, EFD_NONBLOCK);
	int copy = dup(eventfd_), path = fd_reopen(eventfd_, O_PATH);

	CHECK_ERRNO(add_eventfd(fd, -1), EBADF);
	CHECK_ERRNO(add_eventfd(fd, 9999), EBADF);
	CHECK_ERRNO(add_eventfd(fd, path), EBADF);
	CHECK_ERRNO(add_eventfd(fd, fd), EINVAL);
	CHECK_ERRNO(remove_eventfd(fd, -1), EBADF);
	CHECK_ERRNO(remove_eventfd(fd, fd), EINVAL);
	CHECK_ERRNO(remove_eventfd(fd, eventfd_), ENOENT);
	CHECK_EQ(add_eventfd(fd, eventfd_), 0);
	CHECK_ERRNO(add_eventfd(fd, eventfd_), EEXIST);
	CHECK_ERRNO(add_eventfd(fd, copy), EEXIST);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 1);
	CHECK_EQ(remove_eventfd(fd, copy), 0);
	CHECK_ERRNO(remove_eventfd(fd, eventfd_), ENOENT);
}

/* It belongs to the open file that it was added through. */
static void eventfd_goes_with_its_file(void)
{
	int fd = buffer_create(page_size, 0);
	int other = fd_reopen(fd, O_RDWR), copy = dup(other);
	int eventfd_ = eventfd(0, EFD_NONBLOCK);

	CHECK_EQ(add_eventfd(other, eventfd_), 0);
	CHECK_ERRNO(remove_eventfd(fd, eventfd_), ENOENT);
	close(other);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 1);
	CHECK_EQ(add_eventfd(fd, eventfd_), 0);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 2);
	close(copy);
	ring(fd);
	CHECK_EQ(count_of(eventfd_), 1);
	/* That one's had room before, and has it still. */
	CHECK_EQ(remove_eventfd(fd, eventfd_), 0);
}

static void eventfd_is_closed(void)
{
	int fd = buffer_create(page_size, 0);
	int eventfd_ = eventfd(0, EFD_NONBLOCK), copy = dup(eventfd_);

	CHECK_EQ(add_eventfd(fd, eventfd_), 0);
	close(eventfd_);
	ring(fd);
	CHECK_EQ(count_of(copy), 1);
	close(copy);
	ring(fd);
	CHECK_EQ(sequence_of(fd), 2);
}

static void eventfds_are_limited(void)
{
	int fd = buffer_create(page_size, 0);
	int other = fd_reopen(fd, O_RDWR);
	int eventfds[MYMAP_MAX_EVENTFDS + 1];
	int i;

	CHECK_EQ(MYMAP_MAX_EVENTFDS, 64);
	for (i = 0; i <= MYMAP_MAX_EVENTFDS; i++)
		eventfds[i] = eventfd(0, EFD_NONBLOCK);
	for (i = 0; i < MYMAP_MAX_EVENTFDS; i++)
		CHECK_EQ(add_eventfd(i % 2 ? fd : other, eventfds[i]), 0);
	CHECK_ERRNO(add_eventfd(fd, eventfds[MYMAP_MAX_EVENTFDS]), EDQUOT);
	CHECK_ERRNO(add_eventfd(other, eventfds[MYMAP_MAX_EVENTFDS]), EDQUOT);
	ring(fd);
	for (i = 0; i < MYMAP_MAX_EVENTFDS; i++)
		CHECK_EQ(count_of(eventfds[i]), 1);
	CHECK_EQ(count_of(eventfds[MYMAP_MAX_EVENTFDS]), 0);

	CHECK_EQ(remove_eventfd(fd, eventfds[1]), 0);
	CHECK_EQ(add_eventfd(fd, eventfds[MYMAP_MAX_EVENTFDS]), 0);
	CHECK_ERRNO(add_eventfd(fd, eventfds[1]), EDQUOT);
	/* The half of them goes with the file. */
	close(other);
	for (i = 0; i < MYMAP_MAX_EVENTFDS; i += 2)
		CHECK_EQ(add_eventfd(fd, eventfds[i]), 0);
	CHECK_ERRNO(add_eventfd(fd, eventfds[1]), EDQUOT);
}

/* A counter that is full stays so; nobody waits for it. */
static void eventfd_is_full(void)
{
	int fd = buffer_create(page_size, 0);
	int eventfd_ = eventfd(0, EFD_NONBLOCK);
	uint64_t most = UINT64_MAX - 1;

	CHECK_EQ(write(eventfd_, &most, sizeof(most)), sizeof(most));
	CHECK_EQ(add_eventfd(fd, eventfd_), 0);
	CHECK_EQ(ring(fd), 1);
	CHECK_EQ(ring(fd), 2);
	CHECK(count_of(eventfd_) >= most);
}

static void eventfds_come_and_go(void)
{
	int i;

	for (i = 0; i < 2000; i++) {
		int fd = buffer_create(page_size, 0);
		int eventfd_ = eventfd(0, EFD_NONBLOCK);

		CHECK_EQ(add_eventfd(fd, eventfd_), 0);
		if (i % 2)
			CHECK_EQ(remove_eventfd(fd, eventfd_), 0);
		close(i % 4 < 2 ? fd : eventfd_);
		close(i % 4 < 2 ? eventfd_ : fd);
	}
}

/* Races. */

#define RINGERS		4
#define RINGS_EACH	5000

static void rings_often(void *unused)
{
	uint64_t last = 0;
	int i;

	(void)unused;
	for (i = 0; i < RINGS_EACH; i++) {
		uint64_t sequence = ring(shared_fd);

		CHECK(sequence > last);
		last = sequence;
	}
}

static void adds_and_removes(void *unused)
{
	int eventfd_ = eventfd(0, EFD_NONBLOCK);
	int other = fd_reopen(shared_fd, O_RDWR);
	int i;

	(void)unused;
	for (i = 0; sequence_of(shared_fd) < RINGERS * RINGS_EACH; i++) {
		uint64_t before = sequence_of(shared_fd), counted;

		CHECK_EQ(add_eventfd(other, eventfd_), 0);
		if (i % 2) {
			CHECK_EQ(remove_eventfd(other, eventfd_), 0);
		} else {
			close(other);
			other = fd_reopen(shared_fd, O_RDWR);
		}
		counted = count_of(eventfd_);
		CHECK(counted <= sequence_of(shared_fd) - before);
		/* Nothing comes after it was removed. */
		CHECK_EQ(count_of(eventfd_), 0);
	}
}

static void no_ring_is_lost(void)
{
	int eventfd_ = eventfd(0, EFD_NONBLOCK);
	pid_t children[RINGERS + 1];
	int i;

	shared_fd = buffer_create(page_size, 0);
	CHECK_EQ(add_eventfd(shared_fd, eventfd_), 0);
	for (i = 0; i < RINGERS; i++)
		children[i] = child_start(rings_often, NULL);
	children[i] = child_start(adds_and_removes, NULL);
	for (i = 0; i <= RINGERS; i++)
		child_join(children[i]);
	CHECK_EQ(sequence_of(shared_fd), RINGERS * RINGS_EACH);
	CHECK_EQ(count_of(eventfd_), RINGERS * RINGS_EACH);
}

/*
 * A producer that never waits, and a consumer that sees of each ring all that was
 * written before it.
 */
#define SLOTS		64
#define WORDS		16
#define MESSAGES	200000
#define PRODUCE_SECONDS	8

struct message {
	uint64_t words[WORDS];
};

static uint64_t word_of(uint64_t sequence, size_t i)
{
	return (sequence + 1) * 0x9e3779b97f4a7c15ULL + i;
}

static void produces(void *unused)
{
	struct message *messages = map_shared(shared_fd, SLOTS * sizeof(*messages));
	uint64_t sequence;
	double end = now() + PRODUCE_SECONDS;
	size_t i;

	(void)unused;
	for (sequence = 1; sequence < MESSAGES && now() < end; sequence++) {
		for (i = 0; i < WORDS; i++)
			messages[sequence % SLOTS].words[i] = word_of(sequence, i);
		CHECK_EQ(ring(shared_fd), sequence);
	}
	/* The last one. */
	messages[sequence % SLOTS].words[0] = 0;
	CHECK_EQ(ring(shared_fd), sequence);
}

static void producer_and_consumer(void)
{
	struct message *messages, message;
	uint64_t known = 0, received = 0;
	pid_t producer;
	size_t i;

	shared_fd = buffer_create(SLOTS * sizeof(*messages), 0);
	messages = map_shared(shared_fd, SLOTS * sizeof(*messages));
	producer = child_start(produces, NULL);
	for (;;) {
		uint64_t sequence = wait_ring(shared_fd, known, -1);

		CHECK(sequence > known);
		known = sequence;
		message = messages[sequence % SLOTS];
		/* The producer may be about to write the next one of this slot. */
		if (sequence_of(shared_fd) >= sequence + SLOTS - 1)
			continue;
		if (!message.words[0])
			break;
		for (i = 0; i < WORDS; i++)
			CHECK_EQ(message.words[i], word_of(sequence, i));
		received++;
	}
	child_join(producer);
	printf("%llu rings, %llu of them received\n", (unsigned long long)known,
	       (unsigned long long)received);
	CHECK(received > 0);
}

/* What a ring costs where nobody waits: told, not judged. */
static void cost(void)
{
	int fd = buffer_create(page_size, 0);
	struct mymap_info i;
	double start = now(), ringing, asking;
	int n;

	for (n = 0; n < 100000; n++)
		ring(fd);
	ringing = now() - start;
	start = now();
	for (n = 0; n < 100000; n++)
		i = info(fd);
	asking = now() - start;
	(void)i;
	printf("a ring takes %.0f ns, INFO %.0f ns\n", ringing * 1e4, asking * 1e4);
}

static const struct test_case cases[] = {
	CASE(rings_are_counted),
	CASE(missed_rings_are_told),
	CASE(time_is_over),
	CASE(timeout_is_checked),
	CASE(one_waiter_is_woken),
	CASE(many_waiters_are_woken),
	CASE(signals_end_the_wait),
	CASE(stopping_does_not_end_it),
	CASE(killed_while_waiting),
	CASE(closed_while_waiting),
	CASE(no_busy_loop),
	CASE(ringing_wants_writable),
	CASE(unrelated_processes),
	CASE(default_buffer),
	CASE(failing_to_tell_is_no_ring),
	CASE(eventfd_counts),
	CASE(eventfd_is_checked),
	CASE(eventfd_goes_with_its_file),
	CASE(eventfd_is_closed),
	CASE(eventfds_are_limited),
	CASE(eventfd_is_full),
	CASE(eventfds_come_and_go),
	CASE(no_ring_is_lost),
	CASE(producer_and_consumer),
	CASE(cost),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
