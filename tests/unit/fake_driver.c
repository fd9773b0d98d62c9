// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into the mymap command, this plays the driver: /dev/mymap and the
 * buffers are memfds, and the commands are answered for them. Reading, writing
 * and mapping are then the kernel's own. The environment tells it to refuse:
 *
 * FAKE_OPEN=ERRNO	opening /dev/mymap fails with that number
 * FAKE_CREATE=ERRNO	so does MYMAP_IOC_CREATE
 * FAKE_QUERY=ERRNO	so does MYMAP_IOC_QUERY
 * FAKE_DEFAULT_SIZE=N	size of the default buffer, 4096 if left out; 0: none
 * FAKE_DOOR_FD=N	/dev/mymap gets a descriptor of that number or above
 * FAKE_RESIDENT_HUGE=N	what INFO tells
 * FAKE_OLD=1		the driver is 0.1.0: no names, no RESIZE, no SEAL, no holes, no
 *			rings
 * FAKE_CHANGE=ERRNO	RESIZE, SEAL and punching a hole fail with that number
 * FAKE_SEQUENCE=N	how often buffers have been rung; 0 if left out
 * FAKE_RUNG=N		how often they have when a wait has waited
 * FAKE_INTERRUPTS=N	so many waits are interrupted before
 * FAKE_CLOCK="MS MS"	what the clock that waits are measured by says, one look after
 *			the other, the last one again and again
 * FAKE_MAX_BUFFER=N	the limit of one buffer in bytes, 1 GiB if left out
 * FAKE_RING=ERRNO	ringing fails with that number
 * FAKE_EXPORT=ERRNO	exporting fails with that number
 * FAKE_SYNC=ERRNO	SYNC does; else it prints what it was told
 * FAKE_EXPORTED=1	INFO tells that buffers are exported
 * FAKE_KIND=N		and that they are of that kind
 * FAKE_KEPT=1		and that they are in a region that keeps what is in it
 * FAKE_SHORT=N		bytes one pread() or pwrite() moves at most
 * FAKE_NAME=NAME	there is a buffer of 16 MiB with that name; made with others,
 *			it gets no name that another process could see
 * FAKE_OWNED=MODE	it is of user 0 and group 5, with that octal mode
 * FAKE_NAMED=ERRNO	the commands about names fail with that number
 * FAKE_DEBUGFS=DIR	DIR plays /sys/kernel/debug/mymap
 * FAKE_DEBUGFS_ERROR=ERRNO	opening a file of that fails with that number
 * FAKE_WAIT=N		what waiting for a name results in, -110 for one
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/mymap.h>

#define DEBUGFS		"/sys/kernel/debug/mymap/"
#define DOOR		"mymap-door"
#define BUFFER		"mymap-buffer"
#define NAMED		"mymap-named"
#define PAGE		4096ULL
#define HUGE_PAGE	(2ULL << 20)
#define MAX_BUFFER	(1ULL << 30)
#define MAX_TOTAL	(2ULL << 30)

#define NAMED_SIZE	(16ULL << 20)

int ioctl(int fd, unsigned long request, ...);
int mymap_wait_for_name(const char *name, unsigned int timeout_ms);

