// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: which buffers have one, who may give, use and take one away.
 *
 * A name is a reference to its buffer and a device, mymapN, by whose node it can
 * be opened. It is neither a use of the buffer nor a reference to the module: a
 * named buffer that nobody has open has no inode, and goes with the module.
 *
 * A name is reserved first, which nobody sees but who wants the same one, and
 * published when all else has gone well. mymap_names_lock is held while a device
 * comes and goes, so that a minor is free only when its device is gone. That
 * waits for readers of the device's attributes: none of those takes the lock.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/kdev_t.h>
#include <linux/slab.h>
#include <linux/stringhash.h>

#include "mymap.h"

#define MYMAP_MAX_NAMES (1U << MINORBITS)

/* A module parameter, changed at any time. */
bool mymap_unprivileged_names;

static DEFINE_MUTEX(mymap_names_lock);
/* All names, reserved and published; guarded by the lock. */
static DEFINE_HASHTABLE(mymap_names_by_text, 10);
static DEFINE_XARRAY_ALLOC(mymap_names_by_minor);
/* Set once, before there is any name. */
static dev_t mymap_names_first_number;

static u32 mymap_name_hash(const char *text)
{
	return full_name_hash(NULL, text, strlen(text));
}

static struct mymap_name *mymap_names_find(const char *text)
{
	struct mymap_name *name;

	lockdep_assert_held(&mymap_names_lock);
	hash_for_each_possible(mymap_names_by_text, name, node,
			       mymap_name_hash(text)) {
		if (!strcmp(name->text, text))
			return name;
	}
	return NULL;
}

static struct mymap_name *mymap_names_find_published(const char *text)
{
	struct mymap_name *name = mymap_names_find(text);

	return name && name->buffer ? name : NULL;
}

/**
 * mymap_names_may_give() - may the caller make a named buffer
 * @rights: whose the buffer is to be
 *
 * Context: process context.
 * Return: 0 or -EPERM.
 */
