// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the test programs share.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

size_t page_size;

static char **arguments;

void test_fail(const char *file, int line, const char *format, ...)
{
	int error = errno;
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (error)
		fprintf(stderr, " (errno %d: %s)", error, strerror(error));
	fputc('\n', stderr);
	exit(1);
}

void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_SKIPPED);
}

void use_all_processors(void)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	CHECK_EQ(sched_setaffinity(0, sizeof(all), &all), 0);
}

void use_processor(int processor)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(processor, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		test_skip("there is no processor %d", processor);
}

int test_main(int argc, char **argv, const struct test_case *cases)
{
	const struct test_case *test;

	use_all_processors();
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	arguments = argv;
	if (argc < 2) {
		for (test = cases; test->name; test++)
			puts(test->name);
		return 0;
	}

	for (test = cases; test->name; test++) {
		if (strcmp(test->name, argv[1]))
			continue;
		alarm(time_limit(CASE_SECONDS));
		test->run();
		return 0;
	}
	fprintf(stderr, "%s: no case %s\n", argv[0], argv[1]);
	return 2;
}

/* MYMAP_SLOW: how many times slower than others this kernel is. */
static double slowness(void)
{
	const char *slow = getenv("MYMAP_SLOW");

	return slow ? atof(slow) : 1;
}

unsigned int time_limit(unsigned int seconds)
{
	return (unsigned int)(seconds * slowness());
}

const char *test_argument(int i)
{
	char **argument = arguments + 2;

	while (*argument && i--)
		argument++;
	return *argument;
}

const char *test_program(void)
{
	return "/proc/self/exe";
}

size_t huge_size(void)
{
	return query().huge_page_size;
}

size_t huge_pages(void)
{
	return huge_size() / page_size;
}

size_t require_huge(void)
{
	struct mymap_query q = query();

	if (!(q.features & MYMAP_FEATURE_HUGE))
		test_skip("this kernel maps nothing larger than a page");
	return q.huge_page_size;
}

void require_root(void)
{
	if (geteuid())
		test_skip("must be root");
}

int door_open(int flags)
{
	int fd = open("/dev/mymap", flags | O_CLOEXEC);

	if (fd < 0)
		FAIL("/dev/mymap");
	return fd;
}

struct mymap_query query(void)
{
	struct mymap_query q = { .size = sizeof(q) };
	int door = door_open(O_RDWR);

	CHECK_EQ(ioctl(door, MYMAP_IOC_QUERY, &q), 0);
	close(door);
	return q;
}

struct mymap_info info(int fd)
{
	struct mymap_info i = { .size = sizeof(i) };

	CHECK_EQ(ioctl(fd, MYMAP_IOC_INFO, &i), 0);
	return i;
}

uint64_t total_size(void)
{
	return query().total_size;
}

bool nothing_is_left(void *data)
{
	(void)data;
	return total_size() == 0;
}

int try_create(uint64_t size, uint32_t flags)
{
	struct mymap_create create = {
		.size = sizeof(create), .flags = flags, .buffer_size = size,
	};
	int door = door_open(O_RDWR);
	int fd, error;

	errno = 0;
	fd = ioctl(door, MYMAP_IOC_CREATE, &create);
	error = errno;
	close(door);
	if (fd >= 0) {
		CHECK(create.buffer_size >= size);
		CHECK(create.buffer_size - size < page_size);
		CHECK_EQ(create.buffer_size % page_size, 0);
	}
	errno = error;
	return fd;
}

int buffer_create(uint64_t size, uint32_t flags)
{
	int fd = try_create(size, flags);

	if (fd < 0)
		FAIL("create of %llu bytes, flags %#x", (unsigned long long)size, flags);
	return fd;
}

void *map_at(int fd, size_t len, off_t offset, int prot)
{
	void *addr = mmap(NULL, len, prot, MAP_SHARED, fd, offset);

	if (addr == MAP_FAILED)
		FAIL("mmap of %zu bytes from offset %lld", len, (long long)offset);
	return addr;
}

long long buffer_resize(int fd, uint64_t size)
{
	struct mymap_resize r = { .size = sizeof(r), .buffer_size = size };

	if (ioctl(fd, MYMAP_IOC_RESIZE, &r)) {
		CHECK_EQ(r.buffer_size, size);
		return -1;
	}
	return (long long)r.buffer_size;
}

void buffer_check_size(int fd, uint64_t size)
{
	struct stat st;

	CHECK_EQ(info(fd).buffer_size, size);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, size);
	CHECK_EQ(lseek(fd, 0, SEEK_END), size);
}

