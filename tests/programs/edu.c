// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's PCI device "edu" moves memory by itself: from an address that it is told
 * into a page of its own, and back. Here are its registers and, as user space drives
 * them, what DMA needs: a buffer for the device and the addresses that the device
 * sees it at.
 *
 * The first argument of each case is the device, as the kernel calls it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "test.h"

#define MIB		((size_t)1 << 20)

#define EDU_SIZE	MIB
#define EDU_IDENTITY	0x00
#define EDU_SOURCE	0x80
#define EDU_DESTINATION	0x88
#define EDU_COUNT	0x90
#define EDU_COMMAND	0x98
#define EDU_START	1
#define EDU_TO_MEMORY	2
/* The page of its own, as it knows it. */
#define EDU_PAGE	0x40000
#define EDU_PAGE_SIZE	4096
/* It does not take all of it at once. */
#define EDU_MOST	2048

static volatile char *edu;

static const char *edu_name(void)
{
	return test_argument(0);
}

static void edu_open(void)
{
	char path[100];
	int fd;

	CHECK(edu_name());
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", edu_name());
	fd = open(path, O_RDWR | O_SYNC);
	CHECK(fd >= 0);
	edu = mmap(NULL, EDU_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(edu != MAP_FAILED);
	close(fd);
	CHECK_EQ(*(volatile uint32_t *)(edu + EDU_IDENTITY) & 0xffff, 0xed);
}

static void edu_write(size_t at, uint64_t value)
{
	*(volatile uint64_t *)(edu + at) = value;
}

static bool edu_is_done(void *data)
{
	(void)data;
	return !(*(volatile uint64_t *)(edu + EDU_COMMAND) & EDU_START);
}

static void edu_run(uint64_t from, uint64_t to, size_t len, uint64_t command)
{
	CHECK(len <= EDU_MOST);
	edu_write(EDU_SOURCE, from);
	edu_write(EDU_DESTINATION, to);
	edu_write(EDU_COUNT, len);
	edu_write(EDU_COMMAND, command | EDU_START);
	CHECK(wait_until(edu_is_done, NULL, 20));
}

static void edu_read_memory(uint64_t address, size_t len)
{
	edu_run(address, EDU_PAGE, len, 0);
}

static void edu_write_memory(uint64_t address, size_t len)
{
	edu_run(EDU_PAGE, address, len, EDU_TO_MEMORY);
}

/* A buffer for the device, and where it is. */
struct target {
	int fd;
	size_t len;
	unsigned char *memory;
	struct mymap_segment *segment;
	uint32_t nr_segments;
};

static struct target target_create(uint32_t kind, size_t len, const char *device)
{
	struct target t = { .fd = try_kind(kind, len, device), .len = len };
	uint32_t nr, total;
	uint64_t sum = 0;
	size_t i;

	CHECK(t.fd >= 0);
	CHECK_EQ(try_segments(t.fd, NULL, 0, &nr, &total), 0);
	CHECK_EQ(nr, 0);
	CHECK(total > 0);
	t.segment = calloc(total + 1, sizeof(*t.segment));
	CHECK_EQ(try_segments(t.fd, t.segment, total + 1, &t.nr_segments, &nr), 0);
	CHECK_EQ(nr, total);
	CHECK_EQ(t.nr_segments, total);
	for (i = 0; i < total; i++) {
		CHECK(t.segment[i].length > 0);
		sum += t.segment[i].length;
	}
	CHECK_EQ(sum, len);
	t.memory = map_shared(t.fd, len);
	return t;
}

static uint64_t address_of(const struct target *t, size_t offset)
{
	size_t i;

	for (i = 0; offset >= t->segment[i].length; i++)
		offset -= t->segment[i].length;
	return t->segment[i].address + offset;
}

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 2654435761u >> 13);
}

/* What the device has to take there, and to bring here. */
static void copy_by_device(const struct target *t, size_t from, size_t to, size_t len)
{
	CHECK_EQ(try_sync(t->fd, from, len, MYMAP_SYNC_TO_DEVICE, MYMAP_SYNC_END), 0);
	edu_read_memory(address_of(t, from), len);
	edu_write_memory(address_of(t, to), len);
	CHECK_EQ(try_sync(t->fd, to, len, MYMAP_SYNC_FROM_DEVICE, 0), 0);
}

static void check_copies(const struct target *t)
{
	const size_t page = EDU_MOST, last = t->len - page;
	const struct { size_t from, to, len; } copies[] = {
		{ 0, last, page },
		{ last - page, 0, page },
		/* Neither begins nor ends with a page. */
		{ t->len / 2 / page * page + 17, t->len / 4 / page * page + 1000, 1234 },
	};
	unsigned char *want = malloc(t->len);
	size_t i;

	CHECK(want);
	for (i = 0; i < t->len; i++)
		want[i] = t->memory[i] = byte_at(i);
	for (i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		copy_by_device(t, copies[i].from, copies[i].to, copies[i].len);
		memmove(want + copies[i].to, want + copies[i].from, copies[i].len);
	}
	for (i = 0; i < t->len; i++)
		if (t->memory[i] != want[i])
			FAIL("byte %zu is %d, not %d", i, t->memory[i], want[i]);
	free(want);
}

static void copies_in_a_kind(uint32_t kind, size_t len, bool one_segment)
{
	struct target t = target_create(kind, len, edu_name());

	if (one_segment)
		CHECK_EQ(t.nr_segments, 1);
	check_copies(&t);
	unmap(t.memory, len);
	close(t.fd);
}

