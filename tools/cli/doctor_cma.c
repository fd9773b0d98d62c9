// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: CMA, memory that was set aside for devices when the kernel booted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "size.h"

#define CMA_WORD	"cma=64M"
#define CONFIG_MAX	(4 << 20)
#define MEMINFO_MAX	(64 << 10)

enum config { CONFIG_UNKNOWN, CONFIG_NO, CONFIG_YES };

/* "CmaTotal:   65536 kB" in @text, in bytes. */
static bool meminfo_field(const char *text, const char *name, uint64_t *ret_bytes)
{
	const char *found = strstr(text, name);
	unsigned long long kib;

	/* at the beginning of a line */
	if (!found || (found != text && found[-1] != '\n') ||
	    sscanf(found + strlen(name), ": %llu kB", &kib) != 1 || kib > UINT64_MAX >> 10)
		return false;
	*ret_bytes = (uint64_t)kib << 10;
	return true;
}

/* Can the DMA API take from CMA? Debian's kernels have their configuration in /boot. */
static enum config kernel_has_cma(const struct doctor *doctor)
{
	enum config has;
	size_t len;
	char *data;

	if (tree_read(&doctor->tree, CONFIG_MAX, &data, &len, "boot/config-%s",
		      doctor->running.release) < 0)
		return CONFIG_UNKNOWN;
	if (strstr(data, "\nCONFIG_DMA_CMA=y\n"))
		has = CONFIG_YES;
	else
		has = strstr(data, "\nCONFIG_") ? CONFIG_NO : CONFIG_UNKNOWN;
	free(data);
	return has;
}

static void find_no_cma(struct doctor *doctor)
{
	switch (kernel_has_cma(doctor)) {
	case CONFIG_NO:
		find(doctor, FINDING_OK, "none, this kernel is built without (CONFIG_DMA_CMA): a device "
		     "gets no longer run than contiguous-run says, but behind an IOMMU");
		return;
	case CONFIG_YES:
		find(doctor, FINDING_NOTE, "none is set aside: a device gets no longer run than "
		     "contiguous-run says");
		break;
	case CONFIG_UNKNOWN:
		find(doctor, FINDING_NOTE, "none is set aside, and /boot/config-%s does not say whether "
		     "this kernel could: a device gets no longer run than contiguous-run says",
		     doctor->running.release);
	}
	mend_by_boot(doctor, CMA_WORD);
}

/*
 * What is free of CMA is the least that is to be had: pages that others have put
 * there meanwhile are moved away when a device wants them.
 */
static void find_cma(struct doctor *doctor, uint64_t total, uint64_t nr_free)
{
	char total_text[SIZE_TEXT_MAX], free_text[SIZE_TEXT_MAX];

	size_format(total, total_text, sizeof(total_text));
	size_format(nr_free, free_text, sizeof(free_text));
	find(doctor, FINDING_OK, "%s are set aside for long runs, %s of them are free now; what is "
	     "lent to programs comes back when a device wants it", total_text, free_text);
}

enum cma { CMA_UNKNOWN, CMA_NONE, CMA_THERE };

static enum cma read_cma(const struct tree *tree, uint64_t *ret_total, uint64_t *ret_free)
{
	enum cma cma = CMA_UNKNOWN;
	char *data;
	size_t len;

	if (tree_read(tree, MEMINFO_MAX, &data, &len, "proc/meminfo") < 0)
		return cma;
	/* it has no such lines where the kernel is built without */
	if (meminfo_field(data, "CmaTotal", ret_total) && *ret_total)
		cma = meminfo_field(data, "CmaFree", ret_free) ? CMA_THERE : CMA_UNKNOWN;
	else if (strstr(data, "MemTotal:"))
		cma = CMA_NONE;
	free(data);
	return cma;
}

/**
 * cma_is_missing() - is there none, where the kernel could have it?
 * @doctor: the facts
 */
bool cma_is_missing(const struct doctor *doctor)
{
	uint64_t total, nr_free;

	return read_cma(&doctor->tree, &total, &nr_free) == CMA_NONE &&
		kernel_has_cma(doctor) != CONFIG_NO;
}

void check_cma(struct doctor *doctor)
{
	uint64_t total, nr_free;

	if (!doctor->runs)
		return;
	switch (read_cma(&doctor->tree, &total, &nr_free)) {
	case CMA_THERE:
		find_cma(doctor, total, nr_free);
		break;
	case CMA_NONE:
		find_no_cma(doctor);
		break;
	case CMA_UNKNOWN:
		find(doctor, FINDING_UNKNOWN, "/proc/meminfo does not tell");
		mend(doctor, "cat /proc/meminfo");
	}
}
