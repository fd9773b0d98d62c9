// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks that live in the memory and work between processes: each of them rests
 * on a futex that finds the same page from everywhere.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

#define ROUNDS 2000
#define TURNS 200

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	sem_t ping, pong;
	unsigned long counter;
	unsigned int turn;
	uint32_t word;
};

static void shared_init(struct shared *s)
{
	pthread_mutexattr_t mutex_attr;
	pthread_condattr_t cond_attr;

	memset(s, 0, sizeof(*s));
	CHECK_EQ(pthread_mutexattr_init(&mutex_attr), 0);
	CHECK_EQ(pthread_mutexattr_setpshared(&mutex_attr, PTHREAD_PROCESS_SHARED), 0);
	CHECK_EQ(pthread_mutexattr_setrobust(&mutex_attr, PTHREAD_MUTEX_ROBUST), 0);
	CHECK_EQ(pthread_mutex_init(&s->mutex, &mutex_attr), 0);
	CHECK_EQ(pthread_condattr_init(&cond_attr), 0);
	CHECK_EQ(pthread_condattr_setpshared(&cond_attr, PTHREAD_PROCESS_SHARED), 0);
	CHECK_EQ(pthread_cond_init(&s->cond, &cond_attr), 0);
	CHECK_EQ(sem_init(&s->ping, 1, 0), 0);
	CHECK_EQ(sem_init(&s->pong, 1, 0), 0);
}

/* What each of two processes does. */

static void count(struct shared *s)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		unsigned long seen;

		CHECK_EQ(pthread_mutex_lock(&s->mutex), 0);
		seen = s->counter;
		/* So that the other one has to wait now and then. */
		if (i % 64 == 0)
			sched_yield();
		s->counter = seen + 1;
		CHECK_EQ(pthread_mutex_unlock(&s->mutex), 0);
	}
}

static void take_turns(struct shared *s, unsigned int mine)
{
	int i;

	for (i = 0; i < TURNS; i++) {
		CHECK_EQ(pthread_mutex_lock(&s->mutex), 0);
		while (s->turn % 2 != mine)
			CHECK_EQ(pthread_cond_wait(&s->cond, &s->mutex), 0);
		s->turn++;
		CHECK_EQ(pthread_cond_broadcast(&s->cond), 0);
		CHECK_EQ(pthread_mutex_unlock(&s->mutex), 0);
	}
}

static void play(sem_t *wait_for, sem_t *post)
{
	int i;

	for (i = 0; i < TURNS; i++) {
		CHECK_EQ(sem_wait(wait_for), 0);
		CHECK_EQ(sem_post(post), 0);
	}
}

static void all_of_it(struct shared *s, unsigned int mine)
{
	count(s);
	take_turns(s, mine);
	if (mine) {
		play(&s->ping, &s->pong);
	} else {
		CHECK_EQ(sem_post(&s->ping), 0);
		play(&s->pong, &s->ping);
	}
}

static void check_done(struct shared *s)
{
	CHECK_EQ(s->counter, 2 * ROUNDS);
	CHECK_EQ(s->turn, 2 * TURNS);
}

/* Parent and child. */

static void child_count(void *data)
{
	count(data);
}

static void child_turns(void *data)
{
	take_turns(data, 1);
}

static void child_play(void *data)
{
	struct shared *s = data;

	play(&s->ping, &s->pong);
}

static struct shared *shared_create(void)
{
	struct shared *s = map_shared(buffer_create(sizeof(*s), 0), page_size);

	shared_init(s);
	return s;
}

static void mutex_of_parent_and_child(void)
{
	struct shared *s = shared_create();
	pid_t child = child_start(child_count, s);

	count(s);
	child_join(child);
	CHECK_EQ(s->counter, 2 * ROUNDS);
}

static void condition_of_parent_and_child(void)
{
	struct shared *s = shared_create();
	pid_t child = child_start(child_turns, s);

	take_turns(s, 0);
	child_join(child);
	CHECK_EQ(s->turn, 2 * TURNS);
}

static void semaphore_of_parent_and_child(void)
{
	struct shared *s = shared_create();
	pid_t child = child_start(child_play, s);

	CHECK_EQ(sem_post(&s->ping), 0);
	play(&s->pong, &s->ping);
	child_join(child);
}

static void lock_and_die(void *data)
{
	struct shared *s = data;

	CHECK_EQ(pthread_mutex_lock(&s->mutex), 0);
	_exit(0);
}

static void robust_mutex_of_dead_child(void)
{
	struct shared *s = shared_create();

	in_child(lock_and_die, s);
	CHECK_EQ(pthread_mutex_lock(&s->mutex), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&s->mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(&s->mutex), 0);
	CHECK_EQ(pthread_mutex_lock(&s->mutex), 0);
}

