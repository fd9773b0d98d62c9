// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings: mmap and the vm_operations.
 *
 * A mapping holds the file, the file holds the buffer, so there is nothing to
 * count in open and close, and leaving them out lets mappings merge.
 *
 * A mapping is one of two kinds, for ever:
 *
 * - Plain: a page fault returns the page locked, with a reference for the page
 *   table. If the page stands in a 2 MiB chunk, the core maps all of the chunk at
 *   once where address and offset allow it. Newer kernels let huge_fault do that.
 * - Batched, where they do not, or there are no such chunks: a page fault puts
 *   the page and those behind it into the page table by itself, and the core
 *   maps nothing.
 *
 * The pages are ordinary, counted ones in both: no VM_IO, no VM_PFNMAP, so
 * O_DIRECT, io_uring, gdb and futexes work in them, a private mapping is
 * copy-on-write and a mapping can be partly unmapped, protected and moved without
 * our help.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "compat/compat.h"
#include "mymap.h"
#include "range.h"
#include "stats.h"
#include "trace.h"

/*
 * Nothing in here relies on mmap_lock: newer kernels call it with the lock of
 * the mapping alone, because there is a map_pages.
 */
static vm_fault_t mymap_vm_serve(struct vm_fault *vmf)
{
	struct mymap_buffer *buffer = vmf->vma->vm_private_data;
	struct page *page;

	do {
		if (vmf->pgoff >= READ_ONCE(buffer->pages.nr_pages))
			return VM_FAULT_SIGBUS;

		page = mymap_pages_get(&buffer->pages, vmf->pgoff,
				       MYMAP_MUST_TRY);
		/* It ends before here meanwhile. */
		if (page == ERR_PTR(-ERANGE))
			return VM_FAULT_SIGBUS;
		/*
		 * The creator's memory cgroup pays. Where nobody in there can be
		 * killed for it, the core would only come back, for ever, with a
		 * report of it in the log each time.
		 */
		if (IS_ERR(page))
			return fatal_signal_pending(current) ?
				VM_FAULT_OOM : VM_FAULT_SIGBUS;

		/*
		 * The core would lock it anyway. Under the lock the page cannot
		 * be taken out of the buffer, so what is true now is still true
		 * when it stands in the page table.
		 */
		lock_page(page);
		if (likely(mymap_pages_holds(&buffer->pages, vmf->pgoff, page)))
			break;
		unlock_page(page);
		put_page(page);
	} while (1);

	/* The reference goes to the page table. */
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

/* What became of a fault, for who counts or traces. A page is locked still. */
static noinline void mymap_vm_tell(const struct vm_fault *vmf,
				   vm_fault_t result)
{
	struct mymap_buffer *buffer = vmf->vma->vm_private_data;
	unsigned int order = 0, traced;

	if (result & VM_FAULT_SIGBUS) {
		traced = MYMAP_FAULT_SIGBUS;
		mymap_stats_count(MYMAP_STAT_FAULTS_SIGBUS);
	} else if (result & VM_FAULT_OOM) {
		traced = MYMAP_FAULT_OOM;
		mymap_stats_count(MYMAP_STAT_FAULTS_OOM);
	} else {
		traced = MYMAP_FAULT_SERVED;
		order = compound_order(compound_head(vmf->page));
		mymap_stats_count(order &&
				  PAGE_SIZE << order == mymap_huge_page_size &&
				  !(vmf->vma->vm_flags & VM_MIXEDMAP) ?
				  MYMAP_STAT_FAULTS_HUGE :
				  MYMAP_STAT_FAULTS_PAGE);
	}
	trace_mymap_fault(buffer->id, vmf->pgoff, order,
			  vmf->flags & FAULT_FLAG_WRITE, traced);
}

/* Two jumps that are not there while nobody wants to know. */
static inline void mymap_vm_note(const struct vm_fault *vmf, vm_fault_t result)
{
	if (mymap_stats_enabled() || trace_mymap_fault_enabled())
		mymap_vm_tell(vmf, result);
}

static vm_fault_t mymap_vm_fault(struct vm_fault *vmf)
{
	vm_fault_t result = mymap_vm_serve(vmf);

	mymap_vm_note(vmf, result);
	return result;
}

/* A fault that copies the page for the process, and maps the copy. */
static bool mymap_vm_copies(const struct vm_fault *vmf)
{
	return vmf->flags & FAULT_FLAG_WRITE &&
		!(vmf->vma->vm_flags & VM_SHARED);
}

/*
 * A fault of a batched mapping: it maps the page and those behind it that are
 * there, and leaves nothing to the core.
 */
static vm_fault_t mymap_vm_fault_batched(struct vm_fault *vmf)
{
	struct mymap_buffer *buffer = vmf->vma->vm_private_data;
	unsigned long address = vmf->address & PAGE_MASK;
	vm_fault_t result = mymap_vm_fault(vmf);
	pgoff_t pgoff = vmf->pgoff, last;
	unsigned long nr_left;
	struct mymap_run run;
	int err;

	/* Where the page is broken, the core knows what to do about it. */
	if (result != VM_FAULT_LOCKED || mymap_vm_copies(vmf) ||
	    PageHWPoison(vmf->page))
		return result;

	run.page[0] = vmf->page;
	run.nr = 1;
	vmf->page = NULL;
	last = pgoff + min_t(unsigned long, MYMAP_FAULT_PAGES,
			     (vmf->vma->vm_end - address) >> PAGE_SHIFT);
	do {
		mymap_pages_extend(&buffer->pages, pgoff, &run, last - pgoff);

		/* It takes references for the page table; ours go with the locks. */
		nr_left = run.nr;
		err = vm_insert_pages(vmf->vma, address, run.page, &nr_left);
		mymap_run_release(&run);
		pgoff += run.nr;
		address += (unsigned long)run.nr << PAGE_SHIFT;
	} while (!err && run.nr == MYMAP_RUN_PAGES && pgoff < last &&
		 mymap_run_begin(&buffer->pages, pgoff, &run));

	/*
	 * -EBUSY: it came to a page that is mapped already, be it the first one
	 * because somebody else was faster. Whatever ends it behind the first run,
	 * what was asked for is mapped.
	 */
	if (!err || err == -EBUSY || pgoff - vmf->pgoff > MYMAP_RUN_PAGES)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/*
 * Maps nothing: a fault maps 2 MiB or a page. That there is one tells newer
 * kernels that fault may be called without mmap_lock.
 */
static COMPAT_MAP_PAGES(mymap_vm_map_pages)
{
	return COMPAT_MAPPED_NOTHING;
}

#ifdef COMPAT_INSERTS_HUGE_PAGES
/* May 2 MiB be mapped around a fault? The core leaves that to who maps them. */
static bool mymap_vm_huge_fits(const struct vm_fault *vmf)
{
	unsigned long first = vmf->address & HPAGE_PMD_MASK;

	return first >= vmf->vma->vm_start &&
		vmf->vma->vm_end - first >= HPAGE_PMD_SIZE &&
		!((vmf->address >> PAGE_SHIFT ^ vmf->pgoff) &
		  (HPAGE_PMD_NR - 1));
}

/*
 * The core asks for 2 MiB before it allocates a page table for smaller pages,
 * which it would need for ->fault only to throw it away again, and which costs
 * more than all the rest of the fault. Where it is told to fall back, ->fault is
 * next.
 */
static vm_fault_t mymap_vm_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct folio *folio = NULL;
	vm_fault_t result;

	/*
	 * Something is mapped here already: this is the first write since the
	 * mapping could not be written, and the core maps small pages then.
	 */
	if (order != HPAGE_PMD_ORDER || !pmd_none(*vmf->pmd) ||
	    !mymap_vm_huge_fits(vmf) || mymap_vm_copies(vmf))
		return VM_FAULT_FALLBACK;

	result = mymap_vm_serve(vmf);
	if (result == VM_FAULT_LOCKED)
		folio = page_folio(vmf->page);
	/* Where a page is broken, the core knows what to do about it. */
	if (folio && (folio_order(folio) != order ||
		      folio_test_has_hwpoisoned(folio) ||
		      PageHWPoison(vmf->page)))
		result = VM_FAULT_FALLBACK;
	else
		mymap_vm_note(vmf, result);
	if (!folio)
		return result;

	/*
	 * It takes a reference for the page table; ours goes with the lock. Not
	 * as for a write, which it minds where somebody was faster and mapped
	 * smaller pages: whoever may write to the mapping may write to what is
	 * mapped here all the same, since nobody wants to know of the first write.
	 */
	vmf->page = NULL;
	if (result == VM_FAULT_LOCKED)
		result = vmf_insert_folio_pmd(vmf, folio, false);
	folio_unlock(folio);
	folio_put(folio);
	return result;
}
#endif

static const struct vm_operations_struct mymap_vm_ops = {
	.fault		= mymap_vm_fault,
#ifdef COMPAT_INSERTS_HUGE_PAGES
	.huge_fault	= mymap_vm_huge_fault,
#endif
	.map_pages	= mymap_vm_map_pages,
};

static const struct vm_operations_struct mymap_vm_batched_ops = {
	.fault		= mymap_vm_fault_batched,
	.map_pages	= mymap_vm_map_pages,
};

/*
 * Is a mapping better off with batches of pages than with 2 MiB at a time? What
 * is decided here holds as long as the mapping: the core counts pages of a
 * mapping with VM_MIXEDMAP in another way, and must never map 2 MiB in one. It
 * also treats such a mapping as a special one, which cannot grow in place, for
 * instance. So small mappings stay plain: they do not have many faults.
 */
static bool mymap_vm_wants_batches(struct mymap_buffer *buffer,
				   struct vm_area_struct *vma)
{
	unsigned long huge = mymap_huge_page_size >> PAGE_SHIFT;
	pgoff_t first = vma->vm_pgoff, last = first + vma_pages(vma);
	unsigned long nr_resident, nr_huge;

	if (last - first < SZ_2M >> PAGE_SHIFT)
		return false;
	/* The kernel or the place has no 2 MiB pages, or they do not fit in. */
	if (huge == 1 ||
	    ((vma->vm_start >> PAGE_SHIFT) - first) & (huge - 1) ||
	    round_up(first, huge) + huge > last)
		return true;

	/* Memory was fragmented: most of it is in smaller pages. */
	nr_resident = READ_ONCE(buffer->pages.nr_resident);
	nr_huge = READ_ONCE(buffer->pages.nr_huge);
	return nr_resident >= huge && nr_huge < nr_resident / 2;
}

/**
 * mymap_vm_mmap() - map a buffer
 * @buffer: in use by the file that is mapped
 * @vma: where; its offset and length must be inside of the buffer
 *
 * Context: process context, holds mmap_lock for writing.
 * Return: 0, -EINVAL where the mapping is longer than the buffer, or what
 * mymap_vm_mmap_frames() says.
 */
int mymap_vm_mmap(struct mymap_buffer *buffer, struct vm_area_struct *vma)
{
	/*
	 * The buffer may become smaller right behind this check, or at any time
	 * later. Nothing is mapped here, so that it makes no difference: each
	 * fault looks at the size, and what is mapped by then is found by whoever
	 * takes it away through the address space, which this mapping is in
	 * before its first fault.
	 */
	if (!mymap_range_fits(vma->vm_pgoff, vma_pages(vma),
			      READ_ONCE(buffer->pages.nr_pages)))
		return -EINVAL;
	if (buffer->frames)
		return mymap_vm_mmap_frames(buffer, vma);

	vma->vm_private_data = buffer;
	if (mymap_vm_wants_batches(buffer, vma)) {
		compat_vm_flags_set(vma, VM_MIXEDMAP);
		vma->vm_ops = &mymap_vm_batched_ops;
	} else {
		vma->vm_ops = &mymap_vm_ops;
	}
	return 0;
}

/**
 * mymap_vm_mmap_window() - map a buffer that may be mapped in part only
 * @buffer: in use by the file that is mapped
 * @window: which part
 * @vma: where; its offset is in the buffer
 *
 * That holds as long as the mapping, and for what becomes of it: mremap() does not
 * make it longer, and remap_file_pages() comes by here.
 *
 * Context: process context, holds mmap_lock for writing.
 * Return: 0, -EINVAL where the mapping is not inside of the window, or what
 * mymap_vm_mmap() says.
 */
int mymap_vm_mmap_window(struct mymap_buffer *buffer,
			 const struct mymap_window *window,
			 struct vm_area_struct *vma)
{
	if (window->last) {
		if (vma->vm_pgoff < window->first ||
		    !mymap_range_fits(vma->vm_pgoff, vma_pages(vma),
				      window->last))
			return -EINVAL;
		compat_vm_flags_set(vma, VM_DONTEXPAND);
	}
	return mymap_vm_mmap(buffer, vma);
}
