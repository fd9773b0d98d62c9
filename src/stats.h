/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting what happens. Every room may count; only debugfs.c reads.
 */
#ifndef _MYMAP_STATS_H
#define _MYMAP_STATS_H

#include <linux/jump_label.h>
#include <linux/types.h>

/**
 * enum mymap_stat - what is counted while counting is switched on
 * @MYMAP_STAT_FAULTS_HUGE: page faults served from a chunk of
 *	mymap_huge_page_size, which the core maps at once where it may
 * @MYMAP_STAT_FAULTS_PAGE: page faults served from a smaller chunk
 * @MYMAP_STAT_FAULTS_SIGBUS: page faults that ended with SIGBUS: beyond the end of a
 *	buffer, where there was no memory, or where it has gone with its device
 * @MYMAP_STAT_FAULTS_OOM: page faults for which there was no memory, in a process that
 *	was being killed, or no page table for a device's memory
 * @MYMAP_STAT_ALLOCATED_HUGE: chunks of mymap_huge_page_size that were allocated,
 *	also where somebody was faster and they went back at once
 * @MYMAP_STAT_ALLOCATED_SMALLER: the same, of smaller chunks
 * @MYMAP_STAT_ALLOCATION_FALLBACKS: chunks of more than a page that could not be
 *	had, so that the next smaller one was tried
 * @MYMAP_STAT_ALLOCATION_FAILURES: page faults, writes, resizes and the like that
 *	ended without memory
 * @MYMAP_NR_STATS: how many there are
 */
enum mymap_stat {
	MYMAP_STAT_FAULTS_HUGE,
	MYMAP_STAT_FAULTS_PAGE,
	MYMAP_STAT_FAULTS_SIGBUS,
	MYMAP_STAT_FAULTS_OOM,
	MYMAP_STAT_ALLOCATED_HUGE,
	MYMAP_STAT_ALLOCATED_SMALLER,
	MYMAP_STAT_ALLOCATION_FALLBACKS,
	MYMAP_STAT_ALLOCATION_FAILURES,
	MYMAP_NR_STATS
};

/**
 * struct mymap_stats - a snapshot
 * @nr_buffers: buffers that there are, with the default one
 * @nr_resident: pages they have
 * @nr_huge: those of them in chunks of mymap_huge_page_size
 * @counted: since the last reset, while counting was switched on; modulo
 *	ULONG_MAX + 1
 */
struct mymap_stats {
	unsigned long nr_buffers;
	unsigned long nr_resident;
	unsigned long nr_huge;
	unsigned long counted[MYMAP_NR_STATS];
};

DECLARE_STATIC_KEY_FALSE(mymap_stats_key);

void mymap_stats_increment(enum mymap_stat which);
void mymap_stats_add_buffers(long nr);
void mymap_stats_add_resident(long nr_pages, long nr_huge);
void mymap_stats_get(struct mymap_stats *stats);
void mymap_stats_reset(void);
void mymap_stats_enable(bool enable);

/**
 * mymap_stats_enabled() - is counting switched on?
 *
 * Nothing but a jump that is not there while it is off.
 *
 * Context: any.
 * Return: true where it is.
 */
static inline bool mymap_stats_enabled(void)
{
	return static_branch_unlikely(&mymap_stats_key);
}

/**
 * mymap_stats_count() - count one, while counting is switched on
 * @which: what
 *
 * Context: any.
 */
static inline void mymap_stats_count(enum mymap_stat which)
{
	if (mymap_stats_enabled())
		mymap_stats_increment(which);
}

#endif /* _MYMAP_STATS_H */
