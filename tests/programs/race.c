// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races: threads that use one buffer at once, each with an act of its own.
 *
 *   race NAME THREADS SECONDS
 *
 * A race is a list of acts, which the threads take in turns. It goes in rounds,
 * each with a new buffer whose memory nobody has touched yet. Whoever looks at a
 * word of a page must find 0, or what this round writes at this place: neither
 * the word of another page nor what another buffer left there. After a round all
 * must be gone, after the race each act must have been done.
 *
 * A new race is a line of acts at the end, a new act a function in race_acts.c.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "race.h"

/* Acts in a round, of all threads together; and of one thread at least. */
#define ROUND_STEPS 640
#define MIN_STEPS 10

/* volatile: the handler reads it between two accesses, unseen by the compiler. */
static __thread sigjmp_buf *volatile touching;

/* Outside of a touch it is a failure like any other crash. */
static void on_fault(int sig)
{
	if (touching)
		siglongjmp(*touching, sig);
	signal(sig, SIG_DFL);
}

static void catch_faults(void)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	CHECK_EQ(sigaction(SIGSEGV, &action, NULL), 0);
	CHECK_EQ(sigaction(SIGBUS, &action, NULL), 0);
}

uint64_t racer_random(struct racer *racer)
{
	uint64_t x = racer->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return racer->random = x;
}

struct pages random_pages(struct racer *racer)
{
	size_t nr = racer->race->nr_pages;
	size_t first = racer_random(racer) % nr;
	size_t most = nr - first;

	return (struct pages){ first, 1 + racer_random(racer) % most };
}

uint64_t word_of(uint64_t id, size_t page, unsigned int i)
{
	uint64_t x = id * 0x9e3779b97f4a7c15ULL + page * WORDS + i;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 32;
	/* Never 0. */
	return x | 1;
}

/* From the first word of a page to its last. */
size_t word_offset(unsigned int i)
{
	size_t last = page_size / sizeof(uint64_t) - 1;

	return last * i / (WORDS - 1) * sizeof(uint64_t);
}

static volatile uint64_t *word_at(const volatile void *page, unsigned int i)
{
	return (volatile uint64_t *)((volatile char *)page + word_offset(i));
}

void page_write(volatile void *memory, uint64_t id, size_t page)
{
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		*word_at(memory, i) = word_of(id, page, i);
}

void page_check(const volatile void *memory, uint64_t id, size_t page)
{
	unsigned int i;

	for (i = 0; i < WORDS; i++) {
		uint64_t word = *word_at(memory, i);

		if (word && word != word_of(id, page, i)) {
			errno = 0;
			FAIL("word %u of page %zu of buffer %llu is %#llx", i, page,
			     (unsigned long long)id, (unsigned long long)word);
		}
	}
}

int page_touch(volatile void *memory, uint64_t id, size_t page, bool write)
{
	sigjmp_buf here;
	int sig;

	/* The signal is not blocked in its handler, so no mask is saved. */
	sig = sigsetjmp(here, 0);
	if (!sig) {
		touching = &here;
		page_check(memory, id, page);
		if (write)
			page_write(memory, id, page);
	}
	touching = NULL;
	return sig;
}

int word_read(const volatile void *memory, uint64_t *word)
{
	sigjmp_buf here;
	int sig;

	sig = sigsetjmp(here, 0);
	if (!sig) {
		touching = &here;
		*word = *(const volatile uint64_t *)memory;
	}
	touching = NULL;
	return sig;
}

size_t own_offset(struct racer *racer)
{
	/* Between the first two of those that all write. */
	return (8 + racer->number) * sizeof(uint64_t);
}

uint64_t own_word(struct racer *racer, size_t page)
{
	return word_of(racer->race->id, page, WORDS + racer->number);
}

uint64_t new_id(struct racer *racer)
{
	return (racer->race->id << 32 | (uint64_t)(racer->number + 1) << 16) + ++racer->own_id;
}

unsigned int number_of_id(uint64_t id)
{
	return (unsigned int)(id >> 16 & 0xffff) - 1;
}

static void *racer_run(void *data)
{
	struct racer *racer = data;
	struct race *race = racer->race;
	unsigned int i;

	pthread_barrier_wait(&race->start);
	for (i = 0; i < race->nr_steps; i++) {
		racer->refused = false;
		racer->act(racer);
		racer->step++;
		if (!racer->refused)
			atomic_fetch_add(racer->done, 1);
	}
	return NULL;
}

