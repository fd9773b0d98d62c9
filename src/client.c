// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients: other drivers that use buffers.
 *
 * A client has a file of the buffer, which holds the buffer, its inode and the module
 * as any open file does; nobody has a descriptor of it. A client that has mapped
 * something freezes the buffer, as an export does: a driver cannot be sent SIGBUS.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/module.h>
#include <linux/mymap_client.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "devices.h"
#include "mymap.h"
#include "name.h"

/**
 * struct mymap_client - a driver that uses a buffer
 * @file: a file of the buffer, which holds it
 * @buffer: the buffer
 * @address: what is mapped of it, which then is frozen; or NULL
 */
struct mymap_client {
	struct file *file;
	struct mymap_buffer *buffer;
	void *address;
};

/* The caller's reference becomes the client's, or is put. */
static struct mymap_client *mymap_client_create(struct mymap_buffer *buffer)
{
	struct mymap_client *client;
	int err;

	client = kzalloc(sizeof(*client), GFP_KERNEL);
	if (!client) {
		mymap_buffer_put(buffer);
		return ERR_PTR(-ENOMEM);
	}
	client->buffer = buffer;
	client->file = mymap_bufferfs_open(buffer, O_RDWR);
	if (IS_ERR(client->file)) {
		err = PTR_ERR(client->file);
		kfree(client);
		return ERR_PTR(err);
	}
	return client;
}

/*
 * A file of a buffer, or of the node of a named one, which has the same behind it.
 * All nodes of that number are those of named buffers; the door is not.
 */
static bool mymap_is_file_of_buffer(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	unsigned int nr;

	if (file->f_op == &mymap_buffer_fops)
		return true;
	return file->f_op->owner == THIS_MODULE && S_ISCHR(inode->i_mode) &&
		MAJOR(inode->i_rdev) == MAJOR(mymap_names_first(&nr));
}

struct mymap_client *mymap_client_get(int fd)
{
	const fmode_t both = FMODE_READ | FMODE_WRITE;
	struct mymap_client *client;
	struct file *file;

	file = fget(fd);
	if (!file)
		return ERR_PTR(-EBADF);
	if (!mymap_is_file_of_buffer(file)) {
		client = ERR_PTR(-EINVAL);
	} else if ((file->f_mode & both) != both) {
		client = ERR_PTR(-EACCES);
	} else {
		/* The file has one, so that there is one more to be had. */
		kref_get(&mymap_file_buffer(file)->ref);
		client = mymap_client_create(mymap_file_buffer(file));
	}
	fput(file);
	return client;
}
EXPORT_SYMBOL_GPL(mymap_client_get);

struct mymap_client *mymap_client_get_by_name(const char *name)
{
	char text[MYMAP_NAME_SIZE] = {};
	struct mymap_buffer *buffer;

	if (strnlen(name, sizeof(text)) == sizeof(text))
		return ERR_PTR(-EINVAL);
	memcpy(text, name, strlen(name));
	if (!mymap_name_is_valid(text))
		return ERR_PTR(-EINVAL);
	buffer = mymap_names_get(text);
	if (IS_ERR(buffer))
		return ERR_CAST(buffer);
	return mymap_client_create(buffer);
}
EXPORT_SYMBOL_GPL(mymap_client_get_by_name);

void mymap_client_put(struct mymap_client *client)
{
	if (IS_ERR_OR_NULL(client))
		return;
	mymap_client_unmap(client);
	/* With the buffer, if it is the last one. */
	fput(client->file);
	kfree(client);
}
EXPORT_SYMBOL_GPL(mymap_client_put);

u64 mymap_client_size(const struct mymap_client *client)
{
	return mymap_buffer_size(client->buffer);
}
EXPORT_SYMBOL_GPL(mymap_client_size);

void *mymap_client_map(struct mymap_client *client, u64 offset, u64 len)
{
	struct mymap_buffer *buffer = client->buffer;
	void *address;
	int err;

	if (!len || !IS_ALIGNED(offset | len, PAGE_SIZE) || len != (size_t)len)
		return ERR_PTR(-EINVAL);
	if (client->address)
		return ERR_PTR(-EBUSY);
	err = mymap_buffer_freeze(buffer, offset, len);
	if (err)
		return ERR_PTR(err);
	address = mymap_gather_address(&buffer->pages, offset >> PAGE_SHIFT,
				       (offset + len) >> PAGE_SHIFT);
	if (IS_ERR(address))
		mymap_buffer_thaw(buffer);
	else
		client->address = address;
	return address;
}
EXPORT_SYMBOL_GPL(mymap_client_map);

void mymap_client_unmap(struct mymap_client *client)
{
	if (!client->address)
		return;
	vunmap(client->address);
	client->address = NULL;
	mymap_buffer_thaw(client->buffer);
}
EXPORT_SYMBOL_GPL(mymap_client_unmap);

u64 mymap_client_ring(struct mymap_client *client)
{
	return mymap_notify_ring(&client->buffer->notify);
}
EXPORT_SYMBOL_GPL(mymap_client_ring);
