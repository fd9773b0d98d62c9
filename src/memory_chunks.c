// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages kind: a buffer made of compound pages ("chunks"), 2 MiB where it
 * can, smaller where it must.
 *
 * The buffer is divided into slots of MYMAP_SLOT_PAGES pages. A slot is
 *
 *   empty                 nothing was touched yet;
 *   a page                one chunk that fills the slot;
 *   a tagged table        the slot is fragmented, or it is the buffer's tail:
 *                         an entry for every page. One in which the buffer ended
 *                         when it was made is shorter, and gives way to another
 *                         when the buffer has grown and a page beyond is there.
 *                         Who looks under RCU may still see the one before, and
 *                         looks the slot up again before it believes in a page.
 *
 * Invariants of a chunk, from publication in its slot until it is detached:
 *
 * - one reference is the slot's. Everybody else (mappings, pins, a read under
 *   way) holds references of their own, and pages go back by put_page() only, so
 *   that a pin may outlive the buffer;
 * - head->mapping is the address space of the buffer's inode and head->index the
 *   first page's offset. Without them a process-shared futex in the memory fails
 *   with EFAULT, unmap_mapping_range() finds nothing and newer kernels do not
 *   map 2 MiB. It is never in the page cache;
 * - it is dirty, or the core would take a clean page that broke for one of the
 *   page cache, and put the slot's reference when it drops it from there;
 * - it begins at a multiple of its size and ends inside of the buffer.
 */
#include <linux/highmem.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "memory_chunks.h"
#include "stats.h"

const unsigned long mymap_huge_page_size = PAGE_SIZE << MYMAP_HUGE_ORDER;

/**
 * mymap_chunk_next() - the first chunk that has pages in a range
 * @pages: the memory
 * @pgoff: in: the first page of the range; out: that of the chunk, which may be
 *	before; untouched where there is none
 * @last: the page behind the range
 *
 * Context: holds the buffer's lock, or nobody uses the memory.
 * Return: the chunk's head, or NULL where nothing is allocated in the range.
 */
struct page *mymap_chunk_next(struct mymap_pages *pages, pgoff_t *pgoff,
			      pgoff_t last)
{
	unsigned long index = *pgoff >> MYMAP_SLOT_ORDER;
	pgoff_t at = *pgoff;
	void *slot;

	if (at >= last)
		return NULL;
	for (slot = xa_find(&pages->slots, &index,
			    (last - 1) >> MYMAP_SLOT_ORDER, XA_PRESENT);
	     slot;
	     slot = xa_find_after(&pages->slots, &index,
				  (last - 1) >> MYMAP_SLOT_ORDER, XA_PRESENT)) {
		struct mymap_table table = mymap_slot_table(slot);
		pgoff_t first = index << MYMAP_SLOT_ORDER;
		unsigned long i;

		if (!table.nr) {
			*pgoff = first;
			return slot;
		}
		for (i = at > first ? at - first : 0;
		     i < table.nr && i < last - first; i++) {
			struct page *head = table.page[i];

			if (!head)
				continue;
			head = compound_head(head);
			*pgoff = first + i - (table.page[i] - head);
			return head;
		}
	}
	return NULL;
}

/*
 * Free pages that si_mem_available() does not count, since processors have them at
 * hand. Up to Linux 6.6 these are few. Then a processor keeps the more of what it
 * frees the more that is, up to an eighth of the machine's memory in all, and who
 * gives a large buffer back may want the next one at once. An allocation has those
 * of its own processor, and of those of others only what reclaim happens to send
 * back. So they count where the zone has free pages besides: who found out by
 * trying would first take what others need at their next page fault.
 */
static unsigned long mymap_pages_at_hand(void)
{
	enum zone_type last = gfp_zone(GFP_HIGHUSER), i;
	unsigned long nr = 0;
	int nid, cpu;

	for_each_online_node(nid) {
		for (i = 0; i <= last; i++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			if (!populated_zone(zone) ||
			    zone_page_state(zone, NR_FREE_PAGES) <=
			    low_wmark_pages(zone) + zone->lowmem_reserve[last])
				continue;
			for_each_online_cpu(cpu)
				nr += compat_pages_at_hand(zone, cpu);
		}
	}
	return nr;
}

