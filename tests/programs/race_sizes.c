// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races with memory that goes: the buffer shrinks and grows, holes are punched.
 * Its first pages stay whatever happens, so what was written there must, too; the
 * others may be gone at any time.
 *
 * What was taken away reads as zeros ever after. A page that all write cannot
 * show that, but a word that only one thread writes can: as soon as this one has
 * taken it away, nobody finds it again, by whatever way.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "race.h"

static void holes_begin(struct race *race)
{
	race->nr_kept = race->nr_pages / 4;
}

const struct setting holes = { .begin = holes_begin };

static void sizes_begin(struct race *race)
{
	race->nr_kept = race->nr_pages / 4;
	race->nr_there = race->nr_kept;
}

/* One that shrinks is always followed by one that grows. */
static void sizes_end(struct race *race)
{
	buffer_check_size(race->fd, race->len);
}

const struct setting sizes = { .begin = sizes_begin, .end = sizes_end };

/* Any number of pages that may go, the first of them not before that one. */
static struct pages pages_from(struct racer *racer, size_t first)
{
	size_t last = racer->race->nr_pages;

	first += racer_random(racer) % (last - first);
	return (struct pages){ first, 1 + racer_random(racer) % (last - first) };
}

static off_t own_position(struct racer *racer, size_t page)
{
	return (off_t)(page * page_size + own_offset(racer));
}

/* By the mapping; false where it is beyond the end at this moment. */
static bool own_word_read(struct racer *racer, size_t page, uint64_t *word)
{
	int sig = word_read(page_at(racer->race, page) + own_offset(racer), word);

	CHECK(!sig || (sig == SIGBUS && page >= racer->race->nr_there));
	return !sig;
}

/*
 * Write the word, and look at it by the mapping, so that a page table has the page.
 * Who else takes pages away may have taken this one: then it is 0, or beyond the
 * end, which is false.
 */
static bool own_word_write(struct racer *racer, size_t page)
{
	struct race *race = racer->race;
	uint64_t mine = own_word(racer, page), word;
	ssize_t n = pwrite(race->fd, &mine, sizeof(mine), own_position(racer, page));

	if (n < 0) {
		CHECK_EQ(errno, ENOSPC);
		CHECK(page >= race->nr_there);
		return false;
	}
	CHECK_EQ(n, sizeof(mine));
	if (own_word_read(racer, page, &word))
		CHECK(word == 0 || word == mine);
	return true;
}

static void own_word_is_gone(struct racer *racer, size_t page)
{
	struct race *race = racer->race;
	uint64_t word = 0;

	if (own_word_read(racer, page, &word))
		CHECK_EQ(word, 0);
	word = 0;
	CHECK(pread(race->fd, &word, sizeof(word), own_position(racer, page)) >= 0);
	CHECK_EQ(word, 0);
}

/*
 * To take memory away is dear, and waits for whoever is using it, up to the driver's
 * patience: so it is done now and then.
 */
static bool touch_instead(struct racer *racer)
{
	if (racer->step % 3 == 0)
		return false;
	touch(racer);
	return true;
}

/* One at a time, so that each knows what the size is; resize_race.c has the others. */
static pthread_mutex_t one_resizes = PTHREAD_MUTEX_INITIALIZER;

void shrink_and_grow(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages gone = pages_from(racer, race->nr_kept);
	size_t page = gone.first + racer_random(racer) % (race->nr_pages - gone.first);
	uint64_t word;

	if (touch_instead(racer))
		return;
	pthread_mutex_lock(&one_resizes);
	CHECK(own_word_write(racer, page));
	if (buffer_resize(race->fd, gone.first * page_size) < 0) {
		/* Pinned, or somebody's transfer takes longer than the driver's patience. */
		CHECK_EQ(errno, EBUSY);
		racer->refused = true;
	} else {
		CHECK_EQ(word_read(page_at(race, page), &word), SIGBUS);
		CHECK_EQ(pread(race->fd, &word, sizeof(word), own_position(racer, page)), 0);
		CHECK_EQ(buffer_resize(race->fd, race->len), race->len);
		own_word_is_gone(racer, page);
	}
	pthread_mutex_unlock(&one_resizes);
}

void punch(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages hole = pages_from(racer, race->nr_kept);
	size_t page = hole.first + racer_random(racer) % hole.nr;

	if (touch_instead(racer))
		return;
	own_word_write(racer, page);
	if (fallocate(race->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      (off_t)(hole.first * page_size), (off_t)(hole.nr * page_size))) {
		CHECK_EQ(errno, EBUSY);
		racer->refused = true;
		return;
	}
	own_word_is_gone(racer, page);
}

/* As much as there is: never less than what stays, and nothing but this buffer's. */
void read_and_write_some(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages pages = random_pages(racer);
	size_t len = pages.nr * page_size, page, i;
	char *bytes = malloc(len);
	ssize_t n;

	CHECK(bytes);
	n = pread(race->fd, bytes, len, (off_t)(pages.first * page_size));
	CHECK(n >= 0);
	CHECK_EQ((size_t)n % page_size, 0);
	for (i = 0; i < (size_t)n / page_size; i++)
		page_check(bytes + i * page_size, race->id, pages.first + i);
	page = pages.first + i;
	CHECK(i == pages.nr || page >= race->nr_there);
	free(bytes);

	page = pages.first;
	for (i = 0; i < WORDS; i++) {
		uint64_t word = word_of(race->id, page, (unsigned int)i);
		off_t offset = (off_t)(page * page_size + word_offset((unsigned int)i));

		n = pwrite(race->fd, &word, sizeof(word), offset);
		if (n < 0) {
			CHECK_EQ(errno, ENOSPC);
			CHECK(page >= race->nr_there);
			return;
		}
		CHECK_EQ(n, sizeof(word));
	}
	race->written[page] = true;
}
