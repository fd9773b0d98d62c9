// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules for all commands, as the ABI header has them.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test.h"

/* A command and a struct with which it works; one row for each kind of descriptor. */
struct command {
	const char *name;
	unsigned int cmd;
	uint32_t size;
	/* In the first version of the driver that had it. */
	uint32_t size_first;
	uint32_t known_flags;
	/* The first byte that must be 0 on the way in; size where there is none. */
	uint32_t out;
	bool on_buffer;
};

static const struct command commands[] = {
	{ "CREATE", MYMAP_IOC_CREATE, sizeof(struct mymap_create), 16,
	  MYMAP_CREATE_POPULATE | MYMAP_CREATE_OWNER | MYMAP_CREATE_FIXED_SIZE,
	  offsetof(struct mymap_create, name), false },
	{ "QUERY", MYMAP_IOC_QUERY, sizeof(struct mymap_query), 64, 0,
	  offsetof(struct mymap_query, driver_version), false },
	{ "INFO on the door", MYMAP_IOC_INFO, sizeof(struct mymap_info), 56, 0,
	  offsetof(struct mymap_info, buffer_size), false },
	{ "INFO on a buffer", MYMAP_IOC_INFO, sizeof(struct mymap_info), 56, 0,
	  offsetof(struct mymap_info, buffer_size), true },
	{ "OPEN", MYMAP_IOC_OPEN, sizeof(struct mymap_open_named), 72, MYMAP_OPEN_READ_ONLY,
	  offsetof(struct mymap_open_named, buffer_size), false },
	{ "DESTROY", MYMAP_IOC_DESTROY, sizeof(struct mymap_destroy), 56, 0,
	  sizeof(struct mymap_destroy), false },
	{ "RESIZE", MYMAP_IOC_RESIZE, sizeof(struct mymap_resize), 16, 0,
	  sizeof(struct mymap_resize), true },
	{ "SEAL", MYMAP_IOC_SEAL, sizeof(struct mymap_seal), 16, 0,
	  offsetof(struct mymap_seal, reserved), true },
	{ "RING on the door", MYMAP_IOC_RING, sizeof(struct mymap_ring), 16, 0,
	  offsetof(struct mymap_ring, sequence), false },
	{ "RING on a buffer", MYMAP_IOC_RING, sizeof(struct mymap_ring), 16, 0,
	  offsetof(struct mymap_ring, sequence), true },
	/* With a time of 0. */
	{ "WAIT on the door", MYMAP_IOC_WAIT, sizeof(struct mymap_wait), 24, MYMAP_WAIT_ACKNOWLEDGE,
	  sizeof(struct mymap_wait), false },
	{ "WAIT on a buffer", MYMAP_IOC_WAIT, sizeof(struct mymap_wait), 24, MYMAP_WAIT_ACKNOWLEDGE,
	  sizeof(struct mymap_wait), true },
	{ "ADD_EVENTFD on the door", MYMAP_IOC_ADD_EVENTFD, sizeof(struct mymap_eventfd), 16, 0,
	  offsetof(struct mymap_eventfd, reserved), false },
	{ "ADD_EVENTFD on a buffer", MYMAP_IOC_ADD_EVENTFD, sizeof(struct mymap_eventfd), 16, 0,
	  offsetof(struct mymap_eventfd, reserved), true },
	{ "REMOVE_EVENTFD on the door", MYMAP_IOC_REMOVE_EVENTFD, sizeof(struct mymap_eventfd), 16, 0,
	  offsetof(struct mymap_eventfd, reserved), false },
	{ "REMOVE_EVENTFD on a buffer", MYMAP_IOC_REMOVE_EVENTFD, sizeof(struct mymap_eventfd), 16, 0,
	  offsetof(struct mymap_eventfd, reserved), true },
	/* Of one byte, to the device. */
	{ "SYNC on a buffer", MYMAP_IOC_SYNC, sizeof(struct mymap_sync), 32, MYMAP_SYNC_END,
	  offsetof(struct mymap_sync, reserved), true },
	/* All of it, which is a page; the dma-buf is closed at once. */
	{ "EXPORT on a buffer", MYMAP_IOC_EXPORT, sizeof(struct mymap_export), 24, 0,
	  sizeof(struct mymap_export), true },
	/* With no room: how many there are. The last one, since it keeps the size. */
	{ "SEGMENTS on a buffer", MYMAP_IOC_SEGMENTS, sizeof(struct mymap_segments), 24, 0,
	  offsetof(struct mymap_segments, total), true },
};

