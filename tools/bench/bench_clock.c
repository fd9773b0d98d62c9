// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock: nanoseconds, or instructions where they can be counted.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

/* How many looks at the clock tell what one costs. */
#define LOOKS	1000

/* Instructions of this thread, in user space and in the kernel. */
static int counter_open(void)
{
	struct perf_event_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_HARDWARE;
	attr.size = sizeof(attr);
	attr.config = PERF_COUNT_HW_INSTRUCTIONS;
	attr.exclude_hv = 1;
	fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/**
 * bench_clock_now() - the time
 * @clock: the clock
 *
 * Return: units since some moment; 0 where the counter cannot be read.
 */
uint64_t bench_clock_now(const struct bench_clock *clock)
{
	struct timespec now;
	uint64_t count;

	if (clock->unit == BENCH_INSTRUCTIONS)
		return read(clock->fd, &count, sizeof(count)) == sizeof(count) ? count : 0;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/**
 * bench_clock_open() - make a clock ready
 * @clock: to be initialized
 * @unit: what it is to count
 *
 * Return: 0, or a negative errno where this machine does not count instructions
 * or does not let the caller see them.
 */
int bench_clock_open(struct bench_clock *clock, enum bench_unit unit)
{
	unsigned int i;

	clock->unit = unit;
	clock->fd = -1;
	if (unit == BENCH_INSTRUCTIONS) {
		clock->fd = counter_open();
		if (clock->fd < 0)
			return clock->fd;
	}

	clock->overhead = UINT64_MAX;
	for (i = 0; i < LOOKS; i++) {
		uint64_t start = bench_clock_now(clock);
		uint64_t cost = bench_clock_now(clock) - start;

		if (cost < clock->overhead)
			clock->overhead = cost;
	}
	return 0;
}

/**
 * bench_clock_close() - end what bench_clock_open() began
 * @clock: the clock
 */
void bench_clock_close(struct bench_clock *clock)
{
	if (clock->fd >= 0)
		close(clock->fd);
}

/**
 * bench_unit_name() - what is counted
 * @unit: the unit
 *
 * Return: the plural.
 */
const char *bench_unit_name(enum bench_unit unit)
{
	return unit == BENCH_NANOSECONDS ? "nanoseconds" : "instructions";
}

/**
 * bench_unit_method() - how it is counted
 * @unit: the unit
 *
 * Return: some words.
 */
const char *bench_unit_method(enum bench_unit unit)
{
	switch (unit) {
	case BENCH_INSTRUCTIONS:
		return "the processor's counter, kernel included";
	case BENCH_ICOUNT:
		return "qemu -icount shift=0, the whole machine";
	case BENCH_NANOSECONDS:
		break;
	}
	return "CLOCK_MONOTONIC_RAW";
}
