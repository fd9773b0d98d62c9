// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands: copies from and to user memory, validation, descriptors.
 *
 * The rules are those of uapi/linux/mymap.h. A command gets a copy of its struct
 * in the size this driver knows, checks all of it, and only then acts.
 */
#include <linux/build_bug.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat/compat.h"
#include "devices.h"
#include "ioctl.h"
#include "mymap.h"
#include "range.h"

static_assert(sizeof(struct mymap_create) == 136);
static_assert(sizeof(struct mymap_query) == 80);
static_assert(sizeof(struct mymap_info) == 176);
static_assert(sizeof(struct mymap_open_named) == 72);
static_assert(sizeof(struct mymap_destroy) == 56);
static_assert(sizeof(struct mymap_resize) == 16);
static_assert(sizeof(struct mymap_seal) == 16);
static_assert(sizeof(struct mymap_segment) == 16);
static_assert(sizeof(struct mymap_segments) == 24);
static_assert(sizeof(struct mymap_sync) == 32);
static_assert(sizeof(struct mymap_export) == 24);
static_assert(sizeof(struct mymap_ring) == 16);
static_assert(sizeof(struct mymap_wait) == 24);
static_assert(sizeof(struct mymap_eventfd) == 16);

int mymap_copy_out(const struct mymap_call *call, const void *args)
{
	return copy_to_user(call->arg, args, call->arg_size) ? -EFAULT : 0;
}

/* Ended by a NUL, with nothing but NULs behind it. */
static bool mymap_is_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	return len < size && !memchr_inv(text + len, 0, size - len);
}

static struct mymap_buffer *
mymap_create_buffer(u64 size, const struct mymap_create *create)
{
	struct mymap_wish wish = {
		.size = size,
		.kind = create->kind ?: MYMAP_KIND_PAGES,
		.cache = create->cache,
	};
	struct mymap_buffer *buffer;

	if (create->flags & MYMAP_CREATE_FIXED_SIZE)
		wish.seals = MYMAP_SEAL_SHRINK | MYMAP_SEAL_GROW;
	wish.device = mymap_devices_get(create->device);
	/* Pages can do without. */
	if (IS_ERR(wish.device) && !create->device[0] &&
	    wish.kind != MYMAP_KIND_DEVICE)
		wish.device = NULL;
	if (IS_ERR(wish.device))
		return ERR_CAST(wish.device);
	buffer = mymap_buffer_create(&wish);
	mymap_device_put(wish.device);
	return buffer;
}

/* A used buffer of that size, made as CREATE says. */
static struct mymap_buffer *
mymap_create_used_buffer(u64 size, const struct mymap_create *create,
			 const struct mymap_rights *rights)
{
	struct mymap_buffer *buffer;
	int err;

	buffer = mymap_create_buffer(size, create);
	if (IS_ERR(buffer))
		return buffer;
	if (rights->given)
		buffer->rights = *rights;
	err = mymap_bufferfs_use(buffer);
	if (err)
		goto err_put_buffer;
	if (create->flags & MYMAP_CREATE_POPULATE) {
		err = mymap_buffer_populate(buffer, 0, size);
		if (err)
			goto err_unuse;
	}
	return buffer;

err_unuse:
	mymap_bufferfs_unuse(buffer);
err_put_buffer:
	mymap_buffer_put(buffer);
	return ERR_PTR(err);
}

static long mymap_create(const struct mymap_call *call, union mymap_args *args)
{
	const struct mymap_create before = args->create;
	struct mymap_create *create = &args->create;
	struct mymap_name *name = NULL;
	struct mymap_buffer *buffer;
	struct mymap_rights rights;
	struct file *file;
	u64 size;
	int err;
	int fd;

	if (create->flags & ~(MYMAP_CREATE_POPULATE | MYMAP_CREATE_OWNER |
			      MYMAP_CREATE_FIXED_SIZE))
		return -EOPNOTSUPP;
	if (!mymap_round_up_size(create->buffer_size, PAGE_SIZE, &size))
		return -EINVAL;
	if (create->kind > MYMAP_KIND_DEVICE ||
	    create->cache > MYMAP_CACHE_UNCACHED ||
	    !mymap_is_text(create->device, sizeof(create->device)))
		return -EINVAL;
	err = mymap_create_check_name(create, &rights);
	if (err)
		return err;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;

	if (create->name[0]) {
		name = mymap_names_reserve(create->name);
		if (IS_ERR(name)) {
			err = PTR_ERR(name);
			goto err_put_fd;
		}
		create->minor = name->minor;
	}
	buffer = mymap_create_used_buffer(size, create, &rights);
	if (IS_ERR(buffer)) {
		err = PTR_ERR(buffer);
		goto err_release_name;
	}
	file = mymap_bufferfs_file(buffer, O_RDWR);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		mymap_bufferfs_unuse(buffer);
		mymap_buffer_put(buffer);
		goto err_release_name;
	}

	/* The buffer is the file's now. */
	create->buffer_size = size;
	err = mymap_copy_out(call, create);
	if (err)
		goto err_put_file;
	/* After the copy: what cannot be told is not to be seen by others. */
	if (name) {
		err = mymap_names_publish(name, buffer);
		if (err)
			goto err_copy_back;
	}

	/* The file is the caller's; nothing may fail from here on. */
	fd_install(fd, file);
	return fd;

