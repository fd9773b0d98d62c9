// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pseudo filesystem: the inodes and the files of buffers.
 *
 * An inode exists only while some file uses its buffer, and each pins the
 * filesystem, whose owner is the module:
 *
 *   file > mount > superblock > module
 *
 * So the module stays until the very last step of the last close, which runs
 * after the module's own release: no superblock and dentry operations of ours
 * are needed, and none could run when the module is gone. The filesystem is not
 * pinned while nobody uses a buffer, else the module could never be removed.
 *
 * An O_PATH descriptor holds a dentry and so the inode, but does not use the
 * buffer: the inode may outlive it. inode->i_private is the buffer until the
 * last user is gone, NULL ever after.
 */
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>

#include "compat/compat.h"
#include "mymap.h"

#define MYMAP_FS_MAGIC 0x6d796d70	/* "mymp" */

static struct vfsmount *mymap_fs_mount;
static int mymap_fs_pins;

static int mymap_fs_init_context(struct fs_context *fc)
{
	if (!init_pseudo(fc, MYMAP_FS_MAGIC))
		return -ENOMEM;
	/* Nobody needs to execute a buffer: PROT_EXEC is EPERM. */
	fc->s_iflags |= SB_I_NOEXEC;
	return 0;
}

static struct file_system_type mymap_fs_type = {
	.owner		 = THIS_MODULE,
	.name		 = "mymap",
	.init_fs_context = mymap_fs_init_context,
	.kill_sb	 = kill_anon_super,
};

/* A buffer's file opened again, by way of /proc/self/fd. */
static int mymap_buffer_fop_open(struct inode *inode, struct file *file)
{
	struct mymap_buffer *buffer = mymap_inode_get_buffer(inode);
	struct mymap_handle *handle;
	int err = 0;

	if (!buffer)
		return -ENXIO;

	handle = mymap_handle_create(buffer);
	if (!handle) {
		err = -ENOMEM;
		goto err_put_buffer;
	}
	mutex_lock(&buffer->lock);
	if (buffer->inode == inode)
		buffer->nr_users++;
	else
		err = -ENXIO;
	mutex_unlock(&buffer->lock);
	if (err)
		goto err_destroy_handle;
	/* The reference is the file's; release gives it back. */
	file->private_data = handle;
	return 0;

err_destroy_handle:
	mymap_handle_destroy(handle);
err_put_buffer:
	mymap_buffer_put(buffer);
	return err;
}

static int mymap_buffer_fop_release(struct inode *inode, struct file *file)
{
	struct mymap_buffer *buffer = mymap_file_buffer(file);

	mymap_handle_destroy(mymap_handle_of(file));
	mymap_bufferfs_unuse(buffer);
	mymap_buffer_put(buffer);
	return 0;
}

static int mymap_buffer_fop_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct mymap_handle *handle = mymap_handle_of(file);

	return mymap_vm_mmap_window(handle->buffer, &handle->window, vma);
}

static ssize_t mymap_buffer_fop_read_iter(struct kiocb *iocb,
					  struct iov_iter *to)
{
	return mymap_file_read(mymap_file_buffer(iocb->ki_filp), iocb, to);
}

static ssize_t mymap_buffer_fop_write_iter(struct kiocb *iocb,
					   struct iov_iter *from)
{
	return mymap_file_write(mymap_file_buffer(iocb->ki_filp), iocb, from);
}

static loff_t mymap_buffer_fop_llseek(struct file *file, loff_t offset,
				      int whence)
{
	return mymap_file_llseek(mymap_file_buffer(file), file, offset,
				 whence);
}

static long mymap_buffer_fop_fallocate(struct file *file, int mode,
				       loff_t offset, loff_t len)
{
	return mymap_inode_fallocate(file_inode(file), mymap_file_buffer(file),
				     mode, offset, len);
}

static __poll_t mymap_buffer_fop_poll(struct file *file,
				      struct poll_table_struct *table)
{
	return mymap_listener_poll(&mymap_handle_of(file)->listener, file,
				   table);
}

static long mymap_buffer_fop_ioctl(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	return mymap_ioctl_buffer(mymap_handle_of(file), file->f_mode, cmd,
				  (void __user *)arg);
}

