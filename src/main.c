// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: parameters, the ladder up and the same ladder down.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "mymap.h"

static unsigned long default_size = PAGE_SIZE;
module_param(default_size, ulong, 0444);
MODULE_PARM_DESC(default_size,
		 "Size of the default buffer behind /dev/mymap in bytes; one page if left out, 0 switches it off");

static unsigned long max_buffer_size;
module_param(max_buffer_size, ulong, 0444);
MODULE_PARM_DESC(max_buffer_size,
		 "Largest buffer in bytes; 0 or left out for three quarters of RAM");

static unsigned long max_total_size;
module_param(max_total_size, ulong, 0444);
MODULE_PARM_DESC(max_total_size,
		 "Bytes all created buffers together may have; 0 or left out for three quarters of RAM");

module_param_named(unprivileged_names, mymap_unprivileged_names, bool, 0644);
MODULE_PARM_DESC(unprivileged_names,
		 "Let all who may open /dev/mymap make named buffers of their own; needs CAP_SYS_ADMIN if left out");

static int __init mymap_init(void)
{
	int err;

	err = mymap_limits_init(max_buffer_size, max_total_size);
	if (err) {
		pr_err("max_buffer_size and max_total_size must be 0 or at least one page (%lu bytes)\n",
		       PAGE_SIZE);
		return err;
	}

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

	err = mymap_chardev_init(default_size);
	if (err) {
		pr_err("cannot make /dev/mymap with default_size=%lu: error %d\n",
		       default_size, err);
		goto err_exit_names;
	}
	return 0;

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
	mymap_chardev_exit();
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
