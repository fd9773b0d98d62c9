// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "size.h"

#define KIB	(UINT64_C(1) << 10)
#define MIB	(UINT64_C(1) << 20)
#define GIB	(UINT64_C(1) << 30)
#define TIB	(UINT64_C(1) << 40)

/* What a test hands to its function. */
struct sample {
	const char *text;
	uint64_t bytes;
	int error;
};

static void parse(void **state)
{
	const struct sample *sample = *state;
	uint64_t bytes = 77;

	assert_int_equal(size_parse(sample->text, &bytes), sample->error);
	assert_int_equal(bytes, sample->error ? 77 : sample->bytes);
}

static void format(void **state)
{
	const struct sample *sample = *state;
	char text[SIZE_TEXT_MAX];

	assert_ptr_equal(size_format(sample->bytes, text, sizeof(text)), text);
	assert_string_equal(text, sample->text);
}

#define GOOD(t, b)	{ "size: '" t "' is taken", parse, NULL, NULL, \
			  &(struct sample) { t, b, 0 } }
#define BAD(t)		{ "size: '" t "' is not a size", parse, NULL, NULL, \
			  &(struct sample) { t, 0, -EINVAL } }
#define LARGE(t)	{ "size: '" t "' is too large", parse, NULL, NULL, \
			  &(struct sample) { t, 0, -ERANGE } }
#define SHOWN(b, t)	{ "size: " #b " is shown as " t, format, NULL, NULL, \
			  &(struct sample) { t, b, 0 } }

int main(void)
{
	const struct CMUnitTest tests[] = {
		GOOD("0", 0),
		GOOD("1", 1),
		GOOD("4096", 4096),
		GOOD("4096B", 4096),
		GOOD("007", 7),
		GOOD("64K", 64 * KIB),
		GOOD("64k", 64 * KIB),
		GOOD("64KiB", 64 * KIB),
		GOOD("64kib", 64 * KIB),
		GOOD("64kB", 64000),
		GOOD("64KB", 64000),
		GOOD("64M", 64 * MIB),
		GOOD("2MiB", 2 * MIB),
		GOOD("2MB", 2000000),
		GOOD("1G", GIB),
		GOOD("1gib", GIB),
		GOOD("1GB", 1000000000),
		GOOD("3T", 3 * TIB),
		GOOD("3TiB", 3 * TIB),
		GOOD("3TB", 3000000000000),
		GOOD("1.5G", GIB + GIB / 2),
		GOOD("0.5K", 512),
		GOOD("1.500000M", MIB + MIB / 2),
		GOOD("4096.0", 4096),
		GOOD("0.000001TB", 1000000),
		GOOD("0x1000", 4096),
		GOOD("0XfF", 255),
		GOOD("18446744073709551615", UINT64_MAX),
		GOOD("0xffffffffffffffff", UINT64_MAX),
		GOOD("16777215T", UINT64_MAX - TIB + 1),
		GOOD("18014398509481983.5K", UINT64_MAX - 511),
		BAD(""),
		BAD(" "),
		BAD(" 4096"),
		BAD("4096 "),
		BAD("4096\n"),
		BAD("64 M"),
		BAD("-1"),
		BAD("+1"),
		BAD("K"),
		BAD("12Q"),
		BAD("12KK"),
		BAD("12Kib2"),
		BAD("12i"),
		BAD("1.5"),
		BAD("1.1K"),
		BAD("1."),
		BAD("1.G"),
		BAD(".5G"),
		BAD("1..5G"),
		BAD("1.-5G"),
		BAD("1.5000000M"),
		BAD("1.99999999999999999999999M"),
		BAD("1,5G"),
		BAD("1e6"),
		BAD("0x"),
		BAD("0x 1"),
		BAD("0x-1"),
		BAD("0x10K"),
		BAD("0x1.8"),
		BAD("abc"),
		BAD("inf"),
		BAD("0b11"),
		LARGE("18446744073709551616"),
		LARGE("99999999999999999999999999"),
		LARGE("0x10000000000000000"),
		LARGE("16777216T"),
		LARGE("18014398509481984K"),
		SHOWN(0, "0 bytes"),
		SHOWN(1, "1 byte"),
		SHOWN(1023, "1023 bytes"),
		SHOWN(1024, "1.0 KiB"),
		SHOWN(1536, "1.5 KiB"),
		SHOWN(1048575, "1023.9 KiB"),
		SHOWN(1048576, "1.0 MiB"),
		SHOWN(67108864, "64.0 MiB"),
		SHOWN(UINT64_MAX, "15.9 EiB"),
	};

	return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
