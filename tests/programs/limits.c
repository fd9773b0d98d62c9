// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits: of the driver, of the machine, of a memory cgroup.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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

static uint64_t available(void)
{
	FILE *meminfo = fopen("/proc/meminfo", "r");
	unsigned long long kib = 0;
	char line[128];

	CHECK(meminfo);
	while (fgets(line, sizeof(line), meminfo) && sscanf(line, "MemAvailable: %llu", &kib) != 1)
		;
	fclose(meminfo);
	CHECK(kib);
	return kib * 1024;
}

/* What is refused takes no time and no memory first. */
static void refused_before_it_is_cleared(void)
{
	uint64_t size = available() + 64 * MIB;
	double start = now();
	int i;

	for (i = 0; i < 1000; i++)
		CHECK_ERRNO(try_create(size, POPULATE), ENOMEM);
	if (now() - start > 10)
		FAIL("a thousand refusals took %.1f s", now() - start);
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
	uint64_t size = available() / 4 * 3;
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

	CHECK(bytes);
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

static void write_is_enomem(void)
{
	uint64_t size = strtoull(test_argument(0), NULL, 0), done = 0;
	char *bytes = calloc(1, MIB);
	int fd = buffer_create(size, 0);
	ssize_t n;

	CHECK(bytes);
	while ((n = pwrite(fd, bytes, MIB, (off_t)done)) > 0) {
		done += (uint64_t)n;
		CHECK(done < size);
	}
	CHECK_EQ(n, -1);
	CHECK_EQ(errno, ENOMEM);
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
	CASE(refusals_cost_nothing),
	CASE(two_processes_share_the_total),
	CASE(populate_more_than_ram),
	CASE(refused_before_it_is_cleared),
	CASE(two_populate_at_once),
	CASE(write_all_there_is),
	CASE(lazily_more_than_ram),
	CASE(populate_is_enomem),
	CASE(write_is_enomem),
	CASE(touch_all),
	CASE(touch_inherited),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
