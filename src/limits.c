// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits: how much one buffer, one user and all buffers together may have, and
 * what is used of it.
 *
 * A user is the real uid of who made a buffer, whoever makes it larger: as it is
 * with locked memory. There is an entry for each user who has a buffer, and none
 * for anybody else.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "mymap.h"

/**
 * struct mymap_user - who has buffers
 * @node: among all users
 * @uid: who it is
 * @nr_buffers: charges that point here; the last one frees the entry
 * @size: bytes they have
 *
 * Guarded by mymap_limits_lock.
 */
struct mymap_user {
	struct hlist_node node;
	kuid_t uid;
	unsigned long nr_buffers;
	u64 size;
};

/* No file can be larger. Bytes, whole pages. */
const u64 mymap_max_file_size = (u64)MAX_LFS_FILESIZE & ~((u64)PAGE_SIZE - 1);

/* Guards all that is below. Nothing sleeps under it, and no lock is taken. */
static DEFINE_SPINLOCK(mymap_limits_lock);
static DEFINE_HASHTABLE(mymap_users, 6);
/* Bytes, as the administrator has set them; 0 where he has not. */
static u64 mymap_limits_set_to[MYMAP_NR_LIMITS];
static u64 mymap_total_size;

/*
 * Where nothing is set, three quarters of the machine's memory: one buffer may
 * take half of the machine and more, and the system still has room to live. One
 * user may have as much as all together.
 */
static u64 mymap_limit(enum mymap_limit which)
{
	u64 ram = (u64)totalram_pages() << PAGE_SHIFT;
	u64 limit = mymap_limits_set_to[which];

	if (!limit && which == MYMAP_LIMIT_USER)
		limit = mymap_limits_set_to[MYMAP_LIMIT_TOTAL];
	if (!limit)
		limit = (ram - ram / 4) & ~((u64)PAGE_SIZE - 1);
	/* Whatever the administrator says: a buffer is a file. */
	if (which == MYMAP_LIMIT_BUFFER)
		limit = min(limit, mymap_max_file_size);
	return limit;
}

static struct mymap_user *mymap_user_find(kuid_t uid)
{
	struct mymap_user *user;

	hash_for_each_possible(mymap_users, user, node, __kuid_val(uid))
		if (uid_eq(user->uid, uid))
			return user;
	return NULL;
}

/**
 * mymap_limits_set() - set a limit
 * @which: the limit
 * @bytes: at least a page; 0 for what it is where nobody has set it
 *
 * What exists stays as it is, also where it is more than the limit allows now.
 *
 * Context: process context; before mymap_init() as well, for parameters that
 * are given at load.
 * Return: 0 or -EINVAL.
 */
int mymap_limits_set(enum mymap_limit which, u64 bytes)
{
	if (bytes && bytes < PAGE_SIZE)
		return -EINVAL;
	spin_lock(&mymap_limits_lock);
	mymap_limits_set_to[which] = bytes;
	spin_unlock(&mymap_limits_lock);
	return 0;
}

/**
 * mymap_limits_get() - a snapshot of the limits and their use
 * @limits: where to put it; what a user has is what the caller has
 *
 * Context: process context.
 */
void mymap_limits_get(struct mymap_limits *limits)
{
	struct mymap_user *user;

	spin_lock(&mymap_limits_lock);
	limits->max_buffer_size = mymap_limit(MYMAP_LIMIT_BUFFER);
	limits->max_user_size = mymap_limit(MYMAP_LIMIT_USER);
	limits->max_total_size = mymap_limit(MYMAP_LIMIT_TOTAL);
	limits->total_size = mymap_total_size;
	user = mymap_user_find(current_uid());
	limits->user_size = user ? user->size : 0;
	spin_unlock(&mymap_limits_lock);
}

/* Is there room for @more in what already has @used? A limit may be below that. */
static bool mymap_fits(enum mymap_limit which, u64 used, u64 more)
{
	u64 limit = mymap_limit(which);

	return used <= limit && more <= limit - used;
}

/*
 * Count @size bytes, unless a limit forbids it. Return that limit, or
 * MYMAP_NR_LIMITS where none does.
 */
