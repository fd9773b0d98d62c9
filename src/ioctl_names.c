// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands about names: OPEN, DESTROY, and the part of CREATE and INFO that
 * is about the name of a buffer and whose it is.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/user_namespace.h>

#include "ioctl.h"
#include "mymap.h"
#include "name.h"

static bool mymap_is_unnamed(const struct mymap_create *create)
{
	static const char zero[MYMAP_NAME_SIZE];

	return !memcmp(create->name, zero, sizeof(zero));
}

static int mymap_create_check_rights(const struct mymap_create *create,
				     struct mymap_rights *rights)
{
	if (!create->mode || create->mode & ~0666)
		return -EINVAL;
	*rights = (struct mymap_rights) {
		.uid = make_kuid(current_user_ns(), create->uid),
		.gid = make_kgid(current_user_ns(), create->gid),
		.mode = create->mode,
		.given = true,
	};
	return uid_valid(rights->uid) && gid_valid(rights->gid) ? 0 : -EINVAL;
}

/**
 * mymap_create_check_name() - all that CREATE has to check about a name
 * @create: the caller's struct
 * @rights: where to put whose the buffer is to be; without @given where it is as
 *	usual
 *
 * Context: process context.
 * Return: 0, -EINVAL or -EPERM.
 */
int mymap_create_check_name(const struct mymap_create *create,
			    struct mymap_rights *rights)
{
	bool given = create->flags & MYMAP_CREATE_OWNER;
	int err;

	*rights = (struct mymap_rights) {
		.uid = current_fsuid(),
		.gid = current_fsgid(),
	};
	if (create->minor)
		return -EINVAL;
	if (!given && (create->uid || create->gid || create->mode))
		return -EINVAL;
	if (mymap_is_unnamed(create))
		return given ? -EINVAL : 0;
	if (!mymap_name_is_valid(create->name))
		return -EINVAL;
	if (given) {
		err = mymap_create_check_rights(create, rights);
		if (err)
			return err;
	}
	return mymap_names_may_give(rights);
}

/**
 * mymap_info_add_name() - what INFO tells about the name
 * @buffer: the buffer
 * @info: the struct to complete, zeros
 *
 * Context: process context, may sleep.
 */
void mymap_info_add_name(struct mymap_buffer *buffer, struct mymap_info *info)
{
	const struct mymap_rights *rights = &buffer->rights;

	if (mymap_names_tell(buffer, info->name, &info->minor))
		info->properties |= MYMAP_BUFFER_NAMED;
	if (rights->given)
		info->properties |= MYMAP_BUFFER_OWNED;
	info->uid = from_kuid_munged(current_user_ns(), rights->uid);
	info->gid = from_kgid_munged(current_user_ns(), rights->gid);
	info->mode = rights->mode;
}

long mymap_open_named(const struct mymap_call *call, union mymap_args *args)
{
	struct mymap_open_named *open = &args->open;
	bool read_only = open->flags & MYMAP_OPEN_READ_ONLY;
	struct mymap_buffer *buffer;
	struct file *file;
	int err;
	int fd;

	if (open->flags & ~MYMAP_OPEN_READ_ONLY)
		return -EOPNOTSUPP;
	if (open->buffer_size || open->minor || open->reserved ||
	    !mymap_name_is_valid(open->name))
		return -EINVAL;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;

	buffer = mymap_names_open(open->name, read_only ? FMODE_READ :
				  FMODE_READ | FMODE_WRITE, call->mode);
	if (IS_ERR(buffer)) {
		err = PTR_ERR(buffer);
		goto err_put_fd;
	}
	open->buffer_size = mymap_buffer_size(buffer);
	/* Destroyed just now: then there is no node either, and 0 is told. */
	mymap_names_tell(buffer, open->name, &open->minor);

	file = mymap_bufferfs_open(buffer, read_only ? O_RDONLY : O_RDWR);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto err_put_fd;
	}
	err = mymap_copy_out(call, open);
	if (err)
		goto err_put_file;

	/* The file is the caller's; nothing may fail from here on. */
	fd_install(fd, file);
	return fd;

err_put_file:
	fput(file);
err_put_fd:
	put_unused_fd(fd);
	return err;
}

long mymap_destroy(const struct mymap_call *call, union mymap_args *args)
{
	const struct mymap_destroy *destroy = &args->destroy;

	if (destroy->flags)
		return -EOPNOTSUPP;
	if (!mymap_name_is_valid(destroy->name))
		return -EINVAL;
	return mymap_names_destroy(destroy->name);
}
