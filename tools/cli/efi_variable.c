// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading EFI variables from efivarfs: 4 bytes of attributes, then the value. Only
 * efivar's library would do the same, and it is not on every board.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi_signatures.h"
#include "efi_variable.h"

#define EFIVARS		"sys/firmware/efi/efivars"
#define VALUE_MAX	(1 << 20)
#define ATTRIBUTES_LEN	4

#define EFI_GLOBAL	"8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFI_SECURITY	"d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define EFI_SHIM	"605dab50-e046-4300-abb6-3dd810dd8b23"

/* Where the kernel takes keys from; shim writes on in another one when one is full. */
static const char *const key_lists[] = {
	"db-" EFI_SECURITY,
	"MokListRT-" EFI_SHIM,
	"MokListRT1-" EFI_SHIM,
	"MokListRT2-" EFI_SHIM,
	"MokListRT3-" EFI_SHIM,
};

/* Returns -EBADMSG where the variable is not even that long. */
static int read_byte(const struct tree *tree, const char *name, unsigned char *ret_byte)
{
	size_t len;
	char *data;
	int r;

	r = tree_read(tree, ATTRIBUTES_LEN + 1, &data, &len, EFIVARS "/%s", name);
	if (r < 0)
		return r == -EFBIG ? -EBADMSG : r;
	if (len == ATTRIBUTES_LEN + 1)
		*ret_byte = (unsigned char)data[ATTRIBUTES_LEN];
	else
		r = -EBADMSG;
	free(data);
	return r;
}

static bool is_empty(const struct tree *tree, const char *folder)
{
	const struct dirent *entry;
	bool empty = true;
	DIR *dir;

	if (tree_list(tree, &dir, "%s", folder) < 0)
		return true;
	while (empty && (entry = readdir(dir)))
		empty = entry->d_name[0] == '.';
	closedir(dir);
	return empty;
}

/**
 * efi_secure_boot() - does the firmware say that Secure Boot is on?
 * @tree: where
 * @ret_state: what it says
 *
 * Return: 0, or -errno; -EBADMSG: what it says cannot be understood.
 */
int efi_secure_boot(const struct tree *tree, enum secure_boot *ret_state)
{
	unsigned char on, shim_off;
	int r;

	if (!tree_has(tree, "sys/firmware/efi")) {
		*ret_state = SECURE_BOOT_NO_EFI;
		return 0;
	}

	r = read_byte(tree, "SecureBoot-" EFI_GLOBAL, &on);
	if (r == -ENOENT) {
		*ret_state = is_empty(tree, EFIVARS) ? SECURE_BOOT_UNMOUNTED : SECURE_BOOT_OFF;
		return 0;
	}
	if (r < 0)
		return r;
	if (on > 1)
		return -EBADMSG;

	*ret_state = on ? SECURE_BOOT_ON : SECURE_BOOT_OFF;
	/* mokutil --disable-validation */
	if (on && !read_byte(tree, "MokSBStateRT-" EFI_SHIM, &shim_off) && shim_off == 1)
		*ret_state = SECURE_BOOT_OFF_BY_SHIM;
	return 0;
}

/* As efi_signatures_find(); what is not there has no key. */
static int list_has_signer(const struct tree *tree, const char *name, const struct efi_signer *signer)
{
	size_t len;
	char *data;
	int r;

	r = tree_read(tree, VALUE_MAX, &data, &len, EFIVARS "/%s", name);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (len < ATTRIBUTES_LEN)
		r = -EBADMSG;
	else
		r = efi_signatures_find(data + ATTRIBUTES_LEN, len - ATTRIBUTES_LEN, signer);
	free(data);
	return r;
}

/**
 * efi_has_signer() - is the key of a signer enrolled, so that the kernel accepts what it signed?
 * @tree: where
 * @signer: what a signature says of its key
 *
 * Return: 1 if it is; 0 if not; -errno if it was not found, and not all could be read.
 */
int efi_has_signer(const struct tree *tree, const struct efi_signer *signer)
{
	int error = 0;
	size_t i;

	for (i = 0; i < sizeof(key_lists) / sizeof(key_lists[0]); i++) {
		int r = list_has_signer(tree, key_lists[i], signer);

		if (r > 0)
			return r;
		if (r < 0 && !error)
			error = r;
	}
	return error;
}

/**
 * efi_will_have_signer() - was "mokutil --import" said of its key, and is not confirmed yet?
 * @tree: where
 * @signer: what a signature says of its key
 *
 * Return: 1 if so; 0 if not; -errno if it cannot be told.
 */
int efi_will_have_signer(const struct tree *tree, const struct efi_signer *signer)
{
	return list_has_signer(tree, "MokNew-" EFI_SHIM, signer);
}