static enum mymap_limit mymap_charge_as(struct mymap_charge *charge, u64 size,
					bool privileged)
{
	enum mymap_limit refused_by = MYMAP_NR_LIMITS;
	u64 more = size - charge->size;

	spin_lock(&mymap_limits_lock);
	if (!mymap_fits(MYMAP_LIMIT_BUFFER, 0, size)) {
		refused_by = MYMAP_LIMIT_BUFFER;
	} else if (!mymap_fits(MYMAP_LIMIT_TOTAL, mymap_total_size, more)) {
		refused_by = MYMAP_LIMIT_TOTAL;
	} else if (!privileged &&
		   !mymap_fits(MYMAP_LIMIT_USER, charge->user->size, more)) {
		refused_by = MYMAP_LIMIT_USER;
	} else {
		mymap_total_size += more;
		charge->user->size += more;
		charge->size = size;
	}
	spin_unlock(&mymap_limits_lock);
	return refused_by;
}

/*
 * The limit of a user is none for CAP_SYS_RESOURCE, as it is with the quota of a
 * disk. That is asked only where it decides: it leaves a trace in the process
 * and in the audit log.
 */
static int mymap_charge_try(struct mymap_charge *charge, u64 size)
{
	enum mymap_limit refused_by = mymap_charge_as(charge, size, false);

	if (refused_by == MYMAP_LIMIT_USER && capable(CAP_SYS_RESOURCE))
		refused_by = mymap_charge_as(charge, size, true);
	return refused_by == MYMAP_NR_LIMITS ? 0 : -EDQUOT;
}

/*
 * The entry of the caller, with one buffer more: the one that is there, or *new,
 * which is NULL then; NULL where there is neither.
 */
static struct mymap_user *mymap_user_get_or_add(struct mymap_user **new)
{
	struct mymap_user *user;

	spin_lock(&mymap_limits_lock);
	user = mymap_user_find(current_uid());
	if (!user && *new) {
		user = *new;
		*new = NULL;
		user->uid = current_uid();
		hash_add(mymap_users, &user->node, __kuid_val(user->uid));
	}
	if (user)
		user->nr_buffers++;
	spin_unlock(&mymap_limits_lock);
	return user;
}

/* The entry of the caller, made where it has none, with one buffer more. */
static struct mymap_user *mymap_user_get(void)
{
	struct mymap_user *new = NULL, *user = mymap_user_get_or_add(&new);

	if (user)
		return user;
	/* Not under the lock, where it may not sleep. */
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	user = mymap_user_get_or_add(&new);
	/* Somebody else was faster where there still is one. */
	kfree(new);
	return user;
}

/**
 * mymap_charge_begin() - count a new buffer
 * @charge: where to keep it; all zeros
 * @size: bytes, a multiple of the page size
 *
 * Context: process context, may sleep.
 * Return: 0 and the charge, which mymap_charge_end() gives back; or -EDQUOT over
 * a limit or -ENOMEM, and there is nothing to give back.
 */
int mymap_charge_begin(struct mymap_charge *charge, u64 size)
{
	int err;

	charge->user = mymap_user_get();
	if (IS_ERR(charge->user)) {
		err = PTR_ERR(charge->user);
		charge->user = NULL;
		return err;
	}
	err = mymap_charge_try(charge, size);
	if (err)
		mymap_charge_end(charge);
	return err;
}

/**
 * mymap_charge_change() - count another size of a buffer
 * @charge: what is counted; the caller sees to it that nobody else changes it
 * @size: bytes, a multiple of the page size
 *
 * Context: process context; does not sleep.
 * Return: 0, or -EDQUOT over a limit; never for a size that is smaller.
 */
int mymap_charge_change(struct mymap_charge *charge, u64 size)
{
	u64 less;

	if (size > charge->size)
		return mymap_charge_try(charge, size);

	less = charge->size - size;
	spin_lock(&mymap_limits_lock);
	mymap_total_size -= less;
	charge->user->size -= less;
	charge->size = size;
	spin_unlock(&mymap_limits_lock);
	return 0;
}

/**
 * mymap_charge_end() - count a buffer no more
 * @charge: what was counted; nothing where it is all zeros, and afterwards
 *
 * Context: process context.
 */
void mymap_charge_end(struct mymap_charge *charge)
{
	struct mymap_user *user = charge->user;

	if (!user)
		return;

	spin_lock(&mymap_limits_lock);
	mymap_total_size -= charge->size;
	user->size -= charge->size;
	if (--user->nr_buffers)
		user = NULL;
	else
		hash_del(&user->node);
	spin_unlock(&mymap_limits_lock);
	kfree(user);
	*charge = (struct mymap_charge){};
}
