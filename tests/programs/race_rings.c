// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races of rings against all ways to wait for one.
 *
 * At each step another thread rings, once, and all others wait. Nobody rings again
 * before all of them have answered: so who is not woken by this ring is woken by
 * none, and the race says that a ring was lost. They answer by ringing another
 * buffer, for which the next one who rings waits.
 *
 * What a thread has waited with goes when it has answered, so while the next ring
 * may come.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "race.h"
#include "ring.h"

/* Between the words that others write: the number of the ring that follows. */
#define NUMBER_OFFSET	(80 * sizeof(uint64_t))

static int answers;

static void rings_begin(struct race *race)
{
	(void)race;
	answers = buffer_create(page_size, 0);
}

static void rings_end(struct race *race)
{
	CHECK_EQ(sequence_of(race->fd), race->nr_steps);
	CHECK_EQ(sequence_of(answers), race->nr_steps * (race->nr_threads - 1));
	close(answers);
}

const struct setting rings = { .begin = rings_begin, .end = rings_end };

static volatile uint64_t *number_of_ring(struct race *race)
{
	return (volatile uint64_t *)(race->memory + NUMBER_OFFSET);
}

static int longest(void)
{
	return (int)time_limit(20);
}

static uint64_t wait_for(int fd, uint64_t known, const char *who)
{
	uint64_t number = wait_ring(fd, known, longest() * 1000000000LL);

	errno = 0;
	if (number == known)
		FAIL("%s does not hear of what came after ring %llu", who, (unsigned long long)known);
	return number;
}

/* The ring has been heard: it was this one, and what was written before it is there. */
static void answer(struct racer *racer)
{
	struct race *race = racer->race;

	CHECK_EQ(sequence_of(race->fd), racer->step + 1);
	CHECK_EQ(*number_of_ring(race), racer->step + 1);
	ring(answers);
}

static void heard(struct racer *racer, int nr, const char *who)
{
	if (nr != 1)
		FAIL("%s does not hear of ring %u", who, racer->step + 1);
}

static void by_wait(struct racer *racer)
{
	wait_for(racer->race->fd, racer->step, "WAIT");
	answer(racer);
}

static void by_poll(struct racer *racer)
{
	struct pollfd pollfd = { .fd = fd_reopen(racer->race->fd, O_RDONLY), .events = POLLPRI };

	CHECK(pollfd.fd >= 0);
	/* The ring may have been before. */
	if (acknowledge(pollfd.fd) == racer->step) {
		heard(racer, poll(&pollfd, 1, longest() * 1000), "poll");
		CHECK_EQ(pollfd.revents, POLLPRI);
	}
	answer(racer);
	close(pollfd.fd);
}

static void by_epoll(struct racer *racer)
{
	struct epoll_event event = { .events = EPOLLPRI | (racer_random(racer) & 1 ? EPOLLET : 0) };
	int fd = fd_reopen(racer->race->fd, O_RDONLY), epoll = epoll_create1(EPOLL_CLOEXEC);
	bool before = acknowledge(fd) > racer->step;

	CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
	if (!before) {
		heard(racer, epoll_wait(epoll, &event, 1, longest() * 1000), "epoll");
		CHECK_EQ(event.events, EPOLLPRI);
	}
	answer(racer);
	if (racer_random(racer) & 1) {
		close(fd);
		close(epoll);
	} else {
		close(epoll);
		close(fd);
	}
}

static void by_eventfd(struct racer *racer)
{
	int fd = fd_reopen(racer->race->fd, O_RDONLY), eventfd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct pollfd pollfd = { .fd = eventfd_, .events = POLLIN };

	CHECK_EQ(add_eventfd(fd, eventfd_), 0);
	if (sequence_of(fd) == racer->step) {
		heard(racer, poll(&pollfd, 1, longest() * 1000), "an eventfd");
		CHECK_EQ(count_of(eventfd_), 1);
	} else {
		/* It was before the eventfd was added, or right after. */
		CHECK(count_of(eventfd_) <= 1);
	}
	answer(racer);
	if (racer_random(racer) & 1) {
		CHECK_EQ(remove_eventfd(fd, eventfd_), 0);
		CHECK(count_of(eventfd_) <= 1);
		CHECK_EQ(count_of(eventfd_), 0);
	}
	close(fd);
	/* Closed, its file signals nothing. */
	CHECK(count_of(eventfd_) <= 1);
	CHECK_EQ(count_of(eventfd_), 0);
	close(eventfd_);
}

static void ring_for_all(struct racer *racer)
{
	struct race *race = racer->race;
	uint64_t all = (uint64_t)racer->step * (race->nr_threads - 1);
	uint64_t nr = sequence_of(answers);

	while (nr < all)
		nr = wait_for(answers, nr, "who rings");
	CHECK_EQ(nr, all);
	*number_of_ring(race) = racer->step + 1;
	CHECK_EQ(ring(race->fd), racer->step + 1);
}

void ring_or_wait(struct racer *racer)
{
	static void (*const ways[])(struct racer *) = { by_wait, by_poll, by_epoll, by_eventfd };

	if (racer->step % racer->race->nr_threads == racer->number)
		ring_for_all(racer);
	else
		ways[racer_random(racer) % 4](racer);
}
