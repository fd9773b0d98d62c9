// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows as a table: one for each machine and size.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "../cli/size.h"

static const char *const titles[BENCH_NR_STEPS] = {
	[BENCH_CYCLE] = "cycle",
	[BENCH_CREATE] = "create",
	[BENCH_MAP] = "map",
	[BENCH_FIRST_TOUCH] = "1st touch",
	[BENCH_SECOND_TOUCH] = "2nd touch",
	[BENCH_COPY_IN] = "copy in",
	[BENCH_COPY_OUT] = "copy out",
	[BENCH_CALL] = "call",
	[BENCH_UNMAP] = "unmap",
	[BENCH_CLOSE] = "close",
};

static bool same_table(const struct bench_row *a, const struct bench_row *b)
{
	return a->size == b->size && !strcmp(a->machine.suite, b->machine.suite) &&
		!strcmp(a->machine.kernel, b->machine.kernel) &&
		!strcmp(a->machine.cpu, b->machine.cpu) &&
		!strcmp(a->machine.unit, b->machine.unit) &&
		!strcmp(a->machine.method, b->machine.method);
}

static void print_head(const struct bench_row *row)
{
	const struct bench_machine *machine = &row->machine;
	char size[SIZE_TEXT_MAX], page[SIZE_TEXT_MAX], huge[SIZE_TEXT_MAX];
	enum bench_step step;

	printf("%s%sLinux %s%s%s%s%s\n", machine->suite, machine->suite[0] ? ", " : "",
	       machine->kernel, machine->machine[0] ? ", " : "", machine->machine,
	       machine->cpu[0] ? ", " : "", machine->cpu);
	printf("%s, pages of %s", size_format(row->size, size, sizeof(size)),
	       size_format(machine->page_size, page, sizeof(page)));
	if (machine->huge_page_size)
		printf(" and %s", size_format(machine->huge_page_size, huge, sizeof(huge)));
	printf("; median of %u, in %s a page of 4096 bytes (cycle, call: one; turns: there and back), by %s\n\n", row->repeat,
	       machine->unit, machine->method);

	printf("%-22s", "");
	for (step = BENCH_CYCLE; step < BENCH_NR_STEPS; step++)
		printf(" %9s", titles[step]);
	printf(" %9s %9s\n", "turns", "99 %");
}

/* Four digits, or as many as there are before the point. */
static void print_figure(bool has, double figure)
{
	int decimals = figure < 10 ? 2 : figure < 1000 ? 1 : 0;

	if (has)
		printf(" %9.*f", decimals, figure);
	else
		printf(" %9s", "-");
}

static void print_row(const struct bench_row *row)
{
	enum bench_step step;

	printf("%-22s", row->name);
	if (row->error[0]) {
		printf(" %s\n", row->error);
		return;
	}
	for (step = BENCH_CYCLE; step < BENCH_NR_STEPS; step++)
		print_figure(row->steps[step].has, row->steps[step].median);
	print_figure(row->has_turns, row->turns.median);
	print_figure(row->has_turns, row->turns.p99);
	putchar('\n');
}

/**
 * bench_table_begin() - what stands above a row
 * @before: the row before it, or NULL
 * @row: the row
 *
 * Nothing, where it belongs to the same table as the one before.
 */
void bench_table_begin(const struct bench_row *before, const struct bench_row *row)
{
	if (before && same_table(before, row))
		return;
	if (before)
		putchar('\n');
	print_head(row);
}

/**
 * bench_table_row() - a line of the table
 * @row: the row
 */
void bench_table_row(const struct bench_row *row)
{
	print_row(row);
	fflush(stdout);
}
