// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver takes for a name: src/name.h itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/name.h"

#define LONGEST	(MYMAP_NAME_SIZE - 1)

static bool valid(const char *text)
{
	char name[MYMAP_NAME_SIZE] = "";

	assert_true(strlen(text) < sizeof(name));
	strcpy(name, text);
	return mymap_name_is_valid(name);
}

static void names(void **state)
{
	(void)state;
	assert_true(valid("a"));
	assert_true(valid("0"));
	assert_true(valid("rx0"));
	assert_true(valid("Camera-2.left_eye"));
	assert_true(valid("a..b"));
	assert_true(valid("a-"));
}

static void not_names(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "-", "-a", "_a", ".a", "/", "a/b", "../a", "a b", " a", "a ",
		"a\n", "\n", "a\t", "%", "a%", "a%n", "a\\x2e", "a:b", "a=b", "a+b", "a\"", "a'",
		"a*", "[a]", "a@b", "a\x7f", "\xc3\xa4", "a\xc3\xa4", "a\xff", "\xe4", "a\xe4",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (valid(bad[i]))
			fail_msg("'%s' is taken for a name", bad[i]);
}

/* Each byte at the beginning, and behind it. */
static void every_byte(void **state)
{
	char name[MYMAP_NAME_SIZE];
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		bool first = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
				    c) && c < 128;

		memset(name, 0, sizeof(name));
		name[0] = (char)c;
		assert_int_equal(mymap_name_is_valid(name), first);
		name[0] = 'a';
		name[1] = (char)c;
		assert_int_equal(mymap_name_is_valid(name),
				 first || c == '.' || c == '_' || c == '-');
	}
}

static void longest(void **state)
{
	char name[MYMAP_NAME_SIZE];

	(void)state;
	memset(name, 0, sizeof(name));
	memset(name, 'n', LONGEST);
	assert_true(mymap_name_is_valid(name));
	name[LONGEST] = 'n';
	assert_false(mymap_name_is_valid(name));
	memset(name, 'n', sizeof(name));
	assert_false(mymap_name_is_valid(name));
}

static void something_behind(void **state)
{
	char name[MYMAP_NAME_SIZE] = "rx0";

	(void)state;
	name[LONGEST] = 1;
	assert_false(mymap_name_is_valid(name));
	name[LONGEST] = 0;
	name[4] = 'a';
	assert_false(mymap_name_is_valid(name));
	name[4] = 0;
	assert_true(mymap_name_is_valid(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(not_names),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(longest),
		cmocka_unit_test(something_behind),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
