// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs: pages that follow each other in a buffer and are there, which one fault of
 * a batched mapping takes together.
 */
#include <linux/minmax.h>
#include <linux/pagemap.h>

#include "memory_chunks.h"

/* Let go of the pages of a run from one on, with which a chunk begins. */
static void mymap_run_cut(struct mymap_run *run, unsigned int nr)
{
	struct page *page, *head;
	unsigned int i = nr;

	while (i < run->nr) {
		page = run->page[i];
		head = page;
		if (PageCompound(page)) {
			head = compound_head(page);
			/* Before the chunk may be gone. */
			i += head + mymap_chunk_pages(head) - page;
		} else {
			i++;
		}
		compat_unlock_head(head);
		put_page(head);
	}
}

/*
 * More pages of the chunk that a run ends with, up to the first one that is broken.
 * Return: whether another chunk can follow.
 */
static bool mymap_run_add(struct mymap_run *run, struct page *page,
			  struct page *end, unsigned int nr)
{
	for (; page != end && run->nr < nr; page++) {
		/* The core knows what to do where one is broken. */
		if (PageHWPoison(page))
			return false;
		run->page[run->nr++] = page;
	}
	return run->nr < nr;
}

/*
 * The chunk that begins at an entry of a table, locked and with a reference, if
 * both can be had at once: whoever asks has other pages locked, so this does not
 * wait for anybody. Under RCU. It is still the table's then, as in
 * mymap_pages_holds(); whether the table is still the slot's, the caller asks.
 */
static struct page *mymap_chunk_try_lock(struct mymap_pages *pages,
					 struct page **entry, pgoff_t pgoff)
{
	struct page *head = READ_ONCE(*entry);

	/* The count of a tail is 0, as that of a free page. */
	if (!head || !get_page_unless_zero(head))
		return NULL;
	if (likely(trylock_page(head))) {
		if (likely(pgoff < READ_ONCE(pages->nr_open) &&
			   head->mapping == pages->mapping &&
			   READ_ONCE(*entry) == head && !PageHWPoison(head)))
			return head;
		compat_unlock_head(head);
	}
	put_page(head);
	return NULL;
}

/**
 * mymap_run_begin() - begin a run with a page, if that can be had at once
 * @pages: the memory
 * @pgoff: the page
 * @run: has that page then
 *
 * A broken one cannot be had, nor one that somebody else has locked.
 *
 * Context: process context, has no page locked: where memory is being taken away
 * it waits on the buffer's lock until it is known what becomes of it.
 * Return: true where it has.
 */
bool mymap_run_begin(struct mymap_pages *pages, pgoff_t pgoff,
		     struct mymap_run *run)
{
	struct page *page = mymap_pages_lookup(pages, pgoff);

	if (!page)
		return false;
	if (trylock_page(page)) {
		run->page[0] = page;
		run->nr = 1;
		if (mymap_pages_holds(pages, pgoff, page) &&
		    !PageHWPoison(page))
			return true;
		unlock_page(page);
	}
	put_page(page);
	return false;
}

/**
 * mymap_pages_extend() - take the pages that follow, as far as they are there
 * @pages: the memory
 * @pgoff: where the run begins, in pages
 * @run: has one page, which mymap_pages_holds() under its lock
 * @nr: how many pages it may have then, and not more than MYMAP_RUN_PAGES; it
 *	ends where a slot does
 *
 * A chunk goes as a whole and not before its lock is free, and what is closed
 * always begins with a chunk: so if one page of a chunk is the buffer's under the
 * lock, all of them are.
 *
 * Where memory is fragmented this is most of what a fault costs, so that the slot
 * is not looked up for each page: a table is not freed under RCU, and never comes
 * back into its slot. If it is there at the end, it has been all the time.
 *
 * Context: process context; never waits and allocates nothing.
 */
void mymap_pages_extend(struct mymap_pages *pages, pgoff_t pgoff,
			struct mymap_run *run, unsigned long nr)
{
	unsigned long index = pgoff >> MYMAP_SLOT_ORDER;
	unsigned long at = pgoff & (MYMAP_SLOT_PAGES - 1);
	struct mymap_table table;
	unsigned int nr_certain;
	struct page *head;
	void *slot;

	nr = min3(nr, MYMAP_SLOT_PAGES - at, (unsigned long)MYMAP_RUN_PAGES);
	head = compound_head(run->page[0]);
	if (!mymap_run_add(run, run->page[0] + 1,
			   head + mymap_chunk_pages(head), nr))
		return;
	nr_certain = run->nr;

	rcu_read_lock();
	slot = xa_load(&pages->slots, index);
	table = mymap_slot_table(slot);
	while (run->nr < nr && at + run->nr < table.nr) {
		head = mymap_chunk_try_lock(pages, &table.page[at + run->nr],
					    pgoff + run->nr);
		if (!head)
			break;
		/* In any case: whatever is in the run is given back. */
		run->page[run->nr++] = head;
		if (PageHead(head) &&
		    !mymap_run_add(run, head + 1,
				   head + mymap_chunk_pages(head), nr))
			break;
	}
	if (unlikely(xa_load(&pages->slots, index) != slot)) {
		mymap_run_cut(run, nr_certain);
		run->nr = nr_certain;
	}
	rcu_read_unlock();
}

/**
 * mymap_run_release() - let go of the pages of a run
 * @run: the run; it still tells how many they were
 *
 * Context: process context.
 */
void mymap_run_release(struct mymap_run *run)
{
	mymap_run_cut(run, 0);
}