int mymap_names_may_give(const struct mymap_rights *rights)
{
	if (READ_ONCE(mymap_unprivileged_names) &&
	    uid_eq(rights->uid, current_fsuid()) && in_group_p(rights->gid))
		return 0;
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int mymap_name_insert(struct mymap_name *name)
{
	int err;

	if (mymap_names_find(name->text))
		return -EEXIST;
	err = xa_alloc(&mymap_names_by_minor, &name->minor, name,
		       XA_LIMIT(0, MYMAP_MAX_NAMES - 1), GFP_KERNEL);
	if (err)
		return err == -EBUSY ? -EDQUOT : err;
	hash_add(mymap_names_by_text, &name->node, mymap_name_hash(name->text));
	return 0;
}

static void mymap_name_remove(struct mymap_name *name)
{
	lockdep_assert_held(&mymap_names_lock);
	hash_del(&name->node);
	xa_erase(&mymap_names_by_minor, name->minor);
	kfree(name);
}

/**
 * mymap_names_reserve() - see to it that nobody else can have a name
 * @text: the name, a valid one
 *
 * Context: process context, may sleep.
 * Return: the name, which the caller must publish or release; ERR_PTR(-EEXIST)
 * where it is taken, ERR_PTR(-EDQUOT) where there are too many, or
 * ERR_PTR(-ENOMEM).
 */
struct mymap_name *mymap_names_reserve(const char *text)
{
	struct mymap_name *name;
	int err;

	name = kzalloc(sizeof(*name), GFP_KERNEL_ACCOUNT);
	if (!name)
		return ERR_PTR(-ENOMEM);
	strscpy(name->text, text, sizeof(name->text));

	mutex_lock(&mymap_names_lock);
	err = mymap_name_insert(name);
	mutex_unlock(&mymap_names_lock);
	if (err) {
		kfree(name);
		return ERR_PTR(err);
	}
	return name;
}

/**
 * mymap_names_release() - give back what mymap_names_reserve() gave
 * @name: the name, not published
 *
 * Context: process context, may sleep.
 */
void mymap_names_release(struct mymap_name *name)
{
	mutex_lock(&mymap_names_lock);
	mymap_name_remove(name);
	mutex_unlock(&mymap_names_lock);
}

/**
 * mymap_names_publish() - let a buffer be found by its name
 * @name: the name, reserved; on success it is no longer the caller's
 * @buffer: the buffer, which has no name yet; the name takes a reference of its
 *	own
 *
 * Context: process context, may sleep.
 * Return: 0, or -errno of the driver core.
 */
int mymap_names_publish(struct mymap_name *name, struct mymap_buffer *buffer)
{
	int err = 0;

	mutex_lock(&mymap_names_lock);
	/* Before the device, whose attributes and events ask for it. */
	name->buffer = buffer;
	name->device = mymap_sysfs_add(name, mymap_names_first_number +
					     name->minor);
	if (IS_ERR(name->device)) {
		err = PTR_ERR(name->device);
		name->buffer = NULL;
	} else {
		kref_get(&buffer->ref);
		buffer->name = name;
	}
	mutex_unlock(&mymap_names_lock);
	return err;
}

/* The reference of the name becomes the caller's. */
static struct mymap_buffer *mymap_name_unpublish(struct mymap_name *name)
{
	struct mymap_buffer *buffer = name->buffer;

	lockdep_assert_held(&mymap_names_lock);
	mymap_sysfs_remove(name->device);
	buffer->name = NULL;
	mymap_name_remove(name);
	return buffer;
}

static bool mymap_rights_allow(const struct mymap_rights *rights, fmode_t wanted)
{
	umode_t bits = rights->mode;
	umode_t mask = 0;

	if (wanted & FMODE_READ)
		mask |= 04;
	if (wanted & FMODE_WRITE)
		mask |= 02;
	if (uid_eq(rights->uid, current_fsuid()))
		bits >>= 6;
	else if (in_group_p(rights->gid))
		bits >>= 3;
	return (bits & mask) == mask || capable(CAP_DAC_OVERRIDE);
}

/**
 * mymap_names_open() - the buffer of a name, for who may use it
 * @text: the name, a valid one
 * @wanted: FMODE_READ, FMODE_WRITE or both
 * @door: what the caller's descriptor of the door is open for
 *
 * Context: process context, may sleep.
 * Return: the buffer with a reference that the caller must put; ERR_PTR(-ENOENT)
 * where there is no such name, or ERR_PTR(-EACCES).
 */
struct mymap_buffer *mymap_names_open(const char *text, fmode_t wanted,
				      fmode_t door)
{
	struct mymap_buffer *buffer;
	struct mymap_name *name;

	mutex_lock(&mymap_names_lock);
	name = mymap_names_find_published(text);
	if (!name) {
		buffer = ERR_PTR(-ENOENT);
	} else if (name->buffer->rights.given ?
		   mymap_rights_allow(&name->buffer->rights, wanted) :
		   (wanted & door) == wanted) {
		buffer = name->buffer;
		kref_get(&buffer->ref);
	} else {
		buffer = ERR_PTR(-EACCES);
	}
	mutex_unlock(&mymap_names_lock);
	return buffer;
}

/**
 * mymap_names_get() - the buffer of a name, for a driver
 * @text: the name, a valid one
 *
 * Context: process context, may sleep.
 * Return: the buffer with a reference that the caller must put, or
 * ERR_PTR(-ENOENT) where there is no such name.
 */
struct mymap_buffer *mymap_names_get(const char *text)
{
	struct mymap_buffer *buffer = ERR_PTR(-ENOENT);
	struct mymap_name *name;

	mutex_lock(&mymap_names_lock);
	name = mymap_names_find_published(text);
	if (name) {
		buffer = name->buffer;
		kref_get(&buffer->ref);
	}
	mutex_unlock(&mymap_names_lock);
	return buffer;
}

/**
 * mymap_names_get_by_minor() - the buffer behind a node
 * @minor: that of the node; the rights are those of the node
 *
 * Context: process context, may sleep.
 * Return: the buffer with a reference that the caller must put, or
 * ERR_PTR(-ENXIO) where there is none any more.
 */
struct mymap_buffer *mymap_names_get_by_minor(unsigned int minor)
{
	struct mymap_buffer *buffer = ERR_PTR(-ENXIO);
	struct mymap_name *name;

	mutex_lock(&mymap_names_lock);
	name = xa_load(&mymap_names_by_minor, minor);
	if (name && name->buffer) {
		buffer = name->buffer;
		kref_get(&buffer->ref);
	}
	mutex_unlock(&mymap_names_lock);
	return buffer;
}

/**
 * mymap_names_destroy() - take a buffer's name away
 * @text: the name, a valid one
 *
 * Whoever uses the buffer keeps it; nobody finds it any more.
 *
 * Context: process context, may sleep: the last reference frees the memory.
 * Return: 0, -ENOENT where there is no such name, or -EPERM.
 */
int mymap_names_destroy(const char *text)
{
	struct mymap_buffer *buffer = NULL;
	struct mymap_name *name;
	int err = 0;

	mutex_lock(&mymap_names_lock);
	name = mymap_names_find_published(text);
	if (!name)
		err = -ENOENT;
	else if (!uid_eq(name->buffer->rights.uid, current_fsuid()) &&
		 !capable(CAP_SYS_ADMIN))
		err = -EPERM;
	else
		buffer = mymap_name_unpublish(name);
	mutex_unlock(&mymap_names_lock);

	if (buffer)
		mymap_buffer_put(buffer);
	return err;
}

/**
 * mymap_names_forget() - take a name away, if it is still that of a buffer
 * @text: the name, a valid one
 * @id: that of the buffer
 *
 * Context: process context, may sleep: the last reference frees the memory.
 */
void mymap_names_forget(const char *text, u32 id)
{
	struct mymap_buffer *buffer = NULL;
	struct mymap_name *name;

	mutex_lock(&mymap_names_lock);
	name = mymap_names_find_published(text);
	if (name && name->buffer->id == id)
		buffer = mymap_name_unpublish(name);
	mutex_unlock(&mymap_names_lock);
	if (buffer)
		mymap_buffer_put(buffer);
}

/**
 * mymap_names_tell() - what a buffer is called
 * @buffer: the buffer
 * @text: where to put the name, MYMAP_NAME_SIZE bytes; untouched where it has
 *	none
 * @minor: where to put the minor; untouched where it has none
 *
 * Context: process context, may sleep.
 * Return: true where it has a name.
 */
bool mymap_names_tell(struct mymap_buffer *buffer, char *text, u32 *minor)
{
	struct mymap_name *name;

	mutex_lock(&mymap_names_lock);
	name = buffer->name;
	if (name) {
		memcpy(text, name->text, sizeof(name->text));
		*minor = name->minor;
	}
	mutex_unlock(&mymap_names_lock);
	return name;
}

/**
 * mymap_names_has() - has a buffer a name
 * @buffer: the buffer
 *
 * Context: process context, may sleep.
 * Return: true where it has one at this moment.
 */
bool mymap_names_has(struct mymap_buffer *buffer)
{
	bool has;

	mutex_lock(&mymap_names_lock);
	has = buffer->name;
	mutex_unlock(&mymap_names_lock);
	return has;
}

/**
 * mymap_names_changed() - tell who watches that a buffer is not what it was
 * @buffer: the buffer, with a name or without, whose size for instance has
 *	changed already
 *
 * Context: process context, may sleep; the buffer's lock is not held.
 */
void mymap_names_changed(struct mymap_buffer *buffer)
{
	mutex_lock(&mymap_names_lock);
	if (buffer->name)
		mymap_sysfs_changed(buffer->name->device);
	mutex_unlock(&mymap_names_lock);
}

/**
 * mymap_names_first() - the first of the device numbers of named buffers
 * @nr: how many there are, from that one on
 *
 * Context: any, after mymap_names_init().
 * Return: the number; minors are counted from it.
 */
dev_t mymap_names_first(unsigned int *nr)
{
	*nr = MYMAP_MAX_NAMES;
	return mymap_names_first_number;
}

/**
 * mymap_names_init() - get the numbers of the devices
 *
 * Context: module init.
 * Return: 0 or -errno.
 */
int mymap_names_init(void)
{
	return alloc_chrdev_region(&mymap_names_first_number, 0,
				   MYMAP_MAX_NAMES, KBUILD_MODNAME);
}

/**
 * mymap_names_exit() - destroy all named buffers, and the mirror of
 * mymap_names_init()
 *
 * Context: module exit: no file is open, so that a name is its buffer's only
 * reference.
 */
void mymap_names_exit(void)
{
	struct mymap_name *name;
	unsigned long minor;

	mutex_lock(&mymap_names_lock);
	xa_for_each(&mymap_names_by_minor, minor, name) {
		mymap_buffer_put(mymap_name_unpublish(name));
		cond_resched();
	}
	mutex_unlock(&mymap_names_lock);
	xa_destroy(&mymap_names_by_minor);
	unregister_chrdev_region(mymap_names_first_number, MYMAP_MAX_NAMES);
}
