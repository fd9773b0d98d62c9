// SPDX-License-Identifier: GPL-2.0-only
/*
 * The size of a buffer changes while others map, touch, read and write it. Each
 * page shows its own tag or zeros, or it is not there; never somebody else's.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

/* The argument says how long; much shorter where nothing is said. */
static double seconds(void)
{
	return test_argument(0) ? strtod(test_argument(0), NULL) : 1;
}

static int fd;
static size_t nr_pages;

static uint64_t tag_of_page(size_t page)
{
	return ((uint64_t)page + 1) * 0x9e3779b97f4a7c15ULL;
}

static unsigned int random_next(unsigned int *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 8;
}

static bool resize(size_t nr)
{
	if (buffer_resize(fd, nr * page_size) >= 0)
		return true;
	/* Somebody's transfer may take longer than the driver's patience. */
	CHECK(errno == EBUSY);
	return false;
}

static void check_value(size_t page, uint64_t value)
{
	errno = 0;
	if (value && value != tag_of_page(page))
		FAIL("page %zu shows %#llx", page, (unsigned long long)value);
}

/* What the others do, each in a process of its own until it is killed. */

static void touch_it(void *data)
{
	unsigned int state = (unsigned int)getpid();
	char *memory = data;

	for (;;) {
		size_t page = random_next(&state) % nr_pages;
		char *at = memory + page * page_size;
		uint64_t tag = tag_of_page(page);
		unsigned long value = 0;
		int sig = state & 0x100 ? touch_value(at, &value) : touch_write(at + 64);

		CHECK(!sig || sig == SIGBUS);
		/* A word, where that is half of a tag. */
		CHECK(!value || value == (unsigned long)tag);
		if (state & 0x200)
			CHECK(pwrite(fd, &tag, sizeof(tag), (off_t)(page * page_size)) == sizeof(tag) ||
			      errno == ENOSPC);
	}
}

/* Writes tags by write(), reads what is there by read(): no signals. */
static void read_and_write_it(void *data)
{
	unsigned int state = (unsigned int)getpid();

	(void)data;
	for (;;) {
		size_t page = random_next(&state) % nr_pages;
		uint64_t tag = tag_of_page(page), value = 0;
		off_t at = (off_t)(page * page_size);
		ssize_t n = pread(fd, &value, sizeof(value), at);

		CHECK(n == 0 || n == sizeof(value));
		check_value(page, value);
		n = pwrite(fd, &tag, sizeof(tag), at);
		CHECK(n == sizeof(tag) || (n == -1 && errno == ENOSPC));
	}
}

/* Maps, populates, reads through the mapping into a pipe's safe hands, unmaps. */
static void map_it(void *data)
{
	unsigned int state = (unsigned int)getpid();
	int ends[2];

	(void)data;
	CHECK_EQ(pipe(ends), 0);
	for (;;) {
		size_t first = random_next(&state) % nr_pages, page;
		size_t nr = 1 + random_next(&state) % (nr_pages - first);
		char *memory = mmap(NULL, nr * page_size, PROT_READ | PROT_WRITE,
				    MAP_SHARED | (state & 0x100 ? MAP_POPULATE : 0), fd,
				    (off_t)(first * page_size));

		if (memory == MAP_FAILED) {
			CHECK(errno == EINVAL);
			continue;
		}
		for (page = first; page < first + nr; page += 1 + nr / 8) {
			uint64_t value = 0;

			/* write() of what is not there is EFAULT, and no signal. */
			if (write(ends[1], memory + (page - first) * page_size, sizeof(value)) < 0) {
				CHECK(errno == EFAULT);
				continue;
			}
			CHECK_EQ(read(ends[0], &value, sizeof(value)), sizeof(value));
			check_value(page, value);
		}
		unmap(memory, nr * page_size);
	}
}

static void resize_it(void *data)
{
	unsigned int state = (unsigned int)getpid();

	(void)data;
	for (;;) {
		size_t nr = 1 + random_next(&state) % nr_pages;

		if (ftruncate(fd, (off_t)(nr * page_size)))
			CHECK(errno == EBUSY);
	}
}

static void punch_it(void *data)
{
	unsigned int state = (unsigned int)getpid();

	(void)data;
	for (;;) {
		size_t first = 1 + random_next(&state) % nr_pages, nr = 1 + random_next(&state) % 64;

		if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      (off_t)(first * page_size), (off_t)(nr * page_size)))
			CHECK(errno == EBUSY);
	}
}

