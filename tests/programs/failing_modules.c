// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation fails once, of those that it takes to load the module, and to import a dma-buf.
 *
 *   failing_modules CASE MODULE
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../modules/importer/importer.h"
#include "device.h"
#include "fail_nth.h"
#include "load.h"
#include "test.h"

static bool device_is_there(void *data)
{
	(void)data;
	return !access("/dev/mymap", F_OK);
}

static int file;

static void open_file(void)
{
	file = open(test_argument(0), O_RDONLY | O_CLOEXEC);
	CHECK(file >= 0);
}

/* mymap itself. */

static int act_load(void)
{
	return (int)syscall(SYS_finit_module, file, "", 0);
}

static void check_loaded(bool done)
{
	close(file);
	if (done) {
		CHECK(wait_until(device_is_there, NULL, 5));
		close(buffer_create(page_size, POPULATE));
		CHECK_EQ(try_remove("mymap"), 0);
	}
	CHECK_ERRNO(try_remove("mymap"), ENOENT);
	CHECK(access("/dev/mymap", F_OK));
	CHECK(access("/sys/class/mymap", F_OK));
	CHECK(access("/sys/kernel/debug/mymap", F_OK));
}

/* The first ones are those of the kernel's loader. */
static void load(void)
{
	static const struct operation operation = {
		.prepare = open_file, .act = act_load, .check = check_loaded, .last = 320, .any_errno = true
	};

	alarm(time_limit(180));
	CHECK_EQ(try_remove("mymap"), 0);
	each_allocation(&operation);
}

/* A driver that imports. */

static int fd, dmabuf;
static unsigned char *memory;
static size_t len;

static void prepare_import(void)
{
	size_t i;

	len = 20 * page_size;
	fd = buffer_create(len, 0);
	buffer_fragment(fd, 16);
	memory = map_shared(fd, len);
	for (i = 0; i < len; i++)
		memory[i] = importer_byte(i, 0);
	dmabuf = try_export(fd, 0, len);
	CHECK(dmabuf >= 0);
	open_file();
}

static int act_import(void)
{
	char parameter[16];

	snprintf(parameter, sizeof(parameter), "fd=%d", dmabuf);
	return (int)syscall(SYS_finit_module, file, parameter, 0);
}

static void check_imported(bool done)
{
	size_t i;

	if (done) {
		for (i = 0; i < len; i++)
			CHECK_EQ(memory[i], importer_byte(i, IMPORTER_STAGE));
		CHECK_EQ(try_remove("importer"), 0);
	}
	close(file);
	close(dmabuf);
	CHECK(!(info(fd).properties & MYMAP_BUFFER_EXPORTED));
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
	unmap(memory, len);
	close(fd);
}

/* The first ones are those of the kernel's loader, and of the importer's devices. */
static void import(void)
{
	static const struct operation operation = {
		.prepare = prepare_import, .act = act_import, .check = check_imported, .last = 150, .any_errno = true
	};

	each_allocation(&operation);
}

static const struct test_case cases[] = {
	CASE(load),
	CASE(import),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
