// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers: their life, their size and the limits.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "compat/compat.h"
#include "mymap.h"
#include "range.h"

/* No file can be larger. Bytes, whole pages. */
const u64 mymap_max_file_size = (u64)MAX_LFS_FILESIZE & ~((u64)PAGE_SIZE - 1);

/* The limits never change after init; the lock guards total_size. */
static DEFINE_SPINLOCK(mymap_limits_lock);
static struct mymap_limits mymap_limits;

/**
 * mymap_limits_init() - set the limits
 * @max_buffer_size: bytes one buffer may have, 0 for what RAM allows
 * @max_total_size: bytes all created buffers may have, 0 for what RAM allows
 *
 * RAM allows three quarters of it: one buffer may take half of the machine and
 * more, and the system still has room to live.
 *
 * Context: module init.
 * Return: 0, or -EINVAL where a limit is below one page.
 */
int mymap_limits_init(unsigned long max_buffer_size,
		      unsigned long max_total_size)
{
	u64 ram = (u64)totalram_pages() << PAGE_SHIFT;
	u64 allowed = (ram - ram / 4) & ~((u64)PAGE_SIZE - 1);

	if ((max_buffer_size && max_buffer_size < PAGE_SIZE) ||
	    (max_total_size && max_total_size < PAGE_SIZE))
		return -EINVAL;

	mymap_limits.max_total_size = max_total_size ?: allowed;
	/* Whatever the administrator says: a buffer is a file. */
	mymap_limits.max_buffer_size = min_t(u64, max_buffer_size ?: allowed,
					     mymap_max_file_size);
	return 0;
}

/**
 * mymap_limits_get() - a snapshot of the limits and their use
 * @limits: where to put it
 *
 * Context: any but interrupt.
 */
void mymap_limits_get(struct mymap_limits *limits)
{
	spin_lock(&mymap_limits_lock);
	*limits = mymap_limits;
	spin_unlock(&mymap_limits_lock);
}

static int mymap_limits_charge(u64 size)
{
	int err = -EDQUOT;

	spin_lock(&mymap_limits_lock);
	if (size <= mymap_limits.max_buffer_size &&
	    mymap_limits.total_size <= mymap_limits.max_total_size &&
	    size <= mymap_limits.max_total_size - mymap_limits.total_size) {
		mymap_limits.total_size += size;
		err = 0;
	}
	spin_unlock(&mymap_limits_lock);
	return err;
}

static void mymap_limits_uncharge(u64 size)
{
	spin_lock(&mymap_limits_lock);
	mymap_limits.total_size -= size;
	spin_unlock(&mymap_limits_lock);
}

/**
 * mymap_buffer_create_uncharged() - make a buffer that no limit counts
 * @size: bytes, a multiple of the page size
 *
 * Context: process context, may sleep.
 * Return: the buffer with one reference, or ERR_PTR(-ENOMEM).
 */
struct mymap_buffer *mymap_buffer_create_uncharged(u64 size)
{
	struct mymap_buffer *buffer;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return ERR_PTR(-ENOMEM);
	kref_init(&buffer->ref);
	mutex_init(&buffer->lock);
	buffer->size = size;
	buffer->rights.uid = current_fsuid();
	buffer->rights.gid = current_fsgid();
	buffer->rights.mode = 0600;
	mymap_pages_init(&buffer->pages, &buffer->lock, size >> PAGE_SHIFT);
	return buffer;
}

/**
 * mymap_buffer_create() - make a buffer
 * @size: bytes, a multiple of the page size
 *
 * Context: process context, may sleep.
 * Return: the buffer with one reference, ERR_PTR(-EDQUOT) over a limit, or
 * ERR_PTR(-ENOMEM).
 */
struct mymap_buffer *mymap_buffer_create(u64 size)
{
	struct mymap_buffer *buffer;
	int err;

	err = mymap_limits_charge(size);
	if (err)
		return ERR_PTR(err);

	buffer = mymap_buffer_create_uncharged(size);
	if (IS_ERR(buffer)) {
		mymap_limits_uncharge(size);
		return buffer;
	}
	buffer->charged = size;
	return buffer;
}

static void mymap_buffer_release(struct kref *ref)
{
	struct mymap_buffer *buffer =
		container_of(ref, struct mymap_buffer, ref);

	mymap_pages_destroy(&buffer->pages);
	mymap_limits_uncharge(buffer->charged);
	mutex_destroy(&buffer->lock);
	kfree(buffer);
}

/**
 * mymap_buffer_put() - give back a reference
 * @buffer: the buffer; not used any more by the caller
 *
 * Context: process context, may sleep: the last one frees the memory.
 */
void mymap_buffer_put(struct mymap_buffer *buffer)
{
	kref_put(&buffer->ref, mymap_buffer_release);
}

/**
 * mymap_buffer_fill() - write the first bytes of a buffer
 * @buffer: the buffer, in use
 * @from: what to write
 * @len: bytes, at most a page
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mymap_buffer_fill(struct mymap_buffer *buffer, const void *from,
		      size_t len)
{
	struct page *page = mymap_pages_get(&buffer->pages, 0, MYMAP_MAY_FAIL);

	if (IS_ERR(page))
		return PTR_ERR(page);
	compat_memcpy_to_page(page, 0, from, len);
	put_page(page);
	return 0;
}

/**
 * mymap_buffer_populate() - allocate all of a buffer's memory
 * @buffer: the buffer, in use
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, or -EINTR where a fatal signal arrived.
 */
int mymap_buffer_populate(struct mymap_buffer *buffer)
{
	return mymap_pages_populate(&buffer->pages);
}

/**
 * mymap_buffer_get_usage() - how much memory a buffer has at this moment
 * @buffer: the buffer
 * @usage: where to put it
 *
 * Context: any; takes no lock, so the figures may be of different moments.
 */
void mymap_buffer_get_usage(struct mymap_buffer *buffer,
			    struct mymap_usage *usage)
{
	struct mymap_pages *pages = &buffer->pages;

	usage->resident = (u64)READ_ONCE(pages->nr_resident) << PAGE_SHIFT;
	usage->resident_huge = (u64)READ_ONCE(pages->nr_huge) << PAGE_SHIFT;
}

/**
 * mymap_buffer_get_users() - who uses a buffer at this moment
 * @buffer: the buffer
 * @users: where to put it
 *
 * Context: process context, may sleep, takes the buffer's lock.
 */
void mymap_buffer_get_users(struct mymap_buffer *buffer,
			    struct mymap_users *users)
{
	mutex_lock(&buffer->lock);
	users->nr_open = buffer->nr_users;
	users->mapped = buffer->inode && mapping_mapped(buffer->inode->i_mapping);
	mutex_unlock(&buffer->lock);
}
