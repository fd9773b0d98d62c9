/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings, and who is told of them.
 */
#ifndef _MYMAP_NOTIFY_H
#define _MYMAP_NOTIFY_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>

struct file;
struct poll_table_struct;

/**
 * struct mymap_notify - the rings of one buffer
 * @waiters: who waits for a ring; its lock guards all members, and those of the
 *	listeners
 * @sequence: how often it has been rung
 * @eventfds: the eventfds that are told
 * @nr_eventfds: how many, at most MYMAP_MAX_EVENTFDS
 */
struct mymap_notify {
	wait_queue_head_t waiters;
	u64 sequence;
	struct list_head eventfds;
	unsigned int nr_eventfds;
};

/**
 * struct mymap_listener - what one open file has to do with rings
 * @notify: those of its buffer; never changes
 * @seen: the number of the last ring that was acknowledged through the file
 */
struct mymap_listener {
	struct mymap_notify *notify;
	u64 seen;
};

void mymap_notify_init(struct mymap_notify *notify);
u64 mymap_notify_ring(struct mymap_notify *notify);
int mymap_notify_wait(struct mymap_notify *notify, u64 *sequence, s64 timeout);
void mymap_listener_init(struct mymap_listener *listener,
			 struct mymap_notify *notify);
void mymap_listener_release(struct mymap_listener *listener);
void mymap_listener_acknowledge(struct mymap_listener *listener, u64 sequence);
__poll_t mymap_listener_poll(struct mymap_listener *listener, struct file *file,
			     struct poll_table_struct *table);
int mymap_listener_add_eventfd(struct mymap_listener *listener, int fd);
int mymap_listener_remove_eventfd(struct mymap_listener *listener, int fd);

#endif /* _MYMAP_NOTIFY_H */
