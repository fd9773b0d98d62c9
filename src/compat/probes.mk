# SPDX-License-Identifier: GPL-2.0-only
# What this kernel's headers offer, as MYMAP_HAVE_* macros. Headers are looked
# at, not version numbers: distributions and vendors carry changes back.
#
# $(call mymap-probe,MACRO,HEADER,PATTERN): MACRO is defined where HEADER (below
# include/linux) has a line that matches the basic regular expression PATTERN.
mymap-probe = $(if $(shell grep -sq '$(3)' $(srctree)/include/linux/$(2) && echo y),-DMYMAP_HAVE_$(1))

# 6.3: inode operations take a struct mnt_idmap.
ccflags-y += $(call mymap-probe,MNT_IDMAP,fs.h,setattr.*struct mnt_idmap)
# 5.12: inode operations take a struct user_namespace.
ccflags-y += $(call mymap-probe,MNT_USERNS,fs.h,setattr.*struct user_namespace)
# Up to 6.3: class_create() takes the module before the name.
ccflags-y += $(call mymap-probe,CLASS_CREATE_OWNER,device/class.h,class_create.owner)
# 6.2: class.devnode takes a const device.
ccflags-y += $(call mymap-probe,CONST_DEVNODE,device/class.h,devnode..const struct device)
# 6.3: class.dev_uevent takes a const device.
ccflags-y += $(call mymap-probe,CONST_DEV_UEVENT,device/class.h,dev_uevent..const struct device)
# 5.12: vm_operations_struct.map_pages tells whether it mapped anything.
ccflags-y += $(call mymap-probe,MAP_PAGES_RESULT,mm.h,vm_fault_t ..map_pages)
# 6.3: vm_flags_set().
ccflags-y += $(call mymap-probe,VM_FLAGS_SET,mm.h,void vm_flags_set)
# vmf_insert_folio_pmd(): 7.2 has it, 6.12 has not.
ccflags-y += $(call mymap-probe,INSERT_FOLIO_PMD,huge_mm.h,vmf_insert_folio_pmd)
# 6.16: page->index is gone.
ccflags-y += $(call mymap-probe,FOLIO_INDEX,mm_types.h,__folio_index)
# 5.10: a page charged by __GFP_ACCOUNT carries a page type where a mapping
# counts itself, and mapping it to user space ends in "Bad page map".
ccflags-y += $(call mymap-probe,PAGE_TYPE_KMEMCG,page-flags.h,PG_kmemcg)
# 5.12: memcpy_to_page().
ccflags-y += $(call mymap-probe,MEMCPY_TO_PAGE,highmem.h,memcpy_to_page)
# 5.13: memzero_page().
ccflags-y += $(call mymap-probe,MEMZERO_PAGE,highmem.h,memzero_page)
# 5.11: kmap_local_page().
ccflags-y += $(call mymap-probe,KMAP_LOCAL,highmem.h,kmap_local_page)
# PageMlocked(), as long as there are macros that make it.
ccflags-y += $(call mymap-probe,PAGE_MLOCKED,page-flags.h,PAGEFLAG.Mlocked)
# page_maybe_dma_pinned(), as long as there is one.
ccflags-y += $(call mymap-probe,PAGE_PINNED,mm.h,bool page_maybe_dma_pinned)
# 5.16: folio_unlock().
ccflags-y += $(call mymap-probe,FOLIO_UNLOCK,pagemap.h,void folio_unlock)
# 6.5: copy_splice_read().
ccflags-y += $(call mymap-probe,COPY_SPLICE_READ,fs.h,copy_splice_read)
# 6.8: eventfd_signal() adds 1 and takes no number.
ccflags-y += $(call mymap-probe,EVENTFD_SIGNAL_COUNT,eventfd.h,eventfd_signal(struct eventfd_ctx \*ctx. __u64 n))
# Where a mapping goes, as long as each mm has a function for it; 6.12 has none.
ccflags-y += $(call mymap-probe,MM_UNMAPPED_AREA,mm_types.h,(.get_unmapped_area))
# Up to 6.10: remove of a platform driver returns something.
ccflags-y += $(call mymap-probe,PLATFORM_REMOVE_INT,platform_device.h,int (.remove)(struct platform_device .))
# 6.13: the namespace of symbols to be imported is a string.
ccflags-y += $(call mymap-probe,IMPORT_NS_STRING,module.h,MODULE_IMPORT_NS(ns).*(import_ns. ns))
# 5.11: dma_buf_ops.vmap fills a struct dma_buf_map; 5.18: a struct iosys_map.
ccflags-y += $(call mymap-probe,VMAP_MAP,dma-buf.h,int (.vmap).struct dma_buf .dmabuf. struct dma_buf_map)
ccflags-y += $(call mymap-probe,VMAP_IOSYS,dma-buf.h,int (.vmap).struct dma_buf .dmabuf. struct iosys_map)
# 5.11: vma_set_file().
ccflags-y += $(call mymap-probe,VMA_SET_FILE,mm.h,void vma_set_file)
# 5.16, and carried back to 5.10.y: cc_platform_has().
ccflags-y += $(call mymap-probe,CC_PLATFORM,cc_platform.h,bool cc_platform_has)
# 5.14: zone->per_cpu_pageset.
ccflags-y += $(call mymap-probe,PER_CPU_PAGESET,mmzone.h,per_cpu_pageset;)
