// SPDX-License-Identifier: GPL-2.0-only
/*
 * EFI signature lists, good ones and broken ones. What is searched is allocated to
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
#define KEY	"key"
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
	r = efi_signatures_find(copy, len, KEY, strlen(KEY));
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
		{ "signatures: cut off anywhere, they are refused", truncated, NULL, NULL, NULL },
		{ "signatures: any bit may be wrong", flipped, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("efi_signatures", tests, NULL, NULL);
}
