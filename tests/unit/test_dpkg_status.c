// SPDX-License-Identifier: GPL-2.0-only
/*
 * dpkg's file, as it should be and broken.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dpkg_status.h"

#define INSTALLED	"Package: mymap\nStatus: install ok installed\nVersion: 0.1.0-1\n"
#define OTHER		"Package: other\nStatus: install ok installed\nVersion: 9\n"
#define STATUS(s)	"Package: mymap\nStatus: " s "\nVersion: 0.1.0-1\n\n"
#define FIRST_ARCH	"Package: mymap\nStatus: deinstall ok config-files\nVersion: 0.0.9-1\n\n"
#define UNTOUCHED	4711

/* What a test hands to its function. */
struct sample {
	const char *text;
	size_t len;
	int result;
	unsigned long bad_line;
	enum package_state state;
	const char *version;
};

static int parse(const char *text, size_t len, struct dpkg_package *package,
		 unsigned long *ret_bad_line)
{
	FILE *stream;
	int r;

	/* fmemopen() takes no empty memory */
	stream = len ? fmemopen((void *)(uintptr_t)text, len, "r") : fopen("/dev/null", "r");
	assert_non_null(stream);
	strcpy(package->name, "mymap");
	*ret_bad_line = UNTOUCHED;
	r = dpkg_status_read(stream, package, 1, ret_bad_line);
	fclose(stream);
	return r;
}

static void read_sample(void **state)
{
	const struct sample *sample = *state;
	struct dpkg_package package = { .state = PACKAGE_BROKEN, .version = "before" };
	unsigned long bad_line;

	assert_int_equal(parse(sample->text, sample->len, &package, &bad_line), sample->result);
	assert_int_equal(bad_line, sample->result ? sample->bad_line : UNTOUCHED);
	assert_int_equal(package.state, sample->state);
	assert_string_equal(package.version, sample->version);
}

static void beginning(void **state)
{
	static const char text[] = STATUS("install ok installed")
		"Package: mymap-modules\nStatus: install ok installed\nVersion: 1\n\n"
		"Package: mymap-modules-6.1.0-41-amd64\nStatus: install ok installed\nVersion: 2\n\n"
		"Package: mymap-modules-6.1.0-42-amd64\nStatus: deinstall ok config-files\nVersion: 3\n";
	struct dpkg_package packages[] = { { .name = "mymap-modules-*" }, { .name = "other-*" } };
	unsigned long bad_line;
	FILE *stream;

	(void)state;
	stream = fmemopen((void *)(uintptr_t)text, sizeof(text) - 1, "r");
	assert_non_null(stream);
	assert_int_equal(dpkg_status_read(stream, packages, 2, &bad_line), 0);
	fclose(stream);
	assert_int_equal(packages[0].state, PACKAGE_INSTALLED);
	assert_string_equal(packages[0].version, "2");
	assert_int_equal(packages[1].state, PACKAGE_ABSENT);
}

static void long_lines(void **state)
{
	struct dpkg_package package;
	unsigned long bad_line;
	char *text;
	int len;

	(void)state;
	len = asprintf(&text, "Package: mymap\nStatus: install ok installed\nVersion: %0*d\n"
		       "Description: %0*d\n\n" OTHER "\n", PACKAGE_VERSION_MAX + 10, 7, 100000, 7);
	assert_true(len > 0);
	assert_int_equal(parse(text, (size_t)len, &package, &bad_line), 0);
	assert_int_equal(package.state, PACKAGE_INSTALLED);
	assert_int_equal(strlen(package.version), PACKAGE_VERSION_MAX - 1);
	free(text);
}

static void truncated(void **state)
{
	static const char text[] = OTHER "\n" INSTALLED "Description: a\n b\n .\n c\n\n" OTHER;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text); len++) {
		struct dpkg_package package;
		unsigned long bad_line;
		int r = parse(text, len, &package, &bad_line);

		/* only at the end of a line can it be taken for whole */
		if (len && text[len - 1] != '\n')
			assert_int_equal(r, -EBADMSG);
		else
			assert_int_equal(r, 0);
	}
}

static void flipped(void **state)
{
	static const char text[] = OTHER "\n" INSTALLED "Description: a\n b\n .\n c\n\n" OTHER;
	char broken[sizeof(text)];
	size_t i;
	int bit;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++)
		for (bit = 0; bit < 8; bit++) {
			struct dpkg_package package;
			unsigned long bad_line;
			int r;

			memcpy(broken, text, sizeof(text));
			broken[i] = (char)(broken[i] ^ (1 << bit));
			r = parse(broken, sizeof(text) - 1, &package, &bad_line);
			assert_true(r == 0 || r == -EBADMSG);
		}
}

