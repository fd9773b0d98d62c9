// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a buffer: looking pages up, and allocating those that are not
 * there yet. How the memory is kept, in slots and chunks, is memory_chunks.c's;
 * memory_remove.c takes it away again while the buffer is in use.
 */
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "memory_chunks.h"
#include "range.h"
#include "stats.h"

/**
 * mymap_pages_init() - begin the memory of a buffer
 * @pages: what to initialize
 * @lock: the buffer's mutex
 * @nr_pages: size of the buffer in pages
 *
 * Whoever calls is charged for the memory, now and when others touch it first.
 *
 * Context: process context.
 */
void mymap_pages_init(struct mymap_pages *pages, struct mutex *lock,
		      unsigned long nr_pages)
{
	xa_init_flags(&pages->slots, XA_FLAGS_ACCOUNT);
	pages->lock = lock;
	pages->nr_pages = nr_pages;
	pages->nr_open = nr_pages;
	/* A reference, which mymap_pages_destroy() puts. */
	pages->memcg = compat_memcg_of_current();
}

typedef void (*mymap_chunk_fn)(struct mymap_pages *pages, struct page *head,
			       pgoff_t first);

/* Call fn for each chunk's head. Under the lock, or with no user left. */
static void mymap_pages_walk(struct mymap_pages *pages, mymap_chunk_fn fn)
{
	struct page *head;
	pgoff_t at = 0;

	while ((head = mymap_chunk_next(pages, &at, pages->nr_pages))) {
		/* Before fn, which may give the chunk back. */
		pgoff_t next = at + mymap_chunk_pages(head);

		fn(pages, head, at);
		at = next;
		cond_resched();
	}
}

static void mymap_chunk_put(struct mymap_pages *pages, struct page *head,
			    pgoff_t first)
{
	mymap_chunk_give_back(head);
}

/**
 * mymap_pages_destroy() - give all memory back
 * @pages: what mymap_pages_init() began; detached, and nobody uses it any more
 *
 * Context: process context, may sleep.
 */
void mymap_pages_destroy(struct mymap_pages *pages)
{
	unsigned long index;
	void *slot;

	mymap_stats_add_resident(-(long)pages->nr_resident,
				 -(long)pages->nr_huge);
	mymap_pages_walk(pages, mymap_chunk_put);
	xa_for_each(&pages->slots, index, slot)
		mymap_table_free(slot);
	xa_destroy(&pages->slots);
	compat_memcg_put(pages->memcg);
}

static void mymap_chunk_attach(struct mymap_pages *pages, struct page *head,
			       pgoff_t first)
{
	lock_page(head);
	compat_set_page_index(head, first);
	head->mapping = pages->mapping;
	unlock_page(head);
}

static void mymap_chunk_detach(struct mymap_pages *pages, struct page *head,
			       pgoff_t first)
{
	/*
	 * Under the page lock, because somebody who holds a pin may be in
	 * set_page_dirty_lock() right now and use the mapping.
	 */
	lock_page(head);
	head->mapping = NULL;
	unlock_page(head);
}

/**
 * mymap_pages_attach() - let all pages belong to an address space
 * @pages: the memory, detached
 * @mapping: that of the inode through which it is used from now on
 *
 * Context: process context, holds the buffer's lock.
 */
void mymap_pages_attach(struct mymap_pages *pages,
			struct address_space *mapping)
{
	lockdep_assert_held(pages->lock);
	pages->mapping = mapping;
	mymap_pages_walk(pages, mymap_chunk_attach);
}

/**
 * mymap_pages_detach() - take all pages out of their address space
 * @pages: the memory, attached and mapped nowhere
 *
 * Context: process context, holds the buffer's lock.
 */
void mymap_pages_detach(struct mymap_pages *pages)
{
	lockdep_assert_held(pages->lock);
	mymap_pages_walk(pages, mymap_chunk_detach);
	pages->mapping = NULL;
}

/*
 * Without a lock: the page with a reference, NULL where none is there, or an
 * error where that cannot be told without the lock.
 */
