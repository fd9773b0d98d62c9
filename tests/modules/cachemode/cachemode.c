// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks into page tables: is memory mapped in this cache mode, where the process that
 * loads this has it mapped, and on x86 where the kernel has? Loading fails with EILSEQ where
 * it is not.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mymap.h>
#include <linux/pgtable.h>
#include <linux/sched.h>

static ulong address;
module_param(address, ulong, 0);
MODULE_PARM_DESC(address, "Where the process has the memory mapped; 0: nowhere");

static ulong frame;
module_param(frame, ulong, 0400);
MODULE_PARM_DESC(frame, "Where it is in memory; without an address, in; with one, out");

static uint cache;
module_param(cache, uint, 0);
MODULE_PARM_DESC(cache, "MYMAP_CACHE_* that is expected");

#if defined(CONFIG_X86)
#define CACHE_BITS	_PAGE_CACHE_MASK
#define CACHED_BITS	0
#elif defined(CONFIG_ARM64)
#define CACHE_BITS	PTE_ATTRINDX_MASK
#define CACHED_BITS	PTE_ATTRINDX(MT_NORMAL)
#endif

#if defined(CONFIG_ARM)
#define CACHE_BITS	L_PTE_MT_MASK
#define CACHED_BITS	(pgprot_val(PAGE_KERNEL) & CACHE_BITS)
#endif

#ifdef CACHE_BITS
static u64 bits_of(uint mode)
{
	switch (mode) {
	case MYMAP_CACHE_WRITE_COMBINED:
		return pgprot_val(pgprot_writecombine(__pgprot(0))) & CACHE_BITS;
	case MYMAP_CACHE_UNCACHED:
		return pgprot_val(pgprot_noncached(__pgprot(0))) & CACHE_BITS;
	default:
		return CACHED_BITS;
	}
}

static int expect(const char *where, u64 value, u64 bits)
{
	if ((value & bits) == (bits_of(cache) & bits))
		return 0;
	pr_info("%s is mapped with %#llx, not %#llx\n", where, value & bits,
		bits_of(cache) & bits);
	return -EILSEQ;
}

/* The process is loading us, and nobody changes its mappings meanwhile. */
static int look_at_process(void)
{
	pgd_t *pgd = pgd_offset(current->mm, address);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;
	pte_t pte;

	if (pgd_none(*pgd))
		return -EFAULT;
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d))
		return -EFAULT;
	pud = pud_offset(p4d, address);
	if (pud_none(*pud))
		return -EFAULT;
	pmd = pmd_offset(pud, address);
	/* A device's memory is mapped by single pages. */
	if (pmd_none(*pmd))
		return -EFAULT;
	pte = *pte_offset_kernel(pmd, address);
	if (!pte_present(pte))
		return -EFAULT;
	frame = pte_pfn(pte);
	return expect("the process's memory", pte_val(pte), CACHE_BITS);
}

/* Where all memory is mapped. */
static int look_at_kernel(void)
{
#ifdef CONFIG_X86
	unsigned int level;
	const pte_t *pte = lookup_address((ulong)__va(PFN_PHYS(frame)), &level);

	if (!pte)
		return -EFAULT;
	/* In a large entry, one of these bits is elsewhere, and not used by Linux. */
	return expect("the kernel's memory", pte_val(*pte),
		      _PAGE_PWT | _PAGE_PCD);
#else
	return 0;
#endif
}
#endif

static int __init cachemode_init(void)
{
#ifdef CACHE_BITS
	int err = 0;

	if (address)
		err = look_at_process();
	return err ?: look_at_kernel();
#else
	return -EOPNOTSUPP;
#endif
}
module_init(cachemode_init);

static void __exit cachemode_exit(void)
{
}
module_exit(cachemode_exit);

MODULE_DESCRIPTION("Tells in which cache mode memory is mapped");
MODULE_LICENSE("GPL");
