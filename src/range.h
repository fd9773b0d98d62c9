/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic on sizes and ranges, and nothing else: it needs no kernel, so that
 * the unit tests compile this very file in user space.
 */
#ifndef _MYMAP_RANGE_H
#define _MYMAP_RANGE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef uint64_t u64;
#endif

/**
 * mymap_round_up_size() - round a size up to whole pages
 * @size: bytes
 * @page_size: bytes, a power of two
 * @ret: the rounded size in bytes; untouched on failure
 *
 * Return: false where @size is 0 or its rounding wraps.
 */
static inline bool mymap_round_up_size(u64 size, u64 page_size, u64 *ret)
{
	u64 rounded;

	if (!size || __builtin_add_overflow(size, page_size - 1, &rounded))
		return false;
	*ret = rounded & ~(page_size - 1);
	return true;
}

/**
 * mymap_range_fits() - is a range inside of a buffer
 * @first: first page of the range
 * @nr_pages: pages in the range
 * @total: pages in the buffer
 *
 * Return: true where all of the range is below @total; never wraps.
 */
static inline bool mymap_range_fits(unsigned long first, unsigned long nr_pages,
				    unsigned long total)
{
	return first <= total && nr_pages <= total - first;
}

/**
 * mymap_bytes_fit() - the same for bytes
 * @offset: the first byte of the range
 * @len: bytes in the range
 * @size: bytes in the buffer
 *
 * Return: true where all of the range is below @size; never wraps.
 */
static inline bool mymap_bytes_fit(u64 offset, u64 len, u64 size)
{
	return offset <= size && len <= size - offset;
}

/**
 * mymap_chunk_order() - the largest chunk that may hold a page
 * @pgoff: the page, below @total
 * @total: pages in the buffer
 * @max_order: the largest order wanted
 *
 * A chunk of order n begins at a multiple of 2^n pages and never reaches beyond
 * the buffer: a kernel that maps a whole chunk at once does not always look at
 * the buffer's size.
 *
 * Return: the order, 0 to @max_order.
 */
static inline unsigned int mymap_chunk_order(unsigned long pgoff,
					     unsigned long total,
					     unsigned int max_order)
{
	unsigned int order = max_order;

	while (order) {
		unsigned long first = pgoff & ~((1UL << order) - 1);

		if (mymap_range_fits(first, 1UL << order, total))
			break;
		order--;
	}
	return order;
}

/**
 * mymap_tile_order() - the largest chunk that begins at a page and ends in time
 * @first: the page the chunk begins with
 * @last: the page it may not reach, above @first
 * @max_order: the largest order wanted
 *
 * A chunk begins at a multiple of its size. Taking the largest one, and then the
 * largest that begins where it ended, covers all of a range.
 *
 * Return: the order, 0 to @max_order.
 */
static inline unsigned int mymap_tile_order(unsigned long first,
					    unsigned long last,
					    unsigned int max_order)
{
	unsigned int order = 0;

	while (order < max_order && !(first & (1UL << order)) &&
	       2UL << order <= last - first)
		order++;
	return order;
}

#endif /* _MYMAP_RANGE_H */
