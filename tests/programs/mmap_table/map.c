// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows: the flags of mmap.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "table.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
/* None that any kernel knows, and not one of those that it has always ignored. */
#define MAP_UNKNOWN 0x800000
#define PROT_UNKNOWN 0x100000

/* PROT_ */

static const char *access_by(long prot)
{
	struct tagged t = make_tagged(2);
	char *memory = map(t.fd, t.len, (int)prot, MAP_SHARED);
	int reading;

	if (memory == MAP_FAILED)
		return outcome_of_errno(errno);
	reading = touch_read(memory);
	return say("read %s, write %s", outcome_of_touch(reading), outcome_of_touch(touch_write(memory)));
}

/* What reading does then is the processor's affair. */
static const char *write_by(long prot)
{
	volatile char *memory = map(make(1), page_size, (int)prot, MAP_SHARED);

	if (memory == MAP_FAILED)
		return outcome_of_errno(errno);
	*memory = 1;
	return "write works";
}

static const char *map_by(long prot)
{
	return outcome_of_map(map(make(1), page_size, (int)prot, MAP_SHARED));
}

static const char *map_private_by(long prot)
{
	return outcome_of_map(map(make(1), page_size, (int)prot, MAP_PRIVATE));
}

static const char *read_implies_exec(long prot)
{
	CHECK(personality(READ_IMPLIES_EXEC) >= 0);
	return outcome_of_map(map(make(1), page_size, (int)prot, MAP_SHARED));
}

/* A node is a file of the filesystem it stands in, not of the buffers'. */
static const char *map_door_by(long prot)
{
	struct statvfs dev;
	void *memory;

	if (!query().default_size)
		test_skip("the module has no default buffer");
	CHECK_EQ(statvfs("/dev", &dev), 0);
	memory = map(door_open(O_RDWR), page_size, (int)prot, MAP_SHARED);
	CHECK_EQ(memory == MAP_FAILED, (dev.f_flag & ST_NOEXEC) != 0);
	return outcome_of_map(memory);
}

const struct row rows_prot[] = {
	SAME("`PROT_READ`", access_by, PROT_READ, "read works, write SIGSEGV"),
	SAME("`PROT_WRITE`", write_by, PROT_WRITE, "write works"),
	SAME("`PROT_READ \\| PROT_WRITE`", access_by, RW, "read works, write works"),
	SAME("`PROT_NONE`", access_by, PROT_NONE, "read SIGSEGV, write SIGSEGV"),
	DIFFERS("`PROT_EXEC`", map_by, PROT_READ | PROT_EXEC, "EPERM", WORKS,
		"nobody needs to execute a buffer; its filesystem is noexec"),
	DIFFERS("`PROT_EXEC`, private", map_private_by, PROT_READ | PROT_EXEC, "EPERM", WORKS, "as above"),
	DIFFERS("`PROT_EXEC`, of `/dev/mymap`", map_door_by, PROT_READ | PROT_EXEC, "works or EPERM", NULL,
		"EPERM where `/dev` is mounted noexec, as for any device"),
	SAME("`PROT_READ` of a process with `READ_IMPLIES_EXEC`", read_implies_exec, PROT_READ, WORKS),
	SAME("a bit that is not known", map_by, PROT_READ | PROT_UNKNOWN, WORKS),
	ROWS_END
};

/* MAP_ */

static const char *shared(long flags)
{
	struct tagged t = make_tagged(4);
	char *memory = map(t.fd, t.len, RW, (int)flags), byte;

	if (memory == MAP_FAILED)
		return outcome_of_errno(errno);
	tags_check(memory, 0, 4);
	memory[100] = 's';
	CHECK_EQ(t.memory[100], 's');
	CHECK_EQ(pread(t.fd, &byte, 1, 100), 1);
	CHECK_EQ(byte, 's');
	return "one memory";
}

static const char *private(long flags)
{
	struct tagged t = make_tagged(4);
	char *memory = map(t.fd, t.len, RW, (int)flags), byte;

	if (memory == MAP_FAILED)
		return outcome_of_errno(errno);
	tags_check(memory, 0, 4);
	memory[100] = 'p';
	CHECK_EQ(t.memory[100], 0);
	CHECK_EQ(pread(t.fd, &byte, 1, 100), 1);
	CHECK_EQ(byte, 0);
	/* Of that page only. */
	t.memory[page_size + 100] = 's';
	t.memory[101] = 's';
	CHECK_EQ(memory[page_size + 100], 's');
	CHECK_EQ(memory[101], 0);
	return "a copy of each page that is written";
}

static const char *with_type(long flags)
{
	return outcome_of_map(map(make(1), page_size, PROT_READ, (int)flags));
}

static const char *fixed(long flags)
{
	struct tagged t = make_tagged(4);
	char *at = t.memory + page_size;

	errno = 0;
	if (mmap(at, page_size, PROT_READ, MAP_SHARED | (int)flags, t.fd, (off_t)(3 * page_size)) == MAP_FAILED)
		return outcome_of_errno(errno);
	tags_check(at, 3, 1);
	tags_check(t.memory, 0, 1);
	tags_check(t.memory + 2 * page_size, 2, 2);
	return "takes the place of what was there";
}

static const char *fixed_in_free_room(long flags)
{
	char *at = room(page_size);

	unmap(at, page_size);
	errno = 0;
	if (mmap(at, page_size, PROT_READ, MAP_SHARED | (int)flags, make(1), 0) == MAP_FAILED)
		return outcome_of_errno(errno);
	CHECK_EQ(touch_read(at), 0);
	return WORKS;
}

static const char *fixed_unaligned(long flags)
{
	errno = 0;
	return outcome_of_map(mmap(room(2 * page_size) + 1, page_size, PROT_READ, MAP_SHARED | (int)flags, make(1), 0));
}

