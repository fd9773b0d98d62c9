// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes: /dev/mymap, the door with the default buffer behind it, and
 * /dev/mymapN, each with a named buffer behind it, for programs that know nothing
 * but open and mmap.
 *
 * An open file of a node is a user of its buffer like any file of a buffer. Its
 * mappings belong to the address space of the buffer's inode: f_mapping is set in
 * open and never again, since the core reads it outside any lock of ours.
 */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/poll.h>

#include "compat/compat.h"
#include "mymap.h"
#include "range.h"

/* NULL where it is switched off. Set before the device is there. */
static struct mymap_buffer *mymap_default_buffer;

/* What each mmap of the device begins the default buffer with. */
static const u8 mymap_digits[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

/*
 * Use a buffer through a file, which keeps a reference to it from before; or none,
 * on the door where there is no default buffer.
 */
static int mymap_node_use(struct mymap_buffer *buffer, struct file *file)
{
	struct mymap_handle *handle = mymap_handle_create(buffer);
	int err;

	if (!handle)
		return -ENOMEM;
	file->private_data = handle;
	if (!buffer)
		return 0;

	err = mymap_bufferfs_use(buffer);
	if (err) {
		mymap_handle_destroy(handle);
		return err;
	}
	file->f_mapping = buffer->inode->i_mapping;
	file->f_wb_err = filemap_sample_wb_err(file->f_mapping);
	return 0;
}

static int mymap_door_open(struct inode *inode, struct file *file)
{
	/*
	 * The misc core left its device in private_data. The module's reference
	 * to the buffer outlives every open file.
	 */
	return mymap_node_use(mymap_default_buffer, file);
}

static int mymap_door_release(struct inode *inode, struct file *file)
{
	struct mymap_buffer *buffer = mymap_file_buffer(file);

	mymap_handle_destroy(mymap_handle_of(file));
	if (buffer)
		mymap_bufferfs_unuse(buffer);
	return 0;
}

static int mymap_door_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct mymap_buffer *buffer = mymap_file_buffer(file);
	int err;

	if (!buffer)
		return -ENODEV;
	err = mymap_vm_mmap(buffer, vma);
	if (err)
		return err;
	return mymap_buffer_fill(buffer, mymap_digits, sizeof(mymap_digits));
}

static ssize_t mymap_door_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct mymap_buffer *buffer = mymap_file_buffer(iocb->ki_filp);

	return buffer ? mymap_file_read(buffer, iocb, to) : -ENODEV;
}

static ssize_t mymap_door_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct mymap_buffer *buffer = mymap_file_buffer(iocb->ki_filp);

	return buffer ? mymap_file_write(buffer, iocb, from) : -ENODEV;
}

static loff_t mymap_door_llseek(struct file *file, loff_t offset, int whence)
{
	return mymap_file_llseek(mymap_file_buffer(file), file, offset, whence);
}

static __poll_t mymap_door_poll(struct file *file,
				struct poll_table_struct *table)
{
	struct mymap_handle *handle = mymap_handle_of(file);

	return handle->buffer ?
		mymap_listener_poll(&handle->listener, file, table) :
		DEFAULT_POLLMASK;
}

static long mymap_door_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	return mymap_ioctl_door(mymap_handle_of(file), file->f_mode, cmd,
				(void __user *)arg);
}

static const struct file_operations mymap_door_fops = {
	.owner		= THIS_MODULE,
	.open		= mymap_door_open,
	.release	= mymap_door_release,
	.mmap		= mymap_door_mmap,
	.get_unmapped_area = compat_thp_get_unmapped_area,
	.read_iter	= mymap_door_read_iter,
	.write_iter	= mymap_door_write_iter,
	.splice_read	= compat_splice_read,
	.splice_write	= iter_file_splice_write,
	.llseek		= mymap_door_llseek,
	.poll		= mymap_door_poll,
	.fsync		= noop_fsync,
	.unlocked_ioctl	= mymap_door_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

/* Not for everyone even before udev has given it to its group. */
static struct miscdevice mymap_door = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "mymap",
	.fops	= &mymap_door_fops,
	.mode	= 0660,
};

