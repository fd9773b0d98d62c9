// SPDX-License-Identifier: GPL-2.0-only
/*
 * A named buffer that a node of the device tree has: region CASE NAME [DEVICE].
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "test.h"

static struct tagged node_map(void)
{
	struct tagged t;
	char path[PATH_MAX];

	CHECK(snprintf(path, sizeof(path), "/dev/mymap-by-name/%s", test_argument(0)) < PATH_MAX);
	t.fd = open(path, O_RDWR | O_CLOEXEC);
	CHECK(t.fd >= 0);
	t.len = info(t.fd).buffer_size;
	t.nr_pages = t.len / page_size;
	t.memory = map_shared(t.fd, t.len);
	return t;
}

static void is_zero(void)
{
	struct tagged t = node_map();

	CHECK(is_filled(t.memory, 0, t.len));
}

static void is_tagged(void)
{
	struct tagged t = node_map();

	tags_write(t.memory, 0, t.nr_pages);
	tagged_check(&t);
}

static void has_tags(void)
{
	struct tagged t = node_map();

	tags_check(t.memory, 0, t.nr_pages);
	tagged_check(&t);
}

/* The name goes, the memory goes, and who has it open hears of it. */
static void goes_with_its_device(void)
{
	const char *device = test_argument(1);
	struct tagged t = node_map();
	char byte;

	tags_write(t.memory, 0, t.nr_pages);
	driver_is_told("unbind", device);
	CHECK_EQ(touch_read(t.memory), SIGBUS);
	CHECK_EQ(touch_write(t.memory + t.len - 1), SIGBUS);
	CHECK_ERRNO(pread(t.fd, &byte, 1, 0), ENXIO);
	CHECK(info(t.fd).properties & MYMAP_BUFFER_GONE);
	CHECK(!(info(t.fd).properties & MYMAP_BUFFER_NAMED));
	/* The memory is the next one's, whatever we still have. */
	driver_is_told("bind", device);
	CHECK_EQ(touch_read(t.memory), SIGBUS);
}

/* A region is for one buffer at a time, also when that has lost its name. */
static void is_for_one(void)
{
	struct tagged t = node_map();
	int fd;

	CHECK_ERRNO(try_kind(MYMAP_KIND_DEVICE, page_size, test_argument(1)), ENOMEM);
	tags_check(t.memory, 0, t.nr_pages);
	/* Memory of other kinds is not the region's. */
	fd = try_kind(MYMAP_KIND_PAGES, page_size, test_argument(1));
	CHECK(fd >= 0);
	close(fd);
}

/* Whoever sees a node can open it; also those of other buffers, of which there are less than that. */
static void open_all(void)
{
	char path[32];
	int i, fd;

	for (i = 0; i < 32; i++) {
		snprintf(path, sizeof(path), "/dev/mymap%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			close(fd);
		else if (errno != ENOENT)
			FAIL("%s is there, and cannot be opened", path);
	}
}

static void opens_at_once(void)
{
	int round, status;
	pid_t child;

	for (round = 0; round < 5; round++) {
		CHECK_EQ(system("modprobe -r mymap"), 0);
		child = fork();
		CHECK(child >= 0);
		while (!child)
			open_all();
		CHECK_EQ(system("modprobe mymap"), 0);
		kill(child, SIGKILL);
		CHECK_EQ(waitpid(child, &status, 0), child);
		if (!WIFSIGNALED(status))
			FAIL("a node was there too early");
	}
}

static const struct test_case cases[] = {
	CASE(is_zero),
	CASE(is_tagged),
	CASE(has_tags),
	CASE(goes_with_its_device),
	CASE(is_for_one),
	CASE(opens_at_once),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
