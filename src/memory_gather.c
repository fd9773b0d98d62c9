// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of a buffer together, for who wants to have all of a range at once: a
 * device, or the kernel itself.
 *
 * Nothing is counted here. Whoever gathers pages sees to it that they stay: the
 * buffer keeps its size and gets no holes meanwhile.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "devices.h"
#include "memory_chunks.h"
#include "mymap.h"

/* What one run of a struct scatterlist can have, in whole slots. */
#define MYMAP_LONGEST_RUN \
	round_down((unsigned long)UINT_MAX >> PAGE_SHIFT, MYMAP_SLOT_PAGES)

/*
 * A run of pages that follow each other in memory, from a page of the buffer on. 0
 * where that page is not there.
 */
static unsigned long mymap_run_at(struct mymap_pages *pages, pgoff_t pgoff,
				  pgoff_t last, unsigned long longest,
				  struct page **first)
{
	unsigned long nr = 0;
	struct page *head;
	pgoff_t at = pgoff;

	while (nr < longest && (head = mymap_chunk_next(pages, &at, last))) {
		struct page *page;

		/* A hole. */
		if (at > pgoff + nr)
			break;
		page = head + (pgoff + nr - at);
		if (!nr)
			*first = page;
		else if (page_to_pfn(page) != page_to_pfn(*first) + nr)
			break;
		at = min(at + mymap_chunk_pages(head), last);
		nr = at - pgoff;
	}
	return min(nr, longest);
}

/**
 * mymap_gather_table() - the pages of a range as runs that follow each other
 * @pages: the memory
 * @first: the first page of the range
 * @last: the page behind it, above @first; all of the range is there
 * @max_run: bytes that a run may have at most, a page or more
 * @table: the runs, in the order of the buffer. The caller ends it by
 *	sg_free_table()
 *
 * Context: process context, holds the buffer's lock, may sleep.
 * Return: 0, -ENOMEM, or -EIO where a page is broken.
 */
int mymap_gather_table(struct mymap_pages *pages, pgoff_t first, pgoff_t last,
		       size_t max_run, struct sg_table *table)
{
	unsigned long longest = min(MYMAP_LONGEST_RUN, max_run >> PAGE_SHIFT);
	unsigned int nr_runs = 0;
	struct scatterlist *sg;
	unsigned long nr;
	struct page *page;
	unsigned int i;
	pgoff_t pgoff;
	int err;

	lockdep_assert_held(pages->lock);
	for (pgoff = first; pgoff < last; pgoff += nr) {
		nr = mymap_run_at(pages, pgoff, last, longest, &page);
		if (WARN_ON_ONCE(!nr) || mymap_any_is_broken(page, nr))
			return -EIO;
		nr_runs++;
	}
	err = sg_alloc_table(table, nr_runs, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;

	pgoff = first;
	for_each_sgtable_sg(table, sg, i) {
		nr = mymap_run_at(pages, pgoff, last, longest, &page);
		sg_set_page(sg, page, nr << PAGE_SHIFT, 0);
		pgoff += nr;
	}
	return 0;
}

/**
 * mymap_gather_address() - the pages of a range in the kernel's address space
 * @pages: the memory
 * @first: the first page of the range
 * @last: the page behind it, above @first; all of the range is there
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: the address, which the caller ends by vunmap(); ERR_PTR(-ENOMEM), or
 * ERR_PTR(-EIO) where a page is broken.
 */
void *mymap_gather_address(struct mymap_pages *pages, pgoff_t first,
			   pgoff_t last)
{
	void *address = NULL;
	struct page **list;
	unsigned long i, nr;
	struct page *page;
	pgoff_t pgoff;

	list = kvmalloc_array(last - first, sizeof(*list), GFP_KERNEL);
	if (!list)
		return ERR_PTR(-ENOMEM);
	mutex_lock(pages->lock);
	for (pgoff = first; pgoff < last; pgoff += nr) {
		nr = mymap_run_at(pages, pgoff, last, MYMAP_LONGEST_RUN, &page);
		if (WARN_ON_ONCE(!nr) || mymap_any_is_broken(page, nr)) {
			address = ERR_PTR(-EIO);
			break;
		}
		for (i = 0; i < nr; i++)
			list[pgoff - first + i] = page + i;
	}
	if (!address)
		address = vmap(list, last - first, VM_MAP, PAGE_KERNEL);
	mutex_unlock(pages->lock);
	kvfree(list);
	return address ?: ERR_PTR(-ENOMEM);
}
