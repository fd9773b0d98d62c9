// SPDX-License-Identifier: GPL-2.0-only
/*
 * read and write: copies between user memory and the pages, which may be mapped
 * at the same time. Like those of a shared mapping, concurrent accesses are not
 * atomic against each other.
 */
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "compat/compat.h"
#include "mymap.h"

/* How much of a transfer lies in the page at a position. */
static size_t mymap_bytes_in_page(loff_t pos, size_t left)
{
	return min_t(size_t, left, PAGE_SIZE - offset_in_page(pos));
}

static size_t mymap_read_page(struct mymap_buffer *buffer, loff_t pos,
			      size_t len, struct iov_iter *to)
{
	struct page *page = mymap_pages_lookup(&buffer->pages,
					       pos >> PAGE_SHIFT);
	size_t copied;

	/* What nobody has written yet reads as zeros, and is not allocated. */
	if (!page)
		return iov_iter_zero(len, to);

	flush_dcache_page(page);
	copied = copy_page_to_iter(page, offset_in_page(pos), len, to);
	put_page(page);
	return copied;
}

/**
 * mymap_file_read() - read from a buffer at the file's position
 * @buffer: the buffer, in use by the file
 * @iocb: the file and its position, which moves on
 * @to: where to
 *
 * Context: process context, may sleep.
 * Return: bytes read, 0 at the end, -EFAULT, or -EINTR.
 */
ssize_t mymap_file_read(struct mymap_buffer *buffer, struct kiocb *iocb,
			struct iov_iter *to)
{
	size_t left = iov_iter_count(to);
	ssize_t done = 0;

	if (iocb->ki_pos < 0 || iocb->ki_pos >= buffer->size)
		return 0;
	left = min_t(u64, left, buffer->size - iocb->ki_pos);

	while (left) {
		size_t len = mymap_bytes_in_page(iocb->ki_pos, left);
		size_t copied = mymap_read_page(buffer, iocb->ki_pos, len, to);

		iocb->ki_pos += copied;
		done += copied;
		left -= copied;
		if (copied < len)
			return done ?: -EFAULT;
		if (fatal_signal_pending(current))
			return done ?: -EINTR;
		cond_resched();
	}
	return done;
}

/**
 * mymap_file_write() - write to a buffer at the file's position
 * @buffer: the buffer, in use by the file
 * @iocb: the file and its position, which moves on
 * @from: where from
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: bytes written, fewer than asked for at the end; -ENOSPC where there is
 * no room at all, -EFAULT, -ENOMEM or -EINTR.
 */
ssize_t mymap_file_write(struct mymap_buffer *buffer, struct kiocb *iocb,
			 struct iov_iter *from)
{
	size_t left = iov_iter_count(from);
	ssize_t done = 0;

	if (!left)
		return 0;
	if (iocb->ki_flags & IOCB_APPEND)
		iocb->ki_pos = buffer->size;
	if (iocb->ki_pos < 0 || iocb->ki_pos >= buffer->size)
		return -ENOSPC;
	left = min_t(u64, left, buffer->size - iocb->ki_pos);

	while (left) {
		size_t len = mymap_bytes_in_page(iocb->ki_pos, left);
		struct page *page;
		size_t copied;

		page = mymap_pages_get(&buffer->pages,
				       iocb->ki_pos >> PAGE_SHIFT,
				       MYMAP_MAY_FAIL);
		if (IS_ERR(page))
			return done ?: PTR_ERR(page);
		copied = copy_page_from_iter(page, offset_in_page(iocb->ki_pos),
					     len, from);
		flush_dcache_page(page);
		put_page(page);

		iocb->ki_pos += copied;
		done += copied;
		left -= copied;
		if (copied < len)
			return done ?: -EFAULT;
		if (fatal_signal_pending(current))
			return done ?: -EINTR;
		cond_resched();
	}
	return done;
}
