// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking memory out of a buffer while it is mapped, read and written: shrinking
 * it, and punching holes.
 *
 * It is all or nothing: where memory is short or somebody holds what is to go,
 * nothing has changed. So it is prepared first, under the buffer's lock:
 *
 * - A chunk that goes as a whole needs nothing. What stays of one that goes in
 *   part is to be copied into smaller ones, which are allocated now.
 * - All from the first chunk concerned on is *closed*: pages->nr_open comes
 *   before it. Whoever looks there finds no page, and waits on the buffer's lock
 *   for what becomes of it. Whatever was found before is still in somebody's
 *   hands: in a page fault on its way to the page table, in a read or a write.
 * - The page lock of each chunk is taken once. A fault has it from before it
 *   looks whether the page is still open until the page is mapped: those that
 *   saw it open are done, the others come back.
 * - The chunks are unmapped, but for what private mappings copied. Nobody finds
 *   them any more. Hence the count of a chunk falls to the one reference of its
 *   slot, as soon as those are done who have others. If it does not, they are
 *   pinned, by O_DIRECT or io_uring, in a pipe or by a debugger, and stay where
 *   they are: -EBUSY.
 *
 * From there on nothing fails and nobody else sees the chunks: what stays is
 * copied, the size changes, the rest leaves the slots and is put.
 *
 * A read or a write has a reference while it copies, and that may fault in memory
 * of the very same range, where the fault waits on the lock that is held here. So
 * this does not wait for ever; such an access makes the range busy like a pin.
 *
 * Two of them at once cannot be: all runs under the buffer's lock.
 */
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "memory_chunks.h"
#include "range.h"
#include "stats.h"

/* How long those may take that are neither pins nor done. */
#define MYMAP_PATIENCE_MS 100

/**
 * struct mymap_removal - pages on their way out
 * @pages: the memory
 * @first: the first page to go
 * @last: the page behind the last one to go
 * @from: @first, or that of the chunk that it stands in
 * @to: @last, or the end of the chunk that the page before it stands in
 * @fresh: chunks for what stays of @from to @first and of @last to @to, in the
 *	places of the slots that @first and the page before @last are in; if that
 *	is one slot, the first table serves for both. As mymap_table_alloc() has
 *	made them; NULL where none is needed.
 */
struct mymap_removal {
	struct mymap_pages *pages;
	pgoff_t first;
	pgoff_t last;
	pgoff_t from;
	pgoff_t to;
	void *fresh[2];
};

static void mymap_removal_init(struct mymap_removal *removal,
			       struct mymap_pages *pages, pgoff_t first,
			       pgoff_t last)
{
	struct page *page;

	*removal = (struct mymap_removal){
		.pages = pages,
		.first = first,
		.last = last,
		.from = first,
		.to = last,
	};
	page = mymap_slot_page(pages, first);
	if (page)
		removal->from = first - (page - compound_head(page));
	page = mymap_slot_page(pages, last - 1);
	if (page)
		removal->to = mymap_chunk_end(page, last - 1);
}

/* Which slot a table of fresh chunks is for. */
static unsigned long mymap_removal_slot(const struct mymap_removal *removal,
					size_t i)
{
	return (i ? removal->last - 1 : removal->first) >> MYMAP_SLOT_ORDER;
}

/*
 * The first chunk of a table from @at on, which becomes where it begins; NULL
 * where there are no more.
 */
static struct page *mymap_table_next(struct mymap_table table,
				     unsigned long *at)
{
	for (; *at < table.nr; (*at)++) {
		if (table.page[*at])
			return table.page[*at];
	}
	return NULL;
}

static void mymap_removal_free(struct mymap_removal *removal)
{
	struct page *head;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(removal->fresh); i++) {
		struct mymap_table table = mymap_slot_table(removal->fresh[i]);
		unsigned long at = 0;

		while ((head = mymap_table_next(table, &at))) {
			at += mymap_chunk_pages(head);
			put_page(head);
		}
		mymap_table_free(removal->fresh[i]);
	}
}