err_copy_back:
	/* A command that fails writes nothing. It could be written just now. */
	if (mymap_copy_out(call, &before))
		err = -EFAULT;
err_put_file:
	fput(file);
err_release_name:
	if (name)
		mymap_names_release(name);
err_put_fd:
	put_unused_fd(fd);
	return err;
}

static long mymap_query(const struct mymap_call *call, union mymap_args *args)
{
	static const struct mymap_query zero;
	struct mymap_query *query = &args->query;
	struct mymap_limits limits;

	if (query->flags)
		return -EOPNOTSUPP;
	if (memcmp(&query->driver_version, &zero.driver_version,
		   sizeof(zero) - offsetof(struct mymap_query, driver_version)))
		return -EINVAL;

	mymap_limits_get(&limits);
	query->driver_version = MYMAP_DRIVER_VERSION;
	query->page_size = PAGE_SIZE;
	query->huge_page_size = mymap_huge_page_size;
	if (mymap_huge_page_size > PAGE_SIZE)
		query->features |= MYMAP_FEATURE_HUGE;
	if (COMPAT_CAN_CHARGE_PAGES)
		query->features |= MYMAP_FEATURE_MEMCG;
	query->features |= MYMAP_FEATURE_NAMES | MYMAP_FEATURE_RESIZE |
			   MYMAP_FEATURE_NOTIFY | MYMAP_FEATURE_KINDS |
			   MYMAP_FEATURE_SEGMENTS | MYMAP_FEATURE_CACHE_MODES;
	if (IS_ENABLED(CONFIG_DMA_SHARED_BUFFER))
		query->features |= MYMAP_FEATURE_EXPORT;
	query->default_size = call->buffer ? mymap_buffer_size(call->buffer) : 0;
	query->max_buffer_size = limits.max_buffer_size;
	query->max_total_size = limits.max_total_size;
	query->total_size = limits.total_size;
	query->max_user_size = limits.max_user_size;
	query->user_size = limits.user_size;
	return mymap_copy_out(call, query);
}

static long mymap_info(const struct mymap_call *call, union mymap_args *args)
{
	static const struct mymap_info zero;
	struct mymap_info *info = &args->info;
	struct mymap_buffer *buffer = call->buffer;
	struct mymap_usage usage;

	if (info->flags)
		return -EOPNOTSUPP;
	if (memcmp(&info->buffer_size, &zero.buffer_size,
		   sizeof(zero) - offsetof(struct mymap_info, buffer_size)))
		return -EINVAL;
	if (!buffer)
		return -ENODEV;

	info->buffer_size = mymap_buffer_size(buffer);
	mymap_buffer_get_usage(buffer, &usage);
	info->resident = usage.resident;
	info->resident_huge = usage.resident_huge;
	if (mymap_buffer_is_pinnable(buffer))
		info->properties |= MYMAP_BUFFER_PINNABLE;
	if (mymap_buffer_is_gone(buffer))
		info->properties |= MYMAP_BUFFER_GONE;
	if (READ_ONCE(buffer->nr_freezes))
		info->properties |= MYMAP_BUFFER_EXPORTED;
	if (buffer->frames && mymap_frames_are_kept(buffer->frames))
		info->properties |= MYMAP_BUFFER_KEPT;
	if (call->on_door)
		info->properties |= MYMAP_BUFFER_DEFAULT;
	mymap_info_add_name(buffer, info);
	info->kind = buffer->kind;
	info->cache = mymap_buffer_cache(buffer);
	if (buffer->device)
		strscpy(info->device, buffer->device->name,
			sizeof(info->device));
	info->page_size = PAGE_SIZE;
	info->huge_page_size = mymap_huge_page_size;
	info->seals = READ_ONCE(buffer->seals);
	return mymap_copy_out(call, info);
}

/**
 * struct mymap_command - a row of the table of commands
 * @cmd: MYMAP_IOC_*
 * @size: of its struct, as this driver knows it
 * @size_first: of its struct in the first version
 * @on_door: it is a command of the door
 * @on_buffer: it is a command of buffers
 * @run: what it does; returns the result of the ioctl
 */
struct mymap_command {
	unsigned int cmd;
	u32 size;
	u32 size_first;
	bool on_door;
	bool on_buffer;
	long (*run)(const struct mymap_call *call, union mymap_args *args);
};

