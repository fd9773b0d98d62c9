/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EFI signature lists: the keys in the variables db and MokListRT.
 */
#ifndef MYMAP_CLI_EFI_SIGNATURES_H
#define MYMAP_CLI_EFI_SIGNATURES_H

#include <stddef.h>

int efi_signatures_find(const void *lists, size_t len, const void *certificate,
			size_t certificate_len);

#endif /* MYMAP_CLI_EFI_SIGNATURES_H */
