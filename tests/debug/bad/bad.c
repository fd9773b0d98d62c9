// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mistakes on purpose: a module that is never loaded, but makes the mistake that
 * its parameter names while somebody tries to. tests/debug/detectors.bats sees
 * that the debug kernel notices each of them.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static char *mistake = "none";
module_param(mistake, charp, 0);
MODULE_PARM_DESC(mistake, "What to do wrong");

/* Parameters, so that the compiler does not know them. */
static int nr_bytes = 100;
module_param(nr_bytes, int, 0);
MODULE_PARM_DESC(nr_bytes, "A size that is not that of a slab, and too much to shift by");

static int nr_elements = 4;
module_param(nr_elements, int, 0);
MODULE_PARM_DESC(nr_elements, "Elements of an array");

/* Where results go, so that the compiler does not leave them out. */
static int sink;
static int array[4];

static void bad_lock_order(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);

	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static void bad_sleep(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(kmalloc(nr_bytes, GFP_KERNEL));
	spin_unlock(&lock);
}

static void bad_shift(void)
{
	WRITE_ONCE(sink, 1 << nr_bytes);
}

static void bad_index(void)
{
	WRITE_ONCE(sink, array[nr_elements]);
}

static void bad_list(void)
{
	struct list_head head, entry;

	INIT_LIST_HEAD(&head);
	list_add(&entry, &head);
	entry.next = &entry;
	list_del(&entry);
}

/* More than one, since a stale register may point at the last. */
static void bad_leak(void)
{
	int i;

	for (i = 0; i < 10; i++)
		memset(kmalloc(nr_bytes, GFP_KERNEL), i, nr_bytes);
}

/* These only read, since what they would damage is in use by others. */
static void bad_use_after_free(void)
{
	char *bytes = kmalloc(nr_bytes, GFP_KERNEL);

	kfree(bytes);
	WRITE_ONCE(sink, READ_ONCE(bytes[0]));
}

static void bad_slab_bounds(void)
{
	char *bytes = kmalloc(nr_bytes, GFP_KERNEL);

	WRITE_ONCE(sink, READ_ONCE(bytes[nr_bytes]));
	kfree(bytes);
}

static void bad_vmalloc_bounds(void)
{
	char *bytes = vmalloc(PAGE_SIZE - nr_bytes);

	WRITE_ONCE(sink, READ_ONCE(bytes[PAGE_SIZE - nr_bytes + 8]));
	vfree(bytes);
}

/* A page that is given back while it still belongs to a file. */
static void bad_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	page->mapping = (struct address_space *)page;
	__free_page(page);
}

/*
 * A page of the caller's own stack that is anonymous no more, though it is mapped:
 * the caller dies of it.
 */
static void bad_page_table(void)
{
	struct page *page;

	if (get_user_pages_fast(current->mm->start_stack, 1, 0, &page) != 1)
		return;
	lock_page(page);
	page->mapping = NULL;
	unlock_page(page);
	put_page(page);
}

/* What was never mapped for a device is unmapped. */
static void bad_dma(void)
{
	struct platform_device *device =
		platform_device_register_simple("mymap-bad", -1, NULL, 0);

	if (IS_ERR(device))
		return;
	if (!dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(64)))
		dma_unmap_page(&device->dev, PAGE_SIZE * nr_bytes, PAGE_SIZE,
			       DMA_BIDIRECTIONAL);
	platform_device_unregister(device);
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "lock_order", bad_lock_order },
	{ "sleep", bad_sleep },
	{ "shift", bad_shift },
	{ "index", bad_index },
	{ "list", bad_list },
	{ "leak", bad_leak },
	{ "use_after_free", bad_use_after_free },
	{ "slab_bounds", bad_slab_bounds },
	{ "vmalloc_bounds", bad_vmalloc_bounds },
	{ "page", bad_page },
	{ "dma", bad_dma },
	{ "page_table", bad_page_table },
};

static int __init bad_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (strcmp(mistakes[i].name, mistake))
			continue;
		mistakes[i].make();
		return -ECANCELED;
	}
	return -EINVAL;
}
module_init(bad_init);

MODULE_DESCRIPTION("Mistakes on purpose");
MODULE_LICENSE("GPL");
