// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exports: a buffer, or a range of it, as a dma-buf, for drivers of other devices.
 *
 * Who keeps whom:
 *
 *   an importer, a descriptor > the dma-buf > the export > a file > the buffer
 *   the dma-buf > the module
 *
 * An importer cannot be told that memory goes. So an export has all of its memory
 * from the beginning, and freezes the buffer: it keeps its size and gets no holes
 * until the last export of it has been released. Only what need not be taken away
 * can be exported: pages, which stay when a device goes.
 *
 * The file is one of the export's own, so that the one that was exported can be
 * closed for good, with what was added to it. It is what a mapping of the dma-buf
 * becomes a mapping of: whoever takes memory away from a buffer finds all mappings
 * by its inode, and this one may outlive the export. Through the file no more than
 * the range can be mapped.
 *
 * An attachment has a table of its own, since its device has addresses of its own
 * in it. It is gathered once: who maps and unmaps it for each transfer pays for
 * the mapping only. That is not kept: to map and to unmap is how an importer says
 * whose turn it is.
 *
 * Newer kernels hold the dma-buf's reservation lock around most of the operations:
 * it is outside of mymap_dmabuf.lock and of mymap_buffer.lock, neither of which is
 * taken under the other.
 */
#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat/dma-buf.h"
#include "devices.h"
#include "mymap.h"

COMPAT_IMPORT_NS_DMA_BUF;

/**
 * struct mymap_dmabuf - what one dma-buf is of
 * @file: a file of the buffer, which holds it
 * @buffer: the buffer, which is frozen
 * @range: its pages
 * @lock: guards @attachments, what they are mapped for, and @address
 * @attachments: of importers
 * @address: where the kernel sees the range, or NULL
 */
struct mymap_dmabuf {
	struct file *file;
	struct mymap_buffer *buffer;
	struct mymap_window range;
	struct mutex lock;
	struct list_head attachments;
	void *address;
};

/**
 * struct mymap_attachment - a device of an importer
 * @node: among those of the export
 * @table: the pages, and where the device sees them while they are mapped
 * @direction: for which they are mapped; DMA_NONE while they are not
 * @dev: the device
 */
struct mymap_attachment {
	struct list_head node;
	struct sg_table table;
	enum dma_data_direction direction;
	struct device *dev;
};

static int mymap_dmabuf_attach(struct dma_buf *dmabuf,
			       struct dma_buf_attachment *importer)
{
	struct mymap_dmabuf *export = dmabuf->priv;
	struct mymap_buffer *buffer = export->buffer;
	struct mymap_attachment *attachment;
	int err;

	attachment = kzalloc(sizeof(*attachment), GFP_KERNEL_ACCOUNT);
	if (!attachment)
		return -ENOMEM;
	attachment->direction = DMA_NONE;
	attachment->dev = importer->dev;

	/* What has to be copied for a device is so in runs of limited length. */
	mutex_lock(&buffer->lock);
	err = mymap_gather_table(&buffer->pages, export->range.first,
				 export->range.last,
				 max(dma_max_mapping_size(importer->dev),
				     (size_t)PAGE_SIZE),
				 &attachment->table);
	mutex_unlock(&buffer->lock);
	if (err) {
		kfree(attachment);
		return err;
	}

	importer->priv = attachment;
	mutex_lock(&export->lock);
	list_add_tail(&attachment->node, &export->attachments);
	mutex_unlock(&export->lock);
	return 0;
}

static void mymap_dmabuf_detach(struct dma_buf *dmabuf,
				struct dma_buf_attachment *importer)
{
	struct mymap_attachment *attachment = importer->priv;
	struct mymap_dmabuf *export = dmabuf->priv;

	mutex_lock(&export->lock);
	list_del(&attachment->node);
	mutex_unlock(&export->lock);
	sg_free_table(&attachment->table);
	kfree(attachment);
}

/* Once at a time: there is one table to put addresses into. */
static struct sg_table *
mymap_dmabuf_map_dma_buf(struct dma_buf_attachment *importer,
			 enum dma_data_direction direction)
{
	struct mymap_attachment *attachment = importer->priv;
	struct mymap_dmabuf *export = importer->dmabuf->priv;
	int err = -EBUSY;