static int mymap_node_open(struct inode *inode, struct file *file)
{
	struct mymap_buffer *buffer = mymap_names_get_by_minor(iminor(inode));
	int err;

	if (IS_ERR(buffer))
		return PTR_ERR(buffer);
	/* The reference is the file's; release gives it back. */
	err = mymap_node_use(buffer, file);
	if (err)
		mymap_buffer_put(buffer);
	return err;
}

static int mymap_node_release(struct inode *inode, struct file *file)
{
	struct mymap_buffer *buffer = mymap_file_buffer(file);

	mymap_door_release(inode, file);
	mymap_buffer_put(buffer);
	return 0;
}

static int mymap_node_mmap(struct file *file, struct vm_area_struct *vma)
{
	return mymap_vm_mmap(mymap_file_buffer(file), vma);
}

static long mymap_node_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	return mymap_ioctl_buffer(mymap_handle_of(file), file->f_mode, cmd,
				  (void __user *)arg);
}

/* Reading, writing, seeking and polling is as on the door: there is always a buffer. */
static const struct file_operations mymap_node_fops = {
	.owner		= THIS_MODULE,
	.open		= mymap_node_open,
	.release	= mymap_node_release,
	.mmap		= mymap_node_mmap,
	.get_unmapped_area = compat_thp_get_unmapped_area,
	.read_iter	= mymap_door_read_iter,
	.write_iter	= mymap_door_write_iter,
	.splice_read	= compat_splice_read,
	.splice_write	= iter_file_splice_write,
	.llseek		= mymap_door_llseek,
	.poll		= mymap_door_poll,
	.fsync		= noop_fsync,
	.unlocked_ioctl	= mymap_node_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

/*
 * One for all nodes. Allocated, so that whoever still has a reference to it may
 * put it when this module is gone.
 */
static struct cdev *mymap_nodes;

static int mymap_nodes_add(void)
{
	unsigned int nr;
	dev_t first = mymap_names_first(&nr);
	struct cdev *cdev = cdev_alloc();
	int err;

	if (!cdev)
		return -ENOMEM;
	cdev->owner = THIS_MODULE;
	cdev->ops = &mymap_node_fops;
	err = cdev_add(cdev, first, nr);
	if (err) {
		kobject_put(&cdev->kobj);
		return err;
	}
	mymap_nodes = cdev;
	return 0;
}

static int mymap_default_buffer_create(unsigned long default_size)
{
	struct mymap_buffer *buffer;
	u64 size;

	if (!default_size)
		return 0;
	if (!mymap_round_up_size(default_size, PAGE_SIZE, &size) ||
	    size > mymap_max_file_size)
		return -EINVAL;

	/* It is the administrator's, who set its size: no limit counts it. */
	buffer = mymap_buffer_create_uncharged(size);
	if (IS_ERR(buffer))
		return PTR_ERR(buffer);
	mymap_default_buffer = buffer;
	return 0;
}

static void mymap_default_buffer_destroy(void)
{
	if (mymap_default_buffer)
		mymap_buffer_put(mymap_default_buffer);
}

/**
 * mymap_chardev_init() - make the default buffer, and let nodes be opened
 * @default_size: bytes; 0 switches the default buffer off
 *
 * Context: module init, after all other rooms.
 * Return: 0 or -errno.
 */
int mymap_chardev_init(unsigned long default_size)
{
	int err;

	err = mymap_default_buffer_create(default_size);
	if (err)
		return err;
	err = mymap_nodes_add();
	if (err)
		goto err_destroy_default_buffer;
	/* Last: through the door all the rest is made. */
	err = misc_register(&mymap_door);
	if (err)
		goto err_del_nodes;
	return 0;

err_del_nodes:
	cdev_del(mymap_nodes);
err_destroy_default_buffer:
	mymap_default_buffer_destroy();
	return err;
}

/**
 * mymap_chardev_exit() - the mirror of mymap_chardev_init()
 *
 * Context: module exit.
 */
void mymap_chardev_exit(void)
{
	misc_deregister(&mymap_door);
	cdev_del(mymap_nodes);
	mymap_default_buffer_destroy();
}
