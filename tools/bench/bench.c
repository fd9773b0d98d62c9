// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap bench: what is asked for, row by row.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "../cli/cli.h"
#include "bench.h"

#define DEFAULT_SIZE	(64ULL << 20)
#define DEFAULT_REPEAT	5
#define ROUNDS		1000

static const struct bench_peer *const peers[] = {
	&bench_mymap,
	&bench_mymap_populated,
	&bench_mymap_odd,
	&bench_mymap_fragmented,
	&bench_mymap_threads,
	&bench_memfd,
	&bench_memfd_populated,
	&bench_memfd_huge,
	&bench_memfd_huge_populated,
	&bench_anonymous,
	&bench_posix_shm,
	&bench_sysv_shm,
	&bench_file,
	&bench_udmabuf,
	&bench_dma_heap,
	&bench_mymap_sync,
	&bench_mymap_read_write,
	&bench_memfd_read_write,
	&bench_heap_pipe,
};

#define NR_PEERS	(sizeof(peers) / sizeof(peers[0]))

static bool is_wanted(const struct bench_peer *peer, char *const *names)
{
	if (!names[0])
		return true;
	for (; names[0]; names++)
		if (!strcmp(names[0], peer->name))
			return true;
	return false;
}

static int check_names(const struct command *command, char *const *names)
{
	size_t i;

	for (; names[0]; names++) {
		for (i = 0; i < NR_PEERS && strcmp(names[0], peers[i]->name); i++)
			;
		if (i == NR_PEERS) {
			complain("%s: no row '%s'; see 'mymap %s --help'", command->name, names[0],
				 command->name);
			return EXIT_USAGE;
		}
	}
	return EXIT_OK;
}

static void show(const struct options *options, const struct bench_row *before,
		 const struct bench_row *row)
{
	if (option_given(options, OPTION_JSON)) {
		json_print(bench_row_to_json(row));
		fflush(stdout);
	} else {
		bench_table_begin(before, row);
		bench_table_row(row);
	}
}

static int plot(const struct command *command, const struct options *options,
		const struct bench_row *rows, size_t nr)
{
	int r;

	if (!option_given(options, OPTION_PLOT))
		return EXIT_OK;
	r = bench_plot(rows, nr, options->plot);
	switch (r) {
	case 0:
		return EXIT_OK;
	case -ENOPKG:
		complain("%s: gnuplot draws, and is not installed: run 'sudo apt install gnuplot-nox'",
			 command->name);
		break;
	case -EPROTO:
		complain("%s: %s: gnuplot could not draw it, see above", command->name, options->plot);
		break;
	case -EIO:
		complain("%s: %s: the drawing is not complete; is there space for it?", command->name,
			 options->plot);
		break;
	case -ENOTSUP:
		complain("%s: %s: not a file; for standard output, draw into one and copy it",
			 command->name, options->plot);
		break;
	default:
		complain("%s: %s: %s", command->name, options->plot, strerror(-r));
	}
	return EXIT_FAILED;
}

/* What was measured before. */
static int run_from_file(const struct command *command, const struct options *options)
{
	struct bench_row *rows;
	size_t nr, line, i;
	FILE *file;
	int r;

	file = fopen(options->from, "re");
	if (!file) {
		complain("%s: %s: %s", command->name, options->from, strerror(errno));
		return EXIT_FAILED;
	}
	r = bench_rows_read(file, &rows, &nr, &line);
	fclose(file);
	if (r == -EINVAL) {
		complain("%s: %s:%zu: not a row of 'mymap %s --json'", command->name, options->from, line,
			 command->name);
		return EXIT_FAILED;
	}
	if (r || !nr) {
		complain("%s: %s: %s", command->name, options->from, r ? strerror(-r) : "no row in it");
		free(r ? NULL : rows);
		return EXIT_FAILED;
	}

	for (i = 0; i < nr; i++)
		show(options, i ? &rows[i - 1] : NULL, &rows[i]);
	r = plot(command, options, rows, nr);
	free(rows);
	return r;
}

