// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/mymap: the default buffer, and the ten bytes that each mmap writes anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define NR_DIGITS 10

static void digits_check(const unsigned char *memory)
{
	int i;

	for (i = 0; i < NR_DIGITS; i++)
		CHECK_EQ(memory[i], i);
}

static void scribble(unsigned char *memory)
{
	memset(memory, 0xee, NR_DIGITS);
}

static void still_scribbled(const unsigned char *memory, const char *what)
{
	errno = 0;
	if (!is_filled(memory, 0xee, NR_DIGITS))
		FAIL("%s changed the first ten bytes", what);
}

static void mmap_writes_digits(void)
{
	digits_check(map_shared(door_open(O_RDWR), page_size));
}

static void each_mmap_writes_digits_anew(void)
{
	int door = door_open(O_RDWR);
	unsigned char *first = map_shared(door, page_size);
	int i;

	for (i = 0; i < 3; i++) {
		scribble(first);
		digits_check(map_shared(door, page_size));
		digits_check(first);
	}
	scribble(first);
	digits_check(map_at(door_open(O_RDONLY), page_size, 0, PROT_READ));
	digits_check(first);
}

static void only_ten_bytes_are_written(void)
{
	int door = door_open(O_RDWR);
	unsigned char *memory = map_shared(door, page_size);

	memset(memory, 0xee, page_size);
	digits_check(map_shared(door, page_size));
	CHECK(is_filled(memory + NR_DIGITS, 0xee, page_size - NR_DIGITS));
}

static void nothing(void *data)
{
	(void)data;
}

static void child_reads(void *data)
{
	still_scribbled(data, "fork");
}

/* Everything but mmap leaves them alone. */
static void nothing_else_writes_digits(void)
{
	struct mymap_create create = { .size = sizeof(create), .buffer_size = page_size };
	int door = door_open(O_RDWR);
	unsigned char *memory = map_shared(door, page_size);
	unsigned char *other = map_shared(door, page_size);
	unsigned char bytes[NR_DIGITS];
	struct stat st;
	int again, buffer;

	scribble(memory);
	again = door_open(O_RDWR);
	still_scribbled(memory, "open");
	CHECK_EQ(pread(again, bytes, sizeof(bytes), 0), sizeof(bytes));
	still_scribbled(memory, "read");
	still_scribbled(bytes, "read");
	CHECK_EQ(pwrite(again, bytes, 1, NR_DIGITS), 1);
	still_scribbled(memory, "write");
	CHECK_EQ(lseek(again, 0, SEEK_END), query().default_size);
	still_scribbled(memory, "lseek");
	CHECK_EQ(fstat(again, &st), 0);
	still_scribbled(memory, "fstat");
	info(again);
	query();
	still_scribbled(memory, "INFO or QUERY");
	buffer = ioctl(again, MYMAP_IOC_CREATE, &create);
	CHECK(buffer >= 0);
	still_scribbled(memory, "CREATE");
	map_shared(buffer, page_size);
	still_scribbled(memory, "mmap of a buffer");
	CHECK_ERRNO(ioctl(again, 0, NULL), ENOTTY);
	close(again);
	still_scribbled(memory, "close");
	unmap(other, page_size);
	still_scribbled(memory, "munmap");
	CHECK_EQ(mprotect(memory, page_size, PROT_READ), 0);
	still_scribbled(memory, "mprotect");
	CHECK_EQ(msync(memory, page_size, MS_SYNC), 0);
	CHECK_EQ(madvise(memory, page_size, MADV_DONTNEED), 0);
	still_scribbled(memory, "madvise");
	memory = mremap(memory, page_size, 2 * page_size, MREMAP_MAYMOVE);
	CHECK(memory != MAP_FAILED);
	still_scribbled(memory, "mremap");
	in_child(nothing, NULL);
	in_child(child_reads, memory);
	still_scribbled(memory, "fork");
}

static void refused_mmap_writes_nothing(void)
{
	int door = door_open(O_RDWR);
	unsigned char *memory = map_shared(door, page_size);

	scribble(memory);
	CHECK_ERRNO(mmap(NULL, query().default_size + page_size, PROT_READ, MAP_SHARED, door, 0), EINVAL);
	still_scribbled(memory, "a refused mmap");
}

/* Two programs that know nothing of each other: both only opened the device. */
static void unrelated_writer(void)
{
	unsigned char *memory = map_shared(door_open(O_RDWR), page_size);

	strcpy((char *)memory + 100, test_argument(0));
	memory[NR_DIGITS] = 77;
}

static void run_unrelated(void *data)
{
	execl(test_program(), "door", "unrelated_writer", data, NULL);
	FAIL("exec");
}

