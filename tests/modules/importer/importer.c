// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that imports the dma-buf whose descriptor is its parameter, and plays a
 * device that uses it: through the addresses that it is told, as a device does, and
 * not through the pages. Where they are those of a copy (swiotlb), that shows who
 * forgets to synchronize. Without an IOMMU.
 *
 * The bytes have stages, of which each changes every byte. At the end they are in
 * stage IMPORTER_STAGE, for tests/programs/importer.c to see. The module stays
 * loaded if all is right, and with hold=1 so does what it has imported, which
 * /dev/mymap-importer then maps.
 */
#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>

#include "compat/dma-buf.h"
#include "importer.h"

/* Before 6.2 there was no lock that who imports would have to take or not. */
#ifndef MYMAP_HAVE_ATTACHMENT_UNLOCKED
#define dma_buf_map_attachment_unlocked dma_buf_map_attachment
#define dma_buf_unmap_attachment_unlocked dma_buf_unmap_attachment
#endif
#ifndef MYMAP_HAVE_VMAP_UNLOCKED
#define dma_buf_vmap_unlocked dma_buf_vmap
#define dma_buf_vunmap_unlocked dma_buf_vunmap
#endif

static int fd = -1;
module_param(fd, int, 0);
MODULE_PARM_DESC(fd, "Descriptor of the dma-buf, of who loads the module");

static bool hold;
module_param(hold, bool, 0);
MODULE_PARM_DESC(hold, "Keep it, mapped, until the module goes");

static bool broken;
module_param(broken, bool, 0);
MODULE_PARM_DESC(broken, "It cannot be imported, since its memory is broken");

static bool copied;
module_param(copied, bool, 0);
MODULE_PARM_DESC(copied, "What the device sees is a copy");

static int one_way;
module_param(one_way, int, 0);
MODULE_PARM_DESC(one_way, "1: the device only reads; 2: it only writes; 0: both");

static struct platform_device *pdev, *other_pdev;
static struct dma_buf *dmabuf;

/* A device that has it. */
struct importer {
	struct dma_buf_attachment *attachment;
	struct sg_table *table;
	enum dma_data_direction direction;
};

static struct importer held;

/* For each part that a device sees in one piece. */
typedef int (*importer_fn)(u8 *bytes, size_t len, size_t offset, u8 stage);

static int check(u8 *bytes, size_t len, size_t offset, u8 stage)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (bytes[i] == importer_byte(offset + i, stage))
			continue;
		pr_info("byte %zu of stage %u is %#x, not %#x\n", offset + i,
			stage, bytes[i], importer_byte(offset + i, stage));
		return -EILSEQ;
	}
	return 0;
}

static int write(u8 *bytes, size_t len, size_t offset, u8 stage)
{
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = importer_byte(offset + i, stage);
	return 0;
}

/* By pages, of which the kernel need not have an address otherwise. */
static int at(phys_addr_t where, size_t len, importer_fn act, size_t offset,
	      u8 stage)
{
	int err = 0;

	while (len && !err) {
		size_t in_page = offset_in_page(where);
		size_t part = min_t(size_t, len, PAGE_SIZE - in_page);
		struct page *page = pfn_to_page(PHYS_PFN(where));

		err = act((u8 *)kmap(page) + in_page, part, offset, stage);
		kunmap(page);
		where += part;
		offset += part;
		len -= part;
	}
	return err;
}

/* As the device: from address to address. */
static int by_device(struct importer *importer, importer_fn act, u8 stage)
{
	struct device *dev = importer->attachment->dev;
	struct scatterlist *sg;
	size_t offset = 0;
	int i, err;

	for_each_sgtable_dma_sg(importer->table, sg, i) {
		err = at(dma_to_phys(dev, sg_dma_address(sg)), sg_dma_len(sg),
			 act, offset, stage);
		if (err)
			return err;
		offset += sg_dma_len(sg);
	}
	return offset == dmabuf->size ? 0 : -EMSGSIZE;
}

static int check_table(struct importer *importer)
{
	struct device *dev = importer->attachment->dev;
	bool copy = false;
	struct scatterlist *sg;
	size_t offset = 0;
	int i;

	for_each_sgtable_sg(importer->table, sg, i) {
		if (sg->offset || !sg->length || sg->length % PAGE_SIZE ||
		    sg->length > dma_max_mapping_size(dev))
			return -EMSGSIZE;
		offset += sg->length;
		copy |= dma_to_phys(dev, sg_dma_address(sg)) != sg_phys(sg);
	}
	pr_info("%zu bytes in %u runs%s\n", offset, importer->table->orig_nents,
		copy ? ", copied" : "");
	return offset == dmabuf->size && copy == copied ? 0 : -EMSGSIZE;
}

