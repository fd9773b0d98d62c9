// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module goes when nobody uses it, and not before. The argument of each case
 * is the module's file, which is loaded and removed by the bare system calls.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "module.h"
#include "names.h"

int module_remove(void)
{
	errno = 0;
	return (int)syscall(SYS_delete_module, "mymap", O_NONBLOCK);
}

static bool device_is_there(void *data)
{
	(void)data;
	return !access("/dev/mymap", F_OK);
}

void module_load(void)
{
	int fd = open(test_argument(0), O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQ(syscall(SYS_finit_module, fd, "", 0), 0);
	close(fd);
	CHECK(wait_until(device_is_there, NULL, 5));
}

static bool module_is_removed(void *data)
{
	(void)data;
	return !module_remove();
}

void check_busy(void)
{
	CHECK_ERRNO(module_remove(), EAGAIN);
}

/* Right now, not some time later. */
static void check_goes(void)
{
	CHECK_EQ(module_remove(), 0);
	CHECK(access("/dev/mymap", F_OK));
	module_load();
}

static void door_open_is_busy(void)
{
	int door = door_open(O_RDWR);

	check_busy();
	close(door);
	check_goes();
}

static void door_mapped_is_busy(void)
{
	int door = door_open(O_RDWR);
	char *memory = map_shared(door, page_size);

	close(door);
	check_busy();
	CHECK_EQ(memory[9], 9);
	unmap(memory, page_size);
	check_goes();
}

static void buffer_open_is_busy(void)
{
	int fd = buffer_create(page_size, POPULATE);

	check_busy();
	close(fd);
	check_goes();
}

static void buffer_mapped_is_busy(void)
{
	size_t len = huge_size() + page_size;
	int fd = buffer_create(len, 0);
	char *memory = map_shared(fd, len);

	close(fd);
	tags_write(memory, 0, len / page_size);
	check_busy();
	unmap(memory, len - page_size);
	check_busy();
	tags_check(memory + len - page_size, len / page_size - 1, 1);
	unmap(memory + len - page_size, page_size);
	check_goes();
}

static void buffer_in_flight_is_busy(void)
{
	int socks[2], fd = buffer_create(page_size, 0);

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	fd_send(socks[0], fd);
	close(fd);
	check_busy();
	fd = fd_receive(socks[1]);
	check_busy();
	close(fd);
	check_goes();
}

static void duplicate_is_busy(void)
{
	int fd = buffer_create(page_size, 0), copy = dup(fd), again = fd_reopen(fd, O_RDONLY);

	close(fd);
	check_busy();
	close(copy);
	check_busy();
	close(again);
	check_goes();
}

static void path_descriptor_is_busy(void)
{
	int fd = buffer_create(page_size, 0), path = fd_reopen(fd, O_PATH);

	CHECK(path >= 0);
	close(fd);
	check_busy();
	CHECK_ERRNO(fd_reopen(path, O_RDWR), ENXIO);
	close(path);
	check_goes();
}

static void wait_for_end(void *data)
{
	char byte;

	CHECK_EQ(read(*(int *)data, &byte, 1), 1);
}

static void child_is_busy(void)
{
	int ends[2], fd = buffer_create(page_size, 0);
	char *memory = map_shared(fd, page_size);
	pid_t child;

	CHECK_EQ(pipe(ends), 0);
	child = child_start(wait_for_end, &ends[0]);
	unmap(memory, page_size);
	close(fd);
	check_busy();
	CHECK_EQ(write(ends[1], "", 1), 1);
	child_join(child);
	check_goes();
}

/* Pins are pages, not the buffer: they keep nothing but themselves. */
static void pins_are_not_busy(void)
{
	char byte, *memory;
	int ends[2], fd;
	struct iovec iov;

	CHECK_EQ(pipe(ends), 0);
	fd = buffer_create(page_size, 0);
	memory = map_shared(fd, page_size);
	memory[0] = 'p';
	iov = (struct iovec){ memory, 1 };
	CHECK_EQ(vmsplice(ends[1], &iov, 1, 0), 1);
	unmap(memory, page_size);
	close(fd);
	check_goes();
	CHECK_EQ(read(ends[0], &byte, 1), 1);
	CHECK_EQ(byte, 'p');
}

int nr_rounds(void)
{
	return test_argument(1) ? atoi(test_argument(1)) : 20;
}

/* Named buffers. */

unsigned int create_named(const char *name, size_t nr_bytes)
{
	struct mymap_create args = create_args(name);
	int fd;

	args.flags = MYMAP_CREATE_POPULATE;
	args.buffer_size = nr_bytes;
	fd = call(O_RDWR, MYMAP_IOC_CREATE, &args);
	CHECK(fd >= 0);
	CHECK_EQ(pwrite(fd, "n", 1, 0), 1);
	close(fd);
	return args.minor;
}

static void idle_names_are_not_busy(void)
{
	unsigned int minors[50];
	char name[16];
	size_t i;
	int fd;

	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "test-%zu", i);
		minors[i] = create_named(name, huge_size() + page_size);
	}
	/* They have been used, and are not any more. */
	unmap(map_shared(open_named("test-7"), page_size), page_size);
	for (fd = 3; fd < 100; fd++)
		close(fd);
	CHECK_EQ(module_remove(), 0);
	for (i = 0; i < 50; i++) {
		CHECK_EQ(node_open(minors[i], O_RDWR), -1);
		CHECK(errno == ENOENT || errno == ENXIO);
	}
	CHECK_ERRNO(access("/sys/class/mymap", F_OK), ENOENT);
	module_load();
	CHECK_EQ(total_size(), 0);
	/* The names are free. */
	create_named("test-0", page_size);
	destroy("test-0");
}