/* A buffer with 2 MiB pages where they exist, and small ones at its end. */
static void round_begin(struct race *race)
{
	race->id++;
	race->nr_pages = (race->id & 1 ? huge_pages() : 0) + 13;
	race->nr_kept = race->nr_pages;
	race->nr_there = race->nr_pages;
	race->len = race->nr_pages * page_size;
	CHECK(race->nr_pages <= MAX_PAGES);
	memset(race->written, 0, sizeof(race->written));
	race->fd = buffer_create(race->len, 0);
	race->read_only = fd_reopen(race->fd, O_RDONLY);
	CHECK(race->read_only >= 0);
	race->memory = map_shared(race->fd, race->len);
	if (race->setting && race->setting->begin)
		race->setting->begin(race);
}

static void round_end(struct race *race)
{
	uint64_t *bytes = malloc(race->len);
	size_t page;

	CHECK(bytes);
	if (race->setting && race->setting->end)
		race->setting->end(race);
	CHECK(info(race->fd).resident <= race->len);
	/* All at once, by another way than the mapping. */
	CHECK_EQ(pread(race->fd, bytes, race->len, 0), race->len);
	for (page = 0; page < race->nr_pages; page++) {
		const char *copy = (char *)bytes + page * page_size;

		page_check(page_at(race, page), race->id, page);
		page_check(copy, race->id, page);
		errno = 0;
		if (page < race->nr_kept && race->written[page] && !*(uint64_t *)copy)
			FAIL("page %zu was written and is 0", page);
	}
	free(bytes);
	close(race->read_only);
	/* In turns: the mapping is the last user, or the descriptor is. */
	if (race->id & 2)
		close(race->fd);
	unmap(race->memory, race->len);
	if (!(race->id & 2))
		close(race->fd);
}

static void round_run(struct race *race, unsigned int nr_threads)
{
	struct racer racers[MAX_THREADS] = { 0 };
	pthread_t threads[MAX_THREADS];
	unsigned int i;

	race->nr_threads = nr_threads;
	race->nr_steps = ROUND_STEPS / nr_threads;
	if (race->nr_steps > MAX_STEPS)
		race->nr_steps = MAX_STEPS;
	if (race->nr_steps < MIN_STEPS)
		race->nr_steps = MIN_STEPS;
	if (race->setting && race->setting->max_steps && race->nr_steps > race->setting->max_steps)
		race->nr_steps = race->setting->max_steps;
	round_begin(race);
	pthread_barrier_init(&race->start, NULL, nr_threads);
	for (i = 0; i < nr_threads; i++) {
		unsigned int act = i % race->nr_acts;

		racers[i] = (struct racer){
			.race = race, .number = i, .act = race->acts[act],
			.done = &race->done[act],
			.random = (race->id << 8 | i) * 0x9e3779b97f4a7c15ULL | 1,
		};
		CHECK_EQ(pthread_create(&threads[i], NULL, racer_run, &racers[i]), 0);
	}
	for (i = 0; i < nr_threads; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	pthread_barrier_destroy(&race->start);
	round_end(race);
}

static double number_argument(int i, double otherwise)
{
	return test_argument(i) ? atof(test_argument(i)) : otherwise;
}

static void race_run(struct race *race)
{
	unsigned int nr_threads = (unsigned int)number_argument(0, 2);
	double end = now() + number_argument(1, 1);
	unsigned int i;

	CHECK(nr_threads >= 1 && nr_threads <= MAX_THREADS);
	while (race->acts[race->nr_acts])
		race->nr_acts++;
	catch_faults();
	do {
		round_run(race, nr_threads);
	} while (now() < end);

	for (i = 0; i < race->nr_acts && i < nr_threads; i++)
		CHECK(race->done[i] > 0);
	CHECK_EQ(total_size(), 0);
}

static bool storm_is_on(void *data)
{
	struct race *race = data;

	return race->done[0] > 0 && race->done[1] > 0 && race->done[2] > 0;
}

/* The threads go on until the process is killed. */
static void *storm_run(void *data)
{
	for (;;)
		racer_run(data);
	return NULL;
}

static void storm(void *data)
{
	static struct race race = {
		.acts = { touch, unmap_and_map, read_and_write }, .nr_steps = MAX_STEPS,
	};
	static struct racer racers[MAX_THREADS];
	unsigned int i, nr_threads = MAX_THREADS;
	pthread_t thread;

	catch_faults();
	round_begin(&race);
	pthread_barrier_init(&race.start, NULL, nr_threads);
	for (i = 0; i < nr_threads; i++) {
		racers[i] = (struct racer){
			.race = &race, .number = i, .act = race.acts[i % 3],
			.done = &race.done[i % 3], .random = i + 1,
		};
		CHECK_EQ(pthread_create(&thread, NULL, storm_run, &racers[i]), 0);
	}
	CHECK(wait_until(storm_is_on, &race, 30));
	CHECK_EQ(write(*(int *)data, "", 1), 1);
	for (;;)
		pause();
}

/* 64 threads in a storm of faults and reads, killed: dead within a second. */
static void killed_in_storm(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		child_kill(child_start_ready(storm), 1);
		CHECK(wait_until(nothing_is_left, NULL, 1));
	}
}

