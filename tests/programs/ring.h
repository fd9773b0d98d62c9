/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands about rings, for the test programs that need them.
 */
#ifndef RING_H
#define RING_H

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test.h"

static inline int try_ring(int fd, uint64_t *sequence)
{
	struct mymap_ring args = { .size = sizeof(args) };
	int r = ioctl(fd, MYMAP_IOC_RING, &args);

	if (!r && sequence)
		*sequence = args.sequence;
	return r;
}

static inline uint64_t ring(int fd)
{
	uint64_t sequence = 0;

	CHECK_EQ(try_ring(fd, &sequence), 0);
	return sequence;
}

static inline int try_wait(int fd, uint64_t known, int64_t timeout, uint32_t flags)
{
	struct mymap_wait args = {
		.size = sizeof(args), .flags = flags, .sequence = known, .timeout = timeout,
	};

	return ioctl(fd, MYMAP_IOC_WAIT, &args);
}

/* The present number. */
static inline uint64_t wait_with(int fd, uint64_t known, int64_t timeout, uint32_t flags)
{
	struct mymap_wait args = {
		.size = sizeof(args), .flags = flags, .sequence = known, .timeout = timeout,
	};

	CHECK_EQ(ioctl(fd, MYMAP_IOC_WAIT, &args), 0);
	return args.sequence;
}

static inline uint64_t wait_ring(int fd, uint64_t known, int64_t timeout)
{
	return wait_with(fd, known, timeout, 0);
}

static inline uint64_t sequence_of(int fd)
{
	return wait_with(fd, 0, 0, 0);
}

static inline uint64_t acknowledge(int fd)
{
	return wait_with(fd, 0, 0, MYMAP_WAIT_ACKNOWLEDGE);
}

static inline int add_eventfd(int fd, int eventfd)
{
	struct mymap_eventfd args = { .size = sizeof(args), .fd = eventfd };

	return ioctl(fd, MYMAP_IOC_ADD_EVENTFD, &args);
}

static inline int remove_eventfd(int fd, int eventfd)
{
	struct mymap_eventfd args = { .size = sizeof(args), .fd = eventfd };

	return ioctl(fd, MYMAP_IOC_REMOVE_EVENTFD, &args);
}

/* Of one that does not block: what it has counted, and 0 from then on. */
static inline uint64_t count_of(int eventfd)
{
	uint64_t count;
	ssize_t n = read(eventfd, &count, sizeof(count));

	if (n < 0 && errno == EAGAIN)
		return 0;
	CHECK_EQ(n, sizeof(count));
	return count;
}

static inline bool task_is_asleep(const char *path)
{
	char line[512], *end;
	FILE *file = fopen(path, "r");

	CHECK(file);
	CHECK(fgets(line, sizeof(line), file));
	fclose(file);
	end = strrchr(line, ')');
	return end && end[2] == 'S';
}

static inline bool child_is_asleep(void *pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", *(pid_t *)pid);
	return task_is_asleep(path);
}

static inline void wait_until_asleep(pid_t pid)
{
	CHECK(wait_until(child_is_asleep, &pid, 30));
}

/* A thread that has told its number here, before it waits. */
static volatile pid_t waiting_thread;

static inline bool thread_is_asleep(void *unused)
{
	char path[64];

	(void)unused;
	if (!waiting_thread)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)waiting_thread);
	return task_is_asleep(path);
}

static inline void wait_until_thread_asleep(void)
{
	CHECK(wait_until(thread_is_asleep, NULL, 30));
}

#endif /* RING_H */
