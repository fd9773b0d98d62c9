/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What module.c and module_leavers.c, a race of its own, know of each other.
 */
#ifndef MODULE_H
#define MODULE_H

#include "test.h"

/* The bare system calls; to remove it is 0, or -1 with errno. */
int module_remove(void);
void module_load(void);
/* Somebody uses it. */
void check_busy(void);
/* What stands behind the module's file: how many rounds; 20 without it. */
int nr_rounds(void);
/* A buffer with a name, populated, that nobody has open; tells N of /dev/mymapN. */
unsigned int create_named(const char *name, size_t nr_bytes);

void last_closes_race_removal(void);

#endif /* MODULE_H */