/* Unrelated processes: a buffer that came through a socket. */

static void peer_by_fd(void)
{
	struct shared *s;
	int fd = fd_receive(atoi(test_argument(0)));

	/* Not where the other one has it. */
	map_at(fd, page_size, 0, PROT_READ);
	s = map_shared(fd, page_size);
	all_of_it(s, 1);
}

static void peer_by_fd_start(void *data)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", *(int *)data);
	execl(test_program(), "sharing", "peer_by_fd", number, NULL);
	FAIL("exec");
}

static void unrelated_by_fd(void)
{
	struct shared *s;
	int fd, socks[2];
	pid_t peer;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	peer = child_start(peer_by_fd_start, &socks[1]);
	fd = buffer_create(page_size, 0);
	s = map_shared(fd, page_size);
	shared_init(s);
	fd_send(socks[0], fd);
	all_of_it(s, 0);
	child_join(peer);
	check_done(s);
}

/* Unrelated processes: both open the device. The last bytes of the default buffer. */

static struct shared *shared_of_door(void)
{
	int door = door_open(O_RDWR);
	size_t size = query().default_size;
	char *memory = map_shared(door, size);

	return (struct shared *)(memory + size - page_size / 2);
}

static void peer_by_door(void)
{
	all_of_it(shared_of_door(), 1);
}

static void peer_by_door_start(void *data)
{
	(void)data;
	execl(test_program(), "sharing", "peer_by_door", NULL);
	FAIL("exec");
}

static void unrelated_by_door(void)
{
	struct shared *s = shared_of_door();
	pid_t peer;

	CHECK(sizeof(*s) <= page_size / 2 - 16);
	shared_init(s);
	peer = child_start(peer_by_door_start, NULL);
	all_of_it(s, 0);
	child_join(peer);
	check_done(s);
}

/* The bare futex: a waiter at one address, a waker at another. */

static long futex(uint32_t *word, int operation, uint32_t value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, operation, value, timeout, NULL, 0);
}

struct waiter {
	uint32_t *word;
};

static void futex_waiter(void *data)
{
	struct waiter *waiter = data;
	const struct timespec limit = { .tv_sec = 20 };

	while (__atomic_load_n(waiter->word, __ATOMIC_ACQUIRE) == 0) {
		errno = 0;
		if (futex(waiter->word, FUTEX_WAIT, 0, &limit) && errno != EAGAIN)
			FAIL("FUTEX_WAIT");
	}
}

static bool waiter_is_woken(void *data)
{
	return futex(data, FUTEX_WAKE, 1, NULL) == 1;
}

static void check_futex(size_t offset)
{
	size_t size = 2 * huge_size() + page_size;
	int fd = buffer_create(size, 0);
	char *a = map_shared(fd, size), *b = map_shared(fd, size);
	struct waiter waiter = { (uint32_t *)(a + offset) };
	uint32_t *word = (uint32_t *)(b + offset);
	pid_t child = child_start(futex_waiter, &waiter);

	/* Woken by a wake alone, found through the other mapping. */
	CHECK(wait_until(waiter_is_woken, word, 10));
	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	futex(word, FUTEX_WAKE, 1, NULL);
	child_join(child);
}

static void futex_anywhere_in_the_buffer(void)
{
	size_t huge = huge_size();

	check_futex(0);
	check_futex(3 * page_size + 128);
	check_futex(huge + 5 * page_size);
	/* In the tail of small pages. */
	check_futex(2 * huge + 64);
}

/* The same offset of two buffers is not the same futex. */
static void futex_of_two_buffers(void)
{
	uint32_t *a = map_shared(buffer_create(page_size, 0), page_size);
	uint32_t *b = map_shared(buffer_create(page_size, 0), page_size);
	const struct timespec moment = { .tv_nsec = 1000000 };
	struct waiter waiter = { a };
	pid_t child = child_start(futex_waiter, &waiter);
	int i;

	for (i = 0; i < 100; i++) {
		CHECK_EQ(futex(b, FUTEX_WAKE, 1, NULL), 0);
		nanosleep(&moment, NULL);
	}
	*a = 1;
	futex(a, FUTEX_WAKE, 1, NULL);
	child_join(child);
}

static const struct test_case cases[] = {
	CASE(mutex_of_parent_and_child),
	CASE(condition_of_parent_and_child),
	CASE(semaphore_of_parent_and_child),
	CASE(robust_mutex_of_dead_child),
	CASE(peer_by_fd),
	CASE(unrelated_by_fd),
	CASE(peer_by_door),
	CASE(unrelated_by_door),
	CASE(futex_anywhere_in_the_buffer),
	CASE(futex_of_two_buffers),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
