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
 *                         a struct mymap_table has an entry for every page.
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
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "mymap.h"
#include "range.h"

#define MYMAP_PMD_ORDER		(PMD_SHIFT - PAGE_SHIFT)
#define MYMAP_SLOT_ORDER \
	(COMPAT_MAX_ORDER > MYMAP_PMD_ORDER ? MYMAP_PMD_ORDER : COMPAT_MAX_ORDER)
#define MYMAP_SLOT_PAGES	BIT(MYMAP_SLOT_ORDER)

/* 0 where this kernel maps nothing larger than a page, or cannot allocate it. */
#define MYMAP_HUGE_ORDER \
	(IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) && \
	 COMPAT_MAX_ORDER >= MYMAP_PMD_ORDER ? MYMAP_PMD_ORDER : 0)

const unsigned long mymap_huge_page_size = PAGE_SIZE << MYMAP_HUGE_ORDER;

/* The pages of a slot that is not one chunk; NULL where nothing is yet. */
struct mymap_table {
	struct page *page[MYMAP_SLOT_PAGES];
};

#define MYMAP_TAG_TABLE 1UL

static struct mymap_table *mymap_slot_table(void *slot)
{
	return xa_pointer_tag(slot) == MYMAP_TAG_TABLE ?
		xa_untag_pointer(slot) : NULL;
}

/* What stands in a slot for one page, or NULL. Under RCU or the lock. */
static struct page *mymap_slot_page(struct mymap_pages *pages, pgoff_t pgoff)
{
	void *slot = xa_load(&pages->slots, pgoff >> MYMAP_SLOT_ORDER);
	unsigned long i = pgoff & (MYMAP_SLOT_PAGES - 1);
	struct mymap_table *table;

	if (!slot)
		return NULL;
	table = mymap_slot_table(slot);
	if (table)
		return READ_ONCE(table->page[i]);
	return (struct page *)slot + i;
}

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
	/* A reference, which mymap_pages_destroy() puts. */
	pages->memcg = compat_memcg_of_current();
}

typedef void (*mymap_chunk_fn)(struct mymap_pages *pages, struct page *head,
			       pgoff_t first);

static void mymap_table_walk(struct mymap_pages *pages,
			     struct mymap_table *table, pgoff_t first,
			     mymap_chunk_fn fn)
{
	unsigned long i, step;

	for (i = 0; i < MYMAP_SLOT_PAGES; i += step) {
		struct page *head = table->page[i];

		step = 1;
		if (!head)
			continue;
		/* Before fn, which may give the page back. */
		step = 1UL << compound_order(head);
		fn(pages, head, first + i);
	}
}

/* Call fn for each chunk's head. Under the lock, or with no user left. */
static void mymap_pages_walk(struct mymap_pages *pages, mymap_chunk_fn fn)
{
	unsigned long index;
	void *slot;

	xa_for_each(&pages->slots, index, slot) {
		struct mymap_table *table = mymap_slot_table(slot);
		pgoff_t first = index << MYMAP_SLOT_ORDER;

		if (table)
			mymap_table_walk(pages, table, first, fn);
		else
			fn(pages, slot, first);
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

	mymap_pages_walk(pages, mymap_chunk_put);
	xa_for_each(&pages->slots, index, slot)
		kfree(mymap_slot_table(slot));
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

/**
 * mymap_pages_lookup() - a page that is there already
 * @pages: the memory
 * @pgoff: offset in pages
 *
 * Context: any; takes no lock.
 * Return: the page with a reference that the caller must put, or NULL.
 */
struct page *mymap_pages_lookup(struct mymap_pages *pages, pgoff_t pgoff)
{
	struct page *page, *head;

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
			page = NULL;
		} else if (mymap_slot_page(pages, pgoff) != page ||
			   compound_head(page) != head) {
			put_page(head);
			page = NULL;
		}
	}
	rcu_read_unlock();
	return page;
}

