// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking for a certificate in EFI signature lists, which come from firmware and
 * are believed in nothing: a list is
 *
 *	16 bytes	the type of its entries
 *	4 bytes		its length, all of it
 *	4 bytes		the length of a header, which follows
 *	4 bytes		the length of an entry
 *
 * and then entries: 16 bytes that name the owner, and the certificate in DER.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "efi_signatures.h"

#define GUID_LEN	16
#define LIST_HEADER_LEN	(GUID_LEN + 3 * 4)

/* EFI_CERT_X509_GUID, a5c059a1-94e4-4aa7-87b5-ab155c2bf072 */
static const unsigned char x509[GUID_LEN] = {
	0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
	0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
};

static size_t little_endian(const unsigned char *bytes)
{
	return bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
}

/*
 * Does a certificate have this string or number? In DER its length stands before it,
 * and before a number that would be negative else, a zero, which counts.
 */
static bool has_value(const unsigned char *der, size_t len, const void *value, size_t value_len)
{
	const unsigned char *found = der;

	while (value_len && (found = memmem(found, len - (size_t)(found - der), value, value_len))) {
		if (found - der >= 1 && found[-1] == value_len)
			return true;
		if (found - der >= 2 && !found[-1] && found[-2] == value_len + 1)
			return true;
		found++;
	}
	return false;
}

/**
 * certificate_is_of() - is it the certificate of the key that a signature names?
 * @certificate: an X.509 certificate in DER
 * @len: how many bytes it has
 * @signer: what the signature says
 */
bool certificate_is_of(const void *certificate, size_t len, const struct efi_signer *signer)
{
	return has_value(certificate, len, signer->name, strlen(signer->name)) &&
	       has_value(certificate, len, signer->id, signer->id_len);
}

/* All lengths are those left, so that no sum can wrap. */
static int find_in_entries(const unsigned char *entry, size_t left, size_t entry_len,
			   const struct efi_signer *signer)
{
	for (; left >= entry_len; entry += entry_len, left -= entry_len)
		if (certificate_is_of(entry + GUID_LEN, entry_len - GUID_LEN, signer))
			return 1;
	return left ? -EBADMSG : 0;
}

/**
 * efi_signatures_find() - is the certificate of a signer among them?
 * @lists: signature lists, one after the other
 * @len: how many bytes they have
 * @signer: what a signature says of its key
 *
 * Return: 1 if it is; 0 if not; -EBADMSG if the lists are not well formed, and it
 * is not in what comes before.
 */
int efi_signatures_find(const void *lists, size_t len, const struct efi_signer *signer)
{
	const unsigned char *list = lists;

	while (len) {
		size_t list_len, header_len, entry_len, entries_len;
		int r;

		if (len < LIST_HEADER_LEN)
			return -EBADMSG;
		list_len = little_endian(list + GUID_LEN);
		header_len = little_endian(list + GUID_LEN + 4);
		entry_len = little_endian(list + GUID_LEN + 8);
		if (list_len > len || list_len < LIST_HEADER_LEN ||
		    header_len > list_len - LIST_HEADER_LEN || entry_len < GUID_LEN)
			return -EBADMSG;

		entries_len = list_len - LIST_HEADER_LEN - header_len;
		if (!memcmp(list, x509, GUID_LEN)) {
			r = find_in_entries(list + LIST_HEADER_LEN + header_len, entries_len,
					    entry_len, signer);
			if (r)
				return r;
		}
		list += list_len;
		len -= list_len;
	}
	return 0;
}
