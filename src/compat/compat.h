/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between kernels: all of them, and nothing of mymap's own.
 * probes.mk finds them out by looking at the headers.
 */
#ifndef _MYMAP_COMPAT_H
#define _MYMAP_COMPAT_H

#include <linux/device.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/pagemap.h>
#include <linux/rbtree.h>	/* for DEFINE_MUTEX() of 5.10 with PREEMPT_RT */
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#ifdef MYMAP_HAVE_CC_PLATFORM
#include <linux/cc_platform.h>
#endif

/*
 * setattr: takes (dentry, attr); from 5.12 a user namespace before them; from
 * 6.3 a struct mnt_idmap.
 */
#if defined(MYMAP_HAVE_MNT_IDMAP)
#define COMPAT_SETATTR(name) \
	name(struct mnt_idmap *mnt, struct dentry *dentry, struct iattr *attr)
#define compat_simple_setattr(dentry, attr) simple_setattr(mnt, dentry, attr)
#elif defined(MYMAP_HAVE_MNT_USERNS)
#define COMPAT_SETATTR(name) \
	name(struct user_namespace *mnt, struct dentry *dentry, \
	     struct iattr *attr)
#define compat_simple_setattr(dentry, attr) simple_setattr(mnt, dentry, attr)
#else
#define COMPAT_SETATTR(name) name(struct dentry *dentry, struct iattr *attr)
#define compat_simple_setattr(dentry, attr) simple_setattr(dentry, attr)
#endif

/* class_create() had the module before the name until 6.4. */
static inline struct class *compat_class_create(const char *name)
{
#ifdef MYMAP_HAVE_CLASS_CREATE_OWNER
	return class_create(THIS_MODULE, name);
#else
	return class_create(name);
#endif
}

/* A class's devnode takes a const device from 6.2 on. */
#ifdef MYMAP_HAVE_CONST_DEVNODE
#define COMPAT_DEVNODE(name) name(const struct device *dev, umode_t *mode)
#else
#define COMPAT_DEVNODE(name) name(struct device *dev, umode_t *mode)
#endif

/* And its dev_uevent from 6.3 on. */
#ifdef MYMAP_HAVE_CONST_DEV_UEVENT
#define COMPAT_DEV_UEVENT(name) \
	name(const struct device *dev, struct kobj_uevent_env *env)
#else
#define COMPAT_DEV_UEVENT(name) \
	name(struct device *dev, struct kobj_uevent_env *env)
#endif

/* map_pages: void before 5.12. "Nothing mapped" is 0. */
#ifdef MYMAP_HAVE_MAP_PAGES_RESULT
#define COMPAT_MAP_PAGES(name) \
	vm_fault_t name(struct vm_fault *vmf, pgoff_t first, pgoff_t last)
#define COMPAT_MAPPED_NOTHING 0
#else
#define COMPAT_MAP_PAGES(name) \
	void name(struct vm_fault *vmf, pgoff_t first, pgoff_t last)
#define COMPAT_MAPPED_NOTHING
#endif

/* vm_flags can be written by functions only from 6.3 on. */
static inline void compat_vm_flags_set(struct vm_area_struct *vma,
				       unsigned long flags)
{
#ifdef MYMAP_HAVE_VM_FLAGS_SET
	vm_flags_set(vma, flags);
#else
	vma->vm_flags |= flags;
#endif
}

/*
 * vmf_insert_folio_pmd(): a fault may map 2 MiB by itself, counted like any page.
 * Without it the core does, after ->fault.
 */
#if defined(MYMAP_HAVE_INSERT_FOLIO_PMD) && defined(CONFIG_TRANSPARENT_HUGEPAGE)
#define COMPAT_INSERTS_HUGE_PAGES
#endif