static struct page *mymap_pages_try_lookup(struct mymap_pages *pages,
					   pgoff_t pgoff)
{
	struct page *page, *head = NULL;

	rcu_read_lock();
	page = mymap_slot_page(pages, pgoff);
	if (page) {
		/*
		 * The page may leave its slot and be freed under our eyes. The
		 * count of a free page is 0 and that of a tail as well, and
		 * whatever else was made of it meanwhile is not in the slot.
		 */
		head = compound_head(page);
		if (!get_page_unless_zero(head)) {
			page = ERR_PTR(-EAGAIN);
			head = NULL;
		}
	}
	/*
	 * Who takes memory away closes it first and then looks at the count, we
	 * raise the count first and then look here: one sees the other. And what
	 * is seen open again has the slots as they are since, also empty ones.
	 */
	smp_mb(); /* pairs with mymap_removal_close() */
	if (unlikely(pgoff >= smp_load_acquire(&pages->nr_open)))
		page = ERR_PTR(-EAGAIN);
	else if (head && unlikely(mymap_slot_page(pages, pgoff) != page ||
				  compound_head(page) != head))
		page = ERR_PTR(-EAGAIN);
	rcu_read_unlock();

	if (head && IS_ERR(page))
		put_page(head);
	return page;
}

/**
 * mymap_pages_lookup() - a page that is there already
 * @pages: the memory
 * @pgoff: offset in pages
 *
 * Context: process context. Takes no lock but where memory is being taken away:
 * there it waits on the buffer's lock until it is known what becomes of it.
 * Return: the page with a reference that the caller must put, or NULL.
 */
struct page *mymap_pages_lookup(struct mymap_pages *pages, pgoff_t pgoff)
{
	struct page *page = mymap_pages_try_lookup(pages, pgoff);

	if (!IS_ERR(page))
		return page;

	mutex_lock(pages->lock);
	page = pgoff < pages->nr_pages ? mymap_slot_page(pages, pgoff) : NULL;
	if (page)
		get_page(page);
	mutex_unlock(pages->lock);
	return page;
}

/**
 * mymap_pages_holds() - is a page still the one at an offset
 * @pages: the memory
 * @pgoff: offset in pages
 * @page: a page on which the caller has a reference and the page lock
 *
 * While the page stays locked, a true answer stays true for whoever maps it: who
 * takes memory away closes it and then waits for the page lock.
 *
 * Context: any.
 * Return: true where it is.
 */
bool mymap_pages_holds(struct mymap_pages *pages, pgoff_t pgoff,
		       struct page *page)
{
	bool holds;

	rcu_read_lock();
	holds = pgoff < READ_ONCE(pages->nr_open) &&
		compound_head(page)->mapping == pages->mapping &&
		mymap_slot_page(pages, pgoff) == page;
	rcu_read_unlock();
	return holds;
}

/**
 * mymap_pages_chunk_end() - where the chunk ends that a page is in
 * @pages: the memory
 * @pgoff: the page, below its size
 *
 * Context: any but interrupt; the caller sees to it that the chunk stays.
 * Return: the page behind the last one of the chunk, or behind @pgoff where there
 * is none.
 */
pgoff_t mymap_pages_chunk_end(struct mymap_pages *pages, pgoff_t pgoff)
{
	struct page *page = mymap_pages_lookup(pages, pgoff);
	pgoff_t end;

	if (!page)
		return pgoff + 1;
	end = mymap_chunk_end(page, pgoff);
	put_page(page);
	return end;
}

/*
 * The largest order worth trying at an offset where @order would fit, as things
 * look without a lock.
 */
static unsigned int mymap_order_at(struct mymap_pages *pages, pgoff_t pgoff,
				   unsigned int order)
{
	rcu_read_lock();
	while (order && mymap_range_is_taken(pages,
					     pgoff & ~((1UL << order) - 1),
					     order))
		order--;
	rcu_read_unlock();
	return order;
}

/* Allocate a chunk for an offset and publish it, unless somebody was faster. */
static int mymap_pages_add(struct mymap_pages *pages, pgoff_t pgoff,
			   enum mymap_effort effort)
{
	unsigned int best = mymap_chunk_order(pgoff, READ_ONCE(pages->nr_pages),
					      MYMAP_SLOT_ORDER);
	unsigned int order = mymap_order_at(pages, pgoff, best);
	struct page *head;
	pgoff_t first;
	int err = 0;

	if (effort == MYMAP_MAY_FAIL && !mymap_memory_is_there(1UL << order))
		return -ENOMEM;
	for (;;) {
		head = mymap_chunk_alloc(pages, order, best, effort);
		if (head || !order)
			break;
		order--;
	}
	if (!head)
		return -ENOMEM;
	first = pgoff & ~((1UL << order) - 1);

