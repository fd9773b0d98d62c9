/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What race.c, which lets threads race, and those that say what they do know of
 * each other: race_acts.c, race_sizes.c, race_names.c, race_rings.c and
 * race_counts.c.
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
/* Of one thread in a round. */
#define MAX_STEPS 40

/* Words of a page that acts write and look at. */
#define WORDS 5

struct racer;
typedef void (*act_fn)(struct racer *racer);

struct race;

/* What a race needs besides the buffer of the round; each may be left out. */
struct setting {
	/* At most so many acts of one thread in a round, where they are dear. */
	unsigned int max_steps;
	/* Before a round, when its buffer is there, and after it, when all are. */
	void (*begin)(struct race *race);
	void (*end)(struct race *race);
};

struct race {
	const struct setting *setting;
	act_fn acts[MAX_ACTS];
	unsigned int nr_acts;
	atomic_ulong done[MAX_ACTS];
	unsigned int nr_threads;
	/* Of each thread in a round. */
	unsigned int nr_steps;
	pthread_barrier_t start;

	/* The buffer of this round, and the mapping that all threads use. */
	uint64_t id;
	size_t nr_pages;
	size_t len;
	/* Of its first pages what was written stays, whatever is done: of all, as a rule. */
	size_t nr_kept;
	/* Those of its first pages that are never beyond its end; likewise. */
	size_t nr_there;
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
	/* How many of its acts are over. */
	unsigned int step;
	/* The driver has refused this one, as it may; it does not count as done. */
	bool refused;
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
/* The id of a buffer of its own, which no other has; and whose it is. */
uint64_t new_id(struct racer *racer);
unsigned int number_of_id(uint64_t id);

/* The address of a page of the mapping that all use. */
static inline char *page_at(struct race *race, size_t page)
{
	return race->memory + page * page_size;
}

/* The word number i of a page, what a buffer has there, and where that is. */
uint64_t word_of(uint64_t id, size_t page, unsigned int i);
size_t word_offset(unsigned int i);
/* Where a page has a word that only this thread writes, and what it writes there. */
size_t own_offset(struct racer *racer);
uint64_t own_word(struct racer *racer, size_t page);

/* Memory of the page of a buffer: write all its words; see that each is right or 0. */
void page_write(volatile void *memory, uint64_t id, size_t page);
void page_check(const volatile void *memory, uint64_t id, size_t page);
/* The same where a fault may end in a signal, which is returned, or 0. */
int page_touch(volatile void *memory, uint64_t id, size_t page, bool write);
int word_read(const volatile void *memory, uint64_t *word);

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

/* Memory goes; race_sizes.c */
extern const struct setting holes;
extern const struct setting sizes;
void shrink_and_grow(struct racer *racer);
void punch(struct racer *racer);
void read_and_write_some(struct racer *racer);

/* Buffers with names; race_names.c */
extern const struct setting names;
void name_and_destroy(struct racer *racer);
void open_by_name(struct racer *racer);
void open_by_node(struct racer *racer);
void read_attributes(struct racer *racer);
extern const struct setting same_names;
void name_the_same(struct racer *racer);
void destroy_the_same(struct racer *racer);

/* Rings; race_rings.c */
extern const struct setting rings;
void ring_or_wait(struct racer *racer);

/* Limits and statistics; race_counts.c */
extern const struct setting limits;
void use_up(struct racer *racer);
void use_up_by_growing(struct racer *racer);
extern const struct setting statistics;
void switch_counting(struct racer *racer);
void read_statistics(struct racer *racer);

#endif /* RACE_H */