static inline void compat_vm_flags_clear(struct vm_area_struct *vma,
					 unsigned long flags)
{
#ifdef MYMAP_HAVE_VM_FLAGS_SET
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

/* remove of a platform driver: int before 6.11; it was not to fail. */
#ifdef MYMAP_HAVE_PLATFORM_REMOVE_INT
#define COMPAT_PLATFORM_REMOVE(name) int name(struct platform_device *pdev)
#define COMPAT_PLATFORM_REMOVED 0
#else
#define COMPAT_PLATFORM_REMOVE(name) void name(struct platform_device *pdev)
#define COMPAT_PLATFORM_REMOVED
#endif

/* The largest order of alloc_pages(): MAX_ORDER was exclusive before 6.4. */
#ifdef MAX_PAGE_ORDER
#define COMPAT_MAX_ORDER MAX_PAGE_ORDER
#else
#define COMPAT_MAX_ORDER (MAX_ORDER - 1)
#endif

/* page->index has another name from 6.16 on. */
static inline void compat_set_page_index(struct page *page, pgoff_t index)
{
#ifdef MYMAP_HAVE_FOLIO_INDEX
	page->__folio_index = index;
#else
	page->index = index;
#endif
}

/* memcpy_to_page() came with 5.12. */
static inline void compat_memcpy_to_page(struct page *page, size_t offset,
					 const char *from, size_t len)
{
#ifdef MYMAP_HAVE_MEMCPY_TO_PAGE
	memcpy_to_page(page, offset, from, len);
#else
	char *to = kmap_atomic(page);

	memcpy(to + offset, from, len);
	flush_dcache_page(page);
	kunmap_atomic(to);
#endif
}

/* A part of a page becomes zeros; memzero_page() came with 5.13. */
static inline void compat_memzero_page(struct page *page, size_t offset,
				       size_t len)
{
#ifdef MYMAP_HAVE_MEMZERO_PAGE
	memzero_page(page, offset, len);
#else
	zero_user(page, offset, len);
#endif
}

/*
 * A page's address for a copy that may fault and sleep, and the end of it:
 * kmap_local_page() came with 5.11.
 */
static inline void *compat_kmap(struct page *page)
{
#ifdef MYMAP_HAVE_KMAP_LOCAL
	return kmap_local_page(page);
#else
	return kmap(page);
#endif
}

static inline void compat_kunmap(struct page *page, void *address)
{
#ifdef MYMAP_HAVE_KMAP_LOCAL
	kunmap_local(address);
#else
	kunmap(page);
#endif
}

/* PageMlocked() went when folios had taken its place. */
static inline bool compat_page_is_mlocked(struct page *page)
{
#ifdef MYMAP_HAVE_PAGE_MLOCKED
	return PageMlocked(page);
#else
	return folio_test_mlocked(page_folio(page));
#endif
}

/* So did page_maybe_dma_pinned(). */
static inline bool compat_page_is_pinned(struct page *page)
{
#ifdef MYMAP_HAVE_PAGE_PINNED
	return page_maybe_dma_pinned(page);
#else
	return folio_maybe_dma_pinned(page_folio(page));
#endif
}

/* unlock_page() of a chunk's head, which newer kernels look for once more. */
static inline void compat_unlock_head(struct page *head)
{
#ifdef MYMAP_HAVE_FOLIO_UNLOCK
	folio_unlock((struct folio *)head);
#else
	unlock_page(head);
#endif
}

/* Free pages of a zone that a processor has at hand. */
static inline int compat_pages_at_hand(const struct zone *zone, int cpu)
{
#ifdef MYMAP_HAVE_PER_CPU_PAGESET
	return READ_ONCE(per_cpu_ptr(zone->per_cpu_pageset, cpu)->count);
#else
	return READ_ONCE(per_cpu_ptr(zone->pageset, cpu)->pcp.count);
#endif
}

/* The form without an rcu_head has a name of its own from 6.3 on. */
#ifdef kvfree_rcu_mightsleep
#define compat_kvfree_rcu(ptr) kvfree_rcu_mightsleep(ptr)
#else
#define compat_kvfree_rcu(ptr) kvfree_rcu(ptr)
#endif

/*
 * splice from a file that has a read_iter. Up to 6.4 it lets read_iter fill the
 * pipe itself, from 6.5 on it reads into pages of its own.
 */
#ifdef MYMAP_HAVE_COPY_SPLICE_READ
#define compat_splice_read copy_splice_read
#else
#define compat_splice_read generic_file_splice_read
#endif

/*
 * thp_get_unmapped_area() of 5.10 looks for places that suit huge pages for DAX
 * only, that of 6.1 for all files. Where it has found none, look for one that is
 * larger by a huge page, and take the part of it that is congruent to the offset.
 * Newer kernels have no such function in mm, and need none. Without huge pages
 * thp_get_unmapped_area is NULL, and this is as well.
 */
#if defined(CONFIG_TRANSPARENT_HUGEPAGE) && \
	defined(MYMAP_HAVE_MM_UNMAPPED_AREA)
static inline unsigned long
compat_thp_get_unmapped_area(struct file *file, unsigned long addr,
			     unsigned long len, unsigned long pgoff,
			     unsigned long flags)
{
	unsigned long area = thp_get_unmapped_area(file, addr, len, pgoff,
						   flags);
	unsigned long offset = pgoff << PAGE_SHIFT;
	unsigned long larger;

	/* An error, what was asked for, or good already. */
	if (IS_ERR_VALUE(area) || area == addr ||
	    !((area - offset) & ~PMD_MASK))
		return area;
	if (len < PMD_SIZE || len + PMD_SIZE < len)
		return area;

	larger = current->mm->get_unmapped_area(file, 0, len + PMD_SIZE, pgoff,
						flags);
	if (IS_ERR_VALUE(larger))
		return area;
	return larger + ((offset - larger) & ~PMD_MASK);
}
#else
#define compat_thp_get_unmapped_area thp_get_unmapped_area
#endif

/* eventfd_signal() was told how many to add until 6.8. */
static inline void compat_eventfd_signal(struct eventfd_ctx *ctx)
{
#ifdef MYMAP_HAVE_EVENTFD_SIGNAL_COUNT
	eventfd_signal(ctx, 1);
#else
	eventfd_signal(ctx);
#endif
}

/*
 * Is this a guest whose memory its host cannot read? cc_platform_has() came with
 * 5.16, and to 5.10.y; arm64 knows none of the two particular attributes.
 */
static inline bool compat_is_encrypted_guest(void)
{
#ifdef MYMAP_HAVE_CC_PLATFORM
	return cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT) ||
	       (cc_platform_has(CC_ATTR_MEM_ENCRYPT) &&
		!cc_platform_has(CC_ATTR_HOST_MEM_ENCRYPT));
#else
	return false;
#endif
}

