/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EFI signature lists: the keys in the variables db and MokListRT.
 */
#ifndef MYMAP_CLI_EFI_SIGNATURES_H
#define MYMAP_CLI_EFI_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct efi_signer - by what a signature names the key that made it
 * @name: who issued the key's certificate
 * @id: the number of that certificate, or the identifier of the key
 * @id_len: how many bytes it has
 */
struct efi_signer {
	const char *name;
	const unsigned char *id;
	size_t id_len;
};

bool certificate_is_of(const void *certificate, size_t len, const struct efi_signer *signer);
int efi_signatures_find(const void *lists, size_t len, const struct efi_signer *signer);

#endif /* MYMAP_CLI_EFI_SIGNATURES_H */
