/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a name may be, and nothing else: it needs no kernel, so that the unit
 * tests compile this very file in user space.
 *
 * The letters are those of POSIX's portable file names, and a name does not
 * begin with a dot, an underscore or a hyphen. So it can be a component of a
 * path without being "..", a word of a command line without being an option, and
 * udev takes each of its letters into a link as it is.
 */
#ifndef _MYMAP_NAME_H
#define _MYMAP_NAME_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif
#include <linux/mymap.h>

static inline bool mymap_is_letter_or_digit(char c)
{
	/* isalnum() takes letters of Latin-1 for letters. */
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/**
 * mymap_name_is_valid() - may a buffer be called so
 * @name: MYMAP_NAME_SIZE bytes
 *
 * Return: true where it is a name, ended by a NUL with nothing but NULs behind.
 */
static inline bool mymap_name_is_valid(const char *name)
{
	unsigned int i = 0;

	if (!mymap_is_letter_or_digit(name[i]))
		return false;
	while (i < MYMAP_NAME_SIZE &&
	       (mymap_is_letter_or_digit(name[i]) || name[i] == '.' ||
		name[i] == '_' || name[i] == '-'))
		i++;
	if (i == MYMAP_NAME_SIZE)
		return false;
	while (i < MYMAP_NAME_SIZE && !name[i])
		i++;
	return i == MYMAP_NAME_SIZE;
}

#endif /* _MYMAP_NAME_H */
