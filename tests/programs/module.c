// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module goes when nobody uses it, and not before. The argument of each case
 * is the module's file, which is loaded and removed by the bare system calls.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "test.h"

static int module_remove(void)
{
	errno = 0;
	return (int)syscall(SYS_delete_module, "mymap", O_NONBLOCK);
}

static bool device_is_there(void *data)
{
	(void)data;
	return !access("/dev/mymap", F_OK);
}

static void module_load(void)
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

static void check_busy(void)
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

/* What stands behind the module's file: how many rounds; 20 without it. */
static int nr_rounds(void)
{
	return test_argument(1) ? atoi(test_argument(1)) : 20;
}

/* Named buffers. */

static unsigned int create_named(const char *name, size_t len)
{
	struct mymap_create args = {
		.size = sizeof(args), .flags = MYMAP_CREATE_POPULATE, .buffer_size = len,
	};
	int door = door_open(O_RDWR), fd;

	snprintf(args.name, sizeof(args.name), "%s", name);
	fd = ioctl(door, MYMAP_IOC_CREATE, &args);
	CHECK(fd >= 0);
	CHECK_EQ(pwrite(fd, "n", 1, 0), 1);
	close(fd);
	close(door);
	return args.minor;
}

static int open_named(const char *name)
{
	struct mymap_open_named args = { .size = sizeof(args) };
	int door = door_open(O_RDWR), fd;

	snprintf(args.name, sizeof(args.name), "%s", name);
	fd = ioctl(door, MYMAP_IOC_OPEN, &args);
	CHECK(fd >= 0);
	close(door);
	return fd;
}

static void destroy_named(const char *name)
{
	struct mymap_destroy args = { .size = sizeof(args) };
	int door = door_open(O_RDWR);

	snprintf(args.name, sizeof(args.name), "%s", name);
	CHECK_EQ(ioctl(door, MYMAP_IOC_DESTROY, &args), 0);
	close(door);
}

static int open_node(unsigned int minor)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/mymap%u", minor);
	return open(path, O_RDWR | O_CLOEXEC);
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
		CHECK_EQ(open_node(minors[i]), -1);
		CHECK(errno == ENOENT || errno == ENXIO);
	}
	CHECK_ERRNO(access("/sys/class/mymap", F_OK), ENOENT);
	module_load();
	CHECK_EQ(total_size(), 0);
	/* The names are free. */
	create_named("test-0", page_size);
	destroy_named("test-0");
}

static void open_names_are_busy(void)
{
	unsigned int minor = create_named("test-0", page_size);
	int fd = open_named("test-0"), node;
	char *memory;

	check_busy();
	close(fd);
	node = open_node(minor);
	CHECK(node >= 0);
	check_busy();
	memory = map_shared(node, page_size);
	close(node);
	check_busy();
	CHECK_EQ(memory[0], 'n');
	/* Without its name as well. */
	destroy_named("test-0");
	check_busy();
	CHECK_EQ(memory[0], 'n');
	unmap(memory, page_size);
	check_goes();
}

static void hold_named_and_exit(void *data)
{
	int node = open_node(create_named("test-0", huge_size() + page_size));
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
		node = open_node(create.minor);
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

/* It may be on its way out: who has it does not see that. */
static bool module_is_live(void)
{
	int fd = open("/sys/module/mymap/initstate", O_RDONLY | O_CLOEXEC);
	char state[16] = "";
	bool live;

	live = fd >= 0 && read(fd, state, sizeof(state) - 1) > 0 && !strcmp(state, "live\n");
	close(fd);
	return live;
}

/*
 * Many users at once, of all kinds, let go while the module is being removed: it
 * does not go before the last of them.
 */
struct leavers {
	unsigned int round, nr;
	pthread_barrier_t ready, start;
	/* In memory shared with the parent. */
	struct leaving {
		/* All have it. */
		atomic_bool held;
		/* The module is being removed. */
		atomic_bool go;
		/* Those who may still have it. */
		atomic_uint nr_left;
	} *leaving;
};

struct leaver {
	struct leavers *all;
	unsigned int number;
};

static void *leave(void *data)
{
	struct leaver *leaver = data;
	struct leavers *all = leaver->all;
	unsigned int kind = (leaver->number + all->round) % 5;
	char *memory = NULL, name[16];
	size_t len = page_size;
	int fd;

	snprintf(name, sizeof(name), "test-%u", leaver->number);
	switch (kind) {
	case 0:
		fd = buffer_create(len, POPULATE);
		break;
	case 1:
		fd = buffer_create(len, 0);
		break;
	case 2:
		create_named(name, len);
		fd = open_named(name);
		break;
	case 3:
		fd = open_node(create_named(name, len));
		break;
	default:
		fd = door_open(O_RDWR);
		break;
	}
	CHECK(fd >= 0);
	if (kind) {
		memory = map_shared(fd, len);
		memory[len - 1] = 1;
	}
	/* The mapping is the last user of one, and the descriptor that of another. */
	if (kind == 1 || kind == 3)
		close(fd);

	pthread_barrier_wait(&all->ready);
	pthread_barrier_wait(&all->start);
	/* One after the other, within 10 ms; in each round another one is the last. */
	usleep((leaver->number * 7 + all->round) % all->nr * (10000 / all->nr));
	CHECK(module_is_live());
	atomic_fetch_sub(&all->leaving->nr_left, 1);
	if (memory)
		unmap(memory, len);
	if (kind != 1 && kind != 3)
		close(fd);
	return NULL;
}

static bool is_set(void *flag)
{
	return atomic_load((atomic_bool *)flag);
}

static void all_leave(void *data)
{
	struct leavers *all = data;
	struct leaver leavers[64];
	pthread_t threads[64];
	unsigned int i;

	CHECK_EQ(pthread_barrier_init(&all->ready, NULL, all->nr + 1), 0);
	CHECK_EQ(pthread_barrier_init(&all->start, NULL, all->nr + 1), 0);
	for (i = 0; i < all->nr; i++) {
		leavers[i] = (struct leaver){ all, i };
		CHECK_EQ(pthread_create(&threads[i], NULL, leave, &leavers[i]), 0);
	}
	pthread_barrier_wait(&all->ready);
	atomic_store(&all->leaving->held, true);
	CHECK(wait_until(is_set, &all->leaving->go, 20));
	pthread_barrier_wait(&all->start);
	for (i = 0; i < all->nr; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static void last_closes_race_removal(void)
{
	static const unsigned int threads[] = { 2, 8, 64 };
	struct leavers all;
	int i, nr = nr_rounds() / 2;

	all.leaving = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(all.leaving != MAP_FAILED);
	for (i = 0; i < nr; i++) {
		pid_t child;

		all.round = (unsigned int)i;
		all.nr = threads[i % 3];
		*all.leaving = (struct leaving){ .nr_left = all.nr };
		child = child_start(all_leave, &all);
		CHECK(wait_until(is_set, &all.leaving->held, 20));
		check_busy();
		atomic_store(&all.leaving->go, true);
		while (module_remove())
			CHECK_EQ(errno, EAGAIN);
		CHECK_EQ(atomic_load(&all.leaving->nr_left), 0);
		child_join(child);
		module_load();
		CHECK_EQ(total_size(), 0);
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
