// SPDX-License-Identifier: GPL-2.0-only
/*
 * What changes through the inode of a buffer: its size, by truncate and
 * fallocate, and whose it is, by chmod and chown.
 *
 * The core holds inode.i_rwsem here, or we do. The inode may outlive its buffer,
 * see bufferfs.c.
 */
#include <linux/fs.h>
#include <linux/falloc.h>	/* needs types of the former */
#include <linux/minmax.h>

#include "compat/compat.h"
#include "mymap.h"
#include "range.h"

/**
 * mymap_inode_get_buffer() - the buffer of an inode
 * @inode: the inode
 *
 * Context: any; takes inode.i_lock.
 * Return: the buffer with a reference that the caller must put, or NULL where it is
 * gone, or going.
 */
struct mymap_buffer *mymap_inode_get_buffer(struct inode *inode)
{
	struct mymap_buffer *buffer;

	spin_lock(&inode->i_lock);
	buffer = inode->i_private;
	if (buffer && !kref_get_unless_zero(&buffer->ref))
		buffer = NULL;
	spin_unlock(&inode->i_lock);
	return buffer;
}

/**
 * mymap_inode_resize() - change the size of the buffer behind an inode
 * @inode: the inode
 * @buffer: the buffer, of which the caller has a reference
 * @length: bytes, what was asked for
 * @size: bytes, that in whole pages
 *
 * All is done under the buffer's lock, so that it stays in use. Who watches a named
 * buffer is told when that lock is free again.
 *
 * Context: process context, may sleep, holds inode.i_rwsem, so that no other change
 * comes between; takes the buffer's lock, and that of names behind it.
 * Return: 0, -ENXIO where the inode is not the buffer's any more, or what
 * mymap_buffer_resize() says.
 */
int mymap_inode_resize(struct inode *inode, struct mymap_buffer *buffer,
		       u64 length, u64 size)
{
	int err = -ENXIO;
	u64 old;

	mutex_lock(&buffer->lock);
	old = mymap_buffer_size(buffer);
	if (buffer->inode == inode)
		err = mymap_buffer_resize(buffer, length, size);
	/*
	 * Newer kernels map 2 MiB where that is inside of i_size only. New memory
	 * is published under the lock that is held here: they see it large enough.
	 */
	if (!err)
		i_size_write(inode, size);
	mutex_unlock(&buffer->lock);
	if (!err && size != old)
		mymap_names_changed(buffer);
	return err;
}

/*
 * May whoever calls have a file as large as this? Not beyond RLIMIT_FSIZE, which also
 * sends SIGXFSZ. What is too large for any file is for the limits of ours to refuse.
 */
static int mymap_inode_may_have(const struct inode *inode, u64 size)
{
	return inode_newsize_ok(inode, min(size, mymap_max_file_size));
}

/*
 * ftruncate, truncate and O_TRUNC. A buffer is made of whole pages and has one at
 * least: other lengths are rounded up, as everywhere, and 0 is refused. What is
 * beyond the length in the last page becomes zeros, as it does in any file: who
 * makes it larger again finds nothing there.
 */
static int mymap_inode_truncate(struct inode *inode, loff_t length)
{
	struct mymap_buffer *buffer;
	u64 size;
	int err;

	if (!mymap_round_up_size(length, PAGE_SIZE, &size))
		return -EINVAL;
	/* It comes by way of the dentry, which does not keep the buffer. */
	buffer = mymap_inode_get_buffer(inode);
	if (!buffer)
		return -ENXIO;
	err = mymap_inode_may_have(inode, size);
	if (!err)
		err = mymap_inode_resize(inode, buffer, length, size);
	if (!err && length < size)
		mymap_file_zero(buffer, length, size);
	mymap_buffer_put(buffer);
	return err;
}

/*
 * Whose a named buffer is stands beside its name and never changes: who opens it by
 * that asks there. The inode only repeats it, as long as somebody uses the buffer, so
 * to change it there would keep nobody out.
 */
static bool mymap_inode_owner_is_fixed(struct inode *inode)
{
	struct mymap_buffer *buffer = mymap_inode_get_buffer(inode);
	bool fixed;

	if (!buffer)
		return false;
	fixed = mymap_names_has(buffer);
	mymap_buffer_put(buffer);
	return fixed;
}

static int COMPAT_SETATTR(mymap_setattr)
{
	int err;

	if (attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID) &&
	    mymap_inode_owner_is_fixed(d_inode(dentry)))
		return -EPERM;
	if (attr->ia_valid & ATTR_SIZE) {
		err = mymap_inode_truncate(d_inode(dentry), attr->ia_size);
		if (err)
			return err;
		attr->ia_valid &= ~ATTR_SIZE;
	}
	return compat_simple_setattr(dentry, attr);
}

const struct inode_operations mymap_inode_ops = {
	.setattr = mymap_setattr,
};

/*
 * Back to the old size where memory is short. What stays of a chunk across the old
 * end is copied, for which there is memory when what is behind it has gone.
 */
static void mymap_inode_take_back(struct inode *inode,
				  struct mymap_buffer *buffer, u64 old)
{
	u64 end = mymap_file_chunk_end(buffer, old - 1);

	if (end > old && end < mymap_buffer_size(buffer))
		mymap_inode_resize(inode, buffer, end, end);
	mymap_inode_resize(inode, buffer, old, old);
}

/*
 * Allocate a range; the buffer grows where it ends before, as a memfd does. What
 * was allocated before a failure stays, the size does not, unless somebody has
 * pinned the new memory by then, or a seal promises that the buffer never becomes
 * smaller: who has seen the new size may rely on it.
 */
static int mymap_inode_allocate(struct inode *inode,
				struct mymap_buffer *buffer, u64 offset,
				u64 len, bool grow)
{
	u64 old = mymap_buffer_size(buffer);
	u64 end = offset + len;
	u64 size;
	int err;

	if (end > old) {
		if (!grow)
			return -EOPNOTSUPP;
		if (!mymap_round_up_size(end, PAGE_SIZE, &size))
			return -EINVAL;
		err = mymap_inode_may_have(inode, size);
		if (!err)
			err = mymap_inode_resize(inode, buffer, size, size);
		if (err)
			return err;
	}
	err = mymap_buffer_populate(buffer, offset, end);
	if (err && end > old)
		mymap_inode_take_back(inode, buffer, old);
	return err;
}

/**
 * mymap_inode_fallocate() - allocate a range, or make a hole of it
 * @inode: that of the buffer
 * @buffer: the buffer, in use by the caller's file
 * @mode: FALLOC_FL_* bits
 * @offset: bytes, where the range begins
 * @len: bytes of it, not 0
 *
 * Context: process context, may sleep, takes inode.i_rwsem and the buffer's lock.
 * Return: 0, -EOPNOTSUPP for modes and ranges that are not to be had, -EFBIG where the
 * caller may not have so large a file, or what
 * mymap_file_punch(), mymap_inode_resize() and mymap_buffer_populate() say.
 */
int mymap_inode_fallocate(struct inode *inode, struct mymap_buffer *buffer,
			  int mode, u64 offset, u64 len)
{
	int err;

	inode_lock(inode);
	switch (mode) {
	case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
		err = mymap_file_punch(buffer, offset, len);
		break;
	case 0:
	case FALLOC_FL_KEEP_SIZE:
		err = mymap_inode_allocate(inode, buffer, offset, len, !mode);
		break;
	default:
		err = -EOPNOTSUPP;
	}
	inode_unlock(inode);
	return err;
}
