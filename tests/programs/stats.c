// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters below /sys/kernel/debug/mymap.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#define STATS	"/sys/kernel/debug/mymap/stats"
#define ENABLED	"/sys/kernel/debug/mymap/enabled"

/* All of a file, as text that the caller frees. */
static char *file_read(const char *path)
{
	char *text = calloc(1, 4096);
	FILE *file = fopen(path, "re");

	CHECK(text);
	CHECK(file);
	CHECK(fread(text, 1, 4095, file) > 0);
	fclose(file);
	return text;
}

static int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r;

	CHECK(fd >= 0);
	r = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return r;
}

/* The value of a key in what was read; each key begins a line. */
static uint64_t value_in(const char *text, const char *key)
{
	size_t len = strlen(key);
	const char *line;

	for (line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (!strncmp(line, key, len) && line[len] == ' ')
			return strtoull(line + len + 1, NULL, 10);
	FAIL("no %s in: %s", key, text);
}

static uint64_t stat_now(const char *key)
{
	char *text = file_read(STATS);
	uint64_t value = value_in(text, key);

	free(text);
	return value;
}

static void count_anew(void)
{
	CHECK_EQ(file_write(ENABLED, "1"), 0);
	CHECK_EQ(file_write(STATS, "0"), 0);
}

static void count_no_more(void)
{
	CHECK_EQ(file_write(ENABLED, "0"), 0);
}

static const char *const counted[] = {
	"faults_huge", "faults_page", "faults_sigbus", "faults_oom",
	"allocated_huge", "allocated_smaller", "allocation_fallbacks", "allocation_failures",
};

#define NR_COUNTED	(sizeof(counted) / sizeof(counted[0]))

static void check_all_are_zero(void)
{
	char *text = file_read(STATS);
	size_t i;

	for (i = 0; i < NR_COUNTED; i++)
		if (value_in(text, counted[i]))
			FAIL("%s is not 0: %s", counted[i], text);
	free(text);
}

/* A buffer of a page, touched once. */
static void touch_a_page(void)
{
	int fd = buffer_create(page_size, 0);
	char *memory = map_shared(fd, page_size);

	CHECK_EQ(touch_write(memory), 0);
	unmap(memory, page_size);
	close(fd);
}

static void huge_faults(void)
{
	size_t huge = require_huge(), i;
	uint64_t resident = stat_now("resident");
	int fd = buffer_create(4 * huge, 0);
	char *memory = map_shared(fd, 4 * huge);

	count_anew();
	for (i = 0; i < 4; i++)
		CHECK_EQ(touch_write(memory + i * huge + page_size), 0);
	CHECK_EQ(stat_now("faults_huge"), 4);
	CHECK_EQ(stat_now("faults_page"), 0);
	CHECK_EQ(stat_now("allocated_huge"), 4);
	CHECK_EQ(stat_now("allocated_smaller"), 0);
	CHECK_EQ(stat_now("resident") - resident, 4 * huge);
	count_no_more();
}

static void page_faults(void)
{
	int i;

	count_anew();
	for (i = 0; i < 5; i++)
		touch_a_page();
	CHECK_EQ(stat_now("faults_page"), 5);
	CHECK_EQ(stat_now("faults_huge"), 0);
	CHECK_EQ(stat_now("allocated_smaller"), 5);
	CHECK_EQ(stat_now("allocated_huge"), 0);
	CHECK_EQ(stat_now("allocation_failures"), 0);
	count_no_more();
}

static void faults_on_populated_memory_allocate_nothing(void)
{
	int fd = buffer_create(page_size, POPULATE);
	char *memory = map_shared(fd, page_size);

	count_anew();
	CHECK_EQ(touch_read(memory), 0);
	CHECK_EQ(stat_now("faults_page"), 1);
	CHECK_EQ(stat_now("allocated_smaller"), 0);
	count_no_more();
}

static void faults_beyond_the_end(void)
{
	int fd = buffer_create(2 * page_size, 0);
	char *memory = map_shared(fd, 2 * page_size);

	CHECK_EQ(buffer_resize(fd, page_size), page_size);
	count_anew();
	CHECK_EQ(touch_read(memory + page_size), SIGBUS);
	CHECK_EQ(stat_now("faults_sigbus"), 1);
	CHECK_EQ(stat_now("faults_page"), 0);
	CHECK_EQ(stat_now("faults_oom"), 0);
	count_no_more();
}

static void off_counts_nothing(void)
{
	count_anew();
	count_no_more();
	touch_a_page();
	check_all_are_zero();
	/* What was counted stays when it is switched off. */
	count_anew();
	touch_a_page();
	count_no_more();
	touch_a_page();
	CHECK_EQ(stat_now("faults_page"), 1);
}

static void reset_begins_anew(void)
{
	count_anew();
	touch_a_page();
	CHECK_EQ(stat_now("faults_page"), 1);
	CHECK_EQ(file_write(STATS, "whatever it is\n"), 0);
	check_all_are_zero();
	touch_a_page();
	touch_a_page();
	CHECK_EQ(stat_now("faults_page"), 2);
	count_no_more();
}

static void enabled_reads_as_it_was_set(void)
{
	char *text;

	CHECK_EQ(file_write(ENABLED, "1\n"), 0);
	text = file_read(ENABLED);
	CHECK(!strcmp(text, "1\n"));
	free(text);
	CHECK_EQ(file_write(ENABLED, "1"), 0);
	CHECK_EQ(file_write(ENABLED, "0\n"), 0);
	text = file_read(ENABLED);
	CHECK(!strcmp(text, "0\n"));
	free(text);
	CHECK_ERRNO(file_write(ENABLED, "perhaps"), EINVAL);
	CHECK_ERRNO(file_write(ENABLED, "2"), EINVAL);
}

/* What the buffers have, whether or not anything is counted. */
static void buffers_and_their_memory(void)
{
	size_t huge = huge_size(), len = 3 * huge + page_size;
	uint64_t nr = stat_now("buffers");
	uint64_t resident = stat_now("resident");
	uint64_t resident_huge = stat_now("resident_huge");
	int fd = buffer_create(len, POPULATE);

#define CHECK_RESIDENT()							\
	do {									\
		CHECK_EQ(stat_now("resident") - resident, info(fd).resident);	\
		CHECK_EQ(stat_now("resident_huge") - resident_huge,		\
			 info(fd).resident_huge);				\
	} while (0)

	CHECK_EQ(stat_now("buffers"), nr + 1);
	CHECK_EQ(info(fd).resident, len);
	CHECK_RESIDENT();
	/* Inside of a chunk: what stays is copied. */
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)page_size,
			   (off_t)page_size), 0);
	CHECK_EQ(info(fd).resident, len - page_size);
	CHECK_RESIDENT();
	CHECK_EQ(buffer_resize(fd, huge), huge);
	CHECK_RESIDENT();
	close(fd);
	CHECK_EQ(stat_now("buffers"), nr);
	CHECK_EQ(stat_now("resident"), resident);
	CHECK_EQ(stat_now("resident_huge"), resident_huge);
}

