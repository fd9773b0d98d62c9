/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rooms of memory_*.c see of each other, and nobody else does: slots,
 * tables and chunks.
 */
#ifndef _MYMAP_MEMORY_CHUNKS_H
#define _MYMAP_MEMORY_CHUNKS_H

#include <linux/mm.h>
#include <linux/xarray.h>

#include "compat/compat.h"
#include "mymap.h"

#define MYMAP_PMD_ORDER		(PMD_SHIFT - PAGE_SHIFT)
#define MYMAP_SLOT_ORDER \
	(COMPAT_MAX_ORDER > MYMAP_PMD_ORDER ? MYMAP_PMD_ORDER : COMPAT_MAX_ORDER)
#define MYMAP_SLOT_PAGES	BIT(MYMAP_SLOT_ORDER)

/* 0 where this kernel maps nothing larger than a page, or cannot allocate it. */
#define MYMAP_HUGE_ORDER \
	(IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) && \
	 COMPAT_MAX_ORDER >= MYMAP_PMD_ORDER ? MYMAP_PMD_ORDER : 0)

/**
 * struct mymap_table - the pages of a slot that is not one chunk
 * @page: one for each page; NULL where nothing is yet
 * @nr: how many of them it can have, from the slot's first on; the others are not
 *	there yet. 0 where the slot has no table.
 *
 * A copy of where to look, which lives as long as what the slot has.
 */
struct mymap_table {
	struct page **page;
	unsigned long nr;
};

/*
 * What a slot has instead where the buffer ends in it. With its @nr it is as
 * large as a power of two: as kmalloc() has them.
 */
struct mymap_short_table {
	unsigned long nr;
	struct page *page[];
};

#define MYMAP_TAG_TABLE		1UL
#define MYMAP_TAG_SHORT_TABLE	3UL

/* The table in a slot; its nr is 0 where that is empty or one chunk. */
static inline struct mymap_table mymap_slot_table(void *slot)
{
	struct mymap_short_table *table;

	switch (xa_pointer_tag(slot)) {
	case MYMAP_TAG_TABLE:
		return (struct mymap_table){
			.page = xa_untag_pointer(slot),
			.nr = MYMAP_SLOT_PAGES,
		};
	case MYMAP_TAG_SHORT_TABLE:
		table = xa_untag_pointer(slot);
		return (struct mymap_table){
			.page = table->page,
			.nr = table->nr,
		};
	default:
		return (struct mymap_table){};
	}
}

/* What stands in a slot for one page, or NULL. Under RCU or the lock. */
static inline struct page *mymap_slot_page(struct mymap_pages *pages,
					   pgoff_t pgoff)
{
	void *slot = xa_load(&pages->slots, pgoff >> MYMAP_SLOT_ORDER);
	unsigned long i = pgoff & (MYMAP_SLOT_PAGES - 1);
	struct mymap_table table;

	if (!slot)
		return NULL;
	table = mymap_slot_table(slot);
	if (table.nr)
		return i < table.nr ? READ_ONCE(table.page[i]) : NULL;
	return (struct page *)slot + i;
}

static inline unsigned long mymap_chunk_pages(struct page *head)
{
	return 1UL << compound_order(head);
}

/*
 * A chunk becomes one of the buffer's. Nobody else has seen it, so that its lock
 * is not needed.
 */
static inline void mymap_chunk_join(struct mymap_pages *pages,
				    struct page *head, pgoff_t first)
{
	compat_set_page_index(head, first);
	head->mapping = pages->mapping;
	SetPageDirty(head);
}

/* The page behind the chunk that the page at an offset is of. */
static inline pgoff_t mymap_chunk_end(struct page *page, pgoff_t pgoff)
{
	struct page *head = compound_head(page);

	return pgoff - (page - head) + mymap_chunk_pages(head);
}

/* For what shows the pages, as mymap_chunk_alloc() takes one of them. */
static inline gfp_t mymap_effort_gfp(enum mymap_effort effort)
{
	return effort == MYMAP_MAY_FAIL ?
		GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN : GFP_KERNEL;
}

/* memory_chunks.c */

struct page *mymap_chunk_next(struct mymap_pages *pages, pgoff_t *pgoff,
			      pgoff_t last);
struct page *mymap_chunk_alloc(struct mymap_pages *pages, unsigned int order,
			       unsigned int best, enum mymap_effort effort);
void *mymap_table_alloc(struct mymap_pages *pages, unsigned long index,
			enum mymap_effort effort);
void mymap_table_free(void *slot);
void mymap_table_put_chunk(struct mymap_table table, pgoff_t first,
			   struct page *head);
bool mymap_range_is_taken(struct mymap_pages *pages, pgoff_t first,
			  unsigned int order);
int mymap_chunk_publish(struct mymap_pages *pages, struct page *head,
			pgoff_t first, unsigned int order,
			enum mymap_effort effort);
bool mymap_memory_is_there(unsigned long nr_pages);

/* memory_broken.c: pages that the machine has reported to be broken */

bool mymap_any_is_broken(struct page *page, unsigned long nr_pages);
void mymap_chunk_give_back(struct page *head);

#endif /* _MYMAP_MEMORY_CHUNKS_H */
