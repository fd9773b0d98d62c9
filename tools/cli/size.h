/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MYMAP_CLI_SIZE_H
#define MYMAP_CLI_SIZE_H

#include <stddef.h>
#include <stdint.h>

#define SIZE_HINT	"write for example 4096, 64K, 64M or 1G"

/* Enough for any number with its unit. */
#define SIZE_TEXT_MAX	24

int size_parse(const char *text, uint64_t *ret_bytes);
const char *size_format(uint64_t bytes, char *text, size_t len);

#endif /* MYMAP_CLI_SIZE_H */