/* Chunks for what stays of one: a range of pages in one slot. */
static int mymap_removal_allocate(struct mymap_removal *removal, pgoff_t first,
				  pgoff_t last)
{
	size_t i = first >> MYMAP_SLOT_ORDER != mymap_removal_slot(removal, 0);
	struct mymap_pages *pages = removal->pages;

	if (first == last)
		return 0;
	/* What stays is copied, and what is broken cannot be read. */
	if (mymap_any_is_broken(mymap_slot_page(pages, first), last - first))
		return -EBUSY;
	if (!mymap_memory_is_there(last - first))
		return -ENOMEM;
	if (!removal->fresh[i]) {
		removal->fresh[i] =
			mymap_table_alloc(pages, mymap_removal_slot(removal, i),
					  MYMAP_MAY_FAIL);
		if (!removal->fresh[i])
			return -ENOMEM;
	}
	while (first < last) {
		unsigned int order = mymap_tile_order(first, last,
						      MYMAP_SLOT_ORDER);
		struct page *head;

		do
			head = mymap_chunk_alloc(pages, order, MYMAP_SLOT_ORDER,
						 MYMAP_MAY_FAIL);
		while (!head && order--);
		if (!head)
			return -ENOMEM;
		mymap_table_put_chunk(mymap_slot_table(removal->fresh[i]),
				      first, head);
		first += mymap_chunk_pages(head);
	}
	return 0;
}

static bool mymap_chunk_is_held(struct page *head)
{
	if (page_count(head) == 1)
		return false;
	/*
	 * mlock() and munlock() leave references to single pages in batches of
	 * each processor, for as long as it takes to fill them. A pin for DMA
	 * is told from these, since it counts as a thousand; one that is a mere
	 * reference, as of a pipe or of an older kernel's O_DIRECT, is not. A
	 * single page never goes in part, so that it loses nothing by going too
	 * early: the last one to put it frees it.
	 */
	return compound_order(head) || !compat_page_is_mlocked(head) ||
		compat_page_is_pinned(head);
}

static int mymap_chunk_wait(struct page *head, unsigned long deadline)
{
	while (mymap_chunk_is_held(head)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, deadline))
			return -EBUSY;
		usleep_range(100, 500);
	}
	return 0;
}

/* From here on nobody finds a page from @from on but under the lock. */
static void mymap_removal_close(struct mymap_removal *removal)
{
	WRITE_ONCE(removal->pages->nr_open, removal->from);
	/* Pairs with the one in lookups: see there. */
	smp_mb();
}

static void mymap_removal_open(struct mymap_removal *removal)
{
	/* Who sees it open sees the slots as they are now. */
	smp_store_release(&removal->pages->nr_open, removal->pages->nr_pages);
}