static const char *hint_unaligned(long flags)
{
	char *at = room(2 * page_size), *memory;

	unmap(at, 2 * page_size);
	memory = mmap(at + 1, page_size, PROT_READ, MAP_SHARED | (int)flags, make(1), 0);
	CHECK(memory != MAP_FAILED);
	CHECK_EQ((uintptr_t)memory % page_size, 0);
	return WORKS;
}

static const char *anonymous(long flags)
{
	struct tagged t = make_tagged(4);
	char *memory = map(t.fd, t.len, RW, MAP_PRIVATE | (int)flags);

	CHECK(memory != MAP_FAILED);
	CHECK(is_filled(memory, 0, t.len));
	memset(memory, 1, t.len);
	tags_check(t.memory, 0, 4);
	return "the descriptor is ignored";
}

/* Flags that say how much of it has to be there at once. */
static const char *filled(long flags)
{
	int fd = make(4);
	char *memory = map(fd, 4 * page_size, RW, MAP_SHARED | (int)flags);
	size_t nr;

	if (memory == MAP_FAILED)
		return outcome_of_errno(errno);
	nr = nr_resident(memory, 4 * page_size);
	return nr == 4 ? "all of it is there" : nr ? "a part of it is there" : "nothing is there yet";
}

static const char *low(long flags)
{
	char *memory;

	if (!flags || sizeof(long) == 4)
		test_skip("MAP_32BIT is for 64-bit programs on x86");
	memory = map(make(4), 4 * page_size, RW, MAP_SHARED | (int)flags);
	if (memory == MAP_FAILED)
		return outcome_of_errno(errno);
	return (uint64_t)(uintptr_t)memory + 4 * page_size <= (uint64_t)1 << 31 ? "below 2 GiB" : "anywhere";
}

#ifdef MAP_32BIT
#define LOW MAP_32BIT
#else
#define LOW 0
#endif

const struct row rows_map[] = {
	SAME("`MAP_SHARED`", shared, MAP_SHARED, "one memory"),
	SAME("`MAP_SHARED_VALIDATE`", shared, MAP_SHARED_VALIDATE, "one memory"),
	SAME("`MAP_SHARED_VALIDATE` and a flag that is not known", with_type, MAP_SHARED_VALIDATE | MAP_UNKNOWN,
	     "EOPNOTSUPP"),
	SAME("`MAP_SHARED` and a flag that is not known", with_type, MAP_SHARED | MAP_UNKNOWN, WORKS),
	SAME("`MAP_PRIVATE`", private, MAP_PRIVATE, "a copy of each page that is written"),
	SAME("none of these", with_type, 0, "EINVAL"),
	SAME("`MAP_FIXED`, over another mapping", fixed, MAP_FIXED, "takes the place of what was there"),
	SAME("`MAP_FIXED`, the address is not that of a page", fixed_unaligned, MAP_FIXED, "EINVAL"),
	SAME("an address that is not that of a page, without `MAP_FIXED`", hint_unaligned, 0, WORKS),
	SAME("`MAP_FIXED_NOREPLACE`, over another mapping", fixed, MAP_FIXED_NOREPLACE, "EEXIST"),
	SAME("`MAP_FIXED_NOREPLACE`, nothing is there", fixed_in_free_room, MAP_FIXED_NOREPLACE, WORKS),
	SAME("`MAP_ANONYMOUS` with a descriptor", anonymous, MAP_ANONYMOUS, "the descriptor is ignored"),
	SAME("`MAP_ANON` with a descriptor", anonymous, MAP_ANON, "the descriptor is ignored"),
	SAME("`MAP_FILE`", shared, MAP_SHARED | MAP_FILE, "one memory"),
	SAME("`MAP_DENYWRITE`, ignored by Linux", shared, MAP_SHARED | MAP_DENYWRITE, "one memory"),
	SAME("`MAP_EXECUTABLE`, ignored by Linux", shared, MAP_SHARED | MAP_EXECUTABLE, "one memory"),
	SAME("`MAP_STACK`, ignored by Linux", shared, MAP_SHARED | MAP_STACK, "one memory"),
	SAME("`MAP_NORESERVE`", shared, MAP_SHARED | MAP_NORESERVE, "one memory"),
	SAME("`MAP_NORESERVE`, private", private, MAP_PRIVATE | MAP_NORESERVE, "a copy of each page that is written"),
	SAME("no flag about filling", filled, 0, "nothing is there yet"),
	SAME("`MAP_POPULATE`", filled, MAP_POPULATE, "all of it is there"),
	SAME("`MAP_POPULATE \\| MAP_NONBLOCK`", filled, MAP_POPULATE | MAP_NONBLOCK, "nothing is there yet"),
	SAME("`MAP_NONBLOCK`", filled, MAP_NONBLOCK, "nothing is there yet"),
	SAME("`MAP_LOCKED`", filled, MAP_LOCKED, "all of it is there"),
	SAME("`MAP_GROWSDOWN`", with_type, MAP_SHARED | MAP_GROWSDOWN, "EINVAL"),
	SAME("`MAP_GROWSDOWN`, private", with_type, MAP_PRIVATE | MAP_GROWSDOWN, "EINVAL"),
	SAME("`MAP_32BIT`", low, LOW, "below 2 GiB"),
	SAME("`MAP_HUGETLB`", with_type, MAP_SHARED | MAP_HUGETLB, "EINVAL"),
	SAME("`MAP_SHARED_VALIDATE \\| MAP_SYNC`", with_type, MAP_SHARED_VALIDATE | MAP_SYNC, "EOPNOTSUPP"),
	SAME("`MAP_SHARED \\| MAP_SYNC`", with_type, MAP_SHARED | MAP_SYNC, WORKS),
	ROWS_END
};
