/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers of mymap for other drivers: docs/clients.md shows one.
 *
 * A client is one use of a buffer by a driver. Like a descriptor it keeps the buffer
 * and its memory, and mymap's module; the buffer may lose its name meanwhile.
 */
#ifndef _LINUX_MYMAP_CLIENT_H
#define _LINUX_MYMAP_CLIENT_H

#include <linux/types.h>

struct mymap_client;

/**
 * mymap_client_get() - use the buffer of a descriptor
 * @fd: descriptor of the calling process, of a buffer or of /dev/mymapN, open for
 *	reading and writing; it may be closed when this has returned
 *
 * Context: process context, may sleep.
 * Return: a client, which the caller ends by mymap_client_put(). ERR_PTR(-EBADF)
 * where there is no such descriptor, ERR_PTR(-EINVAL) where it is of no buffer or
 * of /dev/mymap, ERR_PTR(-EACCES) where it is for less than reading
 * and writing, ERR_PTR(-ENOMEM) or ERR_PTR(-ENFILE).
 */
struct mymap_client *mymap_client_get(int fd);

/**
 * mymap_client_get_by_name() - use the buffer of a name
 * @name: 1 to 47 letters, as MYMAP_IOC_OPEN takes them
 *
 * Whatever rights the buffer was made with: they are for user space.
 *
 * Context: process context, may sleep.
 * Return: a client, which the caller ends by mymap_client_put(). ERR_PTR(-EINVAL)
 * where that cannot be a name, ERR_PTR(-ENOENT) where no buffer has it,
 * ERR_PTR(-ENOMEM) or ERR_PTR(-ENFILE).
 */
struct mymap_client *mymap_client_get_by_name(const char *name);

/**
 * mymap_client_put() - the end of a client
 * @client: the client, which nobody calls anything for any more; NULL and error
 *	pointers are fine
 *
 * What it has mapped is unmapped.
 *
 * Context: process context, may sleep.
 */
void mymap_client_put(struct mymap_client *client);

/**
 * mymap_client_size() - the size of the buffer
 * @client: the client
 *
 * It changes at any time, but not while something of it is mapped by a client.
 *
 * Context: any.
 * Return: bytes, a multiple of the page size.
 */
u64 mymap_client_size(const struct mymap_client *client);

/**
 * mymap_client_map() - see memory of the buffer
 * @client: the client, which has nothing mapped
 * @offset: bytes, a multiple of the page size
 * @len: bytes, likewise, not 0
 *
 * All of the range is allocated. Until mymap_client_unmap() the buffer keeps its size
 * and gets no holes: user space is told EBUSY. What user space and the driver write
 * there at the same time is not ordered by anything here.
 *
 * Context: process context, may sleep. Calls for one client are the caller's to
 * order.
 * Return: the first byte of the range, readable and writable from any context;
 * ERR_PTR(-EINVAL) where the range is not inside of the buffer or not of whole
 * pages, ERR_PTR(-EBUSY) where the client has something mapped,
 * ERR_PTR(-EOPNOTSUPP) where the memory goes with a device,
 * ERR_PTR(-EIO) where a page of it is broken, ERR_PTR(-EINTR) where a fatal signal
 * arrived, or ERR_PTR(-ENOMEM).
 */
void *mymap_client_map(struct mymap_client *client, u64 offset, u64 len);

/**
 * mymap_client_unmap() - the mirror of mymap_client_map()
 * @client: the client; without anything mapped it is fine
 *
 * Context: process context, may sleep.
 */
void mymap_client_unmap(struct mymap_client *client);

/**
 * mymap_client_ring() - tell all who wait for a ring of the buffer
 * @client: the client
 *
 * What was written before is seen by whom it wakes.
 *
 * Context: any, interrupts too; any number of callers at a time.
 * Return: the number of this ring, 1 for the first.
 */
u64 mymap_client_ring(struct mymap_client *client);

#endif /* _LINUX_MYMAP_CLIENT_H */