static unsigned long long number(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

int clock_gettime(clockid_t id, struct timespec *ret_now)
{
	static const char *next;
	const char *given = getenv("FAKE_CLOCK");
	char *end;
	long ms;

	if (!given || id != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, id, ret_now);

	ms = strtol(next ? next : given, &end, 10);
	if (*end)
		next = end;
	*ret_now = (struct timespec) { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	return 0;
}

static int is_old(void)
{
	return (int)number("FAKE_OLD", 0);
}

static int has_name(const char *name)
{
	const char *there = getenv("FAKE_NAME");

	return there && !strcmp(there, name);
}

static int make_memory(const char *name, uint64_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && ftruncate(fd, (off_t)size) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int move_up(int fd, int lowest)
{
	int moved;

	if (fd < 0 || fd >= lowest)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, lowest);
	close(fd);
	return moved;
}

static int is_memory(int fd, const char *name)
{
	char path[32], target[64] = "", wanted[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		return 0;
	snprintf(wanted, sizeof(wanted), "/memfd:%s (deleted)", name);
	return !strcmp(target, wanted);
}

static int open_debugfs(const char *path, const char *name, int flags)
{
	const char *dir = getenv("FAKE_DEBUGFS");
	int error = (int)number("FAKE_DEBUGFS_ERROR", 0);
	char there[512];

	if (error)
		return fail(error);
	if (dir) {
		snprintf(there, sizeof(there), "%s/%s", dir, name);
		path = there;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);
}

int open(const char *path, int flags, ...)
{
	static const unsigned char bytes[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	mode_t mode = 0;
	uint64_t size;
	int error, fd;

	if (flags & O_CREAT) {
		va_list args;

		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (!strncmp(path, DEBUGFS, strlen(DEBUGFS)))
		return open_debugfs(path, path + strlen(DEBUGFS), flags);
	if (strcmp(path, "/dev/mymap"))
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);

	error = (int)number("FAKE_OPEN", 0);
	if (error)
		return fail(error);
	size = number("FAKE_DEFAULT_SIZE", PAGE);
	fd = make_memory(DOOR, size);
	if (fd >= 0 && size >= sizeof(bytes))
		syscall(SYS_pwrite64, fd, bytes, sizeof(bytes), 0);
	return move_up(fd, (int)number("FAKE_DOOR_FD", 0));
}

/* What was made last. */
static uint32_t created_kind = MYMAP_KIND_PAGES;
static uint32_t created_cache = MYMAP_CACHE_CACHED;
static char created_device[MYMAP_DEVICE_NAME_SIZE];

/* FAKE_NO_RUN: a bit for each kind of which there is no run that long. */
static int create_kind(const struct mymap_create *arg)
{
	if (number("FAKE_NO_RUN", 0) & 1U << arg->kind)
		return fail(ENOMEM);
	if (!strcmp(arg->device, "nobody"))
		return fail(ENOENT);
	created_kind = arg->kind ? arg->kind : MYMAP_KIND_PAGES;
	created_cache = arg->cache ? arg->cache : MYMAP_CACHE_CACHED;
	if (created_kind != MYMAP_KIND_DEVICE && created_cache != MYMAP_CACHE_CACHED)
		return fail(EOPNOTSUPP);
	memcpy(created_device, arg->device, sizeof(created_device));
	return 0;
}

static int create(struct mymap_create *arg)
{
	int error = (int)number("FAKE_CREATE", 0), fd;

	if (error)
		return fail(error);
	if (arg->size != sizeof(*arg) || !arg->buffer_size || arg->buffer_size > -PAGE)
		return fail(EINVAL);
	if (is_old() && (arg->name[0] || arg->kind || arg->cache || arg->device[0]))
		return fail(E2BIG);
	if (arg->flags & ~(MYMAP_CREATE_POPULATE | MYMAP_CREATE_OWNER |
			   (is_old() ? 0 : MYMAP_CREATE_FIXED_SIZE)))
		return fail(EOPNOTSUPP);
	if (arg->name[0] && number("FAKE_NAMED", 0))
		return fail((int)number("FAKE_NAMED", 0));
	if (has_name(arg->name))
		return fail(EEXIST);
	if (arg->buffer_size > number("FAKE_MAX_BUFFER", MAX_BUFFER))
		return fail(EDQUOT);
	if (create_kind(arg))
		return -1;
	arg->buffer_size = (arg->buffer_size + PAGE - 1) & -PAGE;
	fd = make_memory(arg->name[0] ? NAMED : BUFFER, arg->buffer_size);
	if (fd >= 0 && arg->flags & MYMAP_CREATE_FIXED_SIZE)
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
	return fd;
}

/* A memfd's seals are those of a buffer, and it obeys them. */
static int resize(int fd, int door, struct mymap_resize *arg)
{
	int error = (int)number("FAKE_CHANGE", 0);

	if (error || door)
		return fail(error ? error : EPERM);
	if (!arg->buffer_size)
		return fail(EINVAL);
	arg->buffer_size = (arg->buffer_size + PAGE - 1) & -PAGE;
	return ftruncate(fd, (off_t)arg->buffer_size);
}

static int seal(int fd, int door, struct mymap_seal *arg)
{
	int error = (int)number("FAKE_CHANGE", 0);

	if (error || door)
		return fail(error ? error : EPERM);
	return fcntl(fd, F_ADD_SEALS, arg->seals);
}

static int open_named(struct mymap_open_named *arg)
{
	int error = (int)number("FAKE_NAMED", 0);

	if (is_old())
		return fail(ENOTTY);
	if (error)
		return fail(error);
	if (arg->size != sizeof(*arg))
		return fail(EINVAL);
	if (!has_name(arg->name))
		return fail(ENOENT);
	arg->buffer_size = NAMED_SIZE;
	return make_memory(NAMED, NAMED_SIZE);
}

static int destroy(const struct mymap_destroy *arg)
{
	int error = (int)number("FAKE_NAMED", 0);

	if (is_old())
		return fail(ENOTTY);
	if (error)
		return fail(error);
	return has_name(arg->name) ? 0 : fail(ENOENT);
}

/* No udev makes a link to it. */
int mymap_wait_for_name(const char *name, unsigned int timeout_ms)
{
	(void)name;
	(void)timeout_ms;
	return (int)number("FAKE_WAIT", 0);
}

static int query(struct mymap_query *arg)
{
	int error = (int)number("FAKE_QUERY", 0);

	if (error)
		return fail(error);
	*arg = (struct mymap_query) {
		.size = sizeof(*arg),
		.driver_version = is_old() ? MYMAP_VERSION(0, 1, 0) : MYMAP_VERSION(7, 8, 9),
		.page_size = PAGE,
		.huge_page_size = HUGE_PAGE,
		.features = MYMAP_FEATURE_HUGE | MYMAP_FEATURE_MEMCG |
			    (is_old() ? 0 : MYMAP_FEATURE_NAMES | MYMAP_FEATURE_RESIZE |
					    MYMAP_FEATURE_NOTIFY | MYMAP_FEATURE_KINDS |
					    MYMAP_FEATURE_SEGMENTS | MYMAP_FEATURE_EXPORT |
					    MYMAP_FEATURE_CACHE_MODES),
		.default_size = number("FAKE_DEFAULT_SIZE", PAGE),
		.max_buffer_size = number("FAKE_MAX_BUFFER", MAX_BUFFER),
		.max_total_size = MAX_TOTAL,
		.total_size = number("FAKE_TOTAL", 12345 * PAGE),
		.max_user_size = is_old() ? 0 : number("FAKE_MAX_USER", MAX_TOTAL),
		.user_size = is_old() ? 0 : 234 * PAGE,
	};
	return 0;
}

static int info(int fd, int door, struct mymap_info *arg)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!st.st_size)
		return fail(ENODEV);
	*arg = (struct mymap_info) {
		.size = sizeof(*arg),
		.buffer_size = (uint64_t)st.st_size,
		.resident = (uint64_t)st.st_blocks * 512 + number("FAKE_RESIDENT_HUGE", 0),
		.resident_huge = number("FAKE_RESIDENT_HUGE", 0),
		.properties = MYMAP_BUFFER_PINNABLE | (door ? MYMAP_BUFFER_DEFAULT : 0) |
			      (number("FAKE_EXPORTED", 0) ? MYMAP_BUFFER_EXPORTED : 0) |
			      (number("FAKE_KEPT", 0) ? MYMAP_BUFFER_KEPT : 0),
		.kind = (uint32_t)number("FAKE_KIND", created_kind),
		.cache = is_old() ? 0 : created_cache,
		.page_size = PAGE,
		.huge_page_size = HUGE_PAGE,
		.seals = door ? 7 : (uint32_t)fcntl(fd, F_GET_SEALS),
	};
	if (!door)
		memcpy(arg->device, created_device, sizeof(arg->device));
	if (is_memory(fd, NAMED)) {
		arg->properties |= MYMAP_BUFFER_NAMED;
		snprintf(arg->name, sizeof(arg->name), "%s", getenv("FAKE_NAME") ?: "new");
		arg->minor = 7;
		if (getenv("FAKE_OWNED")) {
			arg->properties |= MYMAP_BUFFER_OWNED;
			arg->gid = 5;
			arg->mode = (uint32_t)strtoul(getenv("FAKE_OWNED"), NULL, 8);
		}
	}
	return 0;
}

static int sync_range(const struct mymap_sync *arg)
{
	int error = (int)number("FAKE_SYNC", 0);

	if (error)
		return fail(error);
	printf("sync %llu %llu %u %u\n", (unsigned long long)arg->offset,
	       (unsigned long long)arg->length, arg->direction, arg->flags);
	return 0;
}

/* Two of them, a page and the rest. */
static int segments(struct mymap_segments *arg)
{
	struct mymap_segment *to = (struct mymap_segment *)(uintptr_t)arg->segments;
	const struct mymap_segment list[] = { { 0x10000, PAGE }, { 0x7fff0000, 3 * PAGE } };
	int error = (int)number("FAKE_SEGMENTS", 0);
	uint32_t i;

	if (error)
		return fail(error);
	for (i = 0; i < arg->nr_segments && i < 2; i++)
		to[i] = list[i];
	arg->nr_segments = i;
	arg->total = 2;
	return 0;
}

/* A memfd plays the dma-buf. */
static int export(int fd, const struct mymap_export *arg)
{
	int error = (int)number("FAKE_EXPORT", 0);
	struct stat st;

	if (error)
		return fail(error);
	if (fstat(fd, &st) < 0)
		return -1;
	if (!arg->length || arg->offset % PAGE || arg->length % PAGE ||
	    arg->offset > (uint64_t)st.st_size ||
	    arg->length > (uint64_t)st.st_size - arg->offset)
		return fail(EINVAL);
	return make_memory("dmabuf", arg->length);
}

static int ring(struct mymap_ring *arg)
{
	int error = (int)number("FAKE_RING", 0);

	if (error)
		return fail(error);
	arg->sequence = number("FAKE_SEQUENCE", 0) + 1;
	return 0;
}

/* A wait takes no time here; one that would never end fails. */
static int wait_for_ring(struct mymap_wait *arg)
{
	static unsigned long long interrupts;
	uint64_t present = number("FAKE_SEQUENCE", 0);

	if (arg->timeout && arg->sequence == present) {
		if (interrupts++ < number("FAKE_INTERRUPTS", 0))
			return fail(EINTR);
		present = number("FAKE_RUNG", present);
		if (arg->timeout < 0 && arg->sequence == present)
			return fail(EDEADLK);
	}
	arg->sequence = present;
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	int door = is_memory(fd, DOOR), buffer = is_memory(fd, BUFFER) || is_memory(fd, NAMED);
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);

	if (door && request == MYMAP_IOC_CREATE)
		return create(arg);
	if (door && request == MYMAP_IOC_QUERY)
		return query(arg);
	if (door && request == MYMAP_IOC_OPEN)
		return open_named(arg);
	if (door && request == MYMAP_IOC_DESTROY)
		return destroy(arg);
	if ((door || buffer) && request == MYMAP_IOC_INFO)
		return info(fd, door, arg);
	if ((door || buffer) && request == MYMAP_IOC_RESIZE && !is_old())
		return resize(fd, door, arg);
	if ((door || buffer) && request == MYMAP_IOC_SEAL && !is_old())
		return seal(fd, door, arg);
	if (buffer && request == MYMAP_IOC_EXPORT && !is_old())
		return export(fd, arg);
	if (buffer && request == MYMAP_IOC_SYNC && !is_old())
		return sync_range(arg);
	if ((door || buffer) && !is_old()) {
		if (request == MYMAP_IOC_SEGMENTS)
			return segments(arg);
		if (request == MYMAP_IOC_RING)
			return ring(arg);
		if (request == MYMAP_IOC_WAIT)
			return wait_for_ring(arg);
	}
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

static size_t short_len(size_t len)
{
	unsigned long long most = number("FAKE_SHORT", len);

	return most < len ? (size_t)most : len;
}

ssize_t pread(int fd, void *data, size_t len, off_t offset)
{
	return syscall(SYS_pread64, fd, data, short_len(len), offset);
}

/* Unlike a memfd, a buffer does not grow. */
ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (offset >= st.st_size)
		return fail(ENOSPC);
	if ((off_t)len > st.st_size - offset)
		len = (size_t)(st.st_size - offset);
	return syscall(SYS_pwrite64, fd, data, short_len(len), offset);
}

int fallocate(int fd, int mode, off_t offset, off_t len)
{
	int error = (int)number("FAKE_CHANGE", 0);

	if (error)
		return fail(error);
	if (is_memory(fd, DOOR))
		return fail(ENODEV);
	if (is_old())
		return fail(EOPNOTSUPP);
	return (int)syscall(SYS_fallocate, fd, mode, offset, len);
}