/* RACE_IN(setting, name, act...): the threads take these acts in turns. */
#define RACE_IN(where, name, ...)					\
	static void name(void)						\
	{								\
		static struct race race = {				\
			.setting = where, .acts = { __VA_ARGS__ },	\
		};							\
									\
		race_run(&race);					\
	}

#define RACE(name, ...) RACE_IN(NULL, name, __VA_ARGS__)

RACE(fault_against_fault, touch)
RACE(fault_of_one_page, touch_the_same)
RACE(fault_against_munmap, touch, unmap_and_map)
RACE(fault_against_zap, touch, zap)
RACE(fault_against_mprotect, touch, protect)
RACE(fault_against_close, touch, close_and_touch)
RACE(fault_against_fork, touch, fork_and_touch)
RACE(fault_against_read_and_write, touch, read_and_write)
RACE(fault_against_mremap, touch, move)
RACE(fault_against_mlock, touch, lock)
RACE(fault_against_pins, touch, pin, zap)
RACE(open_against_last_close, open_by_path, last_close)
RACE(door_against_last_close, door)
RACE(create_against_create, own_buffer)
RACE(all_at_once, touch, unmap_and_map, read_and_write, fork_and_touch, zap,
     protect, close_and_touch, move, lock, pin, own_buffer, door, touch_the_same)

RACE_IN(&sizes, fault_against_shrink, touch, shrink_and_grow)
RACE_IN(&holes, fault_against_hole, touch, punch)
RACE_IN(&sizes, read_against_resize, read_and_write_some, shrink_and_grow, own_buffer)
RACE_IN(&sizes, all_against_sizes, touch, shrink_and_grow, read_and_write_some, punch, own_buffer,
	fork_and_touch, zap, protect, pin)

RACE_IN(&names, destroy_against_open, name_and_destroy, open_by_name, open_by_node, read_attributes)
RACE_IN(&same_names, name_against_name, name_the_same)
RACE_IN(&same_names, name_against_destroy, name_the_same, destroy_the_same)

RACE_IN(&rings, ring_against_wait, ring_or_wait)

RACE_IN(&limits, create_against_limit, use_up, use_up_by_growing)
RACE_IN(&statistics, counting_against_switch, switch_counting, read_statistics, own_buffer, touch)

static const struct test_case cases[] = {
	CASE(fault_against_fault),
	CASE(fault_of_one_page),
	CASE(fault_against_munmap),
	CASE(fault_against_zap),
	CASE(fault_against_mprotect),
	CASE(fault_against_close),
	CASE(fault_against_fork),
	CASE(fault_against_read_and_write),
	CASE(fault_against_mremap),
	CASE(fault_against_mlock),
	CASE(fault_against_pins),
	CASE(open_against_last_close),
	CASE(door_against_last_close),
	CASE(create_against_create),
	CASE(all_at_once),
	CASE(fault_against_shrink),
	CASE(fault_against_hole),
	CASE(read_against_resize),
	CASE(all_against_sizes),
	CASE(destroy_against_open),
	CASE(name_against_name),
	CASE(name_against_destroy),
	CASE(ring_against_wait),
	CASE(create_against_limit),
	CASE(counting_against_switch),
	CASE(killed_in_storm),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
