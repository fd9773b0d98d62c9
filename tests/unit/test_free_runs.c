// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free runs, by what kernels say and by what none would.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "free_runs.h"

/* A PC of 8 GiB: the first 16 MiB are whole, the others in pieces of at most 2^4 pages. */
#define PC \
	"Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3 \n" \
	"Node 0, zone    DMA32    216     55    189    101     84      0      0      0      0      0      0 \n"
#define PC_ZONES \
	"Node 0, zone      DMA\n" \
	"  per-node stats\n      nr_inactive_anon 140618\n" \
	"  pages free     3840\n        boost    0\n        min      67\n        low      83\n" \
	"        protection: (0, 3018, 7938, 7938, 7938)\n" \
	"    cpu: 0\n              count:    0\n              high_min: 10\n" \
	"Node 0, zone    DMA32\n" \
	"  pages free     3238\n        boost    0\n        min      1200\n" \
	"        protection: (0, 0, 0, 0, 0)\n" \
	"Node 0, zone  Movable\n  pages free     0\n        min      32\n" \
	"        protection: (0, 0, 0, 0, 0)\n"

/* A board: the largest are CMA's, or are kept. */
#define BOARD \
	"Page block order: 9\nPages per block:  512\n\n" \
	"Free pages count per migrate type at order       0      1      2      3\n" \
	"Node    0, zone      DMA, type    Unmovable      1      0      2      0\n" \
	"Node    0, zone      DMA, type      Movable >100000      7      1      0\n" \
	"Node    0, zone      DMA, type   HighAtomic      0      0      0      1\n" \
	"Node    0, zone      DMA, type          CMA      0      0      0     14\n" \
	"Node    0, zone      DMA, type      Isolate      0      0      0      1\n" \
	"\n" "Number of blocks type     Unmovable      Movable  Reclaimable\n" \
	"Node 0, zone      DMA           11           90            7\n"

#define WHOLE	"Node 0, zone   Normal      0      0      0      2\n"
#define MOVABLE	WHOLE "Node 0, zone  Movable      0      0      0      0      9\n"
#define KEEPS(free) \
	"Node 0, zone   Normal\n  pages free     " free "\n        min      4\n" \
	"        protection: (0, 0)\n"

/* What a test hands to its function. */
struct sample {
	const char *blocks;
	const char *zones;
	int result;
	int largest;
	int limit;
};

static FILE *open_text(const char *text)
{
	FILE *stream;

	if (!text)
		return NULL;
	stream = tmpfile();
	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, strlen(text), stream), strlen(text));
	rewind(stream);
	return stream;
}

static void runs_are(void **state)
{
	const struct sample *sample = *state;
	struct free_runs runs = { .largest = -7, .limit = -7 };
	FILE *blocks = open_text(sample->blocks), *zones = open_text(sample->zones);

	assert_int_equal(free_runs_read(blocks, zones, &runs), sample->result);
	assert_int_equal(runs.largest, sample->largest);
	assert_int_equal(runs.limit, sample->limit);
	fclose(blocks);
	if (zones)
		fclose(zones);
}

/* However the files are cut off or changed, the answer is one that there can be. */
static void broken(void **state)
{
	size_t len = strlen(PC_ZONES), i;
	struct free_runs runs;
	FILE *blocks, *zones;
	char *text;
	int r;

	(void)state;
	for (i = 0; i < 3 * len; i++) {
		text = strdup(PC_ZONES);
		assert_non_null(text);
		text[i % len] = "\0z9"[i / len];
		zones = open_text(text);
		blocks = open_text(i & 1 ? PC : text);
		r = free_runs_read(blocks, zones, &runs);
		if (!r)
			assert_in_range(runs.largest + 1, 0, runs.limit + 1);
		else
			assert_int_equal(r, -EBADMSG);
		fclose(blocks);
		fclose(zones);
		free(text);
	}
}

/* More zones than fit, more orders, and a line without an end. */
static void too_many(void **state)
{
	FILE *blocks = tmpfile();
	struct free_runs runs;
	int i;

	(void)state;
	assert_non_null(blocks);
	for (i = 0; i < 1000; i++)
		fprintf(blocks, "Node %d, zone Normal 1 1\n", i);
	fprintf(blocks, "Node 0, zone Normal");
	for (i = 0; i < 1000; i++)
		fprintf(blocks, " 99999999999999999999999");
	rewind(blocks);
	assert_int_equal(free_runs_read(blocks, NULL, &runs), 0);
	assert_in_range(runs.limit, 1, 31);
	assert_in_range(runs.largest, 1, runs.limit);
	fclose(blocks);
}

#define RUNS(what, ...) \
	{ .name = (what), .test_func = runs_are, \
	  .initial_state = &(struct sample){ __VA_ARGS__ } }

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNS("a zone that is kept for others does not count", PC, PC_ZONES, 0, 4, 10),
		RUNS("without zoneinfo every free block counts", PC, NULL, 0, 10, 10),
		RUNS("what is CMA's, isolated or kept for emergencies does not count", BOARD, NULL,
		     0, 2, 3),
		RUNS("the movable zone does not count, but for how many orders there are", MOVABLE,
		     NULL, 0, 3, 4),
		RUNS("a run may go down to what the kernel keeps", WHOLE, KEEPS("12"), 0, 3, 3),
		RUNS("a run may not go below what the kernel keeps", WHOLE, KEEPS("11"), 0, 2, 3),
		RUNS("where all is kept there is no run", WHOLE, KEEPS("4"), 0, -1, 3),
		RUNS("no free block is no run", "Node 0, zone Normal 0 0 0\n", NULL, 0, -1, 2),
		RUNS("no zone is no answer", "", PC_ZONES, -EBADMSG, -7, -7),
		RUNS("lines of something else are no answer", PC_ZONES, PC_ZONES, -EBADMSG, -7, -7),
		cmocka_unit_test(broken),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