static const struct mymap_command mymap_commands[] = {
	{
		.cmd = MYMAP_IOC_CREATE,
		.size = sizeof(struct mymap_create),
		.size_first = 16,
		.on_door = true,
		.run = mymap_create,
	}, {
		.cmd = MYMAP_IOC_QUERY,
		.size = sizeof(struct mymap_query),
		.size_first = 64,
		.on_door = true,
		.run = mymap_query,
	}, {
		.cmd = MYMAP_IOC_INFO,
		.size = sizeof(struct mymap_info),
		.size_first = 56,
		.on_door = true,
		.on_buffer = true,
		.run = mymap_info,
	}, {
		.cmd = MYMAP_IOC_OPEN,
		.size = sizeof(struct mymap_open_named),
		.size_first = 72,
		.on_door = true,
		.run = mymap_open_named,
	}, {
		.cmd = MYMAP_IOC_DESTROY,
		.size = sizeof(struct mymap_destroy),
		.size_first = 56,
		.on_door = true,
		.run = mymap_destroy,
	}, {
		.cmd = MYMAP_IOC_RESIZE,
		.size = sizeof(struct mymap_resize),
		.size_first = 16,
		.on_door = true,
		.on_buffer = true,
		.run = mymap_resize,
	}, {
		.cmd = MYMAP_IOC_SEAL,
		.size = sizeof(struct mymap_seal),
		.size_first = 16,
		.on_door = true,
		.on_buffer = true,
		.run = mymap_seal,
	}, {
		.cmd = MYMAP_IOC_SEGMENTS,
		.size = sizeof(struct mymap_segments),
		.size_first = 24,
		.on_buffer = true,
		.run = mymap_segments,
	}, {
		.cmd = MYMAP_IOC_SYNC,
		.size = sizeof(struct mymap_sync),
		.size_first = 32,
		.on_buffer = true,
		.run = mymap_sync,
	}, {
		.cmd = MYMAP_IOC_EXPORT,
		.size = sizeof(struct mymap_export),
		.size_first = 24,
		.on_buffer = true,
		.run = mymap_export,
	}, {
		.cmd = MYMAP_IOC_RING,
		.size = sizeof(struct mymap_ring),
		.size_first = 16,
		.on_door = true,
		.on_buffer = true,
		.run = mymap_ring,
	}, {
		.cmd = MYMAP_IOC_WAIT,
		.size = sizeof(struct mymap_wait),
		.size_first = 24,
		.on_door = true,
		.on_buffer = true,
		.run = mymap_wait,
	}, {
		.cmd = MYMAP_IOC_ADD_EVENTFD,
		.size = sizeof(struct mymap_eventfd),
		.size_first = 16,
		.on_door = true,
		.on_buffer = true,
		.run = mymap_add_eventfd,
	}, {
		.cmd = MYMAP_IOC_REMOVE_EVENTFD,
		.size = sizeof(struct mymap_eventfd),
		.size_first = 16,
		.on_door = true,
		.on_buffer = true,
		.run = mymap_remove_eventfd,
	},
};

static const struct mymap_command *mymap_find_command(unsigned int cmd,
						      bool on_door)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mymap_commands); i++) {
		const struct mymap_command *command = &mymap_commands[i];

		if (command->cmd == cmd)
			return (on_door ? command->on_door : command->on_buffer) ?
				command : NULL;
	}
	return NULL;
}

static long mymap_ioctl(struct mymap_call *call, unsigned int cmd)
{
	const struct mymap_command *command;
	union mymap_args args = {};
	u32 size;
	int err;

	command = mymap_find_command(cmd, call->on_door);
	if (!command)
		return -ENOTTY;

	/* Every struct begins with its size. */
	if (get_user(size, (u32 __user *)call->arg))
		return -EFAULT;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < command->size_first)
		return -EINVAL;
	err = copy_struct_from_user(&args, command->size, call->arg, size);
	if (err)
		return err;
	call->arg_size = min(size, command->size);
	return command->run(call, &args);
}

/**
 * mymap_ioctl_door() - a command on the door
 * @handle: of the file; its buffer is the default buffer, in use by the file, or
 *	NULL where that is switched off
 * @mode: f_mode of the file
 * @cmd: MYMAP_IOC_*
 * @arg: the caller's struct
 *
 * Context: process context, may sleep.
 * Return: what the command's description says, or -errno.
 */
long mymap_ioctl_door(struct mymap_handle *handle, fmode_t mode,
		      unsigned int cmd, void __user *arg)
{
	struct mymap_call call = {
		.buffer = handle->buffer,
		.listener = &handle->listener,
		.on_door = true,
		.mode = mode,
		.arg = arg,
	};

	return mymap_ioctl(&call, cmd);
}

/**
 * mymap_ioctl_buffer() - a command on a buffer
 * @handle: of the file, which uses the buffer
 * @mode: f_mode of the file
 * @cmd: MYMAP_IOC_*
 * @arg: the caller's struct
 *
 * Context: process context, may sleep.
 * Return: what the command's description says, or -errno.
 */
long mymap_ioctl_buffer(struct mymap_handle *handle, fmode_t mode,
			unsigned int cmd, void __user *arg)
{
	struct mymap_call call = {
		.buffer = handle->buffer,
		.listener = &handle->listener,
		.mode = mode,
		.arg = arg,
	};

	return mymap_ioctl(&call, cmd);
}
