// SPDX-License-Identifier: GPL-2.0-only
/*
 * read and write: copies between user memory and the pages, which may be mapped
 * at the same time. Like those of a shared mapping, concurrent accesses are not
 * atomic against each other. The size may change between any two pages.
 *
 * lseek and the holes of fallocate: where a buffer has memory.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "compat/compat.h"
#include "devices.h"
#include "mymap.h"

/*
 * How much of a transfer lies in the page at a position and inside of the
 * buffer, as its size is now.
 */
static size_t mymap_bytes_at(struct mymap_buffer *buffer, loff_t pos,
			     size_t left)
{
	if (pos < 0 || pos >= mymap_buffer_size(buffer))
		return 0;
	return min_t(size_t, left, PAGE_SIZE - offset_in_page(pos));
}

/*
 * The bytes are copied also where a reference to the page would do, into a pipe:
 * from there the page could be stolen for a page cache, as if it were in one.
 */
static size_t mymap_read_page(struct page *page, loff_t pos, size_t len,
			      struct iov_iter *to)
{
	size_t copied;
	void *from;

	flush_dcache_page(page);
	from = compat_kmap(page);
	copied = copy_to_iter(from + offset_in_page(pos), len, to);
	compat_kunmap(page, from);
	return copied;
}

/*
 * A transfer of a device's memory goes through a page of its own: the memory is
 * looked at under a lock, and user memory may not be touched under that.
 */
static ssize_t mymap_file_copy_frames(struct mymap_buffer *buffer,
				      struct kiocb *iocb, struct iov_iter *iter,
				      bool write)
{
	ssize_t done = 0;
	size_t len, copied;
	int err = 0;
	void *page;

	page = (void *)__get_free_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	while ((len = mymap_bytes_at(buffer, iocb->ki_pos,
				     iov_iter_count(iter)))) {
		copied = write ? copy_from_iter(page, len, iter) : len;
		err = mymap_frames_copy(buffer->frames, iocb->ki_pos, page,
					copied, write);
		if (err)
			break;
		if (!write)
			copied = copy_to_iter(page, len, iter);

		iocb->ki_pos += copied;
		done += copied;
		if (copied < len) {
			err = -EFAULT;
			break;
		}
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		cond_resched();
	}
	free_page((unsigned long)page);
	return done ?: err;
}

/**
 * mymap_file_read() - read from a buffer at the file's position
 * @buffer: the buffer, in use by the file
 * @iocb: the file and its position, which moves on
 * @to: where to
 *
 * Context: process context, may sleep.
 * Return: bytes read, 0 at the end, -EFAULT, -EINTR, -EIO where the memory is broken,
 * or -ENXIO where it is gone with its device.
 */
ssize_t mymap_file_read(struct mymap_buffer *buffer, struct kiocb *iocb,
			struct iov_iter *to)
{
	ssize_t done = 0;
	size_t len;

