// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the machine has reported to be broken, as the core marks them. It
 * never hands out such a page again: of those that are freed one by one it takes
 * care itself, but a broken page inside of a chunk goes back to the free memory
 * with its chunk, and from there to anybody.
 */
#include <linux/mm.h>

#include "mymap.h"

/**
 * mymap_chunk_is_broken() - is any of its pages broken
 * @head: the chunk, one that is a single page as well
 *
 * Context: any.
 * Return: true where one is.
 */
bool mymap_chunk_is_broken(struct page *head)
{
	unsigned int order = compound_order(head);
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		if (PageHWPoison(head + i))
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
	if (!compound_order(head) || !mymap_chunk_is_broken(head))
		put_page(head);
}
