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

/* The size is fixed: setting another one is refused as on a sealed memfd. */
static int COMPAT_SETATTR(mymap_setattr)
{
	if (attr->ia_valid & ATTR_SIZE) {
		if (attr->ia_size != i_size_read(d_inode(dentry)))
			return -EPERM;
		attr->ia_valid &= ~ATTR_SIZE;
	}
	return compat_simple_setattr(dentry, attr);
}

static const struct inode_operations mymap_inode_ops = {
	.setattr = mymap_setattr,
};

static struct mymap_buffer *mymap_file_buffer(struct file *file)
{
	return file->private_data;
}

/* A buffer's file opened again, by way of /proc/self/fd. */
static int mymap_buffer_fop_open(struct inode *inode, struct file *file)
{
	struct mymap_buffer *buffer;
	int err = 0;

	/* The buffer may be gone, or be going right now. */
	spin_lock(&inode->i_lock);
	buffer = inode->i_private;
	if (buffer && !kref_get_unless_zero(&buffer->ref))
		buffer = NULL;
	spin_unlock(&inode->i_lock);
	if (!buffer)
		return -ENXIO;

	mutex_lock(&buffer->lock);
	if (buffer->inode == inode)
		buffer->nr_users++;
	else
		err = -ENXIO;
	mutex_unlock(&buffer->lock);
	if (err) {
		mymap_buffer_put(buffer);
		return err;
	}
	/* The reference is the file's; release gives it back. */
	file->private_data = buffer;
	return 0;
}

static int mymap_buffer_fop_release(struct inode *inode, struct file *file)
{
	struct mymap_buffer *buffer = mymap_file_buffer(file);

	mymap_bufferfs_unuse(buffer);
	mymap_buffer_put(buffer);
	return 0;
}

static int mymap_buffer_fop_mmap(struct file *file, struct vm_area_struct *vma)
{
	return mymap_vm_mmap(mymap_file_buffer(file), vma);
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
	return fixed_size_llseek(file, offset, whence,
				 mymap_file_buffer(file)->size);
}

static long mymap_buffer_fop_ioctl(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	return mymap_ioctl_buffer(mymap_file_buffer(file), cmd,
				  (void __user *)arg);
}

static const struct file_operations mymap_buffer_fops = {
	.owner		= THIS_MODULE,
	.open		= mymap_buffer_fop_open,
	.release	= mymap_buffer_fop_release,
	.mmap		= mymap_buffer_fop_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
	.read_iter	= mymap_buffer_fop_read_iter,
	.write_iter	= mymap_buffer_fop_write_iter,
	.llseek		= mymap_buffer_fop_llseek,
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
	inode->i_flags |= S_NOCMTIME;
	inode->i_op = &mymap_inode_ops;
	inode->i_fop = &mymap_buffer_fops;
	inode->i_private = buffer;
	i_size_write(inode, buffer->size);
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
	struct file *file;

	/* The dentry takes over a reference to the inode; ours stays ours. */
	ihold(buffer->inode);
	file = alloc_file_pseudo(buffer->inode, mymap_fs_mount, "mymap",
				 flags | O_LARGEFILE, &mymap_buffer_fops);
	if (IS_ERR(file)) {
		iput(buffer->inode);
		return file;
	}
	/* A caller of an ioctl on the door holds the module for us. */
	__module_get(THIS_MODULE);
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	file->private_data = buffer;
	return file;
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
