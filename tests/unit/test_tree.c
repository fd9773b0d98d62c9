// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading below another root what anybody may have put there.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tree.h"

static char root[] = "/tmp/mymap-test-XXXXXX";
static struct tree tree;
static int root_fd;

static void make_file(const char *name, const char *text)
{
	int fd = openat(root_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(root) || tree_open_root(root, &tree) < 0)
		return -1;
	root_fd = open(root, O_PATH | O_DIRECTORY);
	make_file("file", "line\nmore\n");
	make_file("empty", "");
	if (mkdirat(root_fd, "folder", 0755) < 0 || mkfifoat(root_fd, "fifo", 0644) < 0 ||
	    symlinkat("/file", root_fd, "absolute") < 0 ||
	    symlinkat("../../../../etc/passwd", root_fd, "out") < 0 ||
	    symlinkat("loop", root_fd, "loop") < 0)
		return -1;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "file", "empty", "fifo", "absolute", "out", "loop" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(root_fd, names[i], 0);
	unlinkat(root_fd, "folder", AT_REMOVEDIR);
	close(root_fd);
	tree_close(&tree);
	return rmdir(root);
}

/* Reads at most 10 bytes, which "file" has. */
static int read_10(const char *name)
{
	char *data = NULL;
	size_t len = 0;
	int r = tree_read(&tree, 10, &data, &len, "%s", name);

	free(data);
	return r ? r : (int)len;
}

static void whole_file(void **state)
{
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(tree_read(&tree, 10, &data, &len, "%s", "file"), 0);
	assert_int_equal(len, 10);
	assert_string_equal(data, "line\nmore\n");
	free(data);
}

static void too_large(void **state)
{
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(tree_read(&tree, 9, &data, &len, "file"), -EFBIG);
}

static void no_files(void **state)
{
	(void)state;
	assert_int_equal(read_10("empty"), 0);
	assert_int_equal(read_10("missing"), -ENOENT);
	assert_int_equal(read_10("folder"), -EISDIR);
	assert_int_equal(read_10("fifo"), -EINVAL);
	assert_int_equal(read_10("loop"), -ELOOP);
}

static void links_stay_inside(void **state)
{
	(void)state;
	assert_int_equal(read_10("absolute"), 10);
	assert_int_equal(read_10("out"), -ENOENT);
	assert_false(tree_has(&tree, "out"));
	assert_true(tree_has(&tree, "absolute"));
}

static void long_path(void **state)
{
	(void)state;
	assert_int_equal(tree_open(&tree, O_PATH, "%05000d", 0), -ENAMETOOLONG);
}

static void first_line(void **state)
{
	char line[10] = "before";

	(void)state;
	assert_int_equal(tree_read_line(&tree, line, sizeof(line), "file"), 0);
	assert_string_equal(line, "line");
	assert_int_equal(tree_read_line(&tree, line, 3, "file"), 0);
	assert_string_equal(line, "li");
	assert_int_equal(tree_read_line(&tree, line, sizeof(line), "empty"), 0);
	assert_string_equal(line, "");
	assert_int_equal(tree_read_line(&tree, line, sizeof(line), "fifo"), -EINVAL);
}

static void list_of_folder(void **state)
{
	DIR *dir;

	(void)state;
	assert_int_equal(tree_list(&tree, &dir, "folder"), 0);
	closedir(dir);
	assert_int_equal(tree_list(&tree, &dir, "file"), -ENOTDIR);
	assert_int_equal(tree_list(&tree, &dir, "missing"), -ENOENT);
}

static void no_root(void **state)
{
	struct tree other;

	(void)state;
	assert_int_equal(tree_open_root("/nonexistent", &other), -ENOENT);
	assert_int_equal(tree_open_root("/proc/version", &other), -ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "tree: a file is read whole", whole_file, NULL, NULL, NULL },
		{ "tree: a file that is too large is EFBIG", too_large, NULL, NULL, NULL },
		{ "tree: what is no file is an error, and nothing waits", no_files, NULL, NULL, NULL },
		{ "tree: links do not lead out of the root", links_stay_inside, NULL, NULL, NULL },
		{ "tree: a path that is too long is ENAMETOOLONG", long_path, NULL, NULL, NULL },
		{ "tree: a line is cut off where the room ends", first_line, NULL, NULL, NULL },
		{ "tree: a folder is listed, a file is not", list_of_folder, NULL, NULL, NULL },
		{ "tree: a root must be a folder", no_root, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("tree", tests, setup, teardown);
}
