// SPDX-License-Identifier: GPL-2.0-only
/*
 * One row: the steps in their order, several times.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

/**
 * bench_step_name() - what a column is called in JSON
 * @step: the step
 *
 * Return: a word.
 */
const char *bench_step_name(enum bench_step step)
{
	static const char *const names[BENCH_NR_STEPS] = {
		[BENCH_CYCLE] = "cycle",
		[BENCH_CREATE] = "create",
		[BENCH_MAP] = "map",
		[BENCH_FIRST_TOUCH] = "first_touch",
		[BENCH_SECOND_TOUCH] = "second_touch",
		[BENCH_COPY_IN] = "copy_in",
		[BENCH_COPY_OUT] = "copy_out",
		[BENCH_CALL] = "call",
		[BENCH_UNMAP] = "unmap",
		[BENCH_CLOSE] = "close",
	};

	return names[step];
}

static int touch(const struct bench_peer *peer, struct bench_memory *memory)
{
	char *begin = memory->address;

	if (peer->touch)
		return peer->touch(memory);
	bench_touch(begin, begin + memory->size);
	return 0;
}

static int copy_in(const struct bench_peer *peer, struct bench_memory *memory, void *own)
{
	if (peer->copy_in)
		return peer->copy_in(memory, own);
	memcpy(memory->address, own, memory->size);
	return 0;
}

static int copy_out(const struct bench_peer *peer, struct bench_memory *memory, void *own)
{
	if (peer->copy_out)
		return peer->copy_out(memory, own);
	memcpy(own, memory->address, memory->size);
	return 0;
}

static int call(const struct bench_peer *peer, struct bench_memory *memory)
{
	unsigned int i;
	int r = 0;

	for (i = 0; !r && i < BENCH_CALLS; i++)
		r = peer->call(memory);
	return r;
}

/* What a page costs from its creation to its end, and nothing of it is there before or after. */
static int one_cycle(const struct bench_peer *peer)
{
	struct bench_memory memory;
	int r, ended;

	bench_memory_init(&memory, (size_t)sysconf(_SC_PAGESIZE));
	r = peer->create(&memory);
	if (!r)
		r = peer->map(&memory);
	if (!r)
		*(volatile char *)memory.address = 1;
	ended = memory.address ? peer->unmap(&memory) : 0;
	if (!r)
		r = ended;
	ended = peer->close(&memory);
	return r ? r : ended;
}

static int cycle(const struct bench_peer *peer)
{
	unsigned int i;
	int r = 0;

	for (i = 0; !r && i < BENCH_CALLS; i++)
		r = one_cycle(peer);
	return r;
}

static int do_step(const struct bench_peer *peer, struct bench_memory *memory,
		   enum bench_step step, void *own)
{
	switch (step) {
	case BENCH_CYCLE:
		return cycle(peer);
	case BENCH_CREATE:
		return peer->create(memory);
	case BENCH_MAP:
		return peer->map(memory);
	case BENCH_FIRST_TOUCH:
	case BENCH_SECOND_TOUCH:
		return touch(peer, memory);
	case BENCH_COPY_IN:
		return copy_in(peer, memory, own);
	case BENCH_COPY_OUT:
		return copy_out(peer, memory, own);
	case BENCH_CALL:
		return call(peer, memory);
	case BENCH_UNMAP:
		return peer->unmap(memory);
	case BENCH_CLOSE:
	case BENCH_NR_STEPS:
		break;
	}
	return peer->close(memory);
}

static bool has_step(const struct bench_peer *peer, const struct bench_memory *memory,
		     enum bench_step step)
{
	switch (step) {
	case BENCH_CYCLE:
		return peer->cycle;
	case BENCH_MAP:
		return peer->map;
	case BENCH_UNMAP:
		return peer->unmap;
	case BENCH_CALL:
		return peer->call;
	case BENCH_FIRST_TOUCH:
	case BENCH_SECOND_TOUCH:
		return memory->address;
	default:
		return true;
	}
}

/**
 * struct repetition - what one repetition came to
 * @costs: of each step
 * @has: which were done
 * @turns: the ping-pong, where it was asked for
 */
struct repetition {
	uint64_t costs[BENCH_NR_STEPS];
	bool has[BENCH_NR_STEPS];
	struct bench_turns turns;
};

static int do_timed(const struct bench_peer *peer, struct bench_memory *memory,
		    const struct bench_clock *clock, enum bench_step step, void *own,
		    struct repetition *repetition)
{
	uint64_t start, cost;
	int r;

	if (!has_step(peer, memory, step))
		return 0;
	start = bench_clock_now(clock);
	r = do_step(peer, memory, step, own);
	cost = bench_clock_now(clock) - start;
	repetition->costs[step] = cost > clock->overhead ? cost - clock->overhead : 0;
	repetition->has[step] = true;
	return r;
}