	if (buffer->frames)
		return mymap_file_copy_frames(buffer, iocb, to, false);
	while ((len = mymap_bytes_at(buffer, iocb->ki_pos,
				     iov_iter_count(to)))) {
		struct page *page = mymap_pages_lookup(&buffer->pages,
						iocb->ki_pos >> PAGE_SHIFT);
		size_t copied;

		/* There is none because the buffer ends before, by now. */
		if (!page && !mymap_bytes_at(buffer, iocb->ki_pos, len))
			break;
		/* The kernel must not look at what is broken. */
		if (page && PageHWPoison(page)) {
			put_page(page);
			return done ?: -EIO;
		}
		/* What nobody has written reads as zeros, and is not allocated. */
		copied = page ? mymap_read_page(page, iocb->ki_pos, len, to) :
			iov_iter_zero(len, to);
		if (page)
			put_page(page);

		iocb->ki_pos += copied;
		done += copied;
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
 * no room at all, -EFAULT, -ENOMEM, -EINTR, -EIO where the memory is broken, or
 * -ENXIO where it is gone with its device.
 */
ssize_t mymap_file_write(struct mymap_buffer *buffer, struct kiocb *iocb,
			 struct iov_iter *from)
{
	ssize_t done = 0;
	size_t len;

	if (!iov_iter_count(from))
		return 0;
	if (iocb->ki_flags & IOCB_APPEND)
		iocb->ki_pos = mymap_buffer_size(buffer);

	if (buffer->frames) {
		done = mymap_file_copy_frames(buffer, iocb, from, true);
		return done || !iov_iter_count(from) ? done : -ENOSPC;
	}
	while ((len = mymap_bytes_at(buffer, iocb->ki_pos,
				     iov_iter_count(from)))) {
		struct page *page;
		size_t copied;

		page = mymap_pages_get(&buffer->pages,
				       iocb->ki_pos >> PAGE_SHIFT,
				       MYMAP_MAY_FAIL);
		/* It ends before here meanwhile. */
		if (page == ERR_PTR(-ERANGE))
			break;
		if (IS_ERR(page))
			return done ?: PTR_ERR(page);
		if (PageHWPoison(page)) {
			put_page(page);
			return done ?: -EIO;
		}
		copied = copy_page_from_iter(page, offset_in_page(iocb->ki_pos),
					     len, from);
		flush_dcache_page(page);
		put_page(page);

		iocb->ki_pos += copied;
		done += copied;
		if (copied < len)
			return done ?: -EFAULT;
		if (fatal_signal_pending(current))
			return done ?: -EINTR;
		cond_resched();
	}
	return done || !iov_iter_count(from) ? done : -ENOSPC;
}

/**
 * mymap_file_llseek() - move a file's position
 * @buffer: the buffer, in use by the file, or NULL for one of no size
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA or SEEK_HOLE
 *
 * Data is what has memory. The end of the buffer is a hole.
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: the new position, -EINVAL where it would not be in the buffer, or
 * -ENXIO where there is no such data or hole.
 */
loff_t mymap_file_llseek(struct mymap_buffer *buffer, struct file *file,
			 loff_t offset, int whence)
{
	u64 size = buffer ? mymap_buffer_size(buffer) : 0;
	u64 pos;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return fixed_size_llseek(file, offset, whence, size);

	if (offset < 0 || offset >= size)
		return -ENXIO;
	pos = mymap_buffer_next(buffer, offset, whence == SEEK_DATA);
	if (pos >= size) {
		if (whence == SEEK_DATA)
			return -ENXIO;
		pos = size;
	}
	return vfs_setpos(file, pos, size);
}

/**
 * mymap_file_zero() - let a part of a page read as zeros
 * @buffer: the buffer, in use
 * @first: bytes
 * @last: bytes, at most the end of the page; nothing is done if not above @first
 *
 * What is broken stays as it is: nobody can read it, so that there is nothing to
 * hide from anybody, and the kernel must not write to it.
 *
 * Context: process context, may sleep.
 */
void mymap_file_zero(struct mymap_buffer *buffer, u64 first, u64 last)
{
	struct page *page;

	if (first >= last)
		return;
	page = mymap_pages_lookup(&buffer->pages, first >> PAGE_SHIFT);
	/* Where there is no page it reads as zeros already. */
	if (!page)
		return;
	if (!PageHWPoison(page))
		compat_memzero_page(page, offset_in_page(first), last - first);
	put_page(page);
}

/**
 * mymap_file_punch() - let a range read as zeros and give its memory back
 * @buffer: the buffer, in use by the file
 * @offset: bytes, where it begins
 * @len: bytes, not 0; what is beyond the end of the buffer is left alone
 *
 * Whole pages are given back, the rest is written over.
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0; or, and nothing has changed, -EOPNOTSUPP where it has to be in one
 * run, or -EBUSY, -ENOMEM or -EINTR, as for mymap_pages_punch().
 */
int mymap_file_punch(struct mymap_buffer *buffer, u64 offset, u64 len)
{
	u64 size = mymap_buffer_size(buffer);
	u64 end, first, last;
	int err;

	if (buffer->kind != MYMAP_KIND_PAGES)
		return -EOPNOTSUPP;
	if (offset >= size)
		return 0;
	end = min(offset + len, size);
	first = round_up(offset, PAGE_SIZE);
	last = round_down(end, PAGE_SIZE);

	/* This may fail, and does nothing then. */
	if (first < last) {
		err = mymap_buffer_punch(buffer, first, last);
		if (err)
			return err;
	}
	mymap_file_zero(buffer, offset, min(end, first));
	/* Not where both ends are in one page, which is done. */
	if (first <= last)
		mymap_file_zero(buffer, last, end);
	return 0;
}

/**
 * mymap_file_chunk_end() - where the chunk ends that a byte is in
 * @buffer: the buffer, in use
 * @offset: of the byte, below the size
 *
 * Context: holds inode.i_rwsem, so that the chunk stays.
 * Return: the offset behind it; behind the byte's page where there is no chunk.
 */
u64 mymap_file_chunk_end(struct mymap_buffer *buffer, u64 offset)
{
	return (u64)mymap_pages_chunk_end(&buffer->pages, offset >> PAGE_SHIFT)
		<< PAGE_SHIFT;
}
