/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between kernels that only who exports dma-bufs meets.
 */
#ifndef _MYMAP_COMPAT_DMA_BUF_H
#define _MYMAP_COMPAT_DMA_BUF_H

#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>

/*
 * The functions of dma-bufs have a namespace of symbols from 5.16 on, which was a
 * token before 6.13 and is a string since. To import what is not there is nothing.
 */
#ifdef MYMAP_HAVE_IMPORT_NS_STRING
#define COMPAT_IMPORT_NS_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#else
#define COMPAT_IMPORT_NS_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#endif

/*
 * dma_buf_ops.vmap returned an address, or NULL, until 5.11, and vunmap took it. It
 * stands in a struct since, which has another name from 5.18 on. Here @map is what
 * both have of it: an address or an ERR_PTR is told by compat_vmap_tell(), and
 * compat_vmap_address() is the one to be unmapped.
 */
#if defined(MYMAP_HAVE_VMAP_IOSYS)
#define compat_map iosys_map
#define compat_map_set_vaddr iosys_map_set_vaddr
#elif defined(MYMAP_HAVE_VMAP_MAP)
#define compat_map dma_buf_map
#define compat_map_set_vaddr dma_buf_map_set_vaddr
#endif

#ifdef compat_map
#define COMPAT_VMAP(name) \
	int name(struct dma_buf *dmabuf, struct compat_map *map)
#define COMPAT_VUNMAP(name) \
	void name(struct dma_buf *dmabuf, struct compat_map *map)
#define compat_vmap_tell(address) compat_map_tell(map, address)
#define compat_vmap_address() ((map)->vaddr)

static inline int compat_map_tell(struct compat_map *map, void *address)
{
	if (IS_ERR(address))
		return PTR_ERR(address);
	compat_map_set_vaddr(map, address);
	return 0;
}
#else
#define compat_vmap_t void *
#define COMPAT_VMAP(name) compat_vmap_t name(struct dma_buf *dmabuf)
#define COMPAT_VUNMAP(name) void name(struct dma_buf *dmabuf, void *map)
#define compat_vmap_address() (map)

static inline void *compat_vmap_tell(void *address)
{
	return IS_ERR(address) ? NULL : address;
}
#endif

/*
 * vma_set_file() came with 5.11. Before, the core put the file that was mapped
 * where mmap failed, so that it may be exchanged only when nothing fails any more.
 */
static inline void compat_vma_set_file(struct vm_area_struct *vma,
				       struct file *file)
{
#ifdef MYMAP_HAVE_VMA_SET_FILE
	vma_set_file(vma, file);
#else
	fput(vma->vm_file);
	vma->vm_file = get_file(file);
#endif
}

#endif /* _MYMAP_COMPAT_DMA_BUF_H */
