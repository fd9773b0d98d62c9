// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_release.h"

/* What a test hands to its function. */
struct sample {
	const char *release;
	const char *other;
};

static void flavour(void **state)
{
	const struct sample *sample = *state;
	const char *found = release_flavour(sample->release);

	if (sample->other) {
		assert_non_null(found);
		assert_string_equal(found, sample->other);
	} else {
		assert_null(found);
	}
}

static void newer(void **state)
{
	const struct sample *sample = *state;

	assert_true(release_is_newer(sample->release, sample->other));
	assert_false(release_is_newer(sample->other, sample->release));
	assert_false(release_is_newer(sample->release, sample->release));
}

static void plain(void **state)
{
	const struct sample *sample = *state;

	assert_true(release_is_plain(sample->release));
}

static void not_plain(void **state)
{
	const struct sample *sample = *state;

	assert_false(release_is_plain(sample->release));
}

static void long_name(void **state)
{
	char name[RELEASE_MAX + 1] = { 0 };
	int i;

	(void)state;
	for (i = 0; i < RELEASE_MAX - 1; i++)
		name[i] = 'a';
	assert_true(release_is_plain(name));
	name[i] = 'a';
	assert_false(release_is_plain(name));
}

#define FLAVOUR(r, f)	{ "release: the flavour of " r " is " f, flavour, NULL, NULL, \
			  &(struct sample) { r, f } }
#define NO_FLAVOUR(r)	{ "release: '" r "' has no flavour", flavour, NULL, NULL, \
			  &(struct sample) { r, NULL } }
#define NEWER(r, o)	{ "release: " r " is newer than " o, newer, NULL, NULL, \
			  &(struct sample) { r, o } }
#define PLAIN(r)	{ "release: " r " is plain", plain, NULL, NULL, \
			  &(struct sample) { r, NULL } }
#define NOT_PLAIN(r)	{ "release: '" r "' is not plain", not_plain, NULL, NULL, \
			  &(struct sample) { r, NULL } }

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLAVOUR("6.1.0-56-amd64", "amd64"),
		FLAVOUR("6.1.0-50-cloud-amd64", "cloud-amd64"),
		FLAVOUR("6.1.0-50-rt-amd64", "rt-amd64"),
		FLAVOUR("5.10.0-40-armmp", "armmp"),
		FLAVOUR("5.10.0-40-686-pae", "686-pae"),
		FLAVOUR("5.10.0-40-4kc-malta", "4kc-malta"),
		FLAVOUR("6.1.0-0.deb11.21-cloud-amd64", "cloud-amd64"),
		FLAVOUR("7.2.3+deb14-amd64", "amd64"),
		FLAVOUR("7.2.3+deb14-arm64-16k", "arm64-16k"),
		FLAVOUR("7.2.3+deb14-686-pae", "686-pae"),
		FLAVOUR("6.12.100+deb13-cloud-arm64", "cloud-arm64"),
		FLAVOUR("6.12.9-arm64-16k", "arm64-16k"),
		FLAVOUR("6.13-rc6-amd64", "amd64"),
		FLAVOUR("6.11~rc4-rt-amd64", "rt-amd64"),
		FLAVOUR("6.12.25+rpt-rpi-v8", "rpi-v8"),
		NO_FLAVOUR(""),
		NO_FLAVOUR("6.12.9"),
		NO_FLAVOUR("6.12.9-"),
		NO_FLAVOUR("6.1.0-50-"),
		NEWER("6.1.0-10-amd64", "6.1.0-9-amd64"),
		NEWER("6.1.0-10-amd64", "5.10.0-40-amd64"),
		NEWER("6.12.9-amd64", "6.1.0-56-amd64"),
		NEWER("6.12.100+deb13-amd64", "6.12.99+deb13-amd64"),
		NEWER("7.2.3+deb14-amd64", "6.12.100+deb13-amd64"),
		NEWER("6.1.0-1-amd64", ""),
		PLAIN("6.1.0-56-amd64"),
		PLAIN("6.11~rc4+deb13_x-amd64"),
		NOT_PLAIN(""),
		NOT_PLAIN("."),
		NOT_PLAIN(".."),
		NOT_PLAIN("-rf"),
		NOT_PLAIN("6.1/../x"),
		NOT_PLAIN("6.1 0"),
		NOT_PLAIN("6.1\n"),
		NOT_PLAIN("6.1$(x)"),
		NOT_PLAIN("6.1%s"),
		NOT_PLAIN("6.1\xff"),
		cmocka_unit_test(long_name),
	};

	return cmocka_run_group_tests_name("kernel_release", tests, NULL, NULL);
}
