// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits: of the driver, of the machine, of a memory cgroup.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "test.h"

#define MIB ((uint64_t)1 << 20)

static void over_buffer_limit(void)
{
	uint64_t max = query().max_buffer_size;
	int fd;

	CHECK_ERRNO(try_create(max + 1, 0), EDQUOT);
	CHECK_ERRNO(try_create(max + page_size, POPULATE), EDQUOT);
	CHECK_EQ(total_size(), 0);
	fd = buffer_create(max / page_size * page_size, 0);
	CHECK_EQ(info(fd).resident, 0);
}

/* All of it is used up by several, and is there again when one of them ends. */
static void over_total_limit(void)
{
	uint64_t max = query().max_total_size / page_size * page_size;
	uint64_t part = max / 4 / page_size * page_size;
	int fds[4], i;

	for (i = 0; i < 3; i++)
		fds[i] = buffer_create(part, 0);
	CHECK_ERRNO(try_create(max - 3 * part + 1, 0), EDQUOT);
	fds[3] = buffer_create(max - 3 * part, 0);
	CHECK_EQ(total_size(), max);
	CHECK_ERRNO(try_create(1, 0), EDQUOT);
	close(fds[1]);
	CHECK_ERRNO(try_create(part + 1, 0), EDQUOT);
	fds[1] = buffer_create(part, 0);
	CHECK_EQ(total_size(), max);
}

/* Those of one user, by an ordinary user: made and made larger. */
static void over_user_limit(void)
{
	uint64_t max = query().max_user_size / page_size * page_size;
	uint64_t part = max / 2 / page_size * page_size;
	int a, b;

	CHECK_EQ(query().user_size, 0);
	CHECK_ERRNO(try_create(max + 1, 0), EDQUOT);
	a = buffer_create(part, 0);
	CHECK_EQ(query().user_size, part);
	CHECK_ERRNO(try_create(max - part + 1, 0), EDQUOT);
	CHECK_ERRNO(buffer_resize(a, max + page_size), EDQUOT);
	buffer_check_size(a, part);
	CHECK_EQ(buffer_resize(a, max - page_size), max - page_size);
	b = buffer_create(page_size, 0);
	CHECK_EQ(query().user_size, max);
	CHECK_ERRNO(try_create(1, 0), EDQUOT);
	CHECK_ERRNO(buffer_resize(b, 2 * page_size), EDQUOT);
	CHECK_EQ(buffer_resize(a, part), part);
	CHECK_EQ(buffer_resize(b, max - part), max - part);
	close(a);
	close(b);
	CHECK_EQ(query().user_size, 0);
	close(buffer_create(max, 0));
}

/* Become an ordinary user who may open the door. */
static void become(uid_t uid)
{
	struct stat door;

	CHECK_EQ(stat("/dev/mymap", &door), 0);
	CHECK_EQ(setgroups(1, &door.st_gid), 0);
	CHECK_EQ(setresuid(uid, uid, uid), 0);
}

/* Run that in a child that is somebody else. */
static void as_user(uid_t uid, void (*run)(void))
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (!child) {
		become(uid);
		run();
		exit(0);
	}
	child_join(child);
}

/* What one has is not taken from another one, and root is not limited. */
static void users_are_counted_apart(void)
{
	uint64_t max = query().max_user_size;
	int fd;

	require_root();
	fd = buffer_create(4 * max, 0);
	CHECK_EQ(query().user_size, 4 * max);
	CHECK_EQ(buffer_resize(fd, 5 * max), 5 * max);
	as_user(65533, over_user_limit);
	as_user(65534, over_user_limit);
	CHECK_EQ(query().user_size, 5 * max);
	close(fd);
	CHECK_EQ(query().user_size, 0);
	CHECK_EQ(total_size(), 0);
}

static int inherited;

static void makes_it_larger(void)
{
	uint64_t max = query().max_user_size;

	CHECK_EQ(query().user_size, 0);
	CHECK_EQ(buffer_resize(inherited, max / 2), max / 2);
	CHECK_EQ(query().user_size, 0);
	/* Its creator could; but this one asks, without that right. */
	CHECK_ERRNO(buffer_resize(inherited, max + page_size), EDQUOT);
	CHECK_EQ(buffer_resize(inherited, page_size), page_size);
	CHECK_EQ(query().user_size, 0);
}

static void who_made_it_is_charged(void)
{
	require_root();
	inherited = buffer_create(page_size, 0);
	as_user(65534, makes_it_larger);
	CHECK_EQ(query().user_size, page_size);
}

/* The owner has gone long ago: who made it is still charged until the last one closes it. */
static void makes_one_and_leaves_it(void)
{
	int ends[2];
	pid_t child;
	char byte;

	CHECK_EQ(pipe(ends), 0);
	inherited = buffer_create(query().max_user_size, 0);
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		close(ends[1]);
		CHECK_EQ(read(ends[0], &byte, 1), 0);
		_exit(0);
	}
	close(inherited);
	CHECK_ERRNO(try_create(1, 0), EDQUOT);
	close(ends[0]);
	close(ends[1]);
	child_join(child);
	close(buffer_create(query().max_user_size, 0));
}

