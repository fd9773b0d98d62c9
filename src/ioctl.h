/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the commands share with each other and with nobody else.
 */
#ifndef _MYMAP_IOCTL_H
#define _MYMAP_IOCTL_H

#include <linux/mymap.h>

#include "mymap.h"

/**
 * struct mymap_call - one command under way
 * @buffer: the buffer of the descriptor; on the door the default buffer, NULL
 *	where it is switched off
 * @listener: of the file; without meaning where @buffer is NULL
 * @on_door: the descriptor is the door
 * @mode: FMODE_* bits: what the descriptor is open for
 * @arg: the caller's struct
 * @arg_size: the size of it that the caller and this driver both know
 */
struct mymap_call {
	struct mymap_buffer *buffer;
	struct mymap_listener *listener;
	bool on_door;
	fmode_t mode;
	void __user *arg;
	size_t arg_size;
};

union mymap_args {
	struct mymap_create create;
	struct mymap_query query;
	struct mymap_info info;
	struct mymap_open_named open;
	struct mymap_destroy destroy;
	struct mymap_ring ring;
	struct mymap_wait wait;
	struct mymap_eventfd eventfd;
	struct mymap_resize resize;
	struct mymap_seal seal;
	struct mymap_segments segments;
	struct mymap_sync sync;
	struct mymap_export export;
};

/* ioctl.c */

int mymap_copy_out(const struct mymap_call *call, const void *args);

/* ioctl_names.c */

int mymap_create_check_name(const struct mymap_create *create,
			    struct mymap_rights *rights);
void mymap_info_add_name(struct mymap_buffer *buffer, struct mymap_info *info);
long mymap_open_named(const struct mymap_call *call, union mymap_args *args);
long mymap_destroy(const struct mymap_call *call, union mymap_args *args);

/* ioctl_size.c */

long mymap_resize(const struct mymap_call *call, union mymap_args *args);
long mymap_seal(const struct mymap_call *call, union mymap_args *args);

/* ioctl_notify.c */

long mymap_ring(const struct mymap_call *call, union mymap_args *args);
long mymap_wait(const struct mymap_call *call, union mymap_args *args);
long mymap_add_eventfd(const struct mymap_call *call, union mymap_args *args);
long mymap_remove_eventfd(const struct mymap_call *call,
			  union mymap_args *args);

/* ioctl_device.c */

long mymap_segments(const struct mymap_call *call, union mymap_args *args);
long mymap_sync(const struct mymap_call *call, union mymap_args *args);

/* ioctl_export.c */

long mymap_export(const struct mymap_call *call, union mymap_args *args);

#endif /* _MYMAP_IOCTL_H */