static void populate_it(void *data)
{
	unsigned int state = (unsigned int)getpid();

	(void)data;
	for (;;) {
		size_t first = random_next(&state) % nr_pages;

		if (fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)(first * page_size), (off_t)page_size))
			CHECK(errno == EOPNOTSUPP);
	}
}

/* The page below all ends keeps what is in it. */
static void check_first_page(const char *memory)
{
	uint64_t value;

	memcpy(&value, memory + 128, sizeof(value));
	CHECK_EQ(value, 0x1234567);
}

#define MAX_CHILDREN 16

static void race(void (*const *runs)(void *), size_t nr_runs)
{
	pid_t children[MAX_CHILDREN];
	uint64_t mark = 0x1234567;
	unsigned int state = 1, rounds = 0;
	struct stat st;
	char *memory;
	double end;
	size_t i;

	nr_pages = 3 * huge_pages() + 5;
	fd = buffer_create(nr_pages * page_size, 0);
	memory = map_shared(fd, nr_pages * page_size);
	memcpy(memory + 128, &mark, sizeof(mark));
	for (i = 0; i < nr_runs; i++)
		children[i] = child_start(runs[i], memory);

	alarm(CASE_SECONDS + (unsigned int)seconds());
	end = now() + seconds();
	while (now() < end) {
		if (resize(1 + random_next(&state) % nr_pages))
			rounds++;
		check_first_page(memory);
		if (resize(nr_pages))
			rounds++;
	}
	for (i = 0; i < nr_runs; i++)
		child_kill(children[i], 10);
	/* It was not busy all the time, and all that tells the size agrees. */
	errno = 0;
	CHECK(rounds > 10);
	CHECK(resize(nr_pages));
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, nr_pages * page_size);
	CHECK_EQ(info(fd).buffer_size, nr_pages * page_size);
	CHECK(info(fd).resident <= nr_pages * page_size);
	CHECK_EQ(total_size(), nr_pages * page_size);
	check_first_page(memory);
	CHECK(resize(1));
	CHECK(info(fd).resident <= page_size);
	check_first_page(memory);
	unmap(memory, nr_pages * page_size);
	close(fd);
	CHECK_EQ(total_size(), 0);
}

#define RACE(...)							\
	do {								\
		void (*const runs[])(void *) = { __VA_ARGS__ };		\
		race(runs, sizeof(runs) / sizeof(runs[0]));		\
	} while (0)

static void against_touching(void)
{
	RACE(touch_it, touch_it);
}

static void against_reading_and_writing(void)
{
	RACE(read_and_write_it, read_and_write_it);
}

static void against_mapping(void)
{
	RACE(map_it, map_it);
}

static void against_another_one(void)
{
	RACE(resize_it, touch_it, read_and_write_it);
}

static void against_holes_and_populating(void)
{
	RACE(punch_it, populate_it, read_and_write_it);
}

static void against_all(void)
{
	RACE(touch_it, read_and_write_it, map_it, populate_it, resize_it);
}

/*
 * O_DIRECT under way: what the disk writes is in the buffer, or it is nowhere. A kernel that ends the transfer by copying
 * may have begun a page that went; then the rest stands in the one that came, behind zeros.
 */
static void direct_io_it(void *data)
{
	int disk = disk_file(O_DIRECT);
	size_t len = huge_pages() * page_size, page;
	char *memory = data, *bytes = aligned_alloc(page_size, len);

	CHECK(bytes);
	memset(bytes, 0x5a, len);
	CHECK_EQ(write(disk, bytes, len), len);
	for (;;) {
		ssize_t n = pread(disk, memory + len, len, 0);

		CHECK(n >= 0 || errno == EFAULT);
		n = pread(fd, bytes, len, (off_t)len);
		CHECK(n >= 0 && n % (ssize_t)page_size == 0);
		for (page = 0; page < (size_t)n / page_size; page++) {
			const char *at = bytes + page * page_size;
			size_t nr_zeros = 0;

			while (nr_zeros < page_size && !at[nr_zeros])
				nr_zeros++;
			CHECK(is_filled(at + nr_zeros, 0x5a, page_size - nr_zeros));
		}
	}
}

static void against_direct_io(void)
{
	RACE(direct_io_it);
}

static const struct test_case cases[] = {
	CASE(against_touching),
	CASE(against_reading_and_writing),
	CASE(against_mapping),
	CASE(against_another_one),
	CASE(against_holes_and_populating),
	CASE(against_all),
	CASE(against_direct_io),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