/*
 * Charging pages to a memory cgroup: on 5.10 charged pages cannot be mapped to
 * user space, so there nothing is charged.
 */
#if defined(CONFIG_MEMCG) && !defined(MYMAP_HAVE_PAGE_TYPE_KMEMCG)
#define COMPAT_CAN_CHARGE_PAGES true
#define COMPAT_GFP_ACCOUNT __GFP_ACCOUNT

static inline struct mem_cgroup *compat_memcg_of_current(void)
{
	return get_mem_cgroup_from_mm(current->mm);
}

static inline void compat_memcg_put(struct mem_cgroup *memcg)
{
	mem_cgroup_put(memcg);
}

static inline struct mem_cgroup *compat_memcg_enter(struct mem_cgroup *memcg)
{
	return set_active_memcg(memcg);
}
#else
#define COMPAT_CAN_CHARGE_PAGES false
#define COMPAT_GFP_ACCOUNT 0

static inline struct mem_cgroup *compat_memcg_of_current(void)
{
	return NULL;
}

static inline void compat_memcg_put(struct mem_cgroup *memcg)
{
}

static inline struct mem_cgroup *compat_memcg_enter(struct mem_cgroup *memcg)
{
	return NULL;
}
#endif

#endif /* _MYMAP_COMPAT_H */