/* Room for the largest struct, and more. */
#define ARGS_MAX 256

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))
#define FOR_EACH_COMMAND(c) for (c = commands; c < commands + NR_COMMANDS; c++)

/* The buffer has a name, which OPEN and DESTROY take. */
#define NAME "ioctl-test"

static int door, buffer;
/* Neither added to the one nor to the other. */
static int some_eventfd;
/* A struct on a page of its own, the next page being of no use. */
static unsigned char *args_page;

static void destroy(void)
{
	struct mymap_destroy args = { .size = sizeof(args), .name = NAME };

	ioctl(door, MYMAP_IOC_DESTROY, &args);
}

static int create_named(void)
{
	struct mymap_create args = {
		.size = sizeof(args), .buffer_size = page_size, .name = NAME,
	};
	int fd = ioctl(door, MYMAP_IOC_CREATE, &args);

	CHECK(fd >= 0);
	return fd;
}

static void setup(void)
{
	door = door_open(O_RDWR);
	CHECK_EQ(atexit(destroy), 0);
	buffer = create_named();
	some_eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	CHECK(some_eventfd >= 0);
	args_page = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(args_page != MAP_FAILED);
	CHECK_EQ(mprotect(args_page + page_size, page_size, PROT_NONE), 0);
}

static void set_u32(unsigned char *args, size_t at, uint32_t value)
{
	memcpy(args + at, &value, sizeof(value));
}

/* Make it so that the command finds what it needs, whatever was before. */
static void eventfd_init(const struct command *c, unsigned char *args)
{
	struct mymap_eventfd other = { .size = sizeof(other), .fd = some_eventfd };

	set_u32(args, offsetof(struct mymap_eventfd, fd), (uint32_t)some_eventfd);
	ioctl(c->on_buffer ? buffer : door,
	      c->cmd == MYMAP_IOC_ADD_EVENTFD ? MYMAP_IOC_REMOVE_EVENTFD : MYMAP_IOC_ADD_EVENTFD,
	      &other);
}

static void args_init(const struct command *c, unsigned char *args)
{
	memset(args, 0, c->size);
	set_u32(args, 0, c->size);
	if (c->cmd == MYMAP_IOC_ADD_EVENTFD || c->cmd == MYMAP_IOC_REMOVE_EVENTFD)
		eventfd_init(c, args);
	if (c->cmd == MYMAP_IOC_SYNC) {
		set_u32(args, offsetof(struct mymap_sync, length), 1);
		set_u32(args, offsetof(struct mymap_sync, direction), MYMAP_SYNC_TO_DEVICE);
	}
	if (c->cmd == MYMAP_IOC_EXPORT) {
		uint64_t len = page_size;

		memcpy(args + offsetof(struct mymap_export, length), &len, sizeof(len));
	}
	if (c->cmd == MYMAP_IOC_CREATE) {
		uint64_t size = 3 * page_size;

		memcpy(args + offsetof(struct mymap_create, buffer_size), &size, sizeof(size));
	}
	if (c->cmd == MYMAP_IOC_OPEN || c->cmd == MYMAP_IOC_DESTROY)
		memcpy(args + offsetof(struct mymap_open_named, name), NAME, sizeof(NAME));
	if (c->cmd == MYMAP_IOC_RESIZE) {
		uint64_t size = 2 * page_size - 1;

		memcpy(args + offsetof(struct mymap_resize, buffer_size), &size, sizeof(size));
	}
}