/* What the device reaches whatever its mask. */
static void copies_in_its_own_memory(void)
{
	edu_open();
	copies_in_a_kind(MYMAP_KIND_DEVICE, 64 * 1024, true);
	copies_in_a_kind(MYMAP_KIND_DEVICE, 4 * EDU_PAGE_SIZE, true);
}

static void copies_in_contiguous_pages(void)
{
	edu_open();
	copies_in_a_kind(MYMAP_KIND_CONTIGUOUS, 4 * MIB, true);
	copies_in_a_kind(MYMAP_KIND_CONTIGUOUS, 3 * MIB + page_size, true);
	copies_in_a_kind(MYMAP_KIND_CONTIGUOUS, 2 * MIB, true);
}

static void copies_in_pages(void)
{
	edu_open();
	copies_in_a_kind(MYMAP_KIND_PAGES, 16 * MIB + page_size, false);
}

/* With an IOMMU: whatever they are made of. */
static void copies_in_one_segment(void)
{
	edu_open();
	copies_in_a_kind(MYMAP_KIND_PAGES, 16 * MIB + page_size, true);
	copies_in_a_kind(MYMAP_KIND_CONTIGUOUS, 4 * MIB, true);
	copies_in_a_kind(MYMAP_KIND_DEVICE, MIB, true);
}

/* More than 28 bits reach; and of 32 the kernel takes what is beyond them first. */
static void too_narrow_for_pages(void)
{
	int fd = try_kind(MYMAP_KIND_PAGES, 280 * MIB, edu_name());
	uint32_t nr, total;

	CHECK(fd >= 0);
	CHECK_ERRNO(try_segments(fd, NULL, 0, &nr, &total), EOPNOTSUPP);
	/* And so the size is not frozen. */
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
}

/*
 * The device is told an address of a buffer that is not for it, where that is
 * without an IOMMU: the module's own device has none. True where it got there.
 */
static bool reaches_a_stranger(void)
{
	struct target victim = target_create(MYMAP_KIND_DEVICE, EDU_PAGE_SIZE, "mymap");
	struct target t = target_create(MYMAP_KIND_DEVICE, EDU_PAGE_SIZE, edu_name());
	size_t i;

	memset(victim.memory, 0x11, EDU_PAGE_SIZE);
	memset(t.memory, 0x22, EDU_PAGE_SIZE);
	edu_read_memory(t.segment[0].address, EDU_MOST);
	edu_write_memory(victim.segment[0].address, EDU_MOST);
	for (i = 0; i < EDU_PAGE_SIZE; i++)
		if (victim.memory[i] != 0x11)
			return true;
	return false;
}

static void outside_is_reached(void)
{
	edu_open();
	CHECK(reaches_a_stranger());
}

static void outside_is_stopped(void)
{
	struct target t;
	size_t i;

	edu_open();
	CHECK(!reaches_a_stranger());
	/* And what is right behind its own. */
	t = target_create(MYMAP_KIND_PAGES, EDU_PAGE_SIZE, edu_name());
	memset(t.memory, 0x33, EDU_PAGE_SIZE);
	edu_read_memory(t.segment[0].address, EDU_MOST);
	memset(t.memory, 0x44, EDU_PAGE_SIZE);
	edu_write_memory(t.segment[0].address + EDU_PAGE_SIZE, EDU_MOST);
	for (i = 0; i < EDU_PAGE_SIZE; i++)
		CHECK_EQ(t.memory[i], 0x44);
	edu_write_memory(t.segment[0].address, EDU_MOST);
	for (i = 0; i < EDU_MOST; i++)
		CHECK_EQ(t.memory[i], 0x33);
}

static int unbind(void)
{
	int fd = open("/sys/bus/pci/drivers/mymap/unbind", O_WRONLY);
	ssize_t len = (ssize_t)strlen(edu_name());

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, edu_name(), (size_t)len), len);
	return close(fd);
}

/* Its own memory goes; pages that were mapped for it stay, and so does what is for another device. */
static void unbound_under_a_mapping(void)
{
	struct target own = target_create(MYMAP_KIND_DEVICE, 4 * EDU_PAGE_SIZE, edu_name());
	struct target mapped = target_create(MYMAP_KIND_PAGES, 64 * 1024, edu_name());
	struct target pages = target_create(MYMAP_KIND_CONTIGUOUS, 64 * 1024, "mymap");
	uint32_t nr, total;

	memset(mapped.memory, 3, mapped.len);
	memset(own.memory, 1, own.len);
	memset(pages.memory, 2, pages.len);
	CHECK_EQ(unbind(), 0);
	CHECK_EQ(touch_read(own.memory), SIGBUS);
	CHECK_EQ(touch_write(own.memory + own.len - 1), SIGBUS);
	CHECK_ERRNO(try_segments(own.fd, NULL, 0, &nr, &total), ENXIO);
	CHECK_ERRNO(try_sync(own.fd, 0, 1, MYMAP_SYNC_BOTH, 0), ENXIO);
	CHECK_ERRNO(try_segments(mapped.fd, NULL, 0, &nr, &total), ENXIO);
	CHECK_ERRNO(try_sync(mapped.fd, 0, 1, MYMAP_SYNC_BOTH, 0), ENXIO);
	CHECK(is_filled(mapped.memory, 3, mapped.len));
	CHECK(is_filled(pages.memory, 2, pages.len));
}

static const struct test_case cases[] = {
	CASE(copies_in_its_own_memory),
	CASE(copies_in_contiguous_pages),
	CASE(copies_in_pages),
	CASE(copies_in_one_segment),
	CASE(too_narrow_for_pages),
	CASE(outside_is_reached),
	CASE(outside_is_stopped),
	CASE(unbound_under_a_mapping),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