	mutex_lock(&export->lock);
	if (attachment->direction == DMA_NONE)
		err = dma_map_sgtable(attachment->dev, &attachment->table,
				      direction, 0);
	if (!err)
		attachment->direction = direction;
	mutex_unlock(&export->lock);
	return err ? ERR_PTR(err) : &attachment->table;
}

static void mymap_dmabuf_unmap_dma_buf(struct dma_buf_attachment *importer,
				       struct sg_table *table,
				       enum dma_data_direction direction)
{
	struct mymap_attachment *attachment = importer->priv;
	struct mymap_dmabuf *export = importer->dmabuf->priv;

	mutex_lock(&export->lock);
	dma_unmap_sgtable(attachment->dev, table, direction, 0);
	attachment->direction = DMA_NONE;
	mutex_unlock(&export->lock);
}

/*
 * What is mapped for one direction may be synchronized for that one only. What is
 * mapped for both is so for what the processor is about to do.
 */
static enum dma_data_direction
mymap_sync_direction(const struct mymap_attachment *attachment,
		     enum dma_data_direction direction)
{
	return attachment->direction == DMA_BIDIRECTIONAL ?
		direction : attachment->direction;
}

static int mymap_dmabuf_begin_cpu_access(struct dma_buf *dmabuf,
					 enum dma_data_direction direction)
{
	struct mymap_dmabuf *export = dmabuf->priv;
	struct mymap_attachment *attachment;

	mutex_lock(&export->lock);
	if (export->address)
		invalidate_kernel_vmap_range(export->address, dmabuf->size);
	list_for_each_entry(attachment, &export->attachments, node) {
		if (attachment->direction == DMA_NONE)
			continue;
		dma_sync_sgtable_for_cpu(attachment->dev, &attachment->table,
					 mymap_sync_direction(attachment,
							      direction));
	}
	mutex_unlock(&export->lock);
	return 0;
}

static int mymap_dmabuf_end_cpu_access(struct dma_buf *dmabuf,
				       enum dma_data_direction direction)
{
	struct mymap_dmabuf *export = dmabuf->priv;
	struct mymap_attachment *attachment;

	mutex_lock(&export->lock);
	if (export->address)
		flush_kernel_vmap_range(export->address, dmabuf->size);
	list_for_each_entry(attachment, &export->attachments, node) {
		if (attachment->direction == DMA_NONE)
			continue;
		dma_sync_sgtable_for_device(attachment->dev, &attachment->table,
					    mymap_sync_direction(attachment,
								 direction));
	}
	mutex_unlock(&export->lock);
	return 0;
}

/* The core has looked whether it is inside of the dma-buf. */
static int mymap_dmabuf_mmap(struct dma_buf *dmabuf,
			     struct vm_area_struct *vma)
{
	struct mymap_dmabuf *export = dmabuf->priv;
	int err;

	vma->vm_pgoff += export->range.first;
	err = mymap_vm_mmap_window(export->buffer, &export->range, vma);
	if (err)
		return err;
	/* The mapping is the buffer's now, and found through its inode. */
	compat_vma_set_file(vma, export->file);
	return 0;
}

/* The core asks for one at a time, and counts who uses it. */
static void *mymap_dmabuf_get_address(struct dma_buf *dmabuf)
{
	struct mymap_dmabuf *export = dmabuf->priv;
	void *address;

	address = mymap_gather_address(&export->buffer->pages,
				       export->range.first,
				       export->range.last);
	if (IS_ERR(address))
		return address;

	mutex_lock(&export->lock);
	export->address = address;
	mutex_unlock(&export->lock);
	return address;
}

static void mymap_dmabuf_put_address(struct dma_buf *dmabuf, void *address)
{
	struct mymap_dmabuf *export = dmabuf->priv;

	mutex_lock(&export->lock);
	export->address = NULL;
	mutex_unlock(&export->lock);
	vunmap(address);
}

static COMPAT_VMAP(mymap_dmabuf_vmap)
{
	return compat_vmap_tell(mymap_dmabuf_get_address(dmabuf));
}

