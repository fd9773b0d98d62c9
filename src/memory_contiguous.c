// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contiguous kind: pages that follow each other in memory, allocated at once
 * when the buffer is made. They are kept, mapped and pinned as those of the pages
 * kind are; only their size never changes and they have no holes.
 *
 * What is one chunk stays one. Else the run is split into single pages: a compound
 * page is a power of two, would reach beyond the buffer's end and could not be
 * larger than a slot. What is beyond the end goes back at once.
 */
#include <linux/minmax.h>
#include <linux/sched/mm.h>

#include "memory_chunks.h"
#include "stats.h"

/* A run of whole pages full of zeros, as a compound page or not. */
static struct page *mymap_run_alloc(struct mymap_pages *pages,
				    unsigned int order, gfp_t gfp)
{
	struct mem_cgroup *old = compat_memcg_enter(pages->memcg);
	struct page *page;

	/* It is worth some work, but nobody's life, and not a word in the log. */
	page = alloc_pages(gfp | __GFP_ZERO | __GFP_RETRY_MAYFAIL |
			   __GFP_NOWARN | COMPAT_GFP_ACCOUNT, order);
	compat_memcg_enter(old);
	return page;
}

static int mymap_fill_with_chunk(struct mymap_pages *pages, unsigned int order)
{
	struct page *head = mymap_run_alloc(pages, order,
					    GFP_HIGHUSER | __GFP_COMP);
	int err;

	if (!head)
		return -ENOMEM;
	err = mymap_chunk_publish(pages, head, 0, order, MYMAP_MAY_FAIL);
	if (err)
		put_page(head);
	return err;
}

static int mymap_fill_with_pages(struct mymap_pages *pages, unsigned int order)
{
	struct page *page = mymap_run_alloc(pages, order, GFP_HIGHUSER);
	unsigned long i;
	int err = 0;

	if (!page)
		return -ENOMEM;
	/* Each has a reference of its own now. */
	split_page(page, order);
	for (i = 0; i < 1UL << order; i++) {
		if (!err && i < pages->nr_pages)
			err = mymap_chunk_publish(pages, page + i, i, 0,
						  MYMAP_MAY_FAIL);
		/* What has a slot goes with the buffer. */
		if (err || i >= pages->nr_pages)
			put_page(page + i);
	}
	return err;
}

/**
 * mymap_pages_fill_contiguous() - allocate all of a buffer as one run of memory
 * @pages: the memory, empty and detached; what there is after a failure is given
 *	back by mymap_pages_destroy()
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0, or -ENOMEM where there is no such run.
 */
int mymap_pages_fill_contiguous(struct mymap_pages *pages)
{
	unsigned int order = order_base_2(pages->nr_pages);
	int err = -ENOMEM;

	if (order > COMPAT_MAX_ORDER ||
	    !mymap_memory_is_there(1UL << order))
		goto out;

	mutex_lock(pages->lock);
	if (order <= MYMAP_SLOT_ORDER && pages->nr_pages == 1UL << order)
		err = mymap_fill_with_chunk(pages, order);
	else
		err = mymap_fill_with_pages(pages, order);
	mutex_unlock(pages->lock);
out:
	if (err)
		mymap_stats_count(MYMAP_STAT_ALLOCATION_FAILURES);
	return err;
}
