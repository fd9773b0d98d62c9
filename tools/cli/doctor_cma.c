// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: CMA, memory that was set aside for devices when the kernel booted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "size.h"

#define CMA_USUAL	(64ULL << 20)
#define CONFIG_MAX	(4 << 20)
#define MEMINFO_MAX	(64 << 10)

#define CMA_WORD_MAX	32

enum config { CONFIG_UNKNOWN, CONFIG_NO, CONFIG_YES };
enum cma_state { CMA_UNKNOWN, CMA_NONE, CMA_THERE };

/* What the kernel has set aside, and all of its memory, in bytes. */
struct cma {
	uint64_t total;
	uint64_t nr_free;
	uint64_t memory;
};

static void cma_word(uint64_t size, char word[CMA_WORD_MAX])
{
	snprintf(word, CMA_WORD_MAX, "cma=%" PRIu64 "M", size >> 20);
}

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
	char word[CMA_WORD_MAX];

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
	cma_word(CMA_USUAL, word);
	mend_by_boot(doctor, word);
}

/* Twice as much, but not above half of memory, which also others want; 0 if that is no more. */
static uint64_t larger_size(uint64_t total, uint64_t memory)
{
	uint64_t larger = total < CMA_USUAL / 2 ? CMA_USUAL : total * 2;

	return larger <= memory / 2 ? larger : 0;
}

/* Less than what is usual, or most of it is not free: what a device wants may be longer. */
static bool is_little(uint64_t total, uint64_t nr_free)
{
	return total < CMA_USUAL || nr_free < total / 2;
}

/*
 * What is free of CMA is the least that is to be had: pages that others have put
 * there meanwhile are moved away when a device wants them. How to have more is said in any
 * case, since nobody knows here how long a run somebody wants.
 */
static void find_cma(struct doctor *doctor, const struct cma *cma)
{
	char total[SIZE_TEXT_MAX], nr_free[SIZE_TEXT_MAX], word[CMA_WORD_MAX] = "", more[96] = "";
	uint64_t larger = larger_size(cma->total, cma->memory);
	bool is_note = is_little(cma->total, cma->nr_free) && larger;

	if (larger && kernel_has_cma(doctor) != CONFIG_NO) {
		cma_word(larger, word);
		snprintf(more, sizeof(more), "; %s on the kernel's command line sets more aside", word);
	}
	size_format(cma->total, total, sizeof(total));
	size_format(cma->nr_free, nr_free, sizeof(nr_free));
	find(doctor, is_note && word[0] ? FINDING_NOTE : FINDING_OK, "%s are set aside for long runs, "
	     "%s of them are free now; what is lent to programs comes back when a device wants it%s",
	     total, nr_free, more);
	if (is_note && word[0])
		mend_by_boot(doctor, word);
}

static enum cma_state read_cma(const struct tree *tree, struct cma *ret_cma)
{
	enum cma_state state = CMA_UNKNOWN;
	char *data;
	size_t len;

	*ret_cma = (struct cma) { 0 };
	if (tree_read(tree, MEMINFO_MAX, &data, &len, "proc/meminfo") < 0)
		return state;
	/* it has no such lines where the kernel is built without */
	if (meminfo_field(data, "CmaTotal", &ret_cma->total) && ret_cma->total)
		state = meminfo_field(data, "CmaFree", &ret_cma->nr_free) ? CMA_THERE : CMA_UNKNOWN;
	else if (strstr(data, "MemTotal:"))
		state = CMA_NONE;
	if (!meminfo_field(data, "MemTotal", &ret_cma->memory))
		ret_cma->memory = 0;
	free(data);
	return state;
}

/**
 * cma_is_missing() - is there none, where the kernel could have it?
 * @doctor: the facts
 */
bool cma_is_missing(const struct doctor *doctor)
{
	struct cma cma;

	return read_cma(&doctor->tree, &cma) == CMA_NONE && kernel_has_cma(doctor) != CONFIG_NO;
}

void check_cma(struct doctor *doctor)
{
	struct cma cma;

	if (!doctor->runs)
		return;
	switch (read_cma(&doctor->tree, &cma)) {
	case CMA_THERE:
		find_cma(doctor, &cma);
		break;
	case CMA_NONE:
		find_no_cma(doctor);
		break;
	case CMA_UNKNOWN:
		find(doctor, FINDING_UNKNOWN, "/proc/meminfo does not tell");
		mend(doctor, "cat /proc/meminfo");
	}
}