static void open_names_are_busy(void)
{
	unsigned int minor = create_named("test-0", page_size);
	int fd = open_named("test-0"), node;
	char *memory;

	check_busy();
	close(fd);
	node = node_open(minor, O_RDWR);
	CHECK(node >= 0);
	check_busy();
	memory = map_shared(node, page_size);
	close(node);
	check_busy();
	CHECK_EQ(memory[0], 'n');
	/* Without its name as well. */
	destroy("test-0");
	check_busy();
	CHECK_EQ(memory[0], 'n');
	unmap(memory, page_size);
	check_goes();
}

static void hold_named_and_exit(void *data)
{
	int node = node_open(create_named("test-0", huge_size() + page_size), O_RDWR);
	char *memory = map_shared(node, page_size);

	memory[1] = 1;
	CHECK_EQ(write(*(int *)data, "", 1), 1);
}

/* The last user of a named buffer exits while the module is being removed. */
static void last_close_of_a_name_races_removal(void)
{
	int i;

	for (i = 0; i < nr_rounds(); i++) {
		int ends[2];
		pid_t child;
		char byte;

		CHECK_EQ(pipe(ends), 0);
		child = child_start(hold_named_and_exit, &ends[1]);
		CHECK_EQ(read(ends[0], &byte, 1), 1);
		while (module_remove())
			CHECK_EQ(errno, EAGAIN);
		child_join(child);
		close(ends[0]);
		close(ends[1]);
		module_load();
	}
}

/* Whatever of it is there: names are made, used and read about all the time. */
static void use_names_for_ever(void *data)
{
	struct mymap_create create = { .size = sizeof(create), .buffer_size = 1, .name = "test-0" };
	struct mymap_destroy destroy = { .size = sizeof(destroy), .name = "test-0" };
	char value[64];

	(void)data;
	for (;;) {
		int door = open("/dev/mymap", O_RDWR | O_CLOEXEC), fd, node;

		create.minor = 0;
		fd = ioctl(door, MYMAP_IOC_CREATE, &create);
		node = node_open(create.minor, O_RDWR);
		if (node >= 0)
			unmap(map_at(node, 1, 0, PROT_READ), page_size);
		close(node);
		close(fd);
		close(door);
		fd = open("/sys/class/mymap/mymap0/mapped", O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, value, sizeof(value)) < 0)
			CHECK_EQ(errno, ENODEV);
		close(fd);
		door = open("/dev/mymap", O_RDWR | O_CLOEXEC);
		ioctl(door, MYMAP_IOC_DESTROY, &destroy);
		close(door);
	}
}

