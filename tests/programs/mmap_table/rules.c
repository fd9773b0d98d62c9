// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows: lengths and offsets, each errno, and the signals.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table.h"

/* Lengths, offsets and addresses. */

static const char *length(long len)
{
	return outcome_of_map(map(make(4), (size_t)len, RW, MAP_SHARED));
}

/* A page and a half are two pages. */
static const char *length_rounded(long argument)
{
	struct tagged t = make_tagged(4);
	char *at = room(4 * page_size);

	(void)argument;
	CHECK(mmap(at, page_size + page_size / 2, RW, MAP_SHARED | MAP_FIXED, t.fd, 0) == at);
	tags_check(at, 0, 2);
	CHECK_EQ(touch_read(at + 2 * page_size), SIGSEGV);
	CHECK_EQ(munmap(at, page_size + 1), 0);
	CHECK_EQ(touch_read(at + page_size), SIGSEGV);
	return "rounded up to pages";
}

static const char *offset_bytes(long offset)
{
	errno = 0;
	return outcome_of_map(mmap(NULL, page_size, PROT_READ, MAP_SHARED, make(4), (off_t)offset));
}

static const char *offset_of_last_page(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	tags_check(map_at(t.fd, page_size, (off_t)(3 * page_size), PROT_READ), 3, 1);
	return "shows the last page";
}

/* Of four pages: from the page @first on, @nr of them. */
static const char *reach(size_t first, size_t nr)
{
	struct tagged t = make_tagged(4);
	char *memory;
	size_t i;

	errno = 0;
	memory = mmap(NULL, nr * page_size, RW, MAP_SHARED, t.fd, (off_t)(first * page_size));
	if (memory == MAP_FAILED)
		return outcome_of_errno(errno);
	for (i = 0; i < nr; i++) {
		if (first + i < 4)
			tags_check(memory + i * page_size, first + i, 1);
		else
			CHECK_EQ(touch_write(memory + i * page_size), SIGBUS);
	}
	return "works, SIGBUS behind the end";
}

static const char *longer_than_object(long argument)
{
	(void)argument;
	return reach(0, 5);
}

static const char *over_the_end(long argument)
{
	(void)argument;
	return reach(3, 2);
}

static const char *behind_the_end(long argument)
{
	(void)argument;
	return reach(4, 1);
}

/* The largest number of a page that the call can say. */
static const char *offset_and_length_wrap(long argument)
{
	const off_t largest = sizeof(long) == 8 ? INT64_MAX : ((off_t)1 << 44) - 1;
	struct utsname kernel;

	(void)argument;
	CHECK_EQ(uname(&kernel), 0);
	if (sizeof(long) == 4 && strstr(kernel.machine, "64"))
		test_skip("a 32-bit program can say no offset that wraps on a 64-bit kernel");
	errno = 0;
	return outcome_of_map(mmap(NULL, 4 * page_size, PROT_READ, MAP_SHARED, make(4),
				   largest & ~(off_t)(page_size - 1)));
}

/* What is in the last page behind an odd size. */
static const char *odd_size(long argument)
{
	size_t size = page_size + page_size / 2;
	int fd = make_bytes(size);
	char *memory = map_shared(fd, 2 * page_size), byte;

	(void)argument;
	CHECK(is_filled(memory, 0, 2 * page_size));
	memory[size] = 1;
	return pread(fd, &byte, 1, (off_t)size) == 1 ? "zeros, and part of it" : "zeros, and not part of it";
}

const struct row rows_range[] = {
	SAME("length 0", length, 0, "EINVAL"),
	SAME("length 1", length, 1, WORKS),
	SAME("a length that is not whole pages, of mmap and munmap", length_rounded, 0, "rounded up to pages"),
	SAME("a length that wraps when rounded up", length, -1, "ENOMEM"),
	SAME("a length beyond all addresses", length, -0x1000000L, "ENOMEM"),
	SAME("offset 1", offset_bytes, 1, "EINVAL"),
	SAME("an offset that is not whole pages", offset_bytes, 4096 + 512, "EINVAL"),
	SAME("the offset of the last page", offset_of_last_page, 0, "shows the last page"),
	DIFFERS("a page more than it has", longer_than_object, 0, "EINVAL", "works, SIGBUS behind the end",
		"a mistake shows when it is made, not at the first touch"),
	DIFFERS("from the last page, two pages", over_the_end, 0, "EINVAL", "works, SIGBUS behind the end", "as above"),
	DIFFERS("from the end, a page", behind_the_end, 0, "EINVAL", "works, SIGBUS behind the end", "as above"),
	SAME("offset and length wrap", offset_and_length_wrap, 0, "EOVERFLOW"),
	DIFFERS("the rest of the last page, of one that was made with a page and a half", odd_size, 0,
		"zeros, and part of it", "zeros, and not part of it", "a buffer has whole pages, and tells its size"),
	ROWS_END
};

/* Errors. */

