// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/mymap: the counters, for root. docs/ABI/debugfs-mymap
 * describes the files.
 *
 * Why they do not outlive the module: debugfs_create_file() puts operations of
 * debugfs's own in front of these. An open file has a reference to the owner of
 * ours, so that the module stays until it is closed: debugfs looks into them when
 * it releases a file, also after the file was removed. An open that comes when
 * the module is on its way out finds no such reference to be had, and fails. What
 * has begun to run nevertheless is waited for by debugfs_remove().
 *
 * Nothing depends on this: without debugfs, or where a file cannot be made, there
 * is no error, and under lockdown the files are there and cannot be opened.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "mymap.h"
#include "stats.h"

static struct dentry *mymap_debugfs_dir;

static const char *const mymap_stat_keys[MYMAP_NR_STATS] = {
	[MYMAP_STAT_FAULTS_HUGE] = "faults_huge",
	[MYMAP_STAT_FAULTS_PAGE] = "faults_page",
	[MYMAP_STAT_FAULTS_SIGBUS] = "faults_sigbus",
	[MYMAP_STAT_FAULTS_OOM] = "faults_oom",
	[MYMAP_STAT_ALLOCATED_HUGE] = "allocated_huge",
	[MYMAP_STAT_ALLOCATED_SMALLER] = "allocated_smaller",
	[MYMAP_STAT_ALLOCATION_FALLBACKS] = "allocation_fallbacks",
	[MYMAP_STAT_ALLOCATION_FAILURES] = "allocation_failures",
};

static int mymap_stats_show(struct seq_file *to, void *unused)
{
	struct mymap_stats stats;
	int i;

	mymap_stats_get(&stats);
	seq_printf(to, "buffers %lu\n", stats.nr_buffers);
	seq_printf(to, "resident %llu\n", (u64)stats.nr_resident << PAGE_SHIFT);
	seq_printf(to, "resident_huge %llu\n", (u64)stats.nr_huge << PAGE_SHIFT);
	for (i = 0; i < MYMAP_NR_STATS; i++)
		seq_printf(to, "%s %lu\n", mymap_stat_keys[i], stats.counted[i]);
	return 0;
}

static int mymap_stats_open(struct inode *inode, struct file *file)
{
	return single_open(file, mymap_stats_show, NULL);
}

/* Whatever is written. */
static ssize_t mymap_stats_write(struct file *file, const char __user *from,
				 size_t len, loff_t *pos)
{
	mymap_stats_reset();
	return len;
}

static const struct file_operations mymap_stats_fops = {
	.owner		= THIS_MODULE,
	.open		= mymap_stats_open,
	.read		= seq_read,
	.write		= mymap_stats_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int mymap_enabled_show(struct seq_file *to, void *unused)
{
	seq_printf(to, "%d\n", mymap_stats_enabled());
	return 0;
}

static int mymap_enabled_open(struct inode *inode, struct file *file)
{
	return single_open(file, mymap_enabled_show, NULL);
}

static ssize_t mymap_enabled_write(struct file *file, const char __user *from,
				   size_t len, loff_t *pos)
{
	bool enable;
	int err;

	err = kstrtobool_from_user(from, len, &enable);
	if (err)
		return err;
	mymap_stats_enable(enable);
	return len;
}

static const struct file_operations mymap_enabled_fops = {
	.owner		= THIS_MODULE,
	.open		= mymap_enabled_open,
	.read		= seq_read,
	.write		= mymap_enabled_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/**
 * mymap_debugfs_init() - make the files
 *
 * Context: module init.
 */
void mymap_debugfs_init(void)
{
	/* An error is fine as a parent, and what was made is of no use to us. */
	mymap_debugfs_dir = debugfs_create_dir("mymap", NULL);
	debugfs_create_file("enabled", 0600, mymap_debugfs_dir, NULL,
			    &mymap_enabled_fops);
	debugfs_create_file("stats", 0600, mymap_debugfs_dir, NULL,
			    &mymap_stats_fops);
}

/**
 * mymap_debugfs_exit() - the mirror of mymap_debugfs_init()
 *
 * Context: module exit; waits for who reads or writes them.
 */
void mymap_debugfs_exit(void)
{
	debugfs_remove(mymap_debugfs_dir);
}