int while_files_are_taken(int (*make)(void *), void *data)
{
	int file_max, error, fd;
	char old[32] = "";

	require_root();
	file_max = open("/proc/sys/fs/file-max", O_RDWR | O_CLOEXEC);
	CHECK(file_max >= 0);
	CHECK(read(file_max, old, sizeof(old) - 1) > 0);
	CHECK_EQ(pwrite(file_max, "1\n", 2, 0), 2);
	CHECK_EQ(seteuid(65534), 0);
	fd = make(data);
	error = errno;
	CHECK_EQ(seteuid(0), 0);
	CHECK_EQ(pwrite(file_max, old, strlen(old), 0), strlen(old));
	errno = error;
	return fd;
}

void *map_shared(int fd, size_t len)
{
	return map_at(fd, len, 0, PROT_READ | PROT_WRITE);
}

void unmap(void *addr, size_t len)
{
	CHECK_EQ(munmap(addr, len), 0);
}

static uint64_t tag_of(size_t page)
{
	return ((uint64_t)page + 1) * 0x9e3779b97f4a7c15ULL;
}

static uint64_t *tag_at(const void *addr, size_t i, bool end)
{
	return (uint64_t *)((char *)addr + i * page_size +
			    (end ? page_size - sizeof(uint64_t) : 0));
}

void tags_write(void *addr, size_t first_page, size_t nr_pages)
{
	size_t i;

	for (i = 0; i < nr_pages; i++) {
		*tag_at(addr, i, false) = tag_of(first_page + i);
		*tag_at(addr, i, true) = ~tag_of(first_page + i);
	}
}

bool tag_is(const void *addr, size_t page)
{
	return *tag_at(addr, 0, false) == tag_of(page) &&
	       *tag_at(addr, 0, true) == ~tag_of(page);
}

void tags_check(const void *addr, size_t first_page, size_t nr_pages)
{
	size_t i;

	for (i = 0; i < nr_pages; i++) {
		if (tag_is((const char *)addr + i * page_size, first_page + i))
			continue;
		errno = 0;
		FAIL("page %zu of the buffer does not show its tag", first_page + i);
	}
}

size_t sum_in_file(const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	size_t sum = 0;
	char line[256];

	CHECK(file);
	while (fgets(line, sizeof(line), file)) {
		char *at = line + strspn(line, " ");

		if (!strncmp(at, key, strlen(key)))
			sum += strtoul(at + strlen(key), NULL, 10);
	}
	fclose(file);
	return sum;
}

size_t available_memory(void)
{
	size_t kib = sum_in_file("/proc/meminfo", "MemAvailable:");

	return kib ? (kib << 10) + sum_in_file("/proc/zoneinfo", "count:") * page_size : 0;
}

struct tagged tagged_create(size_t nr_pages)
{
	struct tagged t = { .nr_pages = nr_pages, .len = nr_pages * page_size };

	t.fd = buffer_create(t.len, 0);
	t.memory = map_shared(t.fd, t.len);
	tags_write(t.memory, 0, nr_pages);
	return t;
}

void tagged_check(const struct tagged *t)
{
	char *memory = map_shared(t->fd, t->len);

	tags_check(memory, 0, t->nr_pages);
	unmap(memory, t->len);
}

void buffer_fragment(int fd, size_t nr_pages)
{
	size_t i;

	for (i = 0; i < nr_pages; i += 2)
		CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(i * page_size),
				   (off_t)page_size), 0);
	for (i = 0; i < nr_pages; i += 2)
		CHECK_EQ(pwrite(fd, "", 1, (off_t)(i * page_size)), 1);
}

bool is_filled(const void *addr, int byte, size_t len)
{
	const unsigned char *p = addr;

	/* The first byte is right, and each is as the one before. */
	return !len || (p[0] == (unsigned char)byte && !memcmp(p, p + 1, len - 1));
}

static sigjmp_buf touch_jump;

static void touch_handler(int sig)
{
	siglongjmp(touch_jump, sig);
}

/* Nothing is written where @value is given: it becomes what is there. */
static int touch(volatile char *addr, bool write, unsigned long *value)
{
	struct sigaction action = { .sa_handler = touch_handler };
	struct sigaction old_bus, old_segv;
	int sig;

	sigaction(SIGBUS, &action, &old_bus);
	sigaction(SIGSEGV, &action, &old_segv);
	sig = sigsetjmp(touch_jump, 1);
	if (!sig && value) {
		*value = *(volatile unsigned long *)addr;
	} else if (!sig) {
		char byte = *addr;

		if (write)
			*addr = byte;
	}
	sigaction(SIGBUS, &old_bus, NULL);
	sigaction(SIGSEGV, &old_segv, NULL);
	return sig;
}

int touch_read(const volatile void *addr)
{
	return touch((volatile char *)addr, false, NULL);
}

int touch_value(const volatile void *addr, unsigned long *value)
{
	return touch((volatile char *)addr, false, value);
}

int touch_write(volatile void *addr)
{
	return touch(addr, true, NULL);
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

bool wait_until(bool (*condition)(void *), void *data, double seconds)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	double end = now() + seconds * slowness();

	while (!condition(data)) {
		if (now() > end)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

void *bad_pointer(uintptr_t address)
{
	return (void *)address;
}