/* Descriptors with fewer rights: what they were opened for, and how they are mapped. */
static const char *map_reopened(int open_for, int prot, int flags)
{
	int fd = fd_reopen(make(1), open_for);

	CHECK(fd >= 0);
	return outcome_of_map(map(fd, page_size, prot, flags));
}

static const char *readonly_shared(long prot)
{
	return map_reopened(O_RDONLY, (int)prot, MAP_SHARED);
}

static const char *readonly_private(long prot)
{
	return map_reopened(O_RDONLY, (int)prot, MAP_PRIVATE);
}

static const char *writeonly_shared(long prot)
{
	return map_reopened(O_WRONLY, (int)prot, MAP_SHARED);
}

static const char *path_descriptor(long prot)
{
	return map_reopened(O_PATH, (int)prot, MAP_SHARED);
}

static const char *closed_descriptor(long prot)
{
	int fd = make(1);

	close(fd);
	return outcome_of_map(map(fd, page_size, (int)prot, MAP_SHARED));
}

/* Four pages, by an ordinary user who may lock so many. */
static const char *locked_by_user(long nr_pages)
{
	int fd = make(4);

	become_user_who_locks((size_t)nr_pages * page_size);
	return outcome_of_map(map(fd, 4 * page_size, RW, MAP_SHARED | MAP_LOCKED));
}

static const char *locked_by_future(long nr_pages)
{
	int fd = make(4);

	become_user_who_locks((size_t)nr_pages * page_size);
	/* What is there already is more than that. */
	CHECK_EQ(mlockall(MCL_FUTURE), 0);
	return outcome_of_map(map(fd, 4 * page_size, RW, MAP_SHARED));
}

static const char *more_than_address_space(long argument)
{
	const struct rlimit limit = { 1 << 20, RLIM_INFINITY };
	int fd = make(4);

	(void)argument;
	CHECK_EQ(setrlimit(RLIMIT_AS, &limit), 0);
	return outcome_of_map(map(fd, 4 * page_size, RW, MAP_SHARED));
}

static int make_by_door(void *data)
{
	struct mymap_create create = { .size = sizeof(create), .buffer_size = page_size };
	int *door = data;

	return on_mymap ? ioctl(*door, MYMAP_IOC_CREATE, &create) : memfd_create("mmap_table", 0);
}

/* Making one, with all files taken that the system has for ordinary users. */
static const char *too_many_files(long argument)
{
	int door = on_mymap ? door_open(O_RDWR) : -1;

	(void)argument;
	return outcome(while_files_are_taken(make_by_door, &door));
}

static const char *no_default_buffer(long argument)
{
	(void)argument;
	if (query().default_size)
		test_skip("the module has a default buffer");
	return outcome_of_map(map(door_open(O_RDWR), page_size, RW, MAP_SHARED));
}

/* Once it was ETXTBSY. */
static const char *denywrite_while_written(long argument)
{
	int fd = make(1);

	(void)argument;
	CHECK_EQ(write(fd, "x", 1), 1);
	CHECK(map(fd, page_size, RW, MAP_SHARED) != MAP_FAILED);
	return outcome_of_map(map(fd, page_size, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE));
}

/* This program itself, which then only lists the names of the parts. */
static void exec_it(void *data)
{
	char *const argv[] = { "mmap_table", NULL }, *const envp[] = { NULL };
	int *fd = data;

	close(STDOUT_FILENO);
	CHECK_EQ(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	fexecve(*fd, argv, envp);
	_exit(errno);
}

static const char *execute(long argument)
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), fd, status;
	struct stat st;
	char *bytes;

	(void)argument;
	CHECK(self >= 0);
	CHECK_EQ(fstat(self, &st), 0);
	bytes = malloc((size_t)st.st_size);
	CHECK(bytes);
	CHECK_EQ(read(self, bytes, (size_t)st.st_size), st.st_size);
	fd = make_bytes((size_t)st.st_size);
	CHECK_EQ(write(fd, bytes, (size_t)st.st_size), st.st_size);
	CHECK_EQ(fchmod(fd, 0755), 0);
	/* A memfd that is open for writing can be executed as well. */
	status = child_wait(child_start(exec_it, &fd), 20);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status) ? outcome_of_errno(WEXITSTATUS(status)) : WORKS;
}

static const char *seal(long seals)
{
	int fd = make(1);

	errno = 0;
	return outcome(fcntl(fd, F_ADD_SEALS, (int)seals));
}

