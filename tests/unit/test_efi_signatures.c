// SPDX-License-Identifier: GPL-2.0-only
/*
 * EFI signature lists and certificates, good ones and broken ones. What is searched is allocated to
 * the byte, so that the sanitizer sees a read beyond it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi_signatures.h"

#define X509	"\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72"
#define SHA256	"\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28"
#define OWNER	"0123456789abcdef"

/* 28 and 16 + 3 for each entry */
/* A certificate of three bytes: the number 1, and the name "x" */
#define KEY	"\x01\x01x"
#define LIST_1	X509 "\x2f\0\0\0" "\0\0\0\0" "\x13\0\0\0" OWNER KEY
#define LIST_2	X509 "\x42\0\0\0" "\0\0\0\0" "\x13\0\0\0" OWNER "two" OWNER KEY
#define HEADER	X509 "\x31\0\0\0" "\x02\0\0\0" "\x13\0\0\0" "hh" OWNER KEY
#define HASH	SHA256 "\x2f\0\0\0" "\0\0\0\0" "\x13\0\0\0" OWNER KEY
#define OTHER	X509 "\x30\0\0\0" "\0\0\0\0" "\x14\0\0\0" OWNER "keys"
#define EMPTY	X509 "\x1c\0\0\0" "\0\0\0\0" "\x13\0\0\0"
#define PARTIAL	X509 "\x30\0\0\0" "\0\0\0\0" "\x13\0\0\0" OWNER "two" "x"
#define SHORT	X509 "\x1b\0\0\0" "\0\0\0\0" "\x13\0\0\0"
#define NO_LEN	X509 "\0\0\0\0" "\0\0\0\0" "\x13\0\0\0" OWNER KEY
#define LONG	X509 "\x30\0\0\0" "\0\0\0\0" "\x13\0\0\0" OWNER KEY
#define HUGE	X509 "\xff\xff\xff\xff" "\0\0\0\0" "\x13\0\0\0" OWNER KEY
#define BIG_HEAD X509 "\x2f\0\0\0" "\x14\0\0\0" "\x13\0\0\0" OWNER KEY
#define NO_ENTRY X509 "\x2f\0\0\0" "\0\0\0\0" "\0\0\0\0" OWNER KEY
#define LOW_ENTRY X509 "\x2f\0\0\0" "\0\0\0\0" "\x0f\0\0\0" OWNER KEY
#define HUGE_ENTRY X509 "\x2f\0\0\0" "\0\0\0\0" "\xff\xff\xff\xff" OWNER KEY

/* What a test hands to its function. */
struct sample {
	const char *lists;
	size_t len;
	int result;
};

static int search(const char *lists, size_t len)
{
	char *copy = malloc(len ? len : 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, lists, len);
	r = efi_signatures_find(copy, len, &(struct efi_signer) { "x", (const unsigned char *)"\x01", 1 });
	free(copy);
	return r;
}

static void find(void **state)
{
	const struct sample *sample = *state;

	assert_int_equal(search(sample->lists, sample->len), sample->result);
}

static void truncated(void **state)
{
	static const char lists[] = OTHER HASH LIST_2;
	size_t len, whole = sizeof(lists) - 1;

	(void)state;
	assert_int_equal(search(lists, whole), 1);
	for (len = 0; len < whole; len++) {
		size_t ends_well = sizeof(OTHER) - 1;
		bool is_whole = !len || len == ends_well || len == ends_well + sizeof(HASH) - 1;

		assert_int_equal(search(lists, len), is_whole ? 0 : -EBADMSG);
	}
}

static void flipped(void **state)
{
	static const char lists[] = OTHER HEADER LIST_2;
	char broken[sizeof(lists)];
	size_t i;
	int bit;

	(void)state;
	for (i = 0; i < sizeof(lists) - 1; i++)
		for (bit = 0; bit < 8; bit++) {
			int r;

			memcpy(broken, lists, sizeof(lists));
			broken[i] = (char)(broken[i] ^ (1 << bit));
			r = search(broken, sizeof(lists) - 1);
			assert_true(r == 1 || r == 0 || r == -EBADMSG);
		}
}

