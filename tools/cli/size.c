// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes as people write them and like to read them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "size.h"

static const struct unit {
	const char *name;
	uint64_t bytes;
} units[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "K", UINT64_C(1) << 10 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "kB", UINT64_C(1000) },
	{ "M", UINT64_C(1) << 20 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "MB", UINT64_C(1000000) },
	{ "G", UINT64_C(1) << 30 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "GB", UINT64_C(1000000000) },
	{ "T", UINT64_C(1) << 40 },
	{ "TiB", UINT64_C(1) << 40 },
	{ "TB", UINT64_C(1000000000000) },
};

/* A fraction of at most six digits times the largest unit stays below 2^64. */
#define FRACTION_DIGITS_MAX	6

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Reads digits up to the first character that is none: strtoull() would also
 * take blanks, signs and, for some, nothing at all.
 */
static int parse_digits(const char **text, int base, uint64_t *ret_value, unsigned int *ret_digits)
{
	unsigned int digits = 0;
	uint64_t value = 0;
	const char *p;

	for (p = *text; ; p++, digits++) {
		int digit = hex_value(*p);

		if (digit < 0 || digit >= base)
			break;
		if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return -ERANGE;
	}
	if (!digits)
		return -EINVAL;

	*text = p;
	*ret_value = value;
	*ret_digits = digits;
	return 0;
}

static const struct unit *unit_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcasecmp(name, units[i].name))
			return &units[i];
	return NULL;
}

/* "5" of "1.5G": 5 * 2^30 / 10, if that is a whole number of bytes. */
static int fraction_bytes(uint64_t fraction, unsigned int digits, uint64_t unit,
			  uint64_t *ret_bytes)
{
	uint64_t scale = 1;

	if (digits > FRACTION_DIGITS_MAX)
		return -EINVAL;
	while (digits--)
		scale *= 10;

	fraction *= unit;
	if (fraction % scale)
		return -EINVAL;

	*ret_bytes = fraction / scale;
	return 0;
}

static int parse_decimal(const char *text, uint64_t *ret_bytes)
{
	uint64_t value, fraction = 0, rest = 0;
	unsigned int digits, fraction_digits = 0;
	const struct unit *unit;
	int r;

	r = parse_digits(&text, 10, &value, &digits);
	if (r < 0)
		return r;
	if (*text == '.') {
		text++;
		r = parse_digits(&text, 10, &fraction, &fraction_digits);
		if (r < 0)
			return -EINVAL;
	}

	unit = unit_find(text);
	if (!unit)
		return -EINVAL;
	if (fraction_digits) {
		r = fraction_bytes(fraction, fraction_digits, unit->bytes, &rest);
		if (r < 0)
			return r;
	}

	if (__builtin_mul_overflow(value, unit->bytes, &value) ||
	    __builtin_add_overflow(value, rest, &value))
		return -ERANGE;

	*ret_bytes = value;
	return 0;
}

static int parse_hexadecimal(const char *text, uint64_t *ret_bytes)
{
	unsigned int digits;
	uint64_t value;
	int r;

	r = parse_digits(&text, 16, &value, &digits);
	if (r < 0)
		return r;
	if (*text)
		return -EINVAL;

	*ret_bytes = value;
	return 0;
}

/**
 * size_parse() - read a size
 * @text: a number of bytes: decimal, with a unit if wanted, or 0x hexadecimal.
 *	K, M, G, T and KiB to TiB are powers of 1024, kB to TB powers of 1000;
 *	upper and lower case are the same. With a unit, a fraction is fine if it
 *	makes a whole number of bytes.
 * @ret_bytes: where to put it
 *
 * Return: 0, -EINVAL if it is not a size, -ERANGE if it is 2^64 or more.
 */
int size_parse(const char *text, uint64_t *ret_bytes)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return parse_hexadecimal(text + 2, ret_bytes);

	return parse_decimal(text, ret_bytes);
}

/**
 * size_format() - a size in the largest unit that leaves at least 1
 * @bytes: the size
 * @text: where to put it, such as "64.0 MiB" or "512 bytes"
 * @len: room there, SIZE_TEXT_MAX is enough
 *
 * Return: @text.
 */
const char *size_format(uint64_t bytes, char *text, size_t len)
{
	static const char *const names[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t whole = bytes, tenths = 0;
	int i = -1;

	while (whole >= 1024) {
		/* rounded down: what is shown is there */
		tenths = whole % 1024 * 10 / 1024;
		whole /= 1024;
		i++;
	}

	if (i < 0)
		snprintf(text, len, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
	else
		snprintf(text, len, "%" PRIu64 ".%" PRIu64 " %s", whole, tenths, names[i]);
	return text;
}
