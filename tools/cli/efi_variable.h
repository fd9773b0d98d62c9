/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What EFI variables say: Secure Boot, and the keys that were enrolled.
 */
#ifndef MYMAP_CLI_EFI_VARIABLE_H
#define MYMAP_CLI_EFI_VARIABLE_H

#include "efi_signatures.h"
#include "tree.h"

enum secure_boot {
	SECURE_BOOT_NO_EFI,
	SECURE_BOOT_OFF,
	SECURE_BOOT_OFF_BY_SHIM,	/* on in the firmware, but the kernel is told not to care */
	SECURE_BOOT_ON,
	SECURE_BOOT_UNMOUNTED,		/* efivarfs is */
};

int efi_secure_boot(const struct tree *tree, enum secure_boot *ret_state);
int efi_has_signer(const struct tree *tree, const struct efi_signer *signer);
int efi_will_have_signer(const struct tree *tree, const struct efi_signer *signer);

#endif /* MYMAP_CLI_EFI_VARIABLE_H */