static void charged_to_the_last_close(void)
{
	require_root();
	as_user(65534, makes_one_and_leaves_it);
}

/* Many users at once come and go, each with a buffer. */
static void many_users(void)
{
	pid_t children[64];
	int i, n;

	require_root();
	for (i = 0; i < 64; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0);
		if (children[i])
			continue;
		become(10000 + (uid_t)i / 2);
		for (n = 0; n < 200; n++)
			close(buffer_create(page_size, 0));
		exit(0);
	}
	for (i = 0; i < 64; i++)
		child_join(children[i]);
	CHECK_EQ(total_size(), 0);
	CHECK_EQ(query().user_size, 0);
}

/* The limits are below what is there by now: the arguments are a descriptor and its size. */
static void only_less_is_allowed(void)
{
	int fd = atoi(test_argument(0));
	uint64_t size = strtoull(test_argument(1), NULL, 0);

	CHECK_EQ(info(fd).buffer_size, size);
	CHECK_ERRNO(try_create(1, 0), EDQUOT);
	CHECK_ERRNO(buffer_resize(fd, size + page_size), EDQUOT);
	CHECK_EQ(touch_write(map_at(fd, size, 0, PROT_READ | PROT_WRITE)), 0);
	CHECK_EQ(buffer_resize(fd, size / 2), size / 2);
	CHECK_ERRNO(buffer_resize(fd, size), EDQUOT);
}

static void refusals_cost_nothing(void)
{
	uint64_t max = query().max_buffer_size;
	int i;

	for (i = 0; i < 1000; i++)
		CHECK_ERRNO(try_create(max + 1, POPULATE), EDQUOT);
	CHECK_EQ(total_size(), 0);
}

/* Two at once never get more than there is. */
static void take_all(void *data)
{
	uint64_t part = query().max_total_size / 10 / page_size * page_size;
	int *ends = data;
	char byte = 0;
	int fd, n = 0;

	while ((fd = try_create(part, 0)) >= 0)
		n++;
	CHECK_EQ(errno, EDQUOT);
	CHECK_EQ(write(ends[1], &n, sizeof(n)), sizeof(n));
	/* Keep them until both have finished. */
	CHECK_EQ(read(ends[2], &byte, 1), 0);
}

static void two_processes_share_the_total(void)
{
	int ends[4], a = 0, b = 0;
	pid_t children[2];

	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(pipe(ends + 2), 0);
	CHECK_EQ(fcntl(ends[3], F_SETFD, FD_CLOEXEC), 0);
	children[0] = fork();
	CHECK(children[0] >= 0);
	if (!children[0]) {
		close(ends[3]);
		take_all(ends);
		exit(0);
	}
	children[1] = fork();
	CHECK(children[1] >= 0);
	if (!children[1]) {
		close(ends[3]);
		take_all(ends);
		exit(0);
	}
	CHECK_EQ(read(ends[0], &a, sizeof(a)), sizeof(a));
	CHECK_EQ(read(ends[0], &b, sizeof(b)), sizeof(b));
	CHECK_EQ(a + b, 10);
	close(ends[3]);
	child_join(children[0]);
	child_join(children[1]);
	CHECK_EQ(total_size(), 0);
}