static void unimport(struct importer *importer)
{
	dma_buf_unmap_attachment_unlocked(importer->attachment, importer->table,
					  importer->direction);
	dma_buf_detach(dmabuf, importer->attachment);
}

static int import(struct importer *importer, struct device *dev,
		  enum dma_data_direction direction)
{
	struct sg_table *again;
	int err;

	importer->direction = direction;
	importer->attachment = dma_buf_attach(dmabuf, dev);
	if (IS_ERR(importer->attachment))
		return PTR_ERR(importer->attachment);
	importer->table = dma_buf_map_attachment_unlocked(importer->attachment,
							  direction);
	if (IS_ERR(importer->table)) {
		err = PTR_ERR(importer->table);
		dma_buf_detach(dmabuf, importer->attachment);
		return err;
	}
	/* Once at a time. */
	again = dma_buf_map_attachment_unlocked(importer->attachment,
						direction);
	err = again == ERR_PTR(-EBUSY) ? check_table(importer) : -EILSEQ;
	if (err)
		unimport(importer);
	return err;
}

/* The processor, by the kernel's address, and the device take turns. */
static int take_turns(struct importer *importer, u8 *memory)
{
	size_t size = dmabuf->size;
	u8 stage = 0;
	int err;

	err = by_device(importer, check, stage);
	if (err)
		return err;
	by_device(importer, write, ++stage);
	err = dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE) ?:
		check(memory, size, 0, stage);
	if (err)
		return err;
	write(memory, size, 0, ++stage);
	err = dma_buf_end_cpu_access(dmabuf, DMA_TO_DEVICE) ?:
		by_device(importer, check, stage);
	if (err)
		return err;

	/* To unmap it is to give it back, and to map it is to have it. */
	by_device(importer, write, ++stage);
	dma_buf_unmap_attachment_unlocked(importer->attachment, importer->table,
					  DMA_BIDIRECTIONAL);
	err = check(memory, size, 0, stage);
	if (!err)
		write(memory, size, 0, ++stage);
	importer->table = dma_buf_map_attachment_unlocked(importer->attachment,
							  DMA_BIDIRECTIONAL);
	if (IS_ERR(importer->table))
		return PTR_ERR(importer->table);
	return err ?: by_device(importer, check, stage);
}

/*
 * A device that only reads: nothing of what the processor has written is lost, whatever
 * it is about to do, and the device has it at the end.
 */
static int to_device(struct importer *importer, u8 *memory)
{
	size_t size = dmabuf->size;
	int err;

	err = by_device(importer, check, 0);
	write(memory, size, 0, 1);
	err = err ?: dma_buf_begin_cpu_access(dmabuf, DMA_BIDIRECTIONAL) ?:
		check(memory, size, 0, 1);
	err = err ?: dma_buf_end_cpu_access(dmabuf, DMA_BIDIRECTIONAL) ?:
		by_device(importer, check, 1);
	write(memory, size, 0, IMPORTER_STAGE);
	return err;
}

/*
 * A device that only writes: what it has written is there, and what the processor has
 * written does not reach its copy.
 */
static int from_device(struct importer *importer, u8 *memory)
{
	size_t size = dmabuf->size;
	int err;

	by_device(importer, write, 1);
	err = dma_buf_begin_cpu_access(dmabuf, DMA_BIDIRECTIONAL) ?:
		check(memory, size, 0, 1);
	write(memory, size, 0, 2);
	err = err ?: dma_buf_end_cpu_access(dmabuf, DMA_BIDIRECTIONAL) ?:
		by_device(importer, check, copied ? 1 : 2);
	by_device(importer, write, IMPORTER_STAGE);
	return err;
}

/* Two devices have it at the same time, and see the same where there is no copy. */
static int two_at_a_time(struct importer *importer)
{
	struct importer other;
	int err;

	err = import(&other, &other_pdev->dev, DMA_BIDIRECTIONAL);
	if (err)
		return err;
	if (!copied) {
		by_device(importer, write, 77);
		err = by_device(&other, check, 77);
		by_device(&other, write, IMPORTER_STAGE);
		err = err ?: by_device(importer, check, IMPORTER_STAGE);
	} else {
		by_device(importer, write, IMPORTER_STAGE);
		by_device(&other, write, IMPORTER_STAGE);
	}
	unimport(&other);
	return err;
}

