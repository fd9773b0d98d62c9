// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: what memory the kernel has free in one piece, and huge pages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "free_runs.h"
#include "size.h"

#define PROC_FILE_MAX	(4 << 20)
#define THP		"sys/kernel/mm/transparent_hugepage"
#define COMPACT		"echo 1 >/proc/sys/vm/compact_memory"

static FILE *open_text(const struct tree *tree, const char *path, char **ret_data)
{
	FILE *stream;
	size_t len;

	if (tree_read(tree, PROC_FILE_MAX, ret_data, &len, "%s", path) < 0)
		return NULL;
	stream = fmemopen(*ret_data, len, "r");
	if (!stream)
		free(*ret_data);
	return stream;
}

static void close_text(FILE *stream, char *data)
{
	if (!stream)
		return;
	fclose(stream);
	free(data);
}

/*
 * What is CMA's stands in the file for root only. Where it counts as free for
 * everybody, the answer is too good.
 */
static int read_free_runs(const struct tree *tree, struct free_runs *ret_runs)
{
	char *blocks_data, *zones_data;
	FILE *blocks, *zones;
	int r = -ENOENT;

	blocks = open_text(tree, "proc/pagetypeinfo", &blocks_data);
	if (!blocks)
		blocks = open_text(tree, "proc/buddyinfo", &blocks_data);
	if (!blocks)
		return r;
	zones = open_text(tree, "proc/zoneinfo", &zones_data);
	r = free_runs_read(blocks, zones, ret_runs);
	close_text(zones, zones_data);
	close_text(blocks, blocks_data);
	return r;
}

static const char *format_run(int order, char *text, size_t len)
{
	return size_format((uint64_t)sysconf(_SC_PAGESIZE) << order, text, len);
}

void check_contiguous_run(struct doctor *doctor)
{
	char largest[SIZE_TEXT_MAX], limit[SIZE_TEXT_MAX];
	struct free_runs runs;

	if (!doctor->runs)
		return;
	if (read_free_runs(&doctor->tree, &runs) < 0) {
		find(doctor, FINDING_UNKNOWN, "/proc/buddyinfo does not tell what is free");
		mend(doctor, "cat /proc/buddyinfo");
		return;
	}

	format_run(runs.limit, limit, sizeof(limit));
	if (runs.largest == runs.limit) {
		find(doctor, FINDING_OK, "a run of %s is free, the longest that there can be without "
		     "CMA", limit);
		return;
	}
	if (runs.largest < 0)
		find(doctor, FINDING_NOTE, "no memory is free but what the kernel keeps for itself");
	else
		find(doctor, FINDING_NOTE, "the longest run that is free is %s; up to %s the kernel "
		     "has to move what is in the way, which may fail",
		     format_run(runs.largest, largest, sizeof(largest)), limit);
	mend(doctor, COMPACT);
}

/* Bytes, a power of 2 of pages; 0 where the kernel has none. */
static uint64_t huge_page_size(const struct tree *tree)
{
	unsigned long long size;
	char line[32], *end;

	if (tree_read_line(tree, line, sizeof(line), THP "/hpage_pmd_size") < 0)
		return 0;
	size = strtoull(line, &end, 10);
	if (*end || size & (size - 1) || size <= (unsigned long long)sysconf(_SC_PAGESIZE))
		return 0;
	return size;
}

static int order_of(uint64_t size)
{
	return __builtin_ctzll(size) - __builtin_ctzll((unsigned long long)sysconf(_SC_PAGESIZE));
}

/*
 * Whether there are huge pages for other memory, the file "enabled" says; the driver
 * does not ask. It is told because people look for it there.
 */
static const char *setting(const struct tree *tree)
{
	char line[64];

	if (!tree_read_line(tree, line, sizeof(line), THP "/enabled") && strstr(line, "[never]"))
		return "; that /" THP "/enabled says never is no matter to them";
	return "";
}

void check_huge_pages(struct doctor *doctor)
{
	uint64_t size = huge_page_size(&doctor->tree);
	char text[SIZE_TEXT_MAX];
	struct free_runs runs;

	if (!doctor->runs)
		return;
	if (!size) {
		find(doctor, FINDING_OK, "none: this kernel is built without, buffers are mapped by "
		     "many pages at a time");
		return;
	}
	if (read_free_runs(&doctor->tree, &runs) < 0) {
		find(doctor, FINDING_UNKNOWN, "see contiguous-run");
		return;
	}

	size_format(size, text, sizeof(text));
	if (runs.limit < order_of(size)) {
		find(doctor, FINDING_OK, "none: %s are more than this kernel has in one run, buffers "
		     "are mapped by many pages at a time", text);
	} else if (runs.largest < order_of(size)) {
		find(doctor, FINDING_NOTE, "no run of %s is free: new buffers may be made of smaller "
		     "pages, which cost more to map%s", text, setting(&doctor->tree));
		mend(doctor, COMPACT);
	} else {
		find(doctor, FINDING_OK, "new buffers get pages of %s%s", text,
		     setting(&doctor->tree));
	}
}