const struct row rows_error[] = {
	SAME("`EACCES`: a read-only descriptor, shared and writable", readonly_shared, RW, "EACCES"),
	SAME("a read-only descriptor, shared and readable", readonly_shared, PROT_READ, WORKS),
	SAME("a read-only descriptor, private and writable", readonly_private, RW, WORKS),
	SAME("`EACCES`: a write-only descriptor", writeonly_shared, PROT_WRITE, "EACCES"),
	SAME("`EAGAIN`: `MAP_LOCKED` over `RLIMIT_MEMLOCK`", locked_by_user, 2, "EAGAIN"),
	SAME("`MAP_LOCKED` within `RLIMIT_MEMLOCK`", locked_by_user, 4, WORKS),
	SAME("`EAGAIN`: over `RLIMIT_MEMLOCK` after `mlockall(MCL_FUTURE)`", locked_by_future, 2, "EAGAIN"),
	SAME("`EBADF`: a descriptor that is closed", closed_descriptor, RW, "EBADF"),
	SAME("`EBADF`: an `O_PATH` descriptor", path_descriptor, PROT_READ, "EBADF"),
	SAME("`EINVAL`: see the flags, lengths and offsets above; for instance length 0", length, 0, "EINVAL"),
	SAME("`ENFILE`: making one, when an ordinary user finds all files of the system taken", too_many_files, 0,
	     "ENFILE"),
	DIFFERS("`ENODEV`: `/dev/mymap`, without a default buffer", no_default_buffer, 0, "ENODEV", NULL,
		"`default_size=0` switches it off"),
	SAME("`ENOMEM`: over `RLIMIT_AS`", more_than_address_space, 0, "ENOMEM"),
	SAME("`EPERM`: `MAP_LOCKED` with an `RLIMIT_MEMLOCK` of 0", locked_by_user, 0, "EPERM"),
	SAME("`ETXTBSY`, not any more: `MAP_DENYWRITE` of what is being written", denywrite_while_written, 0, WORKS),
	DIFFERS("`execve`", execute, 0, "EACCES", WORKS, "as for `PROT_EXEC`"),
	SAME("`EOVERFLOW`: offset and length wrap", offset_and_length_wrap, 0, "EOVERFLOW"),
	DIFFERS("`fcntl(F_ADD_SEALS)`", seal, F_SEAL_SHRINK | F_SEAL_GROW, "EINVAL", WORKS,
		"its seals are those of `MYMAP_IOC_SEAL`"),
	ROWS_END
};

/* Signals. */

/* One page of the object, mapped as two. */
static char *page_and_beyond(void)
{
	char *memory = mremap(map_shared(make(1), page_size), page_size, 2 * page_size, MREMAP_MAYMOVE);

	CHECK(memory != MAP_FAILED);
	return memory;
}

static const char *touch_behind_end(long write)
{
	char *beyond = page_and_beyond() + page_size;

	return outcome_of_touch(write ? touch_write(beyond) : touch_read(beyond));
}

static sigjmp_buf info_jump;
static siginfo_t info_seen;

static void info_handler(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	info_seen = *info;
	siglongjmp(info_jump, 1);
}

static const char *signal_tells(long argument)
{
	struct sigaction action = { .sa_sigaction = info_handler, .sa_flags = SA_SIGINFO };
	volatile char *beyond = page_and_beyond() + page_size + 123;

	(void)argument;
	CHECK_EQ(sigaction(SIGBUS, &action, NULL), 0);
	if (!sigsetjmp(info_jump, 1))
		*beyond = 1;
	CHECK_EQ(info_seen.si_signo, SIGBUS);
	CHECK_EQ(info_seen.si_code, BUS_ADRERR);
	CHECK(info_seen.si_addr == beyond);
	return "`BUS_ADRERR` and the address";
}

static const char *system_call_behind_end(long argument)
{
	char *memory = page_and_beyond();
	int ends[2];

	(void)argument;
	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(write(ends[1], memory, 1), 1);
	errno = 0;
	return outcome(write(ends[1], memory + page_size, 1));
}

static const char *shrunk_under_mapping(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	errno = 0;
	if (ftruncate(t.fd, (off_t)(2 * page_size)))
		return outcome_of_errno(errno);
	tags_check(t.memory, 0, 2);
	return outcome_of_touch(touch_read(t.memory + 2 * page_size));
}

static const char *touch_protected(long prot)
{
	return outcome_of_touch(touch_write(map(make(1), page_size, (int)prot, MAP_SHARED)));
}

static const char *touch_unmapped(long argument)
{
	struct tagged t = make_tagged(2);

	(void)argument;
	unmap(t.memory, t.len);
	return outcome_of_touch(touch_read(t.memory));
}

const struct row rows_signal[] = {
	SAME("`SIGSEGV`: a write to what is only readable", touch_protected, PROT_READ, "SIGSEGV"),
	SAME("`SIGSEGV`: any touch of `PROT_NONE`", touch_protected, PROT_NONE, "SIGSEGV"),
	SAME("`SIGSEGV`: a touch of what was unmapped", touch_unmapped, 0, "SIGSEGV"),
	SAME("`SIGBUS`: a read behind the end", touch_behind_end, 0, "SIGBUS"),
	SAME("`SIGBUS`: a write behind the end", touch_behind_end, 1, "SIGBUS"),
	SAME("what the signal tells", signal_tells, 0, "`BUS_ADRERR` and the address"),
	SAME("a system call that reads behind the end", system_call_behind_end, 0, "EFAULT"),
	SAME("a touch behind the end after `ftruncate`", shrunk_under_mapping, 0, "SIGBUS"),
	ROWS_END
};