static int call(const struct command *c, void *args)
{
	errno = 0;
	return ioctl(c->on_buffer ? buffer : door, c->cmd, args);
}

static int next_fd(void)
{
	int fd = dup(0);

	CHECK(fd >= 0);
	close(fd);
	return fd;
}

static void expect(const struct command *c, const char *what, long got, int want)
{
	int error = errno;

	if (want ? got == -1 && error == want : got >= 0)
		return;
	errno = error;
	FAIL("%s, %s: result %ld, wanted %s", c->name, what, got, want ? strerror(want) : "success");
}

/* Call it, let it fail, see that it changed nothing. */
static void expect_refused(const struct command *c, const char *what, unsigned char *args,
			   size_t len, int want)
{
	unsigned char before[1024];
	int fd = next_fd();

	CHECK(len <= sizeof(before));
	memcpy(before, args, len);
	expect(c, what, call(c, args), want);
	if (memcmp(before, args, len))
		FAIL("%s, %s: it failed, but wrote to the struct", c->name, what);
	if (next_fd() != fd)
		FAIL("%s, %s: it failed, but a descriptor is open", c->name, what);
	if (total_size() != page_size)
		FAIL("%s, %s: it failed, but total_size changed", c->name, what);
}

static void finish(const struct command *c, int result)
{
	if (c->cmd == MYMAP_IOC_CREATE || c->cmd == MYMAP_IOC_OPEN || c->cmd == MYMAP_IOC_EXPORT) {
		close(result);
		return;
	}
	CHECK_EQ(result, 0);
	if (c->cmd == MYMAP_IOC_DESTROY) {
		close(buffer);
		buffer = create_named();
	}
	if (c->cmd == MYMAP_IOC_RESIZE)
		CHECK_EQ(ftruncate(buffer, (off_t)page_size), 0);
}

/* What works. */

static void all_commands_work(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned char args[ARGS_MAX];
		int result;

		args_init(c, args);
		result = call(c, args);
		expect(c, "as it should be", result, 0);
		finish(c, result);
	}
}

static void lowest_descriptor(void)
{
	setup();
	int fd = next_fd();
	struct mymap_create create = { .size = sizeof(create), .buffer_size = 1 };

	CHECK_EQ(ioctl(door, MYMAP_IOC_CREATE, &create), fd);
}

/* ENOTTY */

static void check_unknown_number(int fd, const char *what, bool on_door)
{
	unsigned char args[64] = { 64 };
	unsigned int nr;

	for (nr = 0; nr < 256; nr++) {
		unsigned int cmd = _IO(MYMAP_IOC_TYPE, nr);

		if (cmd == MYMAP_IOC_INFO || cmd == MYMAP_IOC_RESIZE || cmd == MYMAP_IOC_SEAL ||
		    cmd == MYMAP_IOC_RING || cmd == MYMAP_IOC_WAIT ||
		    cmd == MYMAP_IOC_ADD_EVENTFD || cmd == MYMAP_IOC_REMOVE_EVENTFD ||
		    (!on_door && (cmd == MYMAP_IOC_SEGMENTS || cmd == MYMAP_IOC_SYNC ||
				  cmd == MYMAP_IOC_EXPORT)) ||
		    (on_door && (cmd == MYMAP_IOC_CREATE || cmd == MYMAP_IOC_QUERY ||
				 cmd == MYMAP_IOC_OPEN || cmd == MYMAP_IOC_DESTROY)))
			continue;
		errno = 0;
		if (ioctl(fd, cmd, args) != -1 || errno != ENOTTY)
			FAIL("command %u on %s is not ENOTTY", nr, what);
	}
}

static void unknown_number(void)
{
	setup();
	check_unknown_number(door, "the door", true);
	check_unknown_number(buffer, "a buffer", false);
}