/**
 * mymap_memory_is_there() - is there room for that many pages more?
 * @nr_pages: how many
 *
 * The memory of a buffer is neither swapped nor reclaimed: who takes the last of
 * it gets nobody killed himself, but leaves nothing for the next page fault of
 * somebody else, who is. So those that can be told "no" leave alone what the
 * kernel keeps free for itself.
 *
 * Context: any but interrupt.
 * Return: true where there is.
 */
bool mymap_memory_is_there(unsigned long nr_pages)
{
	/* 0 also where the kernel has less than it wants to keep. */
	unsigned long available = si_mem_available();

	return nr_pages <= available ||
		nr_pages <= available + mymap_pages_at_hand();
}

/**
 * mymap_chunk_alloc() - pages for a buffer
 * @pages: the memory that they are for
 * @order: how many, as a power of two
 * @best: the order that there is room for, which has been tried before @order
 * @effort: what to do where memory is short
 *
 * Context: process context, may sleep.
 * Return: the head of a compound page full of zeros, with one reference that is
 * the caller's, or NULL.
 */
struct page *mymap_chunk_alloc(struct mymap_pages *pages, unsigned int order,
			       unsigned int best, enum mymap_effort effort)
{
	gfp_t gfp = GFP_HIGHUSER | __GFP_ZERO | __GFP_COMP | COMPAT_GFP_ACCOUNT;
	struct mem_cgroup *old;
	struct page *page;

	/*
	 * Larger chunks are a matter of luck, one round of reclaim and
	 * compaction is what the largest is worth; where it has not helped it
	 * would not help for each part of it either. Only a single page is
	 * wanted in earnest. From 6.3 on, who does not reclaim is taken for one
	 * who cannot wait, and may have of the reserves, unless it says no.
	 */
	if (order) {
		gfp |= __GFP_NORETRY | __GFP_NOWARN;
		if (order < best)
			gfp = (gfp | __GFP_NOMEMALLOC) & ~__GFP_DIRECT_RECLAIM;
	} else if (effort == MYMAP_MAY_FAIL) {
		gfp |= __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	}

	old = compat_memcg_enter(pages->memcg);
	page = alloc_pages(gfp, order);
	compat_memcg_enter(old);
	if (page)
		mymap_stats_count(order && order == MYMAP_HUGE_ORDER ?
				  MYMAP_STAT_ALLOCATED_HUGE :
				  MYMAP_STAT_ALLOCATED_SMALLER);
	else if (order)
		mymap_stats_count(MYMAP_STAT_ALLOCATION_FALLBACKS);
	return page;
}

/**
 * mymap_table_alloc() - an empty table for a slot
 * @pages: the memory that it is for, whose creator is charged
 * @index: the slot, which has pages of the buffer
 * @effort: what to do where memory is short
 *
 * Context: process context, may sleep, holds the buffer's lock.
 * Return: what the slot is to have, given back by mymap_table_free(), or NULL.
 */
void *mymap_table_alloc(struct mymap_pages *pages, unsigned long index,
			enum mymap_effort effort)
{
	unsigned long nr = pages->nr_pages - (index << MYMAP_SLOT_ORDER);
	struct mymap_short_table *table;
	unsigned long nr_words = MYMAP_SLOT_PAGES;
	struct mem_cgroup *old;

	if (nr < MYMAP_SLOT_PAGES)
		nr_words = roundup_pow_of_two(nr + 1);
	old = compat_memcg_enter(pages->memcg);
	table = kcalloc(nr_words, sizeof(void *),
			mymap_effort_gfp(effort) | __GFP_ACCOUNT);
	compat_memcg_enter(old);
	if (!table)
		return NULL;
	if (nr >= MYMAP_SLOT_PAGES)
		return xa_tag_pointer(table, MYMAP_TAG_TABLE);
	table->nr = nr_words - 1;
	return xa_tag_pointer(table, MYMAP_TAG_SHORT_TABLE);
}

/**
 * mymap_table_free() - give a table back that nobody looks into
 * @slot: what mymap_table_alloc() has returned; anything else stays as it is
 *
 * Context: any.
 */
void mymap_table_free(void *slot)
{
	if (xa_pointer_tag(slot))
		kfree(xa_untag_pointer(slot));
}

/**
 * mymap_table_put_chunk() - let a table show a chunk
 * @table: the table, which has room for it
 * @first: the chunk's first page
 * @head: the chunk, mapping and index set; its reference is the slot's now
 *
 * Context: holds the buffer's lock, or nobody else sees the table.
 */