/**
 * mymap_pages_holds() - is a page still the one at an offset
 * @pages: the memory
 * @pgoff: offset in pages
 * @page: a page on which the caller has a reference and the page lock
 *
 * While the page stays locked, a true answer stays true: a page is detached
 * under its lock.
 *
 * Context: any.
 * Return: true where it is.
 */
bool mymap_pages_holds(struct mymap_pages *pages, pgoff_t pgoff,
		       struct page *page)
{
	bool holds;

	rcu_read_lock();
	holds = pgoff < pages->nr_pages &&
		compound_head(page)->mapping == pages->mapping &&
		mymap_slot_page(pages, pgoff) == page;
	rcu_read_unlock();
	return holds;
}

static struct page *mymap_chunk_alloc(struct mymap_pages *pages,
				      unsigned int order,
				      enum mymap_effort effort)
{
	gfp_t gfp = GFP_HIGHUSER | __GFP_ZERO | __GFP_COMP | COMPAT_GFP_ACCOUNT;
	struct mem_cgroup *old;
	struct page *page;

	/*
	 * Larger chunks are a matter of luck, one round of reclaim and
	 * compaction is what they are worth. Only a single page is wanted
	 * in earnest.
	 */
	if (order)
		gfp |= __GFP_NORETRY | __GFP_NOWARN;
	else if (effort == MYMAP_MAY_FAIL)
		gfp |= __GFP_RETRY_MAYFAIL | __GFP_NOWARN;

	old = compat_memcg_enter(pages->memcg);
	page = alloc_pages(gfp, order);
	compat_memcg_enter(old);
	return page;
}

/* The table of a slot, made where there is none; under the lock. */
static struct mymap_table *mymap_slot_make_table(struct mymap_pages *pages,
						 unsigned long index)
{
	void *slot = xa_load(&pages->slots, index);
	struct mymap_table *table;
	struct mem_cgroup *old;
	int err;

	if (slot)
		return mymap_slot_table(slot);

	old = compat_memcg_enter(pages->memcg);
	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	err = table ? xa_err(xa_store(&pages->slots, index,
				      xa_tag_pointer(table, MYMAP_TAG_TABLE),
				      GFP_KERNEL)) : -ENOMEM;
	compat_memcg_enter(old);
	if (err) {
		kfree(table);
		return ERR_PTR(err);
	}
	return table;
}

