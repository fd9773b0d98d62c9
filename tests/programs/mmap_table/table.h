/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of docs/mmap.md: what mmap and its relatives do to a mymap buffer, beside what they do to a memfd on
 * the same kernel.
 *
 * A row does something to an object of either kind and tells in a word or two what came of it, the outcome. What
 * the outcome must be stands in the row, for each kind, and where the two differ the row says why. The document is
 * printed from these rows, and the tests run them: neither can say what the other does not.
 *
 * Each row runs in a process of its own, once for each kind.
 */
#ifndef TABLE_H
#define TABLE_H

#include "../test.h"

/**
 * struct row - a row of the table
 * @name: what is done, in Markdown
 * @run: does it and returns the outcome; test_skip() where this kernel or machine cannot, FAIL() for what must
 *	never be, whatever the outcome
 * @argument: for @run, so that rows can share one
 * @mymap: the outcome on a mymap buffer
 * @memfd: that on a memfd; NULL where it is nothing that a memfd has
 * @why: why they differ, in Markdown; NULL where they do not
 *
 * An outcome may be "A or B" where kernels differ.
 */
struct row {
	const char *name;
	const char *(*run)(long argument);
	long argument;
	const char *mymap;
	const char *memfd;
	const char *why;
};

#define SAME(name, run, argument, outcome) { name, run, argument, outcome, outcome, NULL }
#define DIFFERS(name, run, argument, mymap, memfd, why) { name, run, argument, mymap, memfd, why }
#define ROWS_END { NULL, NULL, 0, NULL, NULL, NULL }

extern const struct row rows_prot[], rows_map[];
extern const struct row rows_range[], rows_error[], rows_signal[];
extern const struct row rows_mremap[], rows_munmap[], rows_mprotect[];
extern const struct row rows_madvise[], rows_poison[];
extern const struct row rows_mlock[], rows_msync[];
extern const struct row rows_fork[], rows_other[], rows_batched[];

/* Is it a mymap buffer's turn? */
extern bool on_mymap;

/* A new object of that kind and size. Nothing of it has been touched. */
int make_bytes(size_t size);
int make(size_t nr_pages);
/* The same, mapped and with tags. */
struct tagged make_tagged(size_t nr_pages);
/* A private mapping of all of it, in which every page has a tag of its own, from 1000 on. */
char *map_copied(const struct tagged *t);
/* Pages enough that some are mapped by 2 MiB, where the kernel does that. */
size_t many_pages(void);
/* Bytes of a huge page; the row is skipped where there is none. */
size_t huge_page(void);

/* Outcomes. */
#define WORKS "works"
const char *outcome_of_errno(int error);
/* What a system call or mmap returned, with errno. */
const char *outcome(long result);
const char *outcome_of_map(const void *addr);
/* What touch_read() and touch_write() returned. */
const char *outcome_of_touch(int sig);
/*
 * Of a call on a range, madvise, mprotect or msync: one that begins between pages,
 * and one in which a page is missing.
 */
typedef int (*range_call)(void *addr, size_t len, int argument);
const char *outcome_unaligned(range_call call, long argument);
const char *outcome_with_hole(range_call call, long argument);
/* Of mremap to so many pages less, of munmap of a part, of madvise, and of a guard page. What is left is looked at. */
const char *shrink_mapping(const struct tagged *t, size_t nr_pages);
const char *unmap_part_of(const struct tagged *t, size_t first, size_t nr);
const char *advise(char *memory, size_t nr_pages, int advice);
const char *guard_page(const struct tagged *t, size_t nr);
/* For good, in a buffer that the next call uses again. */
const char *__attribute__((format(printf, 1, 2))) say(const char *format, ...);

/* mmap from offset 0, wherever there is room. */
void *map(int fd, size_t len, int prot, int flags);
#define RW (PROT_READ | PROT_WRITE)
/* Room in the address space, inaccessible; to be replaced by MAP_FIXED. */
char *room(size_t len);
/* Pages of a mapping that are in memory, by mincore. */
size_t nr_resident(void *addr, size_t len);

/* An ordinary user from here on, who may lock that many bytes. */
void become_user(void);
void become_user_who_locks(size_t bytes);
/* Skip where the kernel does not know this advice. */
void require_advice(int advice);

#endif /* TABLE_H */