static void unknown_type(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned int cmd = _IO(MYMAP_IOC_TYPE ^ 1, _IOC_NR(c->cmd));
		unsigned char args[ARGS_MAX];

		args_init(c, args);
		expect(c, "another type", ioctl(c->on_buffer ? buffer : door, cmd, args), ENOTTY);
	}
}

static void other_direction_or_size(void)
{
	static const unsigned int directions[] = { _IOC_READ, _IOC_WRITE, _IOC_READ | _IOC_WRITE };
	const struct command *c;
	size_t i;

	setup();
	FOR_EACH_COMMAND(c) {
		int fd = c->on_buffer ? buffer : door;
		unsigned char args[ARGS_MAX];

		args_init(c, args);
		for (i = 0; i < 3; i++)
			expect(c, "with a direction and a size",
			       ioctl(fd, _IOC(directions[i], MYMAP_IOC_TYPE, _IOC_NR(c->cmd), c->size),
				     args), ENOTTY);
		expect(c, "with a size",
		       ioctl(fd, _IOC(0, MYMAP_IOC_TYPE, _IOC_NR(c->cmd), c->size), args), ENOTTY);
	}
}

static void door_commands_on_buffer(void)
{
	struct mymap_create create = { .size = sizeof(create), .buffer_size = 1 };
	struct mymap_query q = { .size = sizeof(q) };

	setup();
	CHECK_ERRNO(ioctl(buffer, MYMAP_IOC_CREATE, &create), ENOTTY);
	CHECK_ERRNO(ioctl(buffer, MYMAP_IOC_QUERY, &q), ENOTTY);
}

static void commands_on_other_files(void)
{
	const struct command *c;
	int file = memfd_create("test", MFD_CLOEXEC);
	int null = open("/dev/null", O_RDWR);

	setup();
	CHECK(file >= 0 && null >= 0);
	FOR_EACH_COMMAND(c) {
		unsigned char args[ARGS_MAX];

		args_init(c, args);
		expect(c, "on a memfd", ioctl(file, c->cmd, args), ENOTTY);
		expect(c, "on /dev/null", ioctl(null, c->cmd, args), ENOTTY);
	}
}

/* The number is looked at before the pointer. */
static void unknown_number_bad_pointer(void)
{
	setup();
	CHECK_ERRNO(ioctl(door, _IO(MYMAP_IOC_TYPE, 0xee), NULL), ENOTTY);
	CHECK_ERRNO(ioctl(buffer, MYMAP_IOC_CREATE, NULL), ENOTTY);
}

/* EFAULT */

static void bad_pointers(void)
{
	const uintptr_t bad[] = {
		0, 1, 8, (uintptr_t)-1, (uintptr_t)-8, (uintptr_t)-4096,
		(uintptr_t)1 << (sizeof(long) * 8 - 1), (uintptr_t)args_page,
#if __SIZEOF_LONG__ == 8
		0xffff888000000000UL, 0xffffffff81000000UL, 0x0000800000000000UL, 0x00007ffffffff000UL,
#endif
	};
	const struct command *c;
	char what[64];
	size_t i;

	setup();
	FOR_EACH_COMMAND(c) {
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			snprintf(what, sizeof(what), "pointer %#lx", (unsigned long)bad[i]);
			expect(c, what, call(c, (void *)bad[i]), EFAULT);
		}
		expect(c, "pointer to a page that is PROT_NONE", call(c, args_page + page_size), EFAULT);
	}
	CHECK_EQ(total_size(), page_size);
}

/* However many bytes of the struct are on the good page. */
static void struct_across_unmapped_page(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned char args[ARGS_MAX];
		char what[64];
		uint32_t good;

		args_init(c, args);
		for (good = 1; good < c->size; good++) {
			unsigned char *at = args_page + page_size - good;

			memcpy(at, args, good);
			snprintf(what, sizeof(what), "%u bytes before an unmapped page", good);
			expect_refused(c, what, at, good, EFAULT);
		}
	}
}