/* Is any page of a chunk-to-be there already? Under the lock. */
static bool mymap_range_is_taken(struct mymap_pages *pages, pgoff_t first,
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

/*
 * Put a new chunk into its slot, under the lock. From here on the reference
 * with which it was allocated is the slot's.
 */
static int mymap_chunk_publish(struct mymap_pages *pages, struct page *head,
			       pgoff_t first, unsigned int order)
{
	unsigned long index = first >> MYMAP_SLOT_ORDER;
	struct mymap_table *table;
	struct mem_cgroup *old;
	unsigned long i;
	int err;

	/* Nobody else has seen the page, so its lock is not needed. */
	compat_set_page_index(head, first);
	head->mapping = pages->mapping;
	SetPageDirty(head);

	if (order == MYMAP_SLOT_ORDER) {
		old = compat_memcg_enter(pages->memcg);
		err = xa_err(xa_store(&pages->slots, index, head, GFP_KERNEL));
		compat_memcg_enter(old);
		if (err)
			goto err_detach;
	} else {
		table = mymap_slot_make_table(pages, index);
		if (IS_ERR(table)) {
			err = PTR_ERR(table);
			goto err_detach;
		}
		for (i = 0; i < 1UL << order; i++) {
			unsigned long at = (first + i) & (MYMAP_SLOT_PAGES - 1);

			/* Pairs with the dependent READ_ONCE() of readers:
			 * zeros, mapping and index are seen before the page.
			 */
			smp_store_release(&table->page[at], head + i);
		}
	}

	WRITE_ONCE(pages->nr_resident, pages->nr_resident + (1UL << order));
	if (order && order == MYMAP_HUGE_ORDER)
		WRITE_ONCE(pages->nr_huge, pages->nr_huge + (1UL << order));
	return 0;

err_detach:
	head->mapping = NULL;
	return err;
}

/* The largest order worth trying at an offset, as things look without a lock. */
static unsigned int mymap_order_at(struct mymap_pages *pages, pgoff_t pgoff)
{
	unsigned int order = mymap_chunk_order(pgoff, pages->nr_pages,
					       MYMAP_SLOT_ORDER);

	rcu_read_lock();
	while (order && mymap_range_is_taken(pages,
					     pgoff & ~((1UL << order) - 1),
					     order))
		order--;
	rcu_read_unlock();
	return order;
}

/*
 * Is there room for that many pages more? The memory of a buffer is neither
 * swapped nor reclaimed: who takes the last of it gets nobody killed himself,
 * but leaves nothing for the next page fault of somebody else, who is. So those
 * that can be told "no" leave alone what the kernel keeps free for itself.
 */
static bool mymap_memory_is_there(unsigned long nr_pages)
{
	long available = si_mem_available();

	return available > 0 && nr_pages <= available;
}

/* Allocate a chunk for an offset and publish it, unless somebody was faster. */
static int mymap_pages_add(struct mymap_pages *pages, pgoff_t pgoff,
			   enum mymap_effort effort)
{
	unsigned int order = mymap_order_at(pages, pgoff);
	struct page *head;
	pgoff_t first;
	int err = 0;

	if (effort == MYMAP_MAY_FAIL && !mymap_memory_is_there(1UL << order))
		return -ENOMEM;
	for (;;) {
		head = mymap_chunk_alloc(pages, order, effort);
		if (head || !order)
			break;
		order--;
	}
	if (!head)
		return -ENOMEM;
	first = pgoff & ~((1UL << order) - 1);

	mutex_lock(pages->lock);
	/*
	 * Somebody may have put a chunk into the range meanwhile. Then ours is
	 * given back and the caller looks again: at the worst it is told the
	 * same about a smaller range.
	 */
	if (mymap_range_is_taken(pages, first, order))
		put_page(head);
	else
		err = mymap_chunk_publish(pages, head, first, order);
	mutex_unlock(pages->lock);
	if (err)
		put_page(head);
	return err;
}

/**
 * mymap_pages_get() - a page, allocated where it is not there yet
 * @pages: the memory, attached
 * @pgoff: offset in pages, inside of the buffer
 * @effort: what to do where memory is short
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: the page with a reference that the caller must put, or
 * ERR_PTR(-ENOMEM).
 */
struct page *mymap_pages_get(struct mymap_pages *pages, pgoff_t pgoff,
			     enum mymap_effort effort)
{
	struct page *page;
	int err;

	while (!(page = mymap_pages_lookup(pages, pgoff))) {
		err = mymap_pages_add(pages, pgoff, effort);
		if (err)
			return ERR_PTR(err);
	}
	return page;
}

/**
 * mymap_pages_populate() - allocate all that is not there yet
 * @pages: the memory, attached
 *
 * What was allocated before a failure stays; it goes with the buffer.
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0, -ENOMEM, or -EINTR where a fatal signal arrived.
 */
int mymap_pages_populate(struct mymap_pages *pages)
{
	unsigned long nr_missing = pages->nr_pages -
		READ_ONCE(pages->nr_resident);
	pgoff_t pgoff = 0;
	struct page *page;

	/* Say no at once, not after clearing all the memory there is. */
	if (!mymap_memory_is_there(nr_missing))
		return -ENOMEM;
	while (pgoff < pages->nr_pages) {
		if (fatal_signal_pending(current))
			return -EINTR;
		page = mymap_pages_get(pages, pgoff, MYMAP_MAY_FAIL);
		if (IS_ERR(page))
			return PTR_ERR(page);
		/* On to the end of its chunk: order_at of its head. */
		pgoff = (pgoff | ((1UL << compound_order(compound_head(page))) -
				  1)) + 1;
		put_page(page);
		cond_resched();
	}
	return 0;
}
