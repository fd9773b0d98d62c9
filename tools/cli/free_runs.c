// SPDX-License-Identifier: GPL-2.0-only
/*
 * The free memory of each zone, as /proc/buddyinfo or /proc/pagetypeinfo and
 * /proc/zoneinfo tell it:
 *
 *	Node 0, zone   Normal    216     55    189    101     84 ...
 *	Node    0, zone   Normal, type    Unmovable    10      3 ...
 *
 * are the numbers of free blocks of 2^0, 2^1, ... pages. The second file tells the
 * sorts apart: what is CMA's is not for everybody. In the third,
 *
 *	Node 0, zone      DMA
 *	  pages free     3840
 *	        min      17
 *	        protection: (0, 3018, 14538, 14538, 14538)
 *
 * says how much a zone keeps for itself. Without it every PC would seem to have 4 MiB
 * in one run at any time: in the first 16 MiB, which are kept where there is much more.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "free_runs.h"

#define MAX_ZONES	64
#define MAX_ORDERS	24
#define ZONE_NAME_MAX	16

struct zone {
	unsigned int node;
	char name[ZONE_NAME_MAX];
	bool has_block[MAX_ORDERS];
	unsigned long long free;
	unsigned long long min;
	unsigned long long protection;
	bool is_told;		/* by the third file */
};

struct zone_list {
	struct zone zone[MAX_ZONES];
	size_t nr;
	int nr_orders;
};

/* Reads "Node 0, zone Normal" and leaves @line behind it. */
static bool parse_zone(const char **line, unsigned int *ret_node, char *ret_name)
{
	int len = 0;

	if (sscanf(*line, "Node %u, zone %15[A-Za-z0-9_]%n", ret_node, ret_name, &len) != 2)
		return false;
	*line += len;
	return true;
}

static struct zone *find_zone(struct zone_list *list, unsigned int node, const char *name)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (list->zone[i].node == node && !strcmp(list->zone[i].name, name))
			return &list->zone[i];
	return NULL;
}

static struct zone *get_zone(struct zone_list *list, unsigned int node, const char *name)
{
	struct zone *zone = find_zone(list, node, name);

	if (zone || list->nr == MAX_ZONES)
		return zone;
	zone = &list->zone[list->nr++];
	zone->node = node;
	strcpy(zone->name, name); /* parse_zone() has seen to its length */
	return zone;
}

/* Of these the kernel takes nothing for a buffer. */
static bool is_for_others(const char *sort)
{
	return !strcmp(sort, "CMA") || !strcmp(sort, "Isolate") || !strcmp(sort, "HighAtomic");
}

static bool zone_is_for_others(const char *name)
{
	return !strcmp(name, "Movable") || !strcmp(name, "Device");
}

/* "  10  3 >100000": how many orders there are. */
static int parse_counts(const char *text, bool *has_block)
{
	unsigned long long count;
	char *end;
	int i;

	for (i = 0; i < MAX_ORDERS; i++) {
		text += strspn(text, " >");
		count = strtoull(text, &end, 10);
		if (end == text)
			break;
		if (count)
			has_block[i] = true;
		text = end;
	}
	return i;
}

static void parse_blocks(struct zone_list *list, const char *line)
{
	char name[ZONE_NAME_MAX], sort[ZONE_NAME_MAX] = "";
	bool has_block[MAX_ORDERS] = { false };
	int len = 0, nr_orders, i;
	struct zone *zone;
	unsigned int node;

	if (!parse_zone(&line, &node, name))
		return;
	if (*line == ',') {
		/* further below, pagetypeinfo has lines without counts */
		if (sscanf(line, ", type %15s%n", sort, &len) != 1)
			return;
		line += len;
	}
	nr_orders = parse_counts(line, has_block);
	zone = nr_orders ? get_zone(list, node, name) : NULL;
	if (!zone)
		return;
	if (nr_orders > list->nr_orders)
		list->nr_orders = nr_orders;
	for (i = 0; i < nr_orders && !is_for_others(sort); i++)
		zone->has_block[i] |= has_block[i];
}

/* The most that is kept from those who could do with another zone. */
static unsigned long long parse_protection(const char *text)
{
	unsigned long long most = 0, value;
	char *end;

	for (;;) {
		text += strspn(text, " (,");
		value = strtoull(text, &end, 10);
		if (end == text)
			return most;
		if (value > most)
			most = value;
		text = end;
	}
}

/* @zone is the one that the lines before were of, or NULL. Returns that of this one. */
static struct zone *parse_keeps(struct zone_list *list, struct zone *zone, const char *line)
{
	static const char protection[] = " protection:";
	char name[ZONE_NAME_MAX];
	unsigned long long value;
	const char *found;
	unsigned int node;

	if (parse_zone(&line, &node, name))
		return find_zone(list, node, name);
	if (!zone)
		return NULL;

	if (sscanf(line, " pages free %llu", &value) == 1) {
		zone->free = value;
		zone->is_told = true;
	} else if (sscanf(line, " min %llu", &value) == 1) {
		zone->min = value;
	} else {
		found = strstr(line, protection);
		if (found)
			zone->protection = parse_protection(found + strlen(protection));
	}
	return zone;
}

/* As the kernel looks at a zone before it takes a run from it. */
static bool zone_has(const struct zone *zone, int order)
{
	unsigned long long pages = 1ULL << order;
	int i;

	if (zone->is_told &&
	    (zone->free < pages || zone->free - pages < zone->min ||
	     zone->free - pages - zone->min < zone->protection))
		return false;
	for (i = order; i < MAX_ORDERS; i++)
		if (zone->has_block[i])
			return true;
	return false;
}

static bool any_has(const struct zone_list *list, int order)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (!zone_is_for_others(list->zone[i].name) && zone_has(&list->zone[i], order))
			return true;
	return false;
}

/**
 * free_runs_read() - the longest run that is free
 * @blocks: /proc/buddyinfo or /proc/pagetypeinfo
 * @zones: /proc/zoneinfo, or NULL where it is not to be had
 * @ret_runs: what they tell together; untouched on failure
 *
 * Return: 0, -EBADMSG where @blocks tells of no zone, or -ENOMEM.
 */
int free_runs_read(FILE *blocks, FILE *zones, struct free_runs *ret_runs)
{
	struct zone_list *list = calloc(1, sizeof(*list));
	struct zone *zone = NULL;
	char line[512];
	int order;

	if (!list)
		return -ENOMEM;
	while (fgets(line, sizeof(line), blocks))
		parse_blocks(list, line);
	while (zones && fgets(line, sizeof(line), zones))
		zone = parse_keeps(list, zone, line);

	if (!list->nr_orders) {
		free(list);
		return -EBADMSG;
	}
	order = list->nr_orders - 1;
	ret_runs->limit = order;
	while (order >= 0 && !any_has(list, order))
		order--;
	ret_runs->largest = order;
	free(list);
	return 0;
}