/* All steps; with @rounds, the ping-pong before the end. */
static int repeat(const struct bench_peer *peer, const struct bench_clock *clock, size_t size,
		  unsigned int rounds, void *own, struct repetition *repetition)
{
	struct bench_memory memory;
	enum bench_step step;
	int r = 0, ended;

	memset(repetition, 0, sizeof(*repetition));
	bench_memory_init(&memory, size);
	for (step = BENCH_CYCLE; !r && step < BENCH_UNMAP; step++)
		r = do_timed(peer, &memory, clock, step, own, repetition);
	if (!r && rounds)
		r = bench_take_turns(peer, &memory, clock, rounds, &repetition->turns);

	/* Whatever is there goes, also where something went wrong. */
	ended = peer->unmap && memory.address ?
		do_timed(peer, &memory, clock, BENCH_UNMAP, own, repetition) : 0;
	if (!r)
		r = ended;
	ended = do_timed(peer, &memory, clock, BENCH_CLOSE, own, repetition);
	return r ? r : ended;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void summarize(const struct repetition *repetitions, unsigned int nr, size_t size,
		      enum bench_step step, double *scratch, struct bench_figure *figure)
{
	double parts = step == BENCH_CALL || step == BENCH_CYCLE ? BENCH_CALLS : (double)((size + BENCH_PAGE - 1) / BENCH_PAGE);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!repetitions[i].has[step])
			return;
		scratch[i] = (double)repetitions[i].costs[step] / parts;
	}
	qsort(scratch, nr, sizeof(*scratch), by_value);
	*figure = (struct bench_figure) {
		.has = true,
		.median = nr % 2 ? scratch[nr / 2] : (scratch[nr / 2 - 1] + scratch[nr / 2]) / 2,
		.min = scratch[0],
		.max = scratch[nr - 1],
	};
}

/*
 * What mmap costs depends on how many mappings the process has, by the nodes of the tree that the kernel keeps them in:
 * up to a tenth, for each row alike. So each repetition finds some more than the one before, and their least is that of
 * a tree with room.
 */
struct crowd {
	char *pages;
	size_t page, len;
};

static int crowd_init(struct crowd *crowd, unsigned int repeat)
{
	crowd->page = (size_t)sysconf(_SC_PAGESIZE);
	crowd->len = 2 * repeat * crowd->page;
	crowd->pages = mmap(NULL, crowd->len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return crowd->pages == MAP_FAILED ? -errno : 0;
}

static int crowd_grow(const struct crowd *crowd, unsigned int i)
{
	return mprotect(crowd->pages + 2 * i * crowd->page, crowd->page, PROT_READ) ? -errno : 0;
}

static int measure(const struct bench_peer *peer, const struct bench_clock *clock,
		   const struct bench_plan *plan, void *own, struct repetition *repetitions,
		   double *scratch, struct bench_row *row)
{
	struct repetition other;
	struct crowd crowd;
	enum bench_step step;
	unsigned int i;
	int r;

	r = crowd_init(&crowd, plan->repeat);
	if (r)
		return r;
	if (peer->begin)
		r = peer->begin();
	if (r)
		goto no_begin;
	/* Nobody looks at the first: it warms caches, the allocator and our own code. */
	r = repeat(peer, clock, plan->size, 0, own, &other);
	for (i = 0; !r && i < plan->repeat; i++) {
		r = crowd_grow(&crowd, i);
		if (!r)
			r = repeat(peer, clock, plan->size, 0, own, &repetitions[i]);
	}
	/* By itself, since a fork may make what comes after it dearer. */
	if (!r && plan->rounds)
		r = repeat(peer, clock, plan->size, plan->rounds, own, &other);
	if (peer->end)
		peer->end();
no_begin:
	munmap(crowd.pages, crowd.len);
	if (r)
		return r;

	for (step = BENCH_CYCLE; step < BENCH_NR_STEPS; step++)
		summarize(repetitions, plan->repeat, plan->size, step, scratch, &row->steps[step]);
	row->has_turns = plan->rounds;
	row->turns = other.turns;
	return 0;
}

static void tell_error(const struct bench_peer *peer, int error, struct bench_row *row)
{
	const char *hint = peer->hint ? peer->hint(error) : NULL;

	snprintf(row->error, sizeof(row->error), "%s%s%s", strerror(-error), hint ? "; " : "",
		 hint ? hint : "");
}

/**
 * bench_measure() - measure a peer
 * @peer: the peer
 * @clock: in what
 * @plan: how often
 * @row: where to write what came out; its machine is left alone
 *
 * Return: 0, or the negative errno that @row tells of.
 */
int bench_measure(const struct bench_peer *peer, const struct bench_clock *clock,
		  const struct bench_plan *plan, struct bench_row *row)
{
	struct repetition *repetitions = calloc(plan->repeat, sizeof(*repetitions));
	double *scratch = calloc(plan->repeat, sizeof(*scratch));
	void *own = mmap(NULL, plan->size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int r = -ENOMEM;

	snprintf(row->name, sizeof(row->name), "%s", peer->name);
	row->size = plan->size;
	row->repeat = plan->repeat;
	if (repetitions && scratch && own != MAP_FAILED) {
		memset(own, 1, plan->size);
		r = measure(peer, clock, plan, own, repetitions, scratch, row);
	}
	if (r)
		tell_error(peer, r, row);

	if (own != MAP_FAILED)
		munmap(own, plan->size);
	free(scratch);
	free(repetitions);
	return r;
}