static COMPAT_VUNMAP(mymap_dmabuf_vunmap)
{
	mymap_dmabuf_put_address(dmabuf, compat_vmap_address());
}

/* The mirror of mymap_dmabuf_create(). */
static void mymap_dmabuf_destroy(struct mymap_dmabuf *export)
{
	mymap_buffer_thaw(export->buffer);
	/* With the buffer, if it is the last one. */
	fput(export->file);
	mutex_destroy(&export->lock);
	kfree(export);
}

/* Nobody has it any more. The core puts the module when this has returned. */
static void mymap_dmabuf_release(struct dma_buf *dmabuf)
{
	mymap_dmabuf_destroy(dmabuf->priv);
}

static const struct dma_buf_ops mymap_dmabuf_ops = {
	.attach		  = mymap_dmabuf_attach,
	.detach		  = mymap_dmabuf_detach,
	.map_dma_buf	  = mymap_dmabuf_map_dma_buf,
	.unmap_dma_buf	  = mymap_dmabuf_unmap_dma_buf,
	.begin_cpu_access = mymap_dmabuf_begin_cpu_access,
	.end_cpu_access	  = mymap_dmabuf_end_cpu_access,
	.mmap		  = mymap_dmabuf_mmap,
	.vmap		  = mymap_dmabuf_vmap,
	.vunmap		  = mymap_dmabuf_vunmap,
	.release	  = mymap_dmabuf_release,
};

/* A frozen buffer that has all of the range. */
static struct mymap_dmabuf *mymap_dmabuf_create(struct mymap_buffer *buffer,
						u64 offset, u64 len)
{
	struct mymap_dmabuf *export;
	int err;

	export = kzalloc(sizeof(*export), GFP_KERNEL_ACCOUNT);
	if (!export)
		return ERR_PTR(-ENOMEM);
	export->buffer = buffer;
	mutex_init(&export->lock);
	INIT_LIST_HEAD(&export->attachments);

	err = mymap_buffer_freeze(buffer, offset, len);
	if (err)
		goto err_free;
	export->range.first = offset >> PAGE_SHIFT;
	export->range.last = (offset + len) >> PAGE_SHIFT;
	/* The caller has a reference, so that there is one more to be had. */
	kref_get(&buffer->ref);
	export->file = mymap_bufferfs_open(buffer, O_RDWR);
	if (IS_ERR(export->file)) {
		err = PTR_ERR(export->file);
		goto err_thaw;
	}
	mymap_handle_of(export->file)->window = export->range;
	return export;

err_thaw:
	mymap_buffer_thaw(buffer);
err_free:
	mutex_destroy(&export->lock);
	kfree(export);
	return ERR_PTR(err);
}

/**
 * mymap_dmabuf_export() - export a range of a buffer as a dma-buf
 * @buffer: the buffer, in use by the caller
 * @offset: bytes, a multiple of the page size
 * @len: bytes, likewise, not 0
 *
 * Importers may write to it, and so may who maps it.
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: a new descriptor, -EINVAL where the range is not inside of the buffer,
 * -EOPNOTSUPP where its memory goes with a device, -ENOMEM, -EINTR, -EMFILE or
 * -ENFILE.
 */
int mymap_dmabuf_export(struct mymap_buffer *buffer, u64 offset, u64 len)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct mymap_dmabuf *export;
	struct dma_buf *dmabuf;
	int fd;

	/* A dma-buf's size is of the machine's width. */
	if (len != (size_t)len)
		return -EINVAL;
	export = mymap_dmabuf_create(buffer, offset, len);
	if (IS_ERR(export))
		return PTR_ERR(export);

	info.ops = &mymap_dmabuf_ops;
	info.size = len;
	info.flags = O_RDWR;
	info.priv = export;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		mymap_dmabuf_destroy(export);
		return PTR_ERR(dmabuf);
	}

	/* The export is the dma-buf's now, and that the descriptor's. */
	fd = dma_buf_fd(dmabuf, O_CLOEXEC);
	if (fd < 0)
		dma_buf_put(dmabuf);
	return fd;
}