/* More than the machine has: refused at once. */
static void refused_memory_is_a_failure(void)
{
	count_anew();
	CHECK_ERRNO(try_create(1ULL << 39, POPULATE), ENOMEM);
	CHECK_EQ(stat_now("allocation_failures"), 1);
	CHECK_EQ(stat_now("allocated_huge") + stat_now("allocated_smaller"), 0);
	count_no_more();
}

/* A program that is not in memory any more is read again, and there is none for it. */
static void stay_in_memory(void)
{
	CHECK_EQ(mlockall(MCL_CURRENT), 0);
}

/* In a cgroup of 16 MiB. */
static void write_until_memory_is_short(void)
{
	size_t len = 32 << 20;
	int fd = buffer_create(len, 0);
	char *bytes;
	ssize_t written;

	stay_in_memory();
	bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(bytes != MAP_FAILED);
	count_anew();
	/* Zeros, all from the one page that the kernel has of them. */
	written = write(fd, bytes, len);
	/* Room to open files again. */
	close(fd);
	count_no_more();
	CHECK(written > 0 && (size_t)written < len);
	CHECK(stat_now("allocation_fallbacks") >= 1);
	CHECK(stat_now("allocated_smaller") >= 1);
	CHECK_EQ(stat_now("allocation_failures"), 1);
}

/* The same by page faults, which mlock() makes, where nobody may be killed for it. */
static void lock_until_memory_is_short(void)
{
	size_t len = 64 << 20;
	int fd = buffer_create(len, 0);
	int failed, error;
	char *memory;

	stay_in_memory();
	memory = map_shared(fd, len);
	CHECK_EQ(file_write("/proc/self/oom_score_adj", "-1000"), 0);
	count_anew();
	failed = mlock(memory, len);
	error = errno;
	/* Room to open files again, and to say what is wrong. */
	unmap(memory, len);
	close(fd);
	count_no_more();
	CHECK_EQ(failed, -1);
	CHECK_EQ(error, ENOMEM);
	CHECK(stat_now("faults_sigbus") >= 1);
	CHECK_EQ(stat_now("allocation_failures"), stat_now("faults_sigbus"));
	CHECK_EQ(stat_now("faults_oom"), 0);
}