/* The kernel's address of it, or an ERR_PTR; and to give that back. */
static u8 *map_it(void)
{
#ifdef compat_map
	struct compat_map map;
	int err = dma_buf_vmap_unlocked(dmabuf, &map);

	return err ? ERR_PTR(err) : map.vaddr;
#else
	return dma_buf_vmap_unlocked(dmabuf) ?: ERR_PTR(-ENOMEM);
#endif
}

static void unmap_it(u8 *memory)
{
#ifdef compat_map
	struct compat_map map;

	compat_map_set_vaddr(&map, memory);
	dma_buf_vunmap_unlocked(dmabuf, &map);
#else
	dma_buf_vunmap_unlocked(dmabuf, memory);
#endif
}

static int use(struct importer *importer)
{
	u8 *memory, *again;
	int err = 0;

	memory = map_it();
	if (IS_ERR(memory))
		return PTR_ERR(memory);
	again = map_it();
	if (!IS_ERR(again))
		unmap_it(again);
	if (again != memory)
		err = -EILSEQ;
	if (!err && one_way == 1)
		err = to_device(importer, memory);
	else if (!err && one_way == 2)
		err = from_device(importer, memory);
	else
		err = err ?: take_turns(importer, memory) ?:
			two_at_a_time(importer);
	unmap_it(memory);
	if (err)
		return err;
	/* And anew, when nobody has it any more. */
	memory = map_it();
	if (IS_ERR(memory))
		return PTR_ERR(memory);
	unmap_it(memory);
	return 0;
}

static int importer_mmap(struct file *file, struct vm_area_struct *vma)
{
	return dma_buf_mmap(dmabuf, vma, vma->vm_pgoff);
}

static const struct file_operations importer_fops = {
	.owner	= THIS_MODULE,
	.mmap	= importer_mmap,
};

static struct miscdevice importer_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "mymap-importer",
	.fops	= &importer_fops,
};

static struct platform_device *make_device(const char *name)
{
	struct platform_device *device;

	device = platform_device_register_simple(name, PLATFORM_DEVID_NONE,
						 NULL, 0);
	if (!IS_ERR(device))
		WARN_ON(dma_coerce_mask_and_coherent(&device->dev,
						     DMA_BIT_MASK(64)));
	return device;
}

/* Not by vmap: the core of dma-bufs warns of whatever fails there. */
static int use_broken(void)
{
	return import(&held, &pdev->dev, DMA_BIDIRECTIONAL) == -EIO ?
		0 : -EILSEQ;
}

static int __init importer_init(void)
{
	int err;

	pdev = make_device("mymap-importer");
	other_pdev = make_device("mymap-importer-too");
	if (IS_ERR(pdev) || IS_ERR(other_pdev)) {
		err = -ENODEV;
		goto err_unregister;
	}
	dmabuf = dma_buf_get(fd);
	if (IS_ERR(dmabuf)) {
		err = PTR_ERR(dmabuf);
		goto err_unregister;
	}
	if (broken) {
		err = use_broken();
		hold = false;
		goto out_put;
	}
	err = import(&held, &pdev->dev, one_way == 1 ? DMA_TO_DEVICE :
		     one_way == 2 ? DMA_FROM_DEVICE : DMA_BIDIRECTIONAL);
	if (err)
		goto out_put;
	err = use(&held);
	if (!err && hold)
		err = misc_register(&importer_misc);
	if (!err && hold)
		return 0;
	unimport(&held);
out_put:
	dma_buf_put(dmabuf);
	if (!err)
		return 0;
	hold = false;
err_unregister:
	/* Where there is none, it does nothing. */
	platform_device_unregister(other_pdev);
	platform_device_unregister(pdev);
	return err;
}
module_init(importer_init);

static void __exit importer_exit(void)
{
	if (hold) {
		misc_deregister(&importer_misc);
		unimport(&held);
		dma_buf_put(dmabuf);
	}
	platform_device_unregister(other_pdev);
	platform_device_unregister(pdev);
}
module_exit(importer_exit);

MODULE_DESCRIPTION("Imports a dma-buf and looks at every byte");
MODULE_LICENSE("GPL");
COMPAT_IMPORT_NS_DMA_BUF;