static void unrelated_processes_share(void)
{
	unsigned char *memory = map_shared(door_open(O_RDWR), page_size);

	memory[NR_DIGITS] = 0;
	in_child(run_unrelated, "the writer was here");
	CHECK(!strcmp((char *)memory + 100, "the writer was here"));
	CHECK_EQ(memory[NR_DIGITS], 77);
	digits_check(memory);
}

/* The default buffer stays as it is when nobody has it open. */
static void bytes_stay_when_all_have_closed(void)
{
	int door = door_open(O_RDWR);
	char text[] = "kept", got[sizeof(text)];

	CHECK_EQ(pwrite(door, text, sizeof(text), 200), sizeof(text));
	close(door);
	door = door_open(O_RDWR);
	CHECK_EQ(pread(door, got, sizeof(got), 200), sizeof(got));
	CHECK(!memcmp(text, got, sizeof(text)));
	CHECK(!memcmp((char *)map_shared(door, page_size) + 200, text, sizeof(text)));
}

static void mapping_outlives_descriptor(void)
{
	int door = door_open(O_RDWR);
	unsigned char *memory = map_shared(door, page_size);

	close(door);
	digits_check(memory);
	memory[50] = 9;
	CHECK_EQ(((unsigned char *)map_shared(door_open(O_RDWR), page_size))[50], 9);
}

static void info_says_default(void)
{
	struct mymap_info i = info(door_open(O_RDWR));

	CHECK_EQ(i.buffer_size, query().default_size);
	CHECK_EQ(i.properties, MYMAP_BUFFER_DEFAULT | MYMAP_BUFFER_PINNABLE);
	CHECK_EQ(i.kind, MYMAP_KIND_PAGES);
}

static void counts_in_no_total(void)
{
	map_shared(door_open(O_RDWR), page_size);
	CHECK_EQ(total_size(), 0);
}

/* With a parameter default_size of the bytes that follow the case's name. */
static void default_size_is(void)
{
	size_t size = (size_t)strtoull(test_argument(0), NULL, 0);
	int door = door_open(O_RDWR);
	char *memory;

	CHECK_EQ(query().default_size, size);
	CHECK_EQ(info(door).buffer_size, size);
	CHECK_EQ(lseek(door, 0, SEEK_END), size);
	CHECK_ERRNO(mmap(NULL, size + page_size, PROT_READ, MAP_SHARED, door, 0), EINVAL);
	memory = map_shared(door, size);
	digits_check((unsigned char *)memory);
	CHECK(is_filled(memory + NR_DIGITS, 0, size - NR_DIGITS));
	tags_write(memory, 0, size / page_size);
	if (size > page_size)
		tags_check(map_at(door, page_size, (off_t)(size - page_size), PROT_READ),
			   size / page_size - 1, 1);
	CHECK_EQ(total_size(), 0);
}

/* The bytes are those of offset 0, whatever part is mapped. */
static void digits_stand_at_offset_0(void)
{
	int door = door_open(O_RDWR);
	size_t size = query().default_size;
	unsigned char *all;

	if (size < 2 * page_size)
		test_skip("default_size is less than two pages");
	all = map_shared(door, size);
	scribble(all);
	scribble(all + page_size);
	still_scribbled(map_at(door, page_size, (off_t)page_size, PROT_READ), "mmap of the second page");
	digits_check(all);
	still_scribbled(all + page_size, "mmap of the second page");
}

/* The page stays broken: this is the last that this module's default buffer is good for. */
static void broken_first_page_is_eio(void)
{
	int door = door_open(O_RDWR);
	unsigned char *memory = map_shared(door, page_size);
	unsigned char byte;

	scribble(memory);
	if (madvise(memory, page_size, MADV_HWPOISON) && errno != EBUSY)
		test_skip("memory cannot be reported to be broken here");
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ, MAP_SHARED, door, 0), EIO);
	still_scribbled(memory, "a refused mmap");
	CHECK_ERRNO(pread(door, &byte, 1, 0), EIO);
	CHECK_ERRNO(pwrite(door, &byte, 1, 0), EIO);
}

static const struct test_case cases[] = {
	CASE(mmap_writes_digits),
	CASE(each_mmap_writes_digits_anew),
	CASE(only_ten_bytes_are_written),
	CASE(nothing_else_writes_digits),
	CASE(refused_mmap_writes_nothing),
	CASE(unrelated_writer),
	CASE(unrelated_processes_share),
	CASE(bytes_stay_when_all_have_closed),
	CASE(mapping_outlives_descriptor),
	CASE(info_says_default),
	CASE(counts_in_no_total),
	CASE(default_size_is),
	CASE(digits_stand_at_offset_0),
	CASE(broken_first_page_is_eio),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