/* A certificate, and whether it is of "Ada" with the number 0x8123. */
struct certificate {
	const char *der;
	size_t len;
	bool is_of;
};

static void compare(void **state)
{
	const struct efi_signer signer = { "Ada", (const unsigned char *)"\x81\x23", 2 };
	const struct certificate *certificate = *state;
	char *copy = malloc(certificate->len ? certificate->len : 1);

	assert_non_null(copy);
	memcpy(copy, certificate->der, certificate->len);
	assert_int_equal(certificate_is_of(copy, certificate->len, &signer), certificate->is_of);
	free(copy);
}

static void nameless(void **state)
{
	const struct efi_signer no_name = { "", (const unsigned char *)"\x01", 1 };
	const struct efi_signer no_id = { "x", NULL, 0 };

	(void)state;
	assert_false(certificate_is_of(KEY, strlen(KEY), &no_name));
	assert_false(certificate_is_of(KEY, strlen(KEY), &no_id));
}

#define OF(t, c, r)	{ "certificate: " t, compare, NULL, NULL, \
			  &(struct certificate) { c, sizeof(c) - 1, r } }
#define FIND(t, l, r)	{ "signatures: " t, find, NULL, NULL, \
			  &(struct sample) { l, sizeof(l) - 1, r } }

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIND("a key alone is found", LIST_1, 1),
		FIND("the second key of a list is found", LIST_2, 1),
		FIND("a key behind a header is found", HEADER, 1),
		FIND("a key in the second list is found", OTHER LIST_1, 1),
		FIND("a key behind an empty list is found", EMPTY LIST_1, 1),
		FIND("a key before garbage is found", LIST_1 "garbage", 1),
		FIND("nothing has no key", "", 0),
		FIND("another key is not the key", OTHER, 0),
		FIND("a hash is no key", HASH, 0),
		FIND("garbage is refused", "garbage", -EBADMSG),
		FIND("garbage behind a list is refused", OTHER "garbage", -EBADMSG),
		FIND("half an entry is refused", PARTIAL, -EBADMSG),
		FIND("a list shorter than its head is refused", SHORT, -EBADMSG),
		FIND("a list of no length is refused", NO_LEN, -EBADMSG),
		FIND("a list longer than all is refused", LONG, -EBADMSG),
		FIND("a list of 4 GiB is refused", HUGE, -EBADMSG),
		FIND("a header longer than its list is refused", BIG_HEAD, -EBADMSG),
		FIND("an entry of no length is refused", NO_ENTRY, -EBADMSG),
		FIND("an entry shorter than its owner is refused", LOW_ENTRY, -EBADMSG),
		FIND("an entry longer than its list is refused", HUGE_ENTRY, -EBADMSG),
		OF("its name and its number are those of the signer", "\x02\x81\x23" "\x03" "Ada", true),
		OF("the number has a zero before it", "\x03" "Ada" "\x03\0\x81\x23", true),
		OF("another number is another key", "\x02\x81\x24" "\x03" "Ada", false),
		OF("a longer number is another one", "\x03\x11\x81\x23" "\x03" "Ada", false),
		OF("another name is another key", "\x02\x81\x23" "\x03" "Eva", false),
		OF("a longer name is another one", "\x02\x81\x23" "\x04" "Adam", false),
		OF("bytes without a length are no number", "\x81\x23" "\x03" "Ada", false),
		OF("one that is cut off is none", "\x02\x81\x23" "\x03" "Ad", false),
		OF("nothing is none", "", false),
		{ "certificate: none is of a signer that is not known", nameless, NULL, NULL, NULL },
		{ "signatures: cut off anywhere, they are refused", truncated, NULL, NULL, NULL },
		{ "signatures: any bit may be wrong", flipped, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("efi_signatures", tests, NULL, NULL);
}