/* Let nobody but the slots have a reference to what is closed. */
static int mymap_removal_isolate(struct mymap_removal *removal)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(MYMAP_PATIENCE_MS);
	struct mymap_pages *pages = removal->pages;
	bool empty = true;
	struct page *head;
	pgoff_t at;
	int err;

	for (at = removal->from;
	     (head = mymap_chunk_next(pages, &at, removal->to));
	     at += mymap_chunk_pages(head)) {
		lock_page(head);
		unlock_page(head);
		empty = false;
		cond_resched();
	}
	if (empty)
		return 0;

	unmap_mapping_range(pages->mapping,
			    (loff_t)removal->from << PAGE_SHIFT,
			    (loff_t)(removal->to - removal->from) << PAGE_SHIFT,
			    0);
	/*
	 * A pin takes its reference and then looks whether the page is still in
	 * the page table, see get_user_pages_fast(); here it is the reverse.
	 */
	smp_mb();

	for (at = removal->from;
	     (head = mymap_chunk_next(pages, &at, removal->to));
	     at += mymap_chunk_pages(head)) {
		err = mymap_chunk_wait(head, deadline);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static int mymap_removal_prepare(struct mymap_removal *removal)
{
	int err;

	err = mymap_removal_allocate(removal, removal->from, removal->first);
	if (err)
		goto err_free;
	err = mymap_removal_allocate(removal, removal->last, removal->to);
	if (err)
		goto err_free;

	mymap_removal_close(removal);
	err = mymap_removal_isolate(removal);
	if (err)
		goto err_open;
	return 0;

err_open:
	mymap_removal_open(removal);
err_free:
	if (err == -ENOMEM)
		mymap_stats_count(MYMAP_STAT_ALLOCATION_FAILURES);
	mymap_removal_free(removal);
	return err;
}

/* The fresh chunks become copies of what stays, and pages of the buffer. */
static void mymap_removal_copy(struct mymap_removal *removal, size_t i)
{
	pgoff_t first = mymap_removal_slot(removal, i) << MYMAP_SLOT_ORDER;
	struct mymap_pages *pages = removal->pages;
	struct mymap_table table = mymap_slot_table(removal->fresh[i]);
	unsigned long at, nr_pages = 0;

	for (at = 0; at < table.nr; at++) {
		struct page *page = table.page[at];

		if (!page)
			continue;
		copy_highpage(page, mymap_slot_page(pages, first + at));
		flush_dcache_page(page);
		if (page == compound_head(page))
			mymap_chunk_join(pages, page, first + at);
		WRITE_ONCE(pages->nr_resident, pages->nr_resident + 1);
		nr_pages++;
		cond_resched();
	}
	mymap_stats_add_resident(nr_pages, 0);
}

/* A chunk leaves its slot; one that filled it leaves the fresh table there. */
static void mymap_removal_unslot(struct mymap_removal *removal,
				 struct page *head, pgoff_t first)
{
	unsigned long index = first >> MYMAP_SLOT_ORDER;
	struct mymap_pages *pages = removal->pages;
	void *slot = xa_load(&pages->slots, index);
	struct mymap_table table = mymap_slot_table(slot);
	unsigned long i, at = first & (MYMAP_SLOT_PAGES - 1);

	if (table.nr) {
		for (i = 0; i < mymap_chunk_pages(head); i++)
			WRITE_ONCE(table.page[at + i], NULL);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(removal->fresh); i++) {
		if (!removal->fresh[i] ||
		    index != mymap_removal_slot(removal, i))
			continue;
		/* In the place of another entry: no memory is needed. */
		slot = xa_store(&pages->slots, index, removal->fresh[i],
				GFP_KERNEL);
		WARN_ON_ONCE(xa_is_err(slot));
		removal->fresh[i] = NULL;
		return;
	}
	xa_erase(&pages->slots, index);
}

/*
 * Fresh chunks for a slot that has a table go into that one, which has room for
 * them: it had the chunk that they are copies of.
 */
static void mymap_removal_merge(struct mymap_removal *removal, size_t i)
{
	unsigned long index = mymap_removal_slot(removal, i);
	struct mymap_table fresh = mymap_slot_table(removal->fresh[i]);
	struct mymap_table table =
		mymap_slot_table(xa_load(&removal->pages->slots, index));
	unsigned long at = 0;
	struct page *head;

	while ((head = mymap_table_next(fresh, &at))) {
		mymap_table_put_chunk(table, at, head);
		at += mymap_chunk_pages(head);
	}
	mymap_table_free(removal->fresh[i]);
}

/* Tables that have nothing left leave room for a chunk that fills the slot. */
static void mymap_removal_drop_tables(struct mymap_removal *removal)
{
	struct mymap_pages *pages = removal->pages;
	unsigned long index;
	void *slot;

	xa_for_each_range(&pages->slots, index, slot,
			  mymap_removal_slot(removal, 0),
			  mymap_removal_slot(removal, 1)) {
		struct mymap_table table = mymap_slot_table(slot);

		if (!table.nr ||
		    memchr_inv(table.page, 0, table.nr * sizeof(*table.page)))
			continue;
		xa_erase(&pages->slots, index);
		/* Somebody may be looking into it without a lock. */
		compat_kvfree_rcu(xa_untag_pointer(slot));
		cond_resched();
	}
}

/* What was prepared is done, and cannot fail. */
static void mymap_removal_commit(struct mymap_removal *removal)
{
	struct mymap_pages *pages = removal->pages;
	struct page *head;
	pgoff_t at, next;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(removal->fresh); i++) {
		if (removal->fresh[i])
			mymap_removal_copy(removal, i);
	}

	for (at = removal->from;
	     (head = mymap_chunk_next(pages, &at, removal->to)); at = next) {
		unsigned long nr = mymap_chunk_pages(head);
		bool huge = MYMAP_HUGE_ORDER && nr == BIT(MYMAP_HUGE_ORDER);

		next = at + nr;
		/* A pin of the page before it was freed may still look here. */
		lock_page(head);
		head->mapping = NULL;
		unlock_page(head);
		WRITE_ONCE(pages->nr_resident, pages->nr_resident - nr);
		if (huge)
			WRITE_ONCE(pages->nr_huge, pages->nr_huge - nr);
		mymap_stats_add_resident(-(long)nr, huge ? -(long)nr : 0);
		mymap_removal_unslot(removal, head, at);
		mymap_chunk_give_back(head);
		cond_resched();
	}

	for (i = 0; i < ARRAY_SIZE(removal->fresh); i++) {
		if (removal->fresh[i])
			mymap_removal_merge(removal, i);
	}
	mymap_removal_drop_tables(removal);
	mymap_removal_open(removal);
}

