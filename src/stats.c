// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters.
 *
 * How many buffers there are and how much memory they have is always known: it
 * changes once a buffer or a chunk, which costs far more than to count it. What
 * happens more often is counted only while somebody wants to know, each processor
 * for itself.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/percpu.h>

#include "compat/compat.h"
#include "stats.h"

struct mymap_counters {
	unsigned long nr[MYMAP_NR_STATS];
};

static DEFINE_PER_CPU(struct mymap_counters, mymap_counters);
static atomic_long_t mymap_nr_buffers;
static atomic_long_t mymap_nr_resident;
static atomic_long_t mymap_nr_huge;

/*
 * Off from the beginning, and changed by debugfs.c's user only; by one at a time,
 * since kernels warn of a key that is switched off while it is being switched on.
 */
DEFINE_STATIC_KEY_FALSE(mymap_stats_key);
static DEFINE_MUTEX(mymap_stats_key_lock);

/*
 * What the counters told at the last reset. They are never set back: another
 * processor may be just adding to one, and would bring the old figure back.
 */
static struct mymap_counters mymap_counted_before;
/* Guards the above. Innermost: nothing is taken under it. */
static DEFINE_MUTEX(mymap_stats_lock);

/**
 * mymap_stats_increment() - count one
 * @which: what
 *
 * mymap_stats_count() is the door to it.
 *
 * Context: any.
 */
void mymap_stats_increment(enum mymap_stat which)
{
	this_cpu_inc(mymap_counters.nr[which]);
}

/**
 * mymap_stats_add_buffers() - there are more buffers, or fewer
 * @nr: how many more
 *
 * Context: any.
 */
void mymap_stats_add_buffers(long nr)
{
	atomic_long_add(nr, &mymap_nr_buffers);
}

/**
 * mymap_stats_add_resident() - buffers have more memory, or less
 * @nr_pages: how many pages more
 * @nr_huge: how many of them in chunks of mymap_huge_page_size
 *
 * Context: any.
 */
void mymap_stats_add_resident(long nr_pages, long nr_huge)
{
	atomic_long_add(nr_pages, &mymap_nr_resident);
	if (nr_huge)
		atomic_long_add(nr_huge, &mymap_nr_huge);
}

static unsigned long mymap_stats_sum(enum mymap_stat which)
{
	unsigned long sum = 0;
	int cpu;

	/* Those that are gone since have counted as well. */
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(mymap_counters, cpu).nr[which]);
	return sum;
}

/**
 * mymap_stats_get() - a snapshot
 * @stats: where to put it; the figures may be of different moments
 *
 * Context: process context, may sleep.
 */
void mymap_stats_get(struct mymap_stats *stats)
{
	int i;

	stats->nr_buffers = atomic_long_read(&mymap_nr_buffers);
	stats->nr_resident = atomic_long_read(&mymap_nr_resident);
	stats->nr_huge = atomic_long_read(&mymap_nr_huge);

	mutex_lock(&mymap_stats_lock);
	for (i = 0; i < MYMAP_NR_STATS; i++)
		stats->counted[i] = mymap_stats_sum(i) -
			mymap_counted_before.nr[i];
	mutex_unlock(&mymap_stats_lock);
}

/**
 * mymap_stats_reset() - count from 0 again
 *
 * Context: process context, may sleep.
 */
void mymap_stats_reset(void)
{
	int i;

	mutex_lock(&mymap_stats_lock);
	for (i = 0; i < MYMAP_NR_STATS; i++)
		mymap_counted_before.nr[i] = mymap_stats_sum(i);
	mutex_unlock(&mymap_stats_lock);
}

/**
 * mymap_stats_enable() - switch counting on or off
 * @enable: which; to set what is set already is fine
 *
 * What was counted stays.
 *
 * Context: process context, may sleep.
 */
void mymap_stats_enable(bool enable)
{
	mutex_lock(&mymap_stats_key_lock);
	if (enable)
		static_branch_enable(&mymap_stats_key);
	else
		static_branch_disable(&mymap_stats_key);
	mutex_unlock(&mymap_stats_key_lock);
}