/* With limits above what the machine has. */
static void populate_more_than_ram(void)
{
	uint64_t ram = (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size;

	CHECK(query().max_buffer_size >= 2 * ram);
	CHECK_ERRNO(try_create(2 * ram, POPULATE), ENOMEM);
	CHECK_EQ(total_size(), 0);
	/* And all of it is there again. */
	close(buffer_create(256 * MIB, POPULATE));
}

/* Of this process; how busy the machine is does not matter. */
static double processor_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* What is refused is not cleared first, which takes time and memory. */
static void refused_before_it_is_cleared(void)
{
	double start = processor_seconds();
	unsigned int most = time_limit(10);
	uint64_t size = 0;
	int i;

	for (i = 0; i < 1000; i++) {
		/* What a process before has had comes back little by little. */
		if (i % 10 == 0)
			size = available_memory() + 64 * MIB;
		CHECK_ERRNO(try_create(size, POPULATE), ENOMEM);
	}
	if (processor_seconds() - start > most)
		FAIL("a thousand refusals took %.1f s of a processor", processor_seconds() - start);
}

static void populate_most_of_it(void *data)
{
	uint64_t *size = data;
	int fd, i;

	for (i = 0; i < 3; i++) {
		fd = try_create(*size, POPULATE);
		CHECK(fd >= 0 || errno == ENOMEM);
		close(fd);
	}
}

/* Each of them fits, both do not. */
static void two_populate_at_once(void)
{
	uint64_t size = available_memory() / 4 * 3;
	pid_t children[2];

	children[0] = child_start(populate_most_of_it, &size);
	children[1] = child_start(populate_most_of_it, &size);
	child_join(children[0]);
	child_join(children[1]);
}

static void write_all_there_is(void)
{
	uint64_t size = 2 * (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size, done = 0;
	char *bytes = calloc(1, 4 * MIB);
	int fd = buffer_create(size, 0);
	ssize_t n;

	while ((n = pwrite(fd, bytes, 4 * MIB, (off_t)done)) > 0)
		done += (uint64_t)n;
	CHECK_EQ(n, -1);
	CHECK_EQ(errno, ENOMEM);
	CHECK(done > 64 * MIB);
}

static void lazily_more_than_ram(void)
{
	uint64_t ram = (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size, size = 4 * ram;
	int fd = buffer_create(size, 0);
	char *last = map_at(fd, page_size, (off_t)(size - page_size), PROT_READ | PROT_WRITE);

	CHECK_EQ(touch_write(last), 0);
	CHECK_EQ(total_size(), size);
	CHECK(info(fd).resident <= huge_size());
}

/* In a memory cgroup: the bytes to ask for follow the case's name. */
static void populate_is_enomem(void)
{
	CHECK_ERRNO(try_create(strtoull(test_argument(0), NULL, 0), POPULATE), ENOMEM);
	CHECK_EQ(total_size(), 0);
	/* This very process goes on as before. */
	close(buffer_create(4 * MIB, POPULATE));
}

/* A buffer of that many bytes, and how much of it could be written. */
static int written(uint64_t size)
{
	/* Not of malloc(): to give it back takes memory, of which there is none then. */
	static char bytes[MIB];
	int fd = buffer_create(size, 0);
	uint64_t done = 0;
	ssize_t n;

	while ((n = pwrite(fd, bytes, MIB, (off_t)done)) > 0) {
		done += (uint64_t)n;
		CHECK(done < size);
	}
	CHECK_EQ(n, -1);
	CHECK_EQ(errno, ENOMEM);
	return fd;
}

static void write_is_enomem(void)
{
	close(written(strtoull(test_argument(0), NULL, 0)));
}

/* What stays of 2 MiB would have to be copied. */
static void a_part_is_enomem(void)
{
	int fd = written(strtoull(test_argument(0), NULL, 0));
	uint64_t size = info(fd).buffer_size, resident = info(fd).resident;

	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)page_size, (off_t)page_size), ENOMEM);
	CHECK_ERRNO(ftruncate(fd, (off_t)(2 * MIB - page_size)), ENOMEM);
	CHECK_EQ(info(fd).buffer_size, size);
	CHECK_EQ(info(fd).resident, resident);
	/* A hole of all of it needs nothing. */
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)size), 0);
	CHECK_EQ(info(fd).resident, 0);
}

/* Half-way it ends, and the buffer has its size and its charge again, though its end is in the middle of the first chunk. */
static void allocate_is_enomem(void)
{
	uint64_t size = strtoull(test_argument(0), NULL, 0), before = total_size();
	int fd = buffer_create(4 * page_size, 0);

	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)size), ENOMEM);
	CHECK_EQ(info(fd).buffer_size, 4 * page_size);
	CHECK_EQ(total_size(), before + 4 * page_size);
	if (info(fd).resident > 4 * page_size)
		FAIL("%llu bytes are there", (unsigned long long)info(fd).resident);
}

/* Page faults cannot fail: the OOM killer ends this process. The size 0 is twice what the machine has. */
static void touch_all(void)
{
	uint64_t size = strtoull(test_argument(0), NULL, 0), at;

	volatile char *memory;

	if (!size)
		size = 2 * (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size;
	memory = map_shared(buffer_create(size, 0), size);

	for (at = 0; at < size; at += page_size)
		memory[at] = 1;
}

/* A cgroup that has less than what these need, all of them together. */
static void of_a_device_is_enomem(void)
{
	size_t each = (size_t)2 << 20, i;

	for (i = 0; i < 32; i++) {
		if (try_kind(MYMAP_KIND_DEVICE, each, "") >= 0)
			continue;
		CHECK_EQ(errno, ENOMEM);
		CHECK(i >= 4);
		return;
	}
	FAIL("%zu buffers of %zu bytes were made", i, each);
}

/* A buffer that was inherited as that descriptor. */
static void touch_inherited(void)
{
	int fd = atoi(test_argument(0));
	size_t size = info(fd).buffer_size;

	tags_write(map_shared(fd, size), 0, size / page_size);
	CHECK_EQ(info(fd).resident, size);
}

static const struct test_case cases[] = {
	CASE(over_buffer_limit),
	CASE(over_total_limit),
	CASE(over_user_limit),
	CASE(users_are_counted_apart),
	CASE(who_made_it_is_charged),
	CASE(charged_to_the_last_close),
	CASE(many_users),
	CASE(only_less_is_allowed),
	CASE(refusals_cost_nothing),
	CASE(two_processes_share_the_total),
	CASE(populate_more_than_ram),
	CASE(refused_before_it_is_cleared),
	CASE(two_populate_at_once),
	CASE(write_all_there_is),
	CASE(lazily_more_than_ram),
	CASE(populate_is_enomem),
	CASE(write_is_enomem),
	CASE(a_part_is_enomem),
	CASE(allocate_is_enomem),
	CASE(touch_all),
	CASE(touch_inherited),
	CASE(of_a_device_is_enomem),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
