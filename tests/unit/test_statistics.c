// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver has counted, above files that this one writes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

static char folder[] = "/tmp/mymap-test-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static void expect_content(const char *name, const char *expected)
{
	char path[128], text[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_string_equal(text, expected);
}

static void take_away(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static int setup(void **state)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	mock_debugfs = folder;
	mock_debugfs_error = 0;
	return mock_setup(state);
}

static int teardown(void **state)
{
	take_away("enabled");
	take_away("stats");
	assert_int_equal(rmdir(folder), 0);
	mock_debugfs = NULL;
	return mock_teardown(state);
}

static const char all[] =
	"buffers 1\nresident 2\nresident_huge 3\nfaults_huge 4\nfaults_page 5\n"
	"faults_sigbus 6\nfaults_oom 7\nallocated_huge 8\nallocated_smaller 9\n"
	"allocation_fallbacks 10\nallocation_failures 18446744073709551615\n";

static void each_figure_has_its_value(void **state)
{
	struct mymap_statistics *statistics;
	int i;

	(void)state;
	put("enabled", "1\n");
	put("stats", all);
	assert_int_equal(mymap_statistics_new(&statistics), 0);
	assert_true(mymap_statistics_is_enabled(statistics));
	for (i = 0; i < 10; i++)
		assert_int_equal(mymap_statistics_get(statistics, (enum mymap_statistic)i), i + 1);
	assert_true(mymap_statistics_get(statistics, MYMAP_STATISTIC_ALLOCATION_FAILURES) ==
		    UINT64_MAX);
	mymap_statistics_free(statistics);
}

static void names_are_those_of_the_file(void **state)
{
	const char *line = all;
	int i;

	(void)state;
	for (i = 0; *line; i++) {
		const char *name = mymap_statistic_name((enum mymap_statistic)i);

		assert_non_null(name);
		assert_memory_equal(line, name, strlen(name));
		assert_int_equal(line[strlen(name)], ' ');
		line = strchr(line, '\n') + 1;
	}
	assert_null(mymap_statistic_name((enum mymap_statistic)i));
	assert_null(mymap_statistic_name((enum mymap_statistic)-1));
}

/* Another order, keys that are new and keys that are gone. */
static void other_drivers_are_understood(void **state)
{
	struct mymap_statistics *statistics;

	(void)state;
	put("enabled", "0\n");
	put("stats", "faults_page 3\nfaults_page_new 9\nfaults 8\n\nnonsense\nbuffers 2");
	assert_int_equal(mymap_statistics_new(&statistics), 0);
	assert_false(mymap_statistics_is_enabled(statistics));
	assert_int_equal(mymap_statistics_get(statistics, MYMAP_STATISTIC_FAULTS_PAGE), 3);
	assert_int_equal(mymap_statistics_get(statistics, MYMAP_STATISTIC_BUFFERS), 2);
	assert_int_equal(mymap_statistics_get(statistics, MYMAP_STATISTIC_FAULTS_HUGE), 0);
	assert_int_equal(mymap_statistics_get(statistics, (enum mymap_statistic)99), 0);
	mymap_statistics_free(statistics);
}

static void a_long_file_is_cut_off(void **state)
{
	struct mymap_statistics *statistics;
	static char text[10000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "buffers 2\n", 10);
	put("enabled", "1\n");
	put("stats", text);
	assert_int_equal(mymap_statistics_new(&statistics), 0);
	assert_int_equal(mymap_statistics_get(statistics, MYMAP_STATISTIC_BUFFERS), 2);
	mymap_statistics_free(statistics);
}

static void without_files_it_is_enoent(void **state)
{
	struct mymap_statistics *statistics = UNTOUCHED(struct mymap_statistics);

	(void)state;
	assert_int_equal(mymap_statistics_new(&statistics), -ENOENT);
	put("enabled", "1\n");
	assert_int_equal(mymap_statistics_new(&statistics), -ENOENT);
	assert_ptr_equal(statistics, UNTOUCHED(struct mymap_statistics));
	take_away("enabled");
	assert_int_equal(mymap_statistics_enable(true), -ENOENT);
	assert_int_equal(mymap_statistics_reset(), -ENOENT);
}

static void errors_are_told(void **state)
{
	struct mymap_statistics *statistics = UNTOUCHED(struct mymap_statistics);

	(void)state;
	mock_debugfs_error = EACCES;
	assert_int_equal(mymap_statistics_new(&statistics), -EACCES);
	assert_int_equal(mymap_statistics_enable(false), -EACCES);
	assert_int_equal(mymap_statistics_reset(), -EACCES);
	assert_ptr_equal(statistics, UNTOUCHED(struct mymap_statistics));
}

static void without_memory_it_is_enomem(void **state)
{
	struct mymap_statistics *statistics = UNTOUCHED(struct mymap_statistics);

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	mock_fail_allocation();
	assert_int_equal(mymap_statistics_new(&statistics), -ENOMEM);
	assert_ptr_equal(statistics, UNTOUCHED(struct mymap_statistics));
}

static void switching_writes_a_digit(void **state)
{
	(void)state;
	put("enabled", "0\n");
	put("stats", "buffers");
	assert_int_equal(mymap_statistics_enable(true), 0);
	expect_content("enabled", "1\n");
	assert_int_equal(mymap_statistics_enable(false), 0);
	expect_content("enabled", "0\n");
	assert_int_equal(mymap_statistics_reset(), 0);
	expect_content("stats", "0uffers");
}

static void link_to(const char *target, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(symlink(target, path), 0);
}

/* Files that can be opened, and then neither be read nor written. */
static void errors_of_reading_and_writing_are_told(void **state)
{
	struct mymap_statistics *statistics = UNTOUCHED(struct mymap_statistics);

	(void)state;
	link_to("/dev/full", "enabled");
	link_to("/dev/full", "stats");
	assert_int_equal(mymap_statistics_enable(true), -ENOSPC);
	assert_int_equal(mymap_statistics_reset(), -ENOSPC);
	take_away("enabled");
	take_away("stats");
	link_to("/", "enabled");
	assert_int_equal(mymap_statistics_new(&statistics), -EISDIR);
	take_away("enabled");
	put("enabled", "1\n");
	link_to("/", "stats");
	assert_int_equal(mymap_statistics_new(&statistics), -EISDIR);
	assert_ptr_equal(statistics, UNTOUCHED(struct mymap_statistics));
}

#define CASE(text, function)	{ text, function, setup, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE("statistics: each figure has its value", each_figure_has_its_value),
		CASE("statistics: names are those of the file", names_are_those_of_the_file),
		CASE("statistics: other drivers are understood", other_drivers_are_understood),
		CASE("statistics: a long file is cut off", a_long_file_is_cut_off),
		CASE("statistics: without files it is ENOENT", without_files_it_is_enoent),
		CASE("statistics: errors are told", errors_are_told),
		CASE("statistics: errors of reading and writing are told",
		     errors_of_reading_and_writing_are_told),
		CASE("statistics: without memory it is ENOMEM", without_memory_it_is_enomem),
		CASE("statistics: switching writes a digit", switching_writes_a_digit),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
