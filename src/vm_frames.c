// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of raw frames, which is what a device's memory is made of.
 *
 * The core counts nothing for them: there is no page that it could give to
 * somebody else, so O_DIRECT and its like answer EFAULT, and copy-on-write is not
 * to be had. Frames are put into the page table by faults only: while a mapping is
 * made, nobody finds it yet who takes the frames away.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "compat/compat.h"
#include "devices.h"
#include "mymap.h"
#include "stats.h"
#include "trace.h"

/* So much is mapped by one fault. */
#define MYMAP_FRAMES_STRETCH	SZ_2M

/* All of the aligned stretch that a fault is in and that is mapped here. */
static vm_fault_t mymap_vm_insert_frames(struct vm_fault *vmf,
					 const struct mymap_frames *frames)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long stretch = vmf->address & ~(MYMAP_FRAMES_STRETCH - 1UL);
	unsigned long first = max(stretch, vma->vm_start);
	unsigned long last = min(stretch + MYMAP_FRAMES_STRETCH - 1,
				 vma->vm_end - 1);
	unsigned long pfn = frames->pfn + vma->vm_pgoff +
		((first - vma->vm_start) >> PAGE_SHIFT);
	vm_fault_t result = VM_FAULT_NOPAGE;

	while (first <= last && result == VM_FAULT_NOPAGE) {
		result = vmf_insert_pfn(vma, first, pfn++);
		first += PAGE_SIZE;
	}
	return result;
}

static vm_fault_t mymap_vm_fault_frames(struct vm_fault *vmf)
{
	struct mymap_buffer *buffer = vmf->vma->vm_private_data;
	struct mymap_frames *frames = buffer->frames;
	vm_fault_t result = VM_FAULT_SIGBUS;

	/* The mapping is not larger than the buffer, and cannot grow. */
	if (mymap_frames_begin(frames)) {
		result = mymap_vm_insert_frames(vmf, frames);
		mymap_frames_end(frames);
	}
	mymap_stats_count(result == VM_FAULT_NOPAGE ? MYMAP_STAT_FAULTS_PAGE :
			  result & VM_FAULT_OOM ? MYMAP_STAT_FAULTS_OOM :
			  MYMAP_STAT_FAULTS_SIGBUS);
	trace_mymap_fault(buffer->id, vmf->pgoff, 0,
			  vmf->flags & FAULT_FLAG_WRITE,
			  result == VM_FAULT_NOPAGE ? MYMAP_FAULT_SERVED :
			  result & VM_FAULT_OOM ? MYMAP_FAULT_OOM :
			  MYMAP_FAULT_SIGBUS);
	return result;
}

/* For debuggers and /proc/PID/mem, which cannot take pages here. */
static int mymap_vm_access_frames(struct vm_area_struct *vma,
				  unsigned long address, void *data, int len,
				  int write)
{
	struct mymap_buffer *buffer = vma->vm_private_data;
	u64 pos = ((u64)vma->vm_pgoff << PAGE_SHIFT) + address - vma->vm_start;
	int err;

	/*
	 * Whoever asks may look where the process may not, and write to a copy
	 * of his own. There is none of frames: what the process may not write,
	 * nobody writes through its mapping.
	 */
	if (write && (vma->vm_flags & (VM_SHARED | VM_WRITE)) !=
		     (VM_SHARED | VM_WRITE))
		return -EFAULT;
	len = min_t(unsigned long, len, vma->vm_end - address);
	err = mymap_frames_copy(buffer->frames, pos, data, len, write);
	return err ?: len;
}

static const struct vm_operations_struct mymap_vm_frames_ops = {
	.fault	= mymap_vm_fault_frames,
	.access	= mymap_vm_access_frames,
};

/**
 * mymap_vm_mmap_frames() - map a buffer that is made of frames
 * @buffer: in use by the file that is mapped
 * @vma: where; inside of the buffer
 *
 * A private mapping may not be written, now or later: what was written could only
 * be kept in a copy.
 *
 * Context: process context, holds mmap_lock for writing.
 * Return: 0, -EINVAL where it is private and to be written, or -ENXIO where the
 * device is gone.
 */
int mymap_vm_mmap_frames(struct mymap_buffer *buffer,
			 struct vm_area_struct *vma)
{
	struct mymap_frames *frames = buffer->frames;

	if (!(vma->vm_flags & VM_SHARED)) {
		if (vma->vm_flags & VM_WRITE)
			return -EINVAL;
		compat_vm_flags_clear(vma, VM_MAYWRITE);
	}
	if (mymap_frames_are_gone(frames))
		return -ENXIO;

	compat_vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = mymap_cache_prot(frames->cache, frames->is_by_dma,
					     vma->vm_page_prot);
	vma->vm_private_data = buffer;
	vma->vm_ops = &mymap_vm_frames_ops;
	return 0;
}