/* A struct that ends with the page is fine. */
static void struct_at_end_of_page(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned char *at = args_page + page_size - c->size;
		int result;

		args_init(c, at);
		result = call(c, at);
		expect(c, "at the end of the last page", result, 0);
		finish(c, result);
	}
}

static void struct_unaligned(void)
{
	const struct command *c;
	int i;

	setup();
	FOR_EACH_COMMAND(c) {
		for (i = 1; i < 8; i++) {
			unsigned char *at = args_page + i;
			int result;

			args_init(c, at);
			result = call(c, at);
			expect(c, "unaligned", result, 0);
			finish(c, result);
		}
	}
}

/* It writes nothing to its struct. */
static bool tells_nothing(const struct command *c)
{
	return c->cmd == MYMAP_IOC_SYNC || c->cmd == MYMAP_IOC_EXPORT || c->cmd == MYMAP_IOC_DESTROY ||
	       c->cmd == MYMAP_IOC_ADD_EVENTFD || c->cmd == MYMAP_IOC_REMOVE_EVENTFD;
}

static void readonly_struct(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		CHECK_EQ(mprotect(args_page, page_size, PROT_READ | PROT_WRITE), 0);
		args_init(c, args_page);
		CHECK_EQ(mprotect(args_page, page_size, PROT_READ), 0);
		if (tells_nothing(c)) {
			int result = call(c, args_page);

			expect(c, "struct on a read-only page", result, 0);
			finish(c, result);
		} else {
			expect_refused(c, "struct on a read-only page", args_page, c->size, EFAULT);
		}
	}
}

/* A populated one has more to give back. */
static void readonly_struct_populated(void)
{
	struct mymap_create *create;
	int fd, i;

	setup();
	fd = next_fd();
	create = (struct mymap_create *)args_page;
	create->size = sizeof(*create);
	create->flags = MYMAP_CREATE_POPULATE;
	create->buffer_size = 5 * huge_size() + page_size;
	CHECK_EQ(mprotect(args_page, page_size, PROT_READ), 0);
	for (i = 0; i < 20; i++)
		CHECK_ERRNO(ioctl(door, MYMAP_IOC_CREATE, create), EFAULT);
	CHECK_EQ(next_fd(), fd);
	CHECK_EQ(total_size(), page_size);
}

/* Struct sizes: EINVAL, E2BIG */

static void size_too_short(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned char args[ARGS_MAX];
		char what[64];
		uint32_t size;

		for (size = 0; size < c->size_first; size++) {
			args_init(c, args);
			set_u32(args, 0, size);
			snprintf(what, sizeof(what), "struct size %u", size);
			expect_refused(c, what, args, c->size, EINVAL);
		}
	}
}

/* What a program knew that was built for the first version still works, and every size from there on. */
static void size_of_older_versions(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned char args[ARGS_MAX];
		uint32_t size;

		for (size = c->size_first; size < c->size; size++) {
			int result;

			memset(args, 0xa5, sizeof(args));
			args_init(c, args);
			memset(args + size, 0xa5, sizeof(args) - size);
			set_u32(args, 0, size);
			result = call(c, args);
			expect(c, "a shorter struct", result, 0);
			finish(c, result);
			CHECK(is_filled(args + size, 0xa5, sizeof(args) - size));
		}
	}
}

static void size_longer_with_zeros(void)
{
	static const uint32_t more[] = { 1, 4, 8, 64, 400 };
	const struct command *c;
	size_t i;

	setup();
	FOR_EACH_COMMAND(c) {
		for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
			unsigned char args[1024] = { 0 };
			int result;

			args_init(c, args);
			set_u32(args, 0, c->size + more[i]);
			result = call(c, args);
			expect(c, "a longer struct, zeros at its end", result, 0);
			finish(c, result);
			CHECK(is_filled(args + c->size, 0, sizeof(args) - c->size));
		}
		memset(args_page, 0, page_size);
		args_init(c, args_page);
		set_u32(args_page, 0, (uint32_t)page_size);
		finish(c, call(c, args_page));
	}
}