void mymap_table_put_chunk(struct mymap_table table, pgoff_t first,
			   struct page *head)
{
	unsigned long at = first & (MYMAP_SLOT_PAGES - 1);
	unsigned long i;

	for (i = 0; i < mymap_chunk_pages(head); i++) {
		/*
		 * Pairs with the dependent READ_ONCE() of readers: zeros,
		 * mapping and index are seen before the page.
		 */
		smp_store_release(&table.page[at + i], head + i);
	}
}

/*
 * The table of a slot with room for its first @nr pages, made where there is
 * none; under the lock. Return: 0 or -ENOMEM, and nothing has changed.
 */
static int mymap_slot_make_table(struct mymap_pages *pages, unsigned long index,
				 unsigned long nr, struct mymap_table *table,
				 enum mymap_effort effort)
{
	void *slot = xa_load(&pages->slots, index), *new;
	struct mymap_table before = mymap_slot_table(slot);
	struct mem_cgroup *old;
	int err;

	*table = before;
	if (before.nr >= nr)
		return 0;

	new = mymap_table_alloc(pages, index, effort);
	if (!new)
		return -ENOMEM;
	*table = mymap_slot_table(new);
	/* Whoever sees the new one sees no less than before. */
	if (before.nr)
		memcpy(table->page, before.page,
		       before.nr * sizeof(*before.page));
	old = compat_memcg_enter(pages->memcg);
	err = xa_err(xa_store(&pages->slots, index, new,
			      mymap_effort_gfp(effort)));
	compat_memcg_enter(old);
	if (err) {
		mymap_table_free(new);
		return err;
	}
	/* Somebody may be looking into it without a lock. */
	if (before.nr)
		compat_kvfree_rcu(xa_untag_pointer(slot));
	return 0;
}

/**
 * mymap_range_is_taken() - is any page of a chunk-to-be there already?
 * @pages: the memory
 * @first: the chunk's first page
 * @order: how many pages, as a power of two
 *
 * Context: holds the buffer's lock; under RCU the answer is a guess.
 * Return: true where one is.
 */
bool mymap_range_is_taken(struct mymap_pages *pages, pgoff_t first,
			  unsigned int order)
{
	unsigned long i;

	if (order == MYMAP_SLOT_ORDER)
		return xa_load(&pages->slots, first >> MYMAP_SLOT_ORDER);
	for (i = 0; i < 1UL << order; i++) {
		if (mymap_slot_page(pages, first + i))
			return true;
	}
	return false;
}

/**
 * mymap_chunk_publish() - put a new chunk into its slot
 * @pages: the memory
 * @head: the chunk; the reference with which it was allocated is the slot's from
 *	here on, on success only
 * @first: its first page
 * @order: how many pages, as a power of two
 * @effort: what to do where memory is short
 *
 * Context: process context, holds the buffer's lock.
 * Return: 0 or -ENOMEM.
 */
int mymap_chunk_publish(struct mymap_pages *pages, struct page *head,
			pgoff_t first, unsigned int order,
			enum mymap_effort effort)
{
	bool huge = order && order == MYMAP_HUGE_ORDER;
	unsigned long index = first >> MYMAP_SLOT_ORDER;
	struct mymap_table table;
	struct mem_cgroup *old;
	int err;

	mymap_chunk_join(pages, head, first);

	if (order == MYMAP_SLOT_ORDER) {
		old = compat_memcg_enter(pages->memcg);
		err = xa_err(xa_store(&pages->slots, index, head,
				      mymap_effort_gfp(effort)));
		compat_memcg_enter(old);
		if (err)
			goto err_detach;
	} else {
		err = mymap_slot_make_table(pages, index,
					    (first & (MYMAP_SLOT_PAGES - 1)) +
					    (1UL << order), &table, effort);
		if (err)
			goto err_detach;
		mymap_table_put_chunk(table, first, head);
	}

	WRITE_ONCE(pages->nr_resident, pages->nr_resident + (1UL << order));
	if (huge)
		WRITE_ONCE(pages->nr_huge, pages->nr_huge + (1UL << order));
	mymap_stats_add_resident(1L << order, huge ? 1L << order : 0);
	return 0;

err_detach:
	head->mapping = NULL;
	return err;
}