/* And with the death of who caused them. */
static void touch_until_memory_is_short(void)
{
	size_t len = 64 << 20, i;
	int fd = buffer_create(len, 0);
	char *memory = map_shared(fd, len);

	count_anew();
	for (i = 0; i < len; i += page_size)
		memory[i] = 1;
	FAIL("there was enough memory");
}

static void read_and_check(void *data)
{
	uint64_t last[NR_COUNTED] = { 0 };
	size_t i;
	int round;

	(void)data;
	for (round = 0; round < 200; round++) {
		char *text = file_read(STATS);

		for (i = 0; i < NR_COUNTED; i++) {
			uint64_t value = value_in(text, counted[i]);

			CHECK(value >= last[i]);
			last[i] = value;
		}
		free(text);
	}
}

static void three_readers_at_once(void)
{
	pid_t readers[3];
	int i;

	count_anew();
	for (i = 0; i < 3; i++)
		readers[i] = child_start(read_and_check, NULL);
	for (i = 0; i < 200; i++)
		touch_a_page();
	for (i = 0; i < 3; i++)
		child_join(readers[i]);
	CHECK_EQ(stat_now("faults_page"), 200);
	count_no_more();
}

/* Says what is to be found in the trace of it. */
static void traced(void)
{
	struct mymap_seal seal = { .size = sizeof(seal), .seals = MYMAP_SEAL_GROW };
	unsigned long long page = page_size;
	int fd = buffer_create(3 * page_size, 0);
	char *memory = map_shared(fd, 3 * page_size);
	unsigned long long id;
	struct stat st;

	CHECK_EQ(fstat(fd, &st), 0);
	id = st.st_ino;
	printf("mymap_create: buffer=%llu size=%llu\n", id, 3 * page);
	/* Nothing is read before. */
	*(volatile char *)(memory + 2 * page_size) = 1;
	printf("mymap_fault: buffer=%llu pgoff=2 order=0 write=1 result=served\n", id);
	CHECK_EQ(buffer_resize(fd, page_size), page_size);
	printf("mymap_resize: buffer=%llu old_size=%llu size=%llu error=0\n", id, 3 * page, page);
	CHECK_EQ(touch_read(memory + 2 * page_size), SIGBUS);
	printf("mymap_fault: buffer=%llu pgoff=2 order=0 write=0 result=sigbus\n", id);
	CHECK_EQ(ioctl(fd, MYMAP_IOC_SEAL, &seal), 0);
	CHECK_ERRNO(buffer_resize(fd, 2 * page_size), EPERM);
	printf("mymap_resize: buffer=%llu old_size=%llu size=%llu error=%d\n", id, page, 2 * page,
	       -EPERM);
	CHECK_EQ(touch_read(memory), 0);
	printf("mymap_fault: buffer=%llu pgoff=0 order=0 write=0 result=served\n", id);
	unmap(memory, 3 * page_size);
	close(fd);
	printf("mymap_destroy: buffer=%llu size=%llu resident=%llu\n", id, page, page);
}

/* By which traces tell it from others. */
static void each_buffer_has_a_number(void)
{
	struct stat first, second;
	int fd = buffer_create(page_size, 0), other;

	CHECK_EQ(fstat(fd, &first), 0);
	other = fd_reopen(fd, O_RDONLY);
	CHECK_EQ(fstat(other, &second), 0);
	CHECK_EQ(first.st_ino, second.st_ino);
	CHECK(first.st_ino);
	close(other);
	other = buffer_create(page_size, 0);
	CHECK_EQ(fstat(other, &second), 0);
	CHECK(first.st_ino != second.st_ino);
}

static const struct test_case cases[] = {
	CASE(huge_faults),
	CASE(page_faults),
	CASE(faults_on_populated_memory_allocate_nothing),
	CASE(faults_beyond_the_end),
	CASE(off_counts_nothing),
	CASE(reset_begins_anew),
	CASE(enabled_reads_as_it_was_set),
	CASE(buffers_and_their_memory),
	CASE(refused_memory_is_a_failure),
	CASE(write_until_memory_is_short),
	CASE(lock_until_memory_is_short),
	CASE(touch_until_memory_is_short),
	CASE(three_readers_at_once),
	CASE(traced),
	CASE(each_buffer_has_a_number),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