	mutex_lock(pages->lock);
	/*
	 * Somebody may have put a chunk into the range meanwhile, or the end may
	 * have come nearer. Then ours is given back and the caller looks again:
	 * at the worst it is told the same about a smaller range.
	 */
	if (pgoff >= pages->nr_pages)
		err = -ERANGE;
	else if (mymap_range_is_taken(pages, first, order) ||
		 !mymap_range_fits(first, 1UL << order, pages->nr_pages))
		put_page(head);
	else
		err = mymap_chunk_publish(pages, head, first, order, effort);
	mutex_unlock(pages->lock);
	if (err)
		put_page(head);
	return err;
}

/**
 * mymap_pages_get() - a page, allocated where it is not there yet
 * @pages: the memory, attached
 * @pgoff: offset in pages
 * @effort: what to do where memory is short
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: the page with a reference that the caller must put, ERR_PTR(-ENOMEM),
 * or ERR_PTR(-ERANGE) beyond the end of the buffer.
 */
struct page *mymap_pages_get(struct mymap_pages *pages, pgoff_t pgoff,
			     enum mymap_effort effort)
{
	struct page *page;
	int err;

	while (!(page = mymap_pages_lookup(pages, pgoff))) {
		err = mymap_pages_add(pages, pgoff, effort);
		if (err == -ENOMEM)
			mymap_stats_count(MYMAP_STAT_ALLOCATION_FAILURES);
		if (err)
			return ERR_PTR(err);
	}
	return page;
}

/**
 * mymap_pages_populate() - allocate all that is not there yet
 * @pages: the memory, attached
 * @first: the first page
 * @last: the page behind the last one
 *
 * What was allocated before a failure stays; it goes with the buffer. Where the
 * buffer ends before @last, at this moment or while this runs, so does this.
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0, -ENOMEM, or -EINTR where a fatal signal arrived.
 */
int mymap_pages_populate(struct mymap_pages *pages, pgoff_t first, pgoff_t last)
{
	unsigned long nr_resident = READ_ONCE(pages->nr_resident);
	pgoff_t pgoff = first;
	struct page *page;

	/* Say no at once, not after clearing all the memory there is. */
	if (last - first > nr_resident &&
	    !mymap_memory_is_there(last - first - nr_resident)) {
		mymap_stats_count(MYMAP_STAT_ALLOCATION_FAILURES);
		return -ENOMEM;
	}
	while (pgoff < last) {
		if (fatal_signal_pending(current))
			return -EINTR;
		page = mymap_pages_get(pages, pgoff, MYMAP_MAY_FAIL);
		if (PTR_ERR_OR_ZERO(page) == -ERANGE)
			return 0;
		if (IS_ERR(page))
			return PTR_ERR(page);
		/* On to the end of its chunk: order_at of its head. */
		pgoff = (pgoff | (mymap_chunk_pages(compound_head(page)) - 1)) +
			1;
		put_page(page);
		cond_resched();
	}
	return 0;
}

/**
 * mymap_pages_next() - the next page that is there, or is not
 * @pages: the memory
 * @pgoff: where to begin, inside of the buffer
 * @data: look for one that is there
 *
 * Context: process context, holds the buffer's lock.
 * Return: offset in pages; the size of the buffer where there is none.
 */
pgoff_t mymap_pages_next(struct mymap_pages *pages, pgoff_t pgoff, bool data)
{
	pgoff_t at = pgoff;
	struct page *head;

	lockdep_assert_held(pages->lock);
	if (data)
		return mymap_chunk_next(pages, &at, pages->nr_pages) ?
			max(at, pgoff) : pages->nr_pages;

	while (pgoff < pages->nr_pages) {
		at = pgoff;
		head = mymap_chunk_next(pages, &at, pgoff + 1);
		if (!head)
			break;
		pgoff = at + mymap_chunk_pages(head);
		cond_resched();
	}
	return pgoff;
}

/**
 * mymap_pages_grow() - let a buffer have more pages
 * @pages: the memory
 * @nr_pages: how many it has from now on, not fewer than now
 *
 * Nothing is there yet in the new ones: whatever once was has left its slot.
 *
 * Context: process context, holds the buffer's lock.
 */
void mymap_pages_grow(struct mymap_pages *pages, unsigned long nr_pages)
{
	lockdep_assert_held(pages->lock);
	WRITE_ONCE(pages->nr_pages, nr_pages);
	WRITE_ONCE(pages->nr_open, nr_pages);
}
