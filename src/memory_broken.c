// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the machine has reported to be broken, as the core marks them. It
 * never hands out such a page again: of those that are freed one by one it takes
 * care itself, but a broken page inside of a chunk goes back to the free memory
 * with its chunk, and from there to anybody.
 */
#include <linux/mm.h>

#include "memory_chunks.h"

/**
 * mymap_any_is_broken() - is one of these pages broken
 * @page: the first of them
 * @nr_pages: how many, in one chunk
 *
 * Context: any.
 * Return: true where one is.
 */
bool mymap_any_is_broken(struct page *page, unsigned long nr_pages)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		if (PageHWPoison(page + i))
			return true;
	}
	return false;
}

/**
 * mymap_chunk_give_back() - put the reference of a slot
 * @head: the chunk, which nobody finds any more; what is pinned lives on until
 *	it is unpinned
 *
 * A chunk that is broken somewhere is kept, for good: nobody will free it, since
 * the reference is never put.
 *
 * Context: process context.
 */
void mymap_chunk_give_back(struct page *head)
{
	unsigned long nr_pages = mymap_chunk_pages(head);

	if (nr_pages == 1 || !mymap_any_is_broken(head, nr_pages))
		put_page(head);
}
