// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races about what the driver counts: what a user has, against the limits, and
 * the statistics.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "race.h"

/* Limits: whoever runs this has one that is not far away. */

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What may be had at this moment, at most. */
static uint64_t room_in(const struct mymap_query *q)
{
	return smaller(q->max_user_size - q->user_size, q->max_total_size - q->total_size);
}

/* A moment's figures: not above a limit, and what this thread has is among them. */
static void check_use(struct racer *racer, uint64_t mine)
{
	struct mymap_query q = query();

	CHECK(q.user_size <= q.max_user_size);
	CHECK(q.total_size <= q.max_total_size);
	CHECK(q.user_size >= racer->race->len + mine);
	CHECK(q.total_size >= racer->race->len + mine);
}

/* All have given back what they had: there is exactly so much room again. */
static void limits_end(struct race *race)
{
	struct mymap_query q = query();
	uint64_t room = room_in(&q);
	int fd;

	CHECK_EQ(q.user_size, race->len);
	CHECK_EQ(q.total_size, race->len);
	CHECK_ERRNO(try_create(room + page_size, 0), EDQUOT);
	fd = buffer_create(room, 0);
	CHECK_ERRNO(try_create(page_size, 0), EDQUOT);
	close(fd);
}

const struct setting limits = { .end = limits_end };

/* Two of them are more than all, mostly. */
static uint64_t random_size(struct racer *racer)
{
	struct mymap_query q = query();
	uint64_t most = smaller(q.max_user_size, q.max_total_size) - racer->race->len;

	return (1 + racer_random(racer) % (most / page_size)) * page_size;
}

static bool is_refused(struct racer *racer, long long result)
{
	if (result >= 0)
		return false;
	CHECK_EQ(errno, EDQUOT);
	racer->refused = true;
	return true;
}

void use_up(struct racer *racer)
{
	uint64_t size = random_size(racer);
	int fd = try_create(size, 0);

	if (!is_refused(racer, fd)) {
		check_use(racer, size);
		close(fd);
	}
}

void use_up_by_growing(struct racer *racer)
{
	uint64_t size = random_size(racer);
	int fd = try_create(page_size, 0);

	if (is_refused(racer, fd))
		return;
	if (!is_refused(racer, buffer_resize(fd, size))) {
		check_use(racer, size);
		/* What it was, or a part of it, is always to be had. */
		CHECK_EQ(buffer_resize(fd, page_size), page_size);
	}
	check_use(racer, page_size);
	close(fd);
}

/* Statistics. */

#define ENABLED	"/sys/kernel/debug/mymap/enabled"
#define STATS	"/sys/kernel/debug/mymap/stats"

/* What there was without the buffer of this round. */
static uint64_t buffers_before, resident_before;

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		FAIL("%s", path);
	CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static uint64_t figure(const char *stats, const char *key)
{
	const char *line = strstr(stats, key);

	if (!line)
		FAIL("no %s", key);
	return strtoull(line + strlen(key), NULL, 10);
}

static void statistics_read(char *to, size_t len)
{
	int fd = open(STATS, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		FAIL(STATS);
	n = read(fd, to, len - 1);
	CHECK(n > 0);
	to[n] = 0;
	close(fd);
}

/*
 * An x86 that QEMU emulates seems to go on, rarely, with code that another processor has just changed: QEMU throws away
 * what it translated before the change is in memory, and the other processor may translate the old code again meanwhile.
 * Then it meets a breakpoint that the kernel had there while it changed the code, after all processors are said to have
 * left it, and the kernel panics. On a busy host that took 100 to 700 seconds of switching, with QEMU 7.2 and 10.0. So
 * who switches and who counts take turns on one processor there.
 */
static void stay_where_code_changes_late(void)
{
	char line[256];
	bool late = false;
	FILE *processors = fopen("/proc/cpuinfo", "re");

	CHECK(processors);
	while (!late && fgets(line, sizeof(line), processors))
		late = strstr(line, "QEMU TCG");
	fclose(processors);
	if (late)
		use_processor(0);
}

static void statistics_begin(struct race *race)
{
	char stats[1024];

	(void)race;
	stay_where_code_changes_late();
	statistics_read(stats, sizeof(stats));
	buffers_before = figure(stats, "buffers ") - 1;
	resident_before = figure(stats, "resident ");
}

/* Buffers and their memory are counted all the time, and exactly. */
static void statistics_end(struct race *race)
{
	char stats[1024];

	write_to(ENABLED, "0");
	statistics_read(stats, sizeof(stats));
	CHECK_EQ(figure(stats, "buffers ") - buffers_before, 1);
	CHECK_EQ(figure(stats, "resident ") - resident_before, info(race->fd).resident);
	CHECK_EQ(figure(stats, "resident_huge ") <= figure(stats, "resident "), 1);
	write_to(STATS, "0");
	statistics_read(stats, sizeof(stats));
	CHECK_EQ(figure(stats, "faults_page "), 0);
	CHECK_EQ(figure(stats, "allocated_smaller "), 0);
}

const struct setting statistics = { .begin = statistics_begin, .end = statistics_end };

void switch_counting(struct racer *racer)
{
	switch (racer->step % 3) {
	case 0:
		write_to(ENABLED, "1");
		break;
	case 1:
		/* Set back while it counts. */
		write_to(STATS, "0");
		break;
	default:
		write_to(ENABLED, "0");
		break;
	}
}

/* None of them is below 0, whoever has set them back meanwhile. */
void read_statistics(struct racer *racer)
{
	static const char *const keys[] = {
		"faults_huge ", "faults_page ", "faults_sigbus ", "faults_oom ", "allocated_huge ",
		"allocated_smaller ", "allocation_fallbacks ", "allocation_failures ", "resident_huge ",
	};
	char stats[1024];
	size_t i;

	statistics_read(stats, sizeof(stats));
	errno = 0;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (figure(stats, keys[i]) > (uint64_t)1 << 40)
			FAIL("below 0: %s", stats);
	}
	CHECK(figure(stats, "buffers ") > buffers_before);
	CHECK(figure(stats, "buffers ") <= buffers_before + 1 + racer->race->nr_threads);
	CHECK(figure(stats, "resident ") >= resident_before);
}
