// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: parameters, the ladder up and the same ladder down.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "mymap.h"

static unsigned long default_size = PAGE_SIZE;
module_param(default_size, ulong, 0444);
MODULE_PARM_DESC(default_size,
		 "Size of the default buffer behind /dev/mymap in bytes; one page if left out, 0 switches it off");

/*
 * The limits can be set at any time; the core lets one after the other set a
 * parameter. They read as they were set.
 */
struct mymap_limit_parameter {
	enum mymap_limit which;
	unsigned long bytes;
};

static int mymap_limit_set(const char *text, const struct kernel_param *kp)
{
	struct mymap_limit_parameter *parameter = kp->arg;
	unsigned long bytes;
	int err;

	err = kstrtoul(text, 0, &bytes);
	if (err)
		return err;
	err = mymap_limits_set(parameter->which, bytes);
	if (err) {
		pr_err("%s must be 0 or at least one page (%lu bytes)\n",
		       kp->name, PAGE_SIZE);
		return err;
	}
	parameter->bytes = bytes;
	return 0;
}

static int mymap_limit_get(char *to, const struct kernel_param *kp)
{
	const struct mymap_limit_parameter *parameter = kp->arg;

	return scnprintf(to, PAGE_SIZE, "%lu\n", parameter->bytes);
}

static const struct kernel_param_ops mymap_limit_ops = {
	.set = mymap_limit_set,
	.get = mymap_limit_get,
};

static struct mymap_limit_parameter max_buffer_size = {
	.which = MYMAP_LIMIT_BUFFER,
};
module_param_cb(max_buffer_size, &mymap_limit_ops, &max_buffer_size, 0644);
__MODULE_PARM_TYPE(max_buffer_size, "ulong");
MODULE_PARM_DESC(max_buffer_size,
		 "Largest buffer in bytes; 0 or left out for three quarters of RAM");

static struct mymap_limit_parameter max_user_size = {
	.which = MYMAP_LIMIT_USER,
};
module_param_cb(max_user_size, &mymap_limit_ops, &max_user_size, 0644);
__MODULE_PARM_TYPE(max_user_size, "ulong");
MODULE_PARM_DESC(max_user_size,
		 "Bytes all buffers of one user together may have, but for CAP_SYS_RESOURCE; 0 or left out for as much as max_total_size");

static struct mymap_limit_parameter max_total_size = {
	.which = MYMAP_LIMIT_TOTAL,
};
module_param_cb(max_total_size, &mymap_limit_ops, &max_total_size, 0644);
__MODULE_PARM_TYPE(max_total_size, "ulong");
MODULE_PARM_DESC(max_total_size,
		 "Bytes all created buffers together may have; 0 or left out for three quarters of RAM");

module_param_named(unprivileged_names, mymap_unprivileged_names, bool, 0644);
MODULE_PARM_DESC(unprivileged_names,
		 "Let all who may open /dev/mymap make named buffers of their own; needs CAP_SYS_ADMIN if left out");

module_param_named(expose_addresses, mymap_expose_addresses, bool, 0644);
MODULE_PARM_DESC(expose_addresses,
		 "Tell all who have a buffer where it is for its device; needs CAP_SYS_RAWIO if left out");

static int __init mymap_init(void)
{
	int err;

	err = mymap_bufferfs_init();
	if (err) {
		pr_err("cannot register the filesystem: error %d\n", err);
		return err;
	}

	err = mymap_sysfs_init();
	if (err) {
		pr_err("cannot make /sys/class/mymap: error %d\n", err);
		goto err_exit_bufferfs;
	}

	err = mymap_names_init();
	if (err) {
		pr_err("cannot get device numbers for named buffers: error %d\n",
		       err);
		goto err_exit_sysfs;
	}

	err = mymap_drivers_init();
	if (err) {
		pr_err("cannot register the drivers of devices: error %d\n", err);
		goto err_exit_names;
	}

	/* No file of ours is open before this, so that all may still fail. */
	err = mymap_chardev_init(default_size);
	if (err) {
		pr_err("cannot make /dev/mymap with default_size=%lu: error %d\n",
		       default_size, err);
		goto err_exit_drivers;
	}
	mymap_debugfs_init();
	mymap_drivers_start();
	return 0;

err_exit_drivers:
	mymap_drivers_exit();
err_exit_names:
	mymap_names_exit();
err_exit_sysfs:
	mymap_sysfs_exit();
err_exit_bufferfs:
	mymap_bufferfs_exit();
	return err;
}

static void __exit mymap_exit(void)
{
	mymap_debugfs_exit();
	mymap_chardev_exit();
	mymap_drivers_exit();
	mymap_names_exit();
	mymap_sysfs_exit();
	mymap_bufferfs_exit();
}

module_init(mymap_init);
module_exit(mymap_exit);

MODULE_DESCRIPTION("Kernel memory that user space can map, share and hand to hardware");
MODULE_AUTHOR("The mymap maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(MYMAP_MODULE_VERSION);