static void use_of_names_races_removal(void)
{
	pid_t child = child_start(use_names_for_ever, NULL);
	int i;

	for (i = 0; i < nr_rounds(); i++) {
		CHECK(wait_until(module_is_removed, NULL, 10));
		module_load();
	}
	child_kill(child, 5);
	/* The child may have been amid of it. */
	CHECK(wait_until(module_is_removed, NULL, 10));
	module_load();
	CHECK_EQ(total_size(), 0);
}

/* load, create, map, touch, close, remove */
static void rounds(void)
{
	size_t huge = huge_size();
	int i, nr = nr_rounds();

	alarm(time_limit(180));
	CHECK_EQ(module_remove(), 0);
	for (i = 0; i < nr; i++) {
		size_t len = (i % 3) * huge + 5 * page_size;
		char *memory, *digits;
		int fd, door;

		module_load();
		fd = buffer_create(len, i & 1 ? POPULATE : 0);
		memory = map_shared(fd, len);
		tags_write(memory, 0, len / page_size);
		door = door_open(O_RDWR);
		digits = map_shared(door, page_size);
		CHECK_EQ(digits[9], 9);
		tags_check(memory, 0, len / page_size);
		unmap(digits, page_size);
		close(door);
		close(fd);
		unmap(memory, len);
		CHECK_EQ(module_remove(), 0);
	}
	module_load();
}

static void hold_and_exit(void *data)
{
	size_t len = huge_size() + page_size;
	int fd = buffer_create(len, POPULATE);
	char *memory = map_shared(fd, len);

	memory[len - 1] = 1;
	CHECK_EQ(write(*(int *)data, "", 1), 1);
}

/* The last user exits while the module is being removed. */
static void last_close_races_removal(void)
{
	int i, nr = nr_rounds();

	for (i = 0; i < nr; i++) {
		pid_t child = child_start_ready(hold_and_exit);

		while (module_remove())
			CHECK_EQ(errno, EAGAIN);
		child_join(child);
		module_load();
	}
}

static void open_forever(void *data)
{
	(void)data;
	for (;;) {
		int door = open("/dev/mymap", O_RDWR | O_CLOEXEC);

		if (door < 0) {
			CHECK(errno == ENOENT || errno == ENODEV || errno == ENXIO);
			continue;
		}
		unmap(map_at(door, page_size, 0, PROT_READ), page_size);
		close(door);
	}
}

/* Somebody opens the device all the time. */
static void open_races_removal(void)
{
	pid_t child = child_start(open_forever, NULL);
	int i, nr = nr_rounds() / 2;

	for (i = 0; i < nr; i++) {
		CHECK(wait_until(module_is_removed, NULL, 10));
		module_load();
	}
	child_kill(child, 5);
}

static const struct test_case cases[] = {
	CASE(door_open_is_busy),
	CASE(door_mapped_is_busy),
	CASE(buffer_open_is_busy),
	CASE(buffer_mapped_is_busy),
	CASE(buffer_in_flight_is_busy),
	CASE(duplicate_is_busy),
	CASE(path_descriptor_is_busy),
	CASE(child_is_busy),
	CASE(pins_are_not_busy),
	CASE(idle_names_are_not_busy),
	CASE(open_names_are_busy),
	CASE(last_close_of_a_name_races_removal),
	CASE(use_of_names_races_removal),
	CASE(rounds),
	CASE(last_close_races_removal),
	CASE(last_closes_race_removal),
	CASE(open_races_removal),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