static void size_longer_with_more(void)
{
	static const uint32_t more[] = { 1, 4, 8, 64, 400 };
	const struct command *c;
	size_t i;

	setup();
	FOR_EACH_COMMAND(c) {
		for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
			unsigned char args[1024] = { 0 };

			args_init(c, args);
			set_u32(args, 0, c->size + more[i]);
			args[c->size + more[i] - 1] = 1;
			expect_refused(c, "a longer struct, not zeros at its end", args, sizeof(args), E2BIG);
			args[c->size + more[i] - 1] = 0;
			args[c->size] = 0x80;
			expect_refused(c, "a longer struct, not zeros at its end", args, sizeof(args), E2BIG);
		}
	}
}

static void size_beyond_sense(void)
{
	const uint32_t sizes[] = { (uint32_t)page_size + 1, 0x10000000, 0x7fffffff, 0x80000000, UINT32_MAX };
	const struct command *c;
	size_t i;

	setup();
	FOR_EACH_COMMAND(c) {
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char args[ARGS_MAX];

			args_init(c, args);
			set_u32(args, 0, sizes[i]);
			expect_refused(c, "a size beyond any sense", args, c->size, E2BIG);
		}
	}
}

/* EOPNOTSUPP, EINVAL */

static void unknown_flags(void)
{
	const struct command *c;
	int bit;

	setup();
	FOR_EACH_COMMAND(c) {
		for (bit = 0; bit < 32; bit++) {
			unsigned char args[ARGS_MAX];
			char what[32];

			if (c->known_flags & 1U << bit)
				continue;
			args_init(c, args);
			set_u32(args, 4, 1U << bit);
			snprintf(what, sizeof(what), "flag %#x", 1U << bit);
			expect_refused(c, what, args, c->size, EOPNOTSUPP);
		}
	}
}

static void out_members_not_zero(void)
{
	const struct command *c;
	uint32_t at;

	setup();
	FOR_EACH_COMMAND(c) {
		for (at = c->out; at < c->size; at++) {
			unsigned char args[ARGS_MAX];
			char what[32];

			args_init(c, args);
			args[at] = 0xff;
			snprintf(what, sizeof(what), "byte %u is 0xff", at);
			/* Alone it is the name of a device, which is not there. */
			expect_refused(c, what, args, c->size, c->cmd == MYMAP_IOC_CREATE &&
				       at == offsetof(struct mymap_create, device) ? ENOENT : EINVAL);
		}
	}
}

/* No byte of the kernel's gets out through a struct that was full before. */
static void struct_full_of_a5(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned char args[ARGS_MAX];

		if (c->out == c->size)
			continue;
		args_init(c, args);
		memset(args + c->out, 0xa5, sizeof(args) - c->out);
		expect_refused(c, "out members full of 0xa5", args, sizeof(args), EINVAL);
	}
}

/* The bytes around it are not the driver's. */
static void writes_its_struct_and_no_more(void)
{
	const struct command *c;

	setup();
	FOR_EACH_COMMAND(c) {
		unsigned char area[64 + ARGS_MAX + 64];
		int result;

		memset(area, 0xa5, sizeof(area));
		args_init(c, area + 64);
		result = call(c, area + 64);
		expect(c, "amid of 0xa5", result, 0);
		finish(c, result);
		CHECK(is_filled(area, 0xa5, 64));
		CHECK(is_filled(area + 64 + c->size, 0xa5, sizeof(area) - 64 - c->size));
	}
}

/* EMFILE */

