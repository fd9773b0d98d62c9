// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notification: the sequence number of a buffer, who waits for it to move on, and
 * the eventfds that are told.
 *
 * A ring adds one to the sequence number and wakes whoever waits. It carries no
 * data, and nothing is queued: who was not there finds by the number that rings
 * were missed, and how many.
 *
 * One lock, that of the wait queue, guards all there is, as in eventfd.c. Because
 * a ring and a look at the number both take it,
 *
 * - no wakeup is lost: whoever waits is on the queue before it looks, so the ring
 *   comes before the look, which then sees it, or finds a waiter to wake;
 * - what was written to the buffer before the ring is seen by whoever has seen
 *   the ring: the unlock of the one is before the lock of the other. Signalling
 *   an eventfd, and reading it, does the same with the lock of the eventfd.
 *
 * The wait queue is part of the buffer, and who is on it cannot outlive it. select,
 * poll, io_uring and MYMAP_IOC_WAIT hold the file while they wait, and the file
 * holds the buffer. epoll does not hold the file, but leaves its wait queues at
 * the beginning of __fput(), before release() gives the buffer back. So nobody has
 * to be chased away, as POLLFREE does, when a buffer goes.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/mymap.h>

#include "compat/compat.h"
#include "mymap.h"

/**
 * struct mymap_notify_eventfd - an eventfd that is told of every ring
 * @node: in mymap_notify.eventfds, or in a list of those that go
 * @listener: through which it was added, and with which it goes
 * @ctx: the eventfd, a reference of ours: it may be closed meanwhile
 */
struct mymap_notify_eventfd {
	struct list_head node;
	const struct mymap_listener *listener;
	struct eventfd_ctx *ctx;
};

/**
 * mymap_notify_init() - nobody has rung yet, and nobody waits
 * @notify: the notification of a new buffer
 *
 * What is added later goes with the listeners, so there is no mirror to this.
 *
 * Context: any.
 */
void mymap_notify_init(struct mymap_notify *notify)
{
	init_waitqueue_head(&notify->waiters);
	INIT_LIST_HEAD(&notify->eventfds);
}

/**
 * mymap_notify_ring() - tell all who wait
 * @notify: of the buffer
 *
 * With nobody there, this is a lock, an addition and two looks at empty lists.
 *
 * Context: any but a wakeup of somebody who waits here.
 * Return: the number of this ring, 1 for the first.
 */
u64 mymap_notify_ring(struct mymap_notify *notify)
{
	struct mymap_notify_eventfd *eventfd;
	unsigned long flags;
	u64 sequence;

	spin_lock_irqsave(&notify->waiters.lock, flags);
	sequence = ++notify->sequence;
	/* At most MYMAP_MAX_EVENTFDS. */
	list_for_each_entry(eventfd, &notify->eventfds, node)
		compat_eventfd_signal(eventfd->ctx);
	/* Exact, and without a barrier: the lock is held. */
	if (waitqueue_active(&notify->waiters))
		wake_up_locked_poll(&notify->waiters, EPOLLPRI);
	spin_unlock_irqrestore(&notify->waiters.lock, flags);
	return sequence;
}

/* By the lock: the number may be more than one word, and see above. */
static bool mymap_notify_moved(struct mymap_notify *notify, u64 known, u64 *now)
{
	unsigned long flags;

	spin_lock_irqsave(&notify->waiters.lock, flags);
	*now = notify->sequence;
	spin_unlock_irqrestore(&notify->waiters.lock, flags);
	return *now != known;
}

/**
 * mymap_notify_wait() - wait until the sequence number is another one
 * @notify: of the buffer
 * @sequence: in: the number that is known; out, on success: the present one, which
 *	is the same where the time was over
 * @timeout: how long to wait in nanoseconds, or -1 for as long as it takes
 *
 * Another number, not a larger one: one that is of no use is told at once.
 *
 * Context: process context, may sleep unless @timeout is 0.
 * Return: 0, -EINTR, or -ERESTARTNOHAND where waiting on is as good as waiting
 * anew: a signal arrived.
 */
int mymap_notify_wait(struct mymap_notify *notify, u64 *sequence, s64 timeout)
{
	ktime_t time = timeout < 0 ? KTIME_MAX : ns_to_ktime(timeout);
	u64 known = *sequence;
	u64 now = known;
	int err = 0;

	if (timeout)
		err = wait_event_interruptible_hrtimeout(notify->waiters,
							 mymap_notify_moved(notify, known, &now),
							 time);
	else
		mymap_notify_moved(notify, known, &now);
	/*
	 * Like poll() and epoll_wait(): a handler ends the wait, whatever
	 * SA_RESTART says. Starting it anew would begin the time anew, too.
	 */
	if (err == -ERESTARTSYS)
		return timeout < 0 ? -ERESTARTNOHAND : -EINTR;
	*sequence = now;
	return 0;
}

/**
 * mymap_listener_init() - a file has been opened
 * @listener: of the file
 * @notify: of its buffer
 *
 * It has seen nothing yet. So a ring between opening and the first poll is not
 * lost, nor is one before the file came to be: whoever rang meant whoever comes.
 *
 * Context: any.
 */
void mymap_listener_init(struct mymap_listener *listener,
			 struct mymap_notify *notify)
{
	listener->notify = notify;
	listener->seen = 0;
}

/**
 * mymap_listener_release() - the file is closed: its eventfds go
 * @listener: of the file
 *
 * Context: process context; the file still holds the buffer.
 */
