// SPDX-License-Identifier: GPL-2.0-only
/* The driver's arithmetic, the very header that it is compiled with. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/range.h"

static void sizes_are_rounded_up_to_pages(void **state)
{
	u64 size;

	(void)state;
	assert_true(mymap_round_up_size(1, 4096, &size));
	assert_int_equal(size, 4096);
	assert_true(mymap_round_up_size(4096, 4096, &size));
	assert_int_equal(size, 4096);
	assert_true(mymap_round_up_size(4097, 4096, &size));
	assert_int_equal(size, 8192);
	assert_true(mymap_round_up_size(16385, 16384, &size));
	assert_int_equal(size, 32768);
	assert_true(mymap_round_up_size(UINT64_MAX - 4095, 4096, &size));
	assert_int_equal(size, UINT64_MAX - 4095);
	assert_true(mymap_round_up_size(UINT64_C(1) << 63, 4096, &size));
	assert_int_equal(size, UINT64_C(1) << 63);
}

static void a_size_of_nothing_or_one_that_wraps_is_refused(void **state)
{
	u64 size = 77;

	(void)state;
	assert_false(mymap_round_up_size(0, 4096, &size));
	assert_false(mymap_round_up_size(UINT64_MAX, 4096, &size));
	assert_false(mymap_round_up_size(UINT64_MAX - 4094, 4096, &size));
	assert_int_equal(size, 77);
}

static void a_range_fits_up_to_the_end_and_not_beyond(void **state)
{
	(void)state;
	assert_true(mymap_range_fits(0, 10, 10));
	assert_true(mymap_range_fits(9, 1, 10));
	assert_true(mymap_range_fits(10, 0, 10));
	assert_false(mymap_range_fits(0, 11, 10));
	assert_false(mymap_range_fits(9, 2, 10));
	assert_false(mymap_range_fits(11, 0, 10));
	/* Where first + nr_pages wraps. */
	assert_false(mymap_range_fits(ULONG_MAX, 1, 10));
	assert_false(mymap_range_fits(2, ULONG_MAX, 10));
	assert_false(mymap_range_fits(ULONG_MAX, ULONG_MAX, ULONG_MAX - 1));
}

/* Every chunk is as large as it can be, aligned, and inside of the buffer. */
static void chunks_are_aligned_and_end_inside(void **state)
{
	const unsigned long totals[] = { 1, 2, 3, 5, 511, 512, 513, 1023, 1024 };

	(void)state;
	for (size_t t = 0; t < sizeof(totals) / sizeof(totals[0]); t++) {
		for (unsigned long p = 0; p < totals[t]; p++) {
			unsigned int order = mymap_chunk_order(p, totals[t], 9);
			unsigned long larger = 2UL << order;

			assert_in_range(order, 0, 9);
			assert_true((p & ~((1UL << order) - 1)) + (1UL << order) <=
				    totals[t]);
			if (order < 9)
				assert_true((p & ~(larger - 1)) + larger >
					    totals[t]);
		}
	}
}

static void the_largest_order_is_the_limit(void **state)
{
	(void)state;
	assert_int_equal(mymap_chunk_order(0, 1 << 20, 9), 9);
	assert_int_equal(mymap_chunk_order(0, 1 << 20, 0), 0);
	assert_int_equal(mymap_chunk_order(700, 1 << 20, 3), 3);
}

/* Tiles cover all of a range, each aligned, none too small without need. */
static void tiles_cover_a_range(void **state)
{
	(void)state;
	for (unsigned long first = 0; first < 40; first++) {
		for (unsigned long last = first + 1; last < 80; last++) {
			unsigned long at = first;

			while (at < last) {
				unsigned int order = mymap_tile_order(at, last, 5);
				unsigned long nr = 1UL << order;

				assert_in_range(order, 0, 5);
				assert_int_equal(at % nr, 0);
				assert_true(nr <= last - at);
				if (order < 5)
					assert_true(at % (2 * nr) || 2 * nr > last - at);
				at += nr;
			}
			assert_int_equal(at, last);
		}
	}
}

static void a_tile_at_the_end_of_all(void **state)
{
	(void)state;
	assert_int_equal(mymap_tile_order(ULONG_MAX - 1, ULONG_MAX, 9), 0);
	assert_int_equal(mymap_tile_order(0, ULONG_MAX, 9), 9);
	assert_int_equal(mymap_tile_order(512, 1024, 9), 9);
	assert_int_equal(mymap_tile_order(512, 1023, 9), 8);
	assert_int_equal(mymap_tile_order(513, 1024, 9), 0);
}

static void bytes_fit_up_to_the_end_and_never_wrap(void **state)
{
	(void)state;
	assert_true(mymap_bytes_fit(0, 4096, 4096));
	assert_true(mymap_bytes_fit(4095, 1, 4096));
	assert_true(mymap_bytes_fit(4096, 0, 4096));
	assert_false(mymap_bytes_fit(4096, 1, 4096));
	assert_false(mymap_bytes_fit(1, 4096, 4096));
	assert_false(mymap_bytes_fit(UINT64_MAX, 2, 4096));
	assert_false(mymap_bytes_fit(2, UINT64_MAX, 4096));
	assert_false(mymap_bytes_fit(UINT64_C(1) << 63, UINT64_C(1) << 63, 4096));
	/* on 32-bit machines as well */
	assert_true(mymap_bytes_fit(UINT64_C(5) << 32, 1, UINT64_C(6) << 32));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_fit_up_to_the_end_and_never_wrap),
		cmocka_unit_test(sizes_are_rounded_up_to_pages),
		cmocka_unit_test(a_size_of_nothing_or_one_that_wraps_is_refused),
		cmocka_unit_test(a_range_fits_up_to_the_end_and_not_beyond),
		cmocka_unit_test(chunks_are_aligned_and_end_inside),
		cmocka_unit_test(the_largest_order_is_the_limit),
		cmocka_unit_test(tiles_cover_a_range),
		cmocka_unit_test(a_tile_at_the_end_of_all),
	};

	return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