/**
 * mymap_pages_shrink() - let a buffer have fewer pages
 * @pages: the memory, attached
 * @nr_pages: how many it has from now on: at least one, and fewer than now
 *
 * All mappings end there from now on, also where private ones had copies: to
 * touch more is SIGBUS. What is below stays as it is.
 *
 * Context: process context, holds the buffer's lock, may sleep.
 * Return: 0; or, and nothing has changed, -EBUSY where somebody holds memory that
 * is to go, or that shares a chunk with it, or where what stays of such a chunk is
 * broken, -ENOMEM, or -EINTR where a fatal signal arrived.
 */
int mymap_pages_shrink(struct mymap_pages *pages, unsigned long nr_pages)
{
	struct mymap_removal removal;
	int err;

	lockdep_assert_held(pages->lock);
	mymap_removal_init(&removal, pages, nr_pages, pages->nr_pages);
	err = mymap_removal_prepare(&removal);
	if (err)
		return err;

	/*
	 * The size first: who finds an empty slot sees that it is beyond the end.
	 * Then the copies of private mappings, of which no new ones are made: the
	 * pages that they could be copies of are mapped nowhere.
	 */
	WRITE_ONCE(pages->nr_pages, nr_pages);
	unmap_mapping_range(pages->mapping, (loff_t)nr_pages << PAGE_SHIFT, 0,
			    1);
	mymap_removal_commit(&removal);
	return 0;
}

/**
 * mymap_pages_punch() - give the memory of a range back
 * @pages: the memory, attached
 * @first: the first page
 * @last: the page behind the last one, inside of the buffer
 *
 * It reads as zeros from now on. What private mappings have copied stays theirs.
 *
 * Context: process context, holds the buffer's lock, may sleep.
 * Return: as mymap_pages_shrink().
 */
int mymap_pages_punch(struct mymap_pages *pages, pgoff_t first, pgoff_t last)
{
	struct mymap_removal removal;
	int err;

	lockdep_assert_held(pages->lock);
	if (first >= last)
		return 0;
	mymap_removal_init(&removal, pages, first, last);
	err = mymap_removal_prepare(&removal);
	if (err)
		return err;
	mymap_removal_commit(&removal);
	return 0;
}
