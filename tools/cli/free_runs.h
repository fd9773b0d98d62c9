/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long the runs of memory are that are free, by what the kernel tells.
 */
#ifndef MYMAP_CLI_FREE_RUNS_H
#define MYMAP_CLI_FREE_RUNS_H

#include <stdio.h>

/**
 * struct free_runs - runs of 2^order pages
 * @largest: the order of the largest one that can be had without moving anything;
 *	-1 where there is none
 * @limit: the largest order that the kernel keeps
 */
struct free_runs {
	int largest;
	int limit;
};

int free_runs_read(FILE *blocks, FILE *zones, struct free_runs *ret_runs);

#endif /* MYMAP_CLI_FREE_RUNS_H */