static void of_one_release(void **state)
{
	(void)state;
	assert_true(version_has_same_upstream("0.1.0-1", "0.1.0"));
	assert_true(version_has_same_upstream("0.1.0-1", "0.1.0-2+b1"));
	assert_true(version_has_same_upstream("1:0.1.0-1", "0.1.0-1"));
	assert_true(version_has_same_upstream("", ""));
	assert_false(version_has_same_upstream("0.1.0-1", "0.1.1-1"));
	assert_false(version_has_same_upstream("0.1.0-1", "0.1.00-1"));
	assert_false(version_has_same_upstream("0.1.0-1", "0.1-1"));
	assert_false(version_has_same_upstream("0.1.0-1", ""));
}

#define READ(name, t, s, v) \
	{ "dpkg: " name, read_sample, NULL, NULL, \
	  &(struct sample) { t, sizeof(t) - 1, 0, 0, s, v } }
#define BROKEN(name, t, line, s, v) \
	{ "dpkg: " name, read_sample, NULL, NULL, \
	  &(struct sample) { t, sizeof(t) - 1, -EBADMSG, line, s, v } }

int main(void)
{
	const struct CMUnitTest tests[] = {
		READ("a package is found", INSTALLED, PACKAGE_INSTALLED, "0.1.0-1"),
		READ("a package is found behind another", OTHER "\n" INSTALLED "\n",
		     PACKAGE_INSTALLED, "0.1.0-1"),
		READ("nothing has no package", "", PACKAGE_ABSENT, ""),
		READ("another package is not the package", OTHER, PACKAGE_ABSENT, ""),
		READ("a longer name is another one", "Package: mymap-dkms\nStatus: install ok installed\n",
		     PACKAGE_ABSENT, ""),
		READ("a description is no field",
		     "Package: other\nDescription: x\n Package: mymap\n Status: install ok installed\n",
		     PACKAGE_ABSENT, ""),
		READ("upper and lower case are the same", "package: mymap\nSTATUS: install ok installed\n",
		     PACKAGE_INSTALLED, ""),
		READ("blank lines may be many", "\n\n" INSTALLED "\n\n\n", PACKAGE_INSTALLED, "0.1.0-1"),
		READ("of two architectures, the installed one counts", FIRST_ARCH INSTALLED,
		     PACKAGE_INSTALLED, "0.1.0-1"),
		READ("of two architectures, the installed one counts, whichever is first",
		     INSTALLED "\n" FIRST_ARCH, PACKAGE_INSTALLED, "0.1.0-1"),
		READ("a package on hold is installed", STATUS("hold ok installed"),
		     PACKAGE_INSTALLED, "0.1.0-1"),
		READ("a package whose triggers wait is installed", STATUS("install ok triggers-awaited"),
		     PACKAGE_INSTALLED, "0.1.0-1"),
		READ("a removed package is absent", STATUS("deinstall ok config-files"),
		     PACKAGE_ABSENT, ""),
		READ("a half configured package is broken", STATUS("install ok half-configured"),
		     PACKAGE_BROKEN, "0.1.0-1"),
		READ("a package to be reinstalled is broken", STATUS("install reinstreq installed"),
		     PACKAGE_BROKEN, "0.1.0-1"),
		READ("an unknown state is broken", STATUS("install"), PACKAGE_BROKEN, "0.1.0-1"),
		BROKEN("a line without a colon is told", INSTALLED "\ngarbage\n", 5,
		       PACKAGE_INSTALLED, "0.1.0-1"),
		BROKEN("what follows a broken line is read", "garbage\n\n" INSTALLED, 1,
		       PACKAGE_INSTALLED, "0.1.0-1"),
		BROKEN("the first broken line is the one that is told", "one\ntwo\n\n" INSTALLED, 1,
		       PACKAGE_INSTALLED, "0.1.0-1"),
		BROKEN("a field without a name is told", ": value\n", 1, PACKAGE_ABSENT, ""),
		BROKEN("a continuation of nothing is told", " continued\n", 1, PACKAGE_ABSENT, ""),
		BROKEN("a stanza of no package is told", "Version: 1\n\n" INSTALLED, 2,
		       PACKAGE_INSTALLED, "0.1.0-1"),
		BROKEN("a NUL ends it", OTHER "\n\0\n" INSTALLED, 5, PACKAGE_ABSENT, ""),
		BROKEN("a last line without its end is told", INSTALLED "Descr", 4, PACKAGE_ABSENT, ""),
		{ "dpkg: a name that ends in * is that of all that begin so", beginning, NULL, NULL, NULL },
		{ "dpkg: lines may be long", long_lines, NULL, NULL, NULL },
		{ "dpkg: cut off inside any line, it is broken", truncated, NULL, NULL, NULL },
		{ "dpkg: any bit may be wrong", flipped, NULL, NULL, NULL },
		{ "dpkg: versions of one release are known", of_one_release, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("dpkg_status", tests, NULL, NULL);
}
