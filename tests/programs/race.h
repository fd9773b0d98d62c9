/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What race.c, which lets threads race, and race_acts.c, which says what they do,
 * know of each other.
 */
#ifndef RACE_H
#define RACE_H

#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>

#include "test.h"

#define MAX_THREADS 64
#define MAX_ACTS 16
#define MAX_PAGES 4096

/* Words of a page that acts write and look at. */
#define WORDS 5

struct racer;
typedef void (*act_fn)(struct racer *racer);

struct race {
	act_fn acts[MAX_ACTS];
	unsigned int nr_acts;
	atomic_ulong done[MAX_ACTS];
	/* Of each thread in a round. */
	unsigned int nr_steps;
	pthread_barrier_t start;

	/* The buffer of this round, and the mapping that all threads use. */
	uint64_t id;
	size_t nr_pages;
	size_t len;
	int fd;
	int read_only;
	char *memory;
	/* Pages that somebody wrote whole: they cannot be 0 any more. */
	atomic_bool written[MAX_PAGES];
};

struct racer {
	struct race *race;
	/* From 0 to the number of threads - 1. */
	unsigned int number;
	/* How many of its acts are done. */
	unsigned int step;
	act_fn act;
	atomic_ulong *done;
	uint64_t random;
	/* Buffers that it made for itself, and how many. */
	uint64_t own_id;
};

/* Some pages of the buffer, at least one. */
struct pages {
	size_t first;
	size_t nr;
};

uint64_t racer_random(struct racer *racer);
struct pages random_pages(struct racer *racer);

/* The address of a page of the mapping that all use. */
static inline char *page_at(struct race *race, size_t page)
{
	return race->memory + page * page_size;
}

/* The word number i of a page, what a buffer has there, and where that is. */
uint64_t word_of(uint64_t id, size_t page, unsigned int i);
size_t word_offset(unsigned int i);

/* Memory of the page of a buffer: write all its words; see that each is right or 0. */
void page_write(volatile void *memory, uint64_t id, size_t page);
void page_check(const volatile void *memory, uint64_t id, size_t page);
/* The same where a fault may end in a signal, which is returned, or 0. */
int page_touch(volatile void *memory, uint64_t id, size_t page, bool write);

void touch(struct racer *racer);
void touch_the_same(struct racer *racer);
void unmap_and_map(struct racer *racer);
void zap(struct racer *racer);
void protect(struct racer *racer);
void close_and_touch(struct racer *racer);
void fork_and_touch(struct racer *racer);
void read_and_write(struct racer *racer);
void move(struct racer *racer);
void lock(struct racer *racer);
void pin(struct racer *racer);
void open_by_path(struct racer *racer);
void last_close(struct racer *racer);
void door(struct racer *racer);
void own_buffer(struct racer *racer);

#endif /* RACE_H */