static int complain_clock(const struct command *command, int error)
{
	if (error == -EACCES || error == -EPERM)
		complain("%s: this user may not count the kernel's instructions: run 'sudo mymap %s', or "
			 "'sudo sysctl kernel.perf_event_paranoid=1'", command->name, command->name);
	else
		complain("%s: this machine does not count instructions (%s): leave --unit out",
			 command->name, strerror(-error));
	return EXIT_FAILED;
}

static int run_peers(const struct command *command, const struct options *options,
		     const struct bench_clock *clock)
{
	struct bench_plan plan = {
		.size = option_given(options, OPTION_SIZE) ? options->size : DEFAULT_SIZE,
		.repeat = option_given(options, OPTION_REPEAT) ? options->repeat : DEFAULT_REPEAT,
		.rounds = ROUNDS,
	};
	struct bench_machine machine;
	struct bench_row *rows;
	size_t nr = 0, i;
	bool failed = false;
	int r;

	rows = calloc(NR_PEERS, sizeof(*rows));
	if (!rows) {
		complain("%s: %s", command->name, strerror(ENOMEM));
		return EXIT_FAILED;
	}
	bench_machine_look(&machine, clock->unit);
	bench_warm(option_given(options, OPTION_WARM) ? options->warm : 2 * plan.size);
	for (i = 0; i < NR_PEERS; i++) {
		if (!is_wanted(peers[i], options->operands))
			continue;
		rows[nr].machine = machine;
		if (bench_measure(peers[i], clock, &plan, &rows[nr]) && options->operands[0])
			failed = true;
		show(options, nr ? &rows[nr - 1] : NULL, &rows[nr]);
		nr++;
	}
	r = plot(command, options, rows, nr);
	free(rows);
	return failed ? EXIT_FAILED : r;
}

static int run(const struct command *command, const struct options *options)
{
	struct bench_clock clock;
	int r;

	if (option_given(options, OPTION_FROM))
		return run_from_file(command, options);
	if (check_names(command, options->operands) != EXIT_OK)
		return EXIT_USAGE;
	if (option_given(options, OPTION_SIZE) && !options->size) {
		complain("%s: size '0': nothing to measure", command->name);
		return EXIT_USAGE;
	}

	r = bench_clock_open(&clock, (enum bench_unit)options->unit);
	if (r < 0)
		return complain_clock(command, r);
	r = run_peers(command, options, &clock);
	bench_clock_close(&clock);
	return r;
}

const struct command command_bench = {
	.name = "bench",
	.operands = "[ROW]...",
	.summary = "measure buffers beside other kinds of shared memory",
	.description =
		"Does the same work on mymap and on what can be had instead, and prints what each\n"
		"step costs a page of 4096 bytes: create the memory, map it, write a byte to each\n"
		"page, do so again, copy all of it in and out, unmap and close; what the cycle of\n"
		"a single page costs, from its creation to its end; what one call costs, an ioctl\n"
		"that does nothing or what the row is about; and what two processes pay to take\n"
		"turns, there and back: the median and what 99 of 100 stay below.\n"
		"It needs three times SIZE of free memory, and an idle machine. The rows:\n"
		"mymap, mymap-populated, mymap-odd, mymap-fragmented, mymap-threads, memfd,\n"
		"memfd-populated, memfd-huge, memfd-huge-populated, anonymous, posix-shm,\n"
		"sysv-shm, file, udmabuf, dma-heap, mymap-sync, mymap-read-write,\n"
		"memfd-read-write, heap-pipe; those that are named, or all.\n"
		"With --unit instructions, it counts those of its first thread and of the kernel\n"
		"for it; with icount, those of a machine emulated by 'qemu -icount shift=0'.\n",
	.options = BIT(OPTION_FROM) | BIT(OPTION_JSON) | BIT(OPTION_PLOT) | BIT(OPTION_REPEAT) |
		   BIT(OPTION_SIZE) | BIT(OPTION_UNIT) | BIT(OPTION_WARM),
	.run = run,
};
