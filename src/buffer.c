// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers: their life, their size and their seals.
 */
#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/mymap.h>

#include "compat/compat.h"
#include "devices.h"
#include "mymap.h"
#include "range.h"
#include "stats.h"
#include "trace.h"

/* 32 bits, so that 32-bit programs can ask for it by fstat(); never 0. */
static u32 mymap_buffer_next_id(void)
{
	static atomic_t last;
	u32 id;

	do
		id = atomic_inc_return(&last);
	while (!id);
	return id;
}

/**
 * mymap_buffer_create_uncharged() - make a buffer that no limit counts
 * @size: bytes, a multiple of the page size
 *
 * Its size never changes: it is sealed for good.
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
	buffer->seals = MYMAP_SEAL_SHRINK | MYMAP_SEAL_GROW | MYMAP_SEAL_SEAL;
	buffer->kind = MYMAP_KIND_PAGES;
	buffer->rights.uid = current_fsuid();
	buffer->rights.gid = current_fsgid();
	buffer->rights.mode = 0600;
	mymap_pages_init(&buffer->pages, &buffer->lock, size >> PAGE_SHIFT);
	mymap_notify_init(&buffer->notify);
	buffer->id = mymap_buffer_next_id();
	mymap_stats_add_buffers(1);
	trace_mymap_create(buffer->id, size);
	return buffer;
}

/* What a kind has before anybody touches it. */
static int mymap_buffer_furnish(struct mymap_buffer *buffer,
				const struct mymap_wish *wish)
{
	struct mymap_frames *frames;

	buffer->kind = wish->kind;
	if (wish->device) {
		/* The caller has one, so that there is one more to be had. */
		kref_get(&wish->device->ref);
		buffer->device = wish->device;
	}
	/* Pages are mapped by the kernel, and in one mode only. */
	if (wish->kind != MYMAP_KIND_DEVICE && wish->cache &&
	    wish->cache != MYMAP_CACHE_CACHED)
		return -EOPNOTSUPP;
	switch (wish->kind) {
	case MYMAP_KIND_CONTIGUOUS:
		return mymap_pages_fill_contiguous(&buffer->pages);
	case MYMAP_KIND_DEVICE:
		frames = mymap_frames_create(&buffer->pages, buffer->device,
					     wish->cache);
		if (IS_ERR(frames))
			return PTR_ERR(frames);
		buffer->frames = frames;
		return 0;
	default:
		return 0;
	}
}

/**
 * mymap_buffer_create() - make a buffer
 * @wish: what it is to be
 *
 * What is in one run keeps its size: it is sealed for good.
 *
 * Context: process context, may sleep.
 * Return: the buffer with one reference, ERR_PTR(-EDQUOT) over a limit,
 * ERR_PTR(-ENOMEM), ERR_PTR(-EOPNOTSUPP) where the cache mode is not to be had, or
 * ERR_PTR(-ENXIO) where the device is gone.
 */
struct mymap_buffer *mymap_buffer_create(const struct mymap_wish *wish)
{
	struct mymap_charge charge = {};
	struct mymap_buffer *buffer;
	int err;

	err = mymap_charge_begin(&charge, wish->size);
	if (err)
		return ERR_PTR(err);

	buffer = mymap_buffer_create_uncharged(wish->size);
	if (IS_ERR(buffer)) {
		mymap_charge_end(&charge);
		return buffer;
	}
	/* The buffer gives it back now. */
	buffer->charge = charge;
	if (wish->kind == MYMAP_KIND_PAGES)
		buffer->seals = wish->seals;

	err = mymap_buffer_furnish(buffer, wish);
	if (err) {
		mymap_buffer_put(buffer);
		return ERR_PTR(err);
	}
	return buffer;
}

/**
 * mymap_buffer_create_for_device() - make a buffer of the device kind that no
 * limit counts
 * @device: the device, which the caller has a reference to
 * @size: bytes, a multiple of the page size
 * @cache: MYMAP_CACHE_*, or 0 for what is usual there
 *
 * Context: process context, may sleep, takes the device's lock.
 * Return: the buffer with one reference, ERR_PTR(-ENOMEM), ERR_PTR(-EOPNOTSUPP)
 * where the cache mode is not to be had, or ERR_PTR(-ENXIO) where the device is gone.
 */
struct mymap_buffer *mymap_buffer_create_for_device(struct mymap_device *device,
						    u64 size, u32 cache)
{
	const struct mymap_wish wish = {
		.size = size,
		.kind = MYMAP_KIND_DEVICE,
		.cache = cache,
		.device = device,
	};
	struct mymap_buffer *buffer = mymap_buffer_create_uncharged(size);
	int err;

	if (IS_ERR(buffer))
		return buffer;
	err = mymap_buffer_furnish(buffer, &wish);
	if (err) {
		mymap_buffer_put(buffer);
		return ERR_PTR(err);
	}
	return buffer;
}