void mymap_listener_release(struct mymap_listener *listener)
{
	struct mymap_notify *notify = listener->notify;
	struct mymap_notify_eventfd *eventfd, *next;
	unsigned long flags;
	LIST_HEAD(gone);

	spin_lock_irqsave(&notify->waiters.lock, flags);
	list_for_each_entry_safe(eventfd, next, &notify->eventfds, node) {
		if (eventfd->listener != listener)
			continue;
		list_move(&eventfd->node, &gone);
		notify->nr_eventfds--;
	}
	spin_unlock_irqrestore(&notify->waiters.lock, flags);

	list_for_each_entry_safe(eventfd, next, &gone, node) {
		eventfd_ctx_put(eventfd->ctx);
		kfree(eventfd);
	}
}

/**
 * mymap_listener_acknowledge() - poll is not to tell these rings any more
 * @listener: of the file
 * @sequence: the number of the last of them
 *
 * Context: any.
 */
void mymap_listener_acknowledge(struct mymap_listener *listener, u64 sequence)
{
	struct mymap_notify *notify = listener->notify;
	unsigned long flags;

	spin_lock_irqsave(&notify->waiters.lock, flags);
	/* Of two who share the file, the one who has seen more is right. */
	listener->seen = max(listener->seen, sequence);
	spin_unlock_irqrestore(&notify->waiters.lock, flags);
}

/**
 * mymap_listener_poll() - what poll() says of a file
 * @listener: of the file
 * @file: the file
 * @table: of the caller
 *
 * Reading and writing never wait, as with any regular file. Rings are an event of
 * their own, EPOLLPRI, so that programs that poll for reading are not disturbed,
 * and not woken.
 *
 * Context: process context.
 * Return: the events.
 */
__poll_t mymap_listener_poll(struct mymap_listener *listener, struct file *file,
			     struct poll_table_struct *table)
{
	struct mymap_notify *notify = listener->notify;
	__poll_t events = DEFAULT_POLLMASK;
	unsigned long flags;

	/* Onto the queue first, then look. */
	poll_wait(file, &notify->waiters, table);

	spin_lock_irqsave(&notify->waiters.lock, flags);
	if (listener->seen != notify->sequence)
		events |= EPOLLPRI;
	spin_unlock_irqrestore(&notify->waiters.lock, flags);
	return events;
}

static struct mymap_notify_eventfd *
mymap_listener_find_eventfd(struct mymap_listener *listener,
			    struct eventfd_ctx *ctx)
{
	struct mymap_notify_eventfd *eventfd;

	lockdep_assert_held(&listener->notify->waiters.lock);
	list_for_each_entry(eventfd, &listener->notify->eventfds, node)
		if (eventfd->listener == listener && eventfd->ctx == ctx)
			return eventfd;
	return NULL;
}

/**
 * mymap_listener_add_eventfd() - signal an eventfd at each ring from now on
 * @listener: of the file, with which the eventfd goes
 * @fd: a descriptor of the caller's
 *
 * Context: process context, may sleep.
 * Return: 0, -EBADF where it is no descriptor, -EINVAL where it is no eventfd,
 * -EEXIST, -EDQUOT or -ENOMEM.
 */
int mymap_listener_add_eventfd(struct mymap_listener *listener, int fd)
{
	struct mymap_notify *notify = listener->notify;
	struct mymap_notify_eventfd *eventfd;
	struct eventfd_ctx *ctx;
	unsigned long flags;
	int err = 0;

	ctx = eventfd_ctx_fdget(fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	eventfd = kmalloc(sizeof(*eventfd), GFP_KERNEL_ACCOUNT);
	if (!eventfd) {
		err = -ENOMEM;
		goto err_put_ctx;
	}
	eventfd->listener = listener;
	eventfd->ctx = ctx;

	spin_lock_irqsave(&notify->waiters.lock, flags);
	if (mymap_listener_find_eventfd(listener, ctx)) {
		err = -EEXIST;
	} else if (notify->nr_eventfds == MYMAP_MAX_EVENTFDS) {
		err = -EDQUOT;
	} else {
		/* It is the list's now, and the reference to the eventfd its. */
		list_add_tail(&eventfd->node, &notify->eventfds);
		notify->nr_eventfds++;
	}
	spin_unlock_irqrestore(&notify->waiters.lock, flags);
	if (err)
		goto err_free_eventfd;
	return 0;

err_free_eventfd:
	kfree(eventfd);
err_put_ctx:
	eventfd_ctx_put(ctx);
	return err;
}

/**
 * mymap_listener_remove_eventfd() - the mirror of mymap_listener_add_eventfd()
 * @listener: through which it was added
 * @fd: a descriptor of the same eventfd
 *
 * When this returns it is not signalled any more.
 *
 * Context: process context, may sleep.
 * Return: 0, -EBADF where it is no descriptor, -EINVAL where it is no eventfd, or
 * -ENOENT where it was not added.
 */
int mymap_listener_remove_eventfd(struct mymap_listener *listener, int fd)
{
	struct mymap_notify *notify = listener->notify;
	struct mymap_notify_eventfd *eventfd;
	struct eventfd_ctx *ctx;
	unsigned long flags;

	ctx = eventfd_ctx_fdget(fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	spin_lock_irqsave(&notify->waiters.lock, flags);
	eventfd = mymap_listener_find_eventfd(listener, ctx);
	if (eventfd) {
		list_del(&eventfd->node);
		notify->nr_eventfds--;
	}
	spin_unlock_irqrestore(&notify->waiters.lock, flags);

	/* The reference that was taken to compare. */
	eventfd_ctx_put(ctx);
	if (!eventfd)
		return -ENOENT;
	/* And the one that the list had. */
	eventfd_ctx_put(eventfd->ctx);
	kfree(eventfd);
	return 0;
}