static void descriptor_table_full(void)
{
	struct mymap_create create = { .size = sizeof(create), .buffer_size = 1 };
	struct rlimit limit;
	int i;

	setup();
	for (i = 0; i < 2; i++) {
		create.flags = i ? MYMAP_CREATE_POPULATE : 0;
		CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
		rlim_t old = limit.rlim_cur;

		limit.rlim_cur = (rlim_t)next_fd();
		CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
		CHECK_ERRNO(ioctl(door, MYMAP_IOC_CREATE, &create), EMFILE);
		limit.rlim_cur = old;
		CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
		CHECK_EQ(create.buffer_size, 1);
		CHECK_EQ(total_size(), page_size);
	}
}

/* A bad size is told before a full table. */
static void bad_values_with_full_table(void)
{
	struct mymap_create create = { .size = sizeof(create) };
	struct rlimit limit;

	setup();
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = (rlim_t)next_fd();
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK_ERRNO(ioctl(door, MYMAP_IOC_CREATE, &create), EINVAL);
	create.flags = 0x80;
	CHECK_ERRNO(ioctl(door, MYMAP_IOC_CREATE, &create), EOPNOTSUPP);
}

/* Where there is no default buffer (default_size=0). */
static void without_default_buffer(void)
{
	struct mymap_info i = { .size = sizeof(i) };
	struct mymap_ring ring = { .size = sizeof(ring) };
	struct mymap_wait wait = { .size = sizeof(wait), .timeout = -1 };
	struct mymap_eventfd eventfd_ = { .size = sizeof(eventfd_), .fd = eventfd(0, 0) };
	struct mymap_query q = query();
	int fd = door_open(O_RDWR);
	struct pollfd pfd = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };
	char byte = 0;

	CHECK_EQ(q.default_size, 0);
	CHECK_ERRNO(ioctl(fd, MYMAP_IOC_RING, &ring), ENODEV);
	CHECK_ERRNO(ioctl(fd, MYMAP_IOC_WAIT, &wait), ENODEV);
	CHECK_ERRNO(ioctl(fd, MYMAP_IOC_ADD_EVENTFD, &eventfd_), ENODEV);
	CHECK_ERRNO(ioctl(fd, MYMAP_IOC_REMOVE_EVENTFD, &eventfd_), ENODEV);
	CHECK_EQ(poll(&pfd, 1, 0), 1);
	CHECK_EQ(pfd.revents, POLLIN | POLLOUT);
	CHECK_ERRNO(ioctl(fd, MYMAP_IOC_INFO, &i), ENODEV);
	CHECK_EQ(i.buffer_size, 0);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ, MAP_SHARED, fd, 0), ENODEV);
	CHECK_ERRNO(read(fd, &byte, 1), ENODEV);
	CHECK_ERRNO(write(fd, &byte, 1), ENODEV);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 0);
	CHECK_EQ(touch_write(map_shared(buffer_create(page_size, 0), page_size)), 0);
}

static const struct test_case cases[] = {
	CASE(all_commands_work),
	CASE(lowest_descriptor),
	CASE(unknown_number),
	CASE(unknown_type),
	CASE(other_direction_or_size),
	CASE(door_commands_on_buffer),
	CASE(commands_on_other_files),
	CASE(unknown_number_bad_pointer),
	CASE(bad_pointers),
	CASE(struct_across_unmapped_page),
	CASE(struct_at_end_of_page),
	CASE(struct_unaligned),
	CASE(readonly_struct),
	CASE(readonly_struct_populated),
	CASE(size_too_short),
	CASE(size_of_older_versions),
	CASE(size_longer_with_zeros),
	CASE(size_longer_with_more),
	CASE(size_beyond_sense),
	CASE(unknown_flags),
	CASE(out_members_not_zero),
	CASE(struct_full_of_a5),
	CASE(writes_its_struct_and_no_more),
	CASE(descriptor_table_full),
	CASE(bad_values_with_full_table),
	CASE(without_default_buffer),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
