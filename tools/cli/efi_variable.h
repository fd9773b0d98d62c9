/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What EFI variables say: Secure Boot, and the keys that were enrolled.
 */
#ifndef MYMAP_CLI_EFI_VARIABLE_H
#define MYMAP_CLI_EFI_VARIABLE_H

#include "tree.h"

enum secure_boot {
	SECURE_BOOT_NO_EFI,
	SECURE_BOOT_OFF,
	SECURE_BOOT_OFF_BY_SHIM,	/* on in the firmware, but the kernel is told not to care */
	SECURE_BOOT_ON,
	SECURE_BOOT_UNMOUNTED,		/* efivarfs is */
};

int efi_secure_boot(const struct tree *tree, enum secure_boot *ret_state);
int efi_has_key(const struct tree *tree, const void *certificate, size_t len);
int efi_will_have_key(const struct tree *tree, const void *certificate, size_t len);

#endif /* MYMAP_CLI_EFI_VARIABLE_H */