/**
 * mymap_buffer_kind_name() - what a buffer is made of, as text
 * @buffer: the buffer
 *
 * Context: any.
 * Return: a constant.
 */
const char *mymap_buffer_kind_name(const struct mymap_buffer *buffer)
{
	switch (buffer->kind) {
	case MYMAP_KIND_CONTIGUOUS:
		return "contiguous";
	case MYMAP_KIND_DEVICE:
		return "device";
	default:
		return "pages";
	}
}

/**
 * mymap_buffer_is_pinnable() - may others hold single pages of it
 * @buffer: the buffer
 *
 * Context: any.
 * Return: true where they may.
 */
bool mymap_buffer_is_pinnable(const struct mymap_buffer *buffer)
{
	return !buffer->frames;
}

/**
 * mymap_buffer_is_gone() - has its memory gone with its device
 * @buffer: the buffer
 *
 * Context: any; it may be so the next moment.
 * Return: true where it has.
 */
bool mymap_buffer_is_gone(const struct mymap_buffer *buffer)
{
	return buffer->frames && mymap_frames_are_gone(buffer->frames);
}

static void mymap_buffer_release(struct kref *ref)
{
	struct mymap_buffer *buffer =
		container_of(ref, struct mymap_buffer, ref);

	trace_mymap_destroy(buffer->id, mymap_buffer_size(buffer),
			    (u64)buffer->pages.nr_resident << PAGE_SHIFT);
	mymap_stats_add_buffers(-1);
	mymap_segments_destroy(buffer->segments);
	mymap_frames_destroy(buffer->frames);
	mymap_pages_destroy(&buffer->pages);
	mymap_device_put(buffer->device);
	mymap_charge_end(&buffer->charge);
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
 * Return: 0, -ENOMEM, or -EIO where the first page is broken.
 */
int mymap_buffer_fill(struct mymap_buffer *buffer, const void *from,
		      size_t len)
{
	struct page *page = mymap_pages_get(&buffer->pages, 0, MYMAP_MAY_FAIL);
	int err = 0;

	if (IS_ERR(page))
		return PTR_ERR(page);
	/* The kernel must not touch what is broken. */
	if (PageHWPoison(page))
		err = -EIO;
	else
		compat_memcpy_to_page(page, 0, from, len);
	put_page(page);
	return err;
}

/**
 * mymap_buffer_populate() - allocate memory of a buffer now
 * @buffer: the buffer, in use
 * @first: the first byte
 * @last: the byte behind the last one; the rest of its page as well
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0, -ENOMEM, -EINTR where a fatal signal arrived, or -ENXIO where the
 * memory is gone with its device.
 */
int mymap_buffer_populate(struct mymap_buffer *buffer, u64 first, u64 last)
{
	if (buffer->frames)
		return mymap_frames_are_gone(buffer->frames) ? -ENXIO : 0;
	return mymap_pages_populate(&buffer->pages, first >> PAGE_SHIFT,
				    (last + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

/*
 * Does anybody rely on where its memory is? Its device has been told, for good; or
 * there is a dma-buf of it, or a client that has mapped it: neither can be told that
 * memory goes.
 */
static bool mymap_buffer_is_frozen(const struct mymap_buffer *buffer)
{
	lockdep_assert_held(&buffer->lock);
	return buffer->segments || buffer->nr_freezes;
}

/**
 * mymap_buffer_freeze() - let a buffer keep its size, and all its memory
 * @buffer: the buffer, in use
 * @offset: bytes, where the range begins that the caller wants, which is allocated
 * @len: bytes of it
 *
 * What is there when this has returned stays: who takes memory away holds the
 * buffer's lock from before looking here to the end.
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0, and mymap_buffer_thaw() is to follow; -EINVAL where the range is not
 * inside of the buffer, -EOPNOTSUPP where its memory goes with a device, or what
 * mymap_buffer_populate() says.
 */
int mymap_buffer_freeze(struct mymap_buffer *buffer, u64 offset, u64 len)
{
	int err = 0;

	if (buffer->frames)
		return -EOPNOTSUPP;
	mutex_lock(&buffer->lock);
	if (mymap_bytes_fit(offset, len, mymap_buffer_size(buffer)))
		WRITE_ONCE(buffer->nr_freezes, buffer->nr_freezes + 1);
	else
		err = -EINVAL;
	mutex_unlock(&buffer->lock);
	if (err)
		return err;

	/* From here on nothing is taken away: what is populated stays. */
	err = mymap_buffer_populate(buffer, offset, offset + len);
	if (err)
		mymap_buffer_thaw(buffer);
	return err;
}

/**
 * mymap_buffer_thaw() - the mirror of mymap_buffer_freeze()
 * @buffer: the buffer
 *
 * Context: process context, may sleep, takes the buffer's lock.
 */
void mymap_buffer_thaw(struct mymap_buffer *buffer)
{
	mutex_lock(&buffer->lock);
	WRITE_ONCE(buffer->nr_freezes, buffer->nr_freezes - 1);
	mutex_unlock(&buffer->lock);
}

static int mymap_buffer_set_size(struct mymap_buffer *buffer, u64 length,
				 u64 size)
{
	u64 old = mymap_buffer_size(buffer);
	int err;

	if ((size > old && buffer->seals & MYMAP_SEAL_GROW) ||
	    (length < old && buffer->seals & MYMAP_SEAL_SHRINK))
		return -EPERM;
	if (size == old)
		return 0;
	if (mymap_buffer_is_frozen(buffer))
		return -EBUSY;

	if (size > old) {
		err = mymap_charge_change(&buffer->charge, size);
		if (err)
			return err;
		mymap_pages_grow(&buffer->pages, size >> PAGE_SHIFT);
		return 0;
	}
	err = mymap_pages_shrink(&buffer->pages, size >> PAGE_SHIFT);
	if (err)
		return err;
	return mymap_charge_change(&buffer->charge, size);
}

/**
 * mymap_buffer_resize() - change the size of a buffer
 * @buffer: the buffer, in use
 * @length: bytes, for the seals: which may forbid what is lost inside of a page
 * @size: @length rounded up to pages, not 0
 *
 * The limits count what it has at each moment. To set the size that it has is
 * nothing, also where it is sealed.
 *
 * Context: process context, holds the buffer's lock, may sleep.
 * Return: 0; or, and nothing has changed, -EPERM where a seal forbids it,
 * -EDQUOT over a limit, -EBUSY where it is mapped for a device, or what
 * mymap_pages_shrink() says.
 */
int mymap_buffer_resize(struct mymap_buffer *buffer, u64 length, u64 size)
{
	u64 old = mymap_buffer_size(buffer);
	int err;

	lockdep_assert_held(&buffer->lock);
	err = mymap_buffer_set_size(buffer, length, size);
	trace_mymap_resize(buffer->id, old, size, err);
	return err;
}

/**
 * mymap_buffer_punch() - give the memory of whole pages back
 * @buffer: the buffer, in use, of the pages kind
 * @first: bytes, where the first page begins
 * @last: bytes, where the last one ends; what is beyond the buffer is left alone
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0, -EBUSY where it is mapped for a device, or what mymap_pages_punch()
 * says.
 */
int mymap_buffer_punch(struct mymap_buffer *buffer, u64 first, u64 last)
{
	int err;

	mutex_lock(&buffer->lock);
	last = min(last, mymap_buffer_size(buffer));
	err = mymap_buffer_is_frozen(buffer) ? -EBUSY :
		mymap_pages_punch(&buffer->pages, first >> PAGE_SHIFT,
				  last >> PAGE_SHIFT);
	mutex_unlock(&buffer->lock);
	return err;
}

/**
 * mymap_buffer_next() - the next byte that has memory, or has none
 * @buffer: the buffer
 * @pos: bytes, where to begin
 * @data: look for one that has memory
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: bytes; the size of the buffer or more where there is none.
 */
u64 mymap_buffer_next(struct mymap_buffer *buffer, u64 pos, bool data)
{
	u64 next = pos;

	/* All of it is there. */
	if (buffer->frames)
		return data ? pos : mymap_buffer_size(buffer);

	mutex_lock(&buffer->lock);
	if (pos < mymap_buffer_size(buffer))
		next = (u64)mymap_pages_next(&buffer->pages, pos >> PAGE_SHIFT,
					     data) << PAGE_SHIFT;
	mutex_unlock(&buffer->lock);
	/* In the middle of a page that is what it is looked for. */
	return max(next, pos);
}

/**
 * mymap_buffer_add_seals() - forbid something for good
 * @buffer: the buffer
 * @seals: MYMAP_SEAL_* bits; none is fine
 *
 * Context: process context, may sleep, takes the buffer's lock: what is sealed
 * when this returns does not happen any more.
 * Return: 0, or -EPERM where MYMAP_SEAL_SEAL forbids it.
 */
int mymap_buffer_add_seals(struct mymap_buffer *buffer, u32 seals)
{
	int err = 0;

	mutex_lock(&buffer->lock);
	if (buffer->seals & MYMAP_SEAL_SEAL)
		err = -EPERM;
	else
		WRITE_ONCE(buffer->seals, buffer->seals | seals);
	mutex_unlock(&buffer->lock);
	return err;
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
