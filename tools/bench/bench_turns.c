// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ping-pong: two processes that let each other go on.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* Rounds that nobody looks at: the first ones still copy page tables. */
#define WARM_ROUNDS	16

/* A peer's own way, or a word at the beginning of the memory: whose turn it is. */
static int pass(const struct bench_peer *peer, struct bench_memory *memory, int side)
{
	uint32_t *turn = memory->address;

	if (peer->pass)
		return peer->pass(memory, side);
	__atomic_store_n(turn, !side, __ATOMIC_RELEASE);
	return syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0) < 0 ? -errno : 0;
}

static int await(const struct bench_peer *peer, struct bench_memory *memory, int side)
{
	uint32_t *turn = memory->address;

	if (peer->await)
		return peer->await(memory, side);
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != (uint32_t)side) {
		if (syscall(SYS_futex, turn, FUTEX_WAIT, !side, NULL, NULL, 0) < 0 && errno != EAGAIN)
			return -errno;
	}
	return 0;
}

static _Noreturn void other_side(const struct bench_peer *peer, struct bench_memory *memory,
				 unsigned int rounds)
{
	int r = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!r && rounds--) {
		r = await(peer, memory, 1);
		if (!r)
			r = pass(peer, memory, 1);
	}
	_exit(r ? 1 : 0);
}

static int by_value(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static int this_side(const struct bench_peer *peer, struct bench_memory *memory,
		     const struct bench_clock *clock, unsigned int rounds, uint64_t *costs)
{
	unsigned int i;

	for (i = 0; i < WARM_ROUNDS + rounds; i++) {
		uint64_t start = bench_clock_now(clock), cost;
		int r = pass(peer, memory, 0);

		if (!r)
			r = await(peer, memory, 0);
		if (r)
			return r;
		cost = bench_clock_now(clock) - start;
		if (i >= WARM_ROUNDS)
			costs[i - WARM_ROUNDS] = cost > clock->overhead ? cost - clock->overhead : 0;
	}
	return 0;
}

/* Lets a wait end with EINTR where the other side has ended too early. */
static void child_has_ended(int number)
{
	(void)number;
}

/**
 * bench_take_turns() - let two processes take turns
 * @peer: how
 * @memory: what they have in common
 * @clock: in what it is measured
 * @rounds: how often
 * @ret_turns: what a round costs
 *
 * Return: 0, or a negative errno.
 */
int bench_take_turns(const struct bench_peer *peer, struct bench_memory *memory,
		     const struct bench_clock *clock, unsigned int rounds,
		     struct bench_turns *ret_turns)
{
	struct sigaction action = { .sa_handler = child_has_ended }, before;
	uint64_t *costs = calloc(rounds, sizeof(*costs));
	pid_t child;
	int r;

	if (!costs)
		return -ENOMEM;
	if (!peer->pass)
		*(uint32_t *)memory->address = 0;
	sigaction(SIGCHLD, &action, &before);

	child = fork();
	if (!child)
		other_side(peer, memory, WARM_ROUNDS + rounds);
	r = child < 0 ? -errno : this_side(peer, memory, clock, rounds, costs);
	if (child > 0) {
		if (r)
			kill(child, SIGKILL);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}

	sigaction(SIGCHLD, &before, NULL);
	if (!r) {
		qsort(costs, rounds, sizeof(*costs), by_value);
		ret_turns->median = (double)costs[rounds / 2];
		ret_turns->p99 = (double)costs[(rounds * 99UL + 99) / 100 - 1];
	}
	free(costs);
	return r;
}
