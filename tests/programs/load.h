/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules of the tests, which a program loads and removes: its first argument is the file.
 */
#ifndef LOAD_H
#define LOAD_H

/* Load it with these parameters: 0, or -1 and errno, which is the module's own. */
int __attribute__((format(printf, 1, 2))) try_load(const char *format, ...);
/* Remove it by its name: 0, or -1 and errno. */
int try_remove(const char *name);

#endif /* LOAD_H */