const struct file_operations mymap_buffer_fops = {
	.owner		= THIS_MODULE,
	.open		= mymap_buffer_fop_open,
	.release	= mymap_buffer_fop_release,
	.mmap		= mymap_buffer_fop_mmap,
	.get_unmapped_area = compat_thp_get_unmapped_area,
	.read_iter	= mymap_buffer_fop_read_iter,
	.write_iter	= mymap_buffer_fop_write_iter,
	.splice_read	= compat_splice_read,
	.splice_write	= iter_file_splice_write,
	.llseek		= mymap_buffer_fop_llseek,
	.fallocate	= mymap_buffer_fop_fallocate,
	.poll		= mymap_buffer_fop_poll,
	.fsync		= noop_fsync,
	.unlocked_ioctl	= mymap_buffer_fop_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

/* An inode for a buffer, with a pin on the filesystem that belongs to it. */
static struct inode *mymap_inode_create(struct mymap_buffer *buffer)
{
	struct inode *inode;
	int err;

	err = simple_pin_fs(&mymap_fs_type, &mymap_fs_mount, &mymap_fs_pins);
	if (err)
		return ERR_PTR(err);

	inode = alloc_anon_inode(mymap_fs_mount->mnt_sb);
	if (IS_ERR(inode)) {
		simple_release_fs(&mymap_fs_mount, &mymap_fs_pins);
		return inode;
	}
	/* No link to it anywhere, as with any deleted file. */
	clear_nlink(inode);
	/* Whoever comes first, the inode is the buffer's owner's. */
	inode->i_uid = buffer->rights.uid;
	inode->i_gid = buffer->rights.gid;
	inode->i_mode = S_IFREG | buffer->rights.mode;
	/* The same whenever it is used; nobody looks inodes up by it. */
	inode->i_ino = buffer->id;
	inode->i_flags |= S_NOCMTIME;
	inode->i_op = &mymap_inode_ops;
	inode->i_fop = &mymap_buffer_fops;
	inode->i_private = buffer;
	i_size_write(inode, mymap_buffer_size(buffer));
	return inode;
}

static void mymap_inode_destroy(struct inode *inode)
{
	/* Whoever still has the inode finds no buffer behind it any more. */
	spin_lock(&inode->i_lock);
	inode->i_private = NULL;
	spin_unlock(&inode->i_lock);
	iput(inode);
	simple_release_fs(&mymap_fs_mount, &mymap_fs_pins);
}

/**
 * mymap_bufferfs_use() - begin to use a buffer through a file
 * @buffer: the buffer, of which the caller has a reference
 *
 * The first user brings the inode. From now on until mymap_bufferfs_unuse()
 * buffer->inode is there and the pages belong to its mapping.
 *
 * Context: process context, may sleep.
 * Return: 0 or -errno.
 */
int mymap_bufferfs_use(struct mymap_buffer *buffer)
{
	struct inode *inode;
	int err = 0;

	mutex_lock(&buffer->lock);
	if (!buffer->nr_users) {
		inode = mymap_inode_create(buffer);
		if (IS_ERR(inode)) {
			err = PTR_ERR(inode);
			goto out;
		}
		buffer->inode = inode;
		mymap_pages_attach(&buffer->pages, inode->i_mapping);
	}
	buffer->nr_users++;
out:
	mutex_unlock(&buffer->lock);
	return err;
}

/**
 * mymap_bufferfs_unuse() - end what mymap_bufferfs_use() began
 * @buffer: the buffer; every mapping of it through this file is gone
 *
 * Context: process context, may sleep.
 */
void mymap_bufferfs_unuse(struct mymap_buffer *buffer)
{
	struct inode *inode = NULL;

	mutex_lock(&buffer->lock);
	if (!--buffer->nr_users) {
		mymap_pages_detach(&buffer->pages);
		inode = buffer->inode;
		buffer->inode = NULL;
	}
	mutex_unlock(&buffer->lock);
	if (inode)
		mymap_inode_destroy(inode);
}

/**
 * mymap_bufferfs_file() - a file of a buffer
 * @buffer: the buffer, used through this file: both a reference and a use of the
 *	caller's go over to the file, on success only
 * @flags: O_RDWR or O_RDONLY
 *
 * Context: process context, may sleep.
 * Return: the file, not installed anywhere yet, or ERR_PTR(-ENOMEM or -ENFILE).
 */
struct file *mymap_bufferfs_file(struct mymap_buffer *buffer, int flags)
{
	struct mymap_handle *handle = mymap_handle_create(buffer);
	struct file *file;

	if (!handle)
		return ERR_PTR(-ENOMEM);
	/* The dentry takes over a reference to the inode; ours stays ours. */
	ihold(buffer->inode);
	file = alloc_file_pseudo(buffer->inode, mymap_fs_mount, "mymap",
				 flags | O_LARGEFILE, &mymap_buffer_fops);
	if (IS_ERR(file)) {
		iput(buffer->inode);
		mymap_handle_destroy(handle);
		return file;
	}
	/* A caller of an ioctl on the door holds the module for us. */
	__module_get(THIS_MODULE);
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	file->private_data = handle;
	return file;
}

/**
 * mymap_bufferfs_open() - the same for who does not use the buffer yet
 * @buffer: the buffer; the caller's reference goes over to the file, or is put
 * @flags: O_RDWR or O_RDONLY
 *
 * Context: process context, may sleep.
 * Return: the file, not installed anywhere yet, or ERR_PTR().
 */
struct file *mymap_bufferfs_open(struct mymap_buffer *buffer, int flags)
{
	struct file *file;
	int err;

	err = mymap_bufferfs_use(buffer);
	if (err) {
		file = ERR_PTR(err);
		goto err_put_buffer;
	}
	file = mymap_bufferfs_file(buffer, flags);
	if (IS_ERR(file))
		goto err_unuse;
	return file;

err_unuse:
	mymap_bufferfs_unuse(buffer);
err_put_buffer:
	mymap_buffer_put(buffer);
	return file;
}

/**
 * mymap_bufferfs_resize() - change the size of a buffer
 * @buffer: the buffer, in use by the caller
 * @size: bytes, a multiple of the page size, not 0
 *
 * Who watches it by its name is told.
 *
 * Context: process context, may sleep, takes inode.i_rwsem, the buffer's lock and
 * that of names, one after the other under the first.
 * Return: 0, or what mymap_buffer_resize() says.
 */
int mymap_bufferfs_resize(struct mymap_buffer *buffer, u64 size)
{
	/* It stays the buffer's as long as there is a user. */
	struct inode *inode = buffer->inode;
	int err;

	inode_lock(inode);
	err = mymap_inode_resize(inode, buffer, size, size);
	inode_unlock(inode);
	return err;
}

/**
 * mymap_bufferfs_init() - make the filesystem known
 *
 * Not for users to mount: it has no entry that could be looked up.
 *
 * Context: module init.
 * Return: 0 or -errno.
 */
int mymap_bufferfs_init(void)
{
	return register_filesystem(&mymap_fs_type);
}

/**
 * mymap_bufferfs_exit() - the mirror of mymap_bufferfs_init()
 *
 * Context: module exit: nobody uses a buffer.
 */
void mymap_bufferfs_exit(void)
{
	unregister_filesystem(&mymap_fs_type);
}
