// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rights: a descriptor and an inode give what they say and no more.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test.h"

#define SOMEBODY 65534
#define SOMEBODY_ELSE 65533

/* For good, with /proc/self still its own. */
static void become(uid_t uid)
{
	CHECK_EQ(setgroups(0, NULL), 0);
	CHECK_EQ(setresgid(uid, uid, uid), 0);
	CHECK_EQ(setresuid(uid, uid, uid), 0);
	CHECK_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
}

static int readonly(int fd)
{
	int again = fd_reopen(fd, O_RDONLY);

	CHECK(again >= 0);
	return again;
}

/* A read-only descriptor. */

static void check_readonly(int fd, bool is_default)
{
	char *memory;

	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	CHECK_ERRNO(write(fd, "x", 1), EBADF);
	memory = map_at(fd, page_size, 0, PROT_READ);
	CHECK_EQ(memory[1], is_default ? 1 : 0);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_WRITE), EACCES);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_WRITE), EACCES);
	CHECK_EQ(touch_write(memory), SIGSEGV);
}

static void readonly_buffer(void)
{
	check_readonly(readonly(buffer_create(page_size, 0)), false);
}

static void readonly_door(void)
{
	check_readonly(door_open(O_RDONLY), true);
}

static void readonly_can_be_read(void)
{
	int fd = buffer_create(page_size, 0), ro = readonly(fd);
	char byte;

	((char *)map_shared(fd, page_size))[5] = 'x';
	CHECK_EQ(pread(ro, &byte, 1, 5), 1);
	CHECK_EQ(byte, 'x');
	CHECK_EQ(info(ro).buffer_size, page_size);
}

static void readonly_may_be_private(void)
{
	int fd = buffer_create(page_size, 0), ro = readonly(fd);
	char *memory = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0);

	CHECK(memory != MAP_FAILED);
	memory[0] = 1;
	CHECK_EQ(((char *)map_shared(fd, page_size))[0], 0);
}

static void check_proc_mem(int fd, int ro, size_t at)
{
	char *memory = map_at(ro, page_size, 0, PROT_READ);
	char *shared = map_shared(fd, page_size);
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	char before = shared[at];
	const char byte = 'M';

	CHECK(mem >= 0);
	CHECK_EQ(touch_read(memory), 0);
	CHECK_EQ(pwrite(mem, &byte, 1, (off_t)(uintptr_t)(memory + at)), -1);
	CHECK_EQ(shared[at], before);
	CHECK_EQ(memory[at], before);
}

/* The back door of debuggers is closed as well. */
static void proc_mem_cannot_write_readonly(void)
{
	int fd = buffer_create(page_size, 0);

	check_proc_mem(fd, readonly(fd), 20);
	check_proc_mem(door_open(O_RDWR), door_open(O_RDONLY), 20);
}

static void writeonly_cannot_be_mapped(void)
{
	int fd = fd_reopen(buffer_create(page_size, 0), O_WRONLY);
	int door = door_open(O_WRONLY);
	char byte;

	CHECK(fd >= 0);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, fd, 0), EACCES);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_WRITE, MAP_SHARED, door, 0), EACCES);
	CHECK_ERRNO(read(fd, &byte, 1), EBADF);
	CHECK_EQ(write(fd, "x", 1), 1);
}

/* The inode. */

static void reopen_gives_the_same_buffer(void)
{
	int fd = buffer_create(3 * page_size, 0), again = fd_reopen(fd, O_RDWR);
	struct stat a, b;

	CHECK(again >= 0);
	CHECK_EQ(fstat(fd, &a), 0);
	CHECK_EQ(fstat(again, &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	tags_write(map_shared(fd, 3 * page_size), 0, 3);
	tags_check(map_shared(again, 3 * page_size), 0, 3);
	CHECK_EQ(total_size(), 3 * page_size);
	close(fd);
	tags_check(map_shared(again, 3 * page_size), 0, 3);
}

/* A read-only descriptor, given away, does not become a writable one. */
static void others_reopen(void *data)
{
	int fd = *(int *)data;

	become(SOMEBODY_ELSE);
	CHECK_ERRNO(fd_reopen(fd, O_RDWR), EACCES);
	CHECK_ERRNO(fd_reopen(fd, O_WRONLY), EACCES);
	CHECK_ERRNO(fd_reopen(fd, O_RDONLY), EACCES);
	/* What it has it may use. */
	map_at(fd, page_size, 0, PROT_READ);
}

static void others_cannot_reopen(void)
{
	int fd = buffer_create(page_size, 0), ro = readonly(fd);

	require_root();
	in_child(others_reopen, &ro);
	in_child(others_reopen, &fd);
}

static void others_reopen_readable(void *data)
{
	int fd = *(int *)data;

	become(SOMEBODY_ELSE);
	CHECK_ERRNO(fd_reopen(fd, O_RDWR), EACCES);
	CHECK(fd_reopen(fd, O_RDONLY) >= 0);
	CHECK_ERRNO(fchmod(fd, 0666), EPERM);
	CHECK_ERRNO(fchown(fd, SOMEBODY_ELSE, -1), EPERM);
}

static void mode_is_obeyed(void)
{
	int fd = buffer_create(page_size, 0);
	struct stat st;

	require_root();
	CHECK_EQ(fchmod(fd, 0644), 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0644);
	CHECK_EQ(st.st_size, page_size);
	in_child(others_reopen_readable, &fd);
}

/* Who made it owns it. */
static void owner_narrows(void *data)
{
	struct mymap_create create = { .size = sizeof(create), .buffer_size = page_size };
	int fd, door = *(int *)data;
	struct stat st;

	become(SOMEBODY);
	fd = ioctl(door, MYMAP_IOC_CREATE, &create);
	CHECK(fd >= 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_uid, SOMEBODY);
	CHECK_EQ(st.st_mode, S_IFREG | 0600);
	CHECK(fd_reopen(fd, O_RDWR) >= 0);
	CHECK_EQ(fchmod(fd, 0400), 0);
	CHECK_ERRNO(fd_reopen(fd, O_RDWR), EACCES);
	CHECK(fd_reopen(fd, O_RDONLY) >= 0);
	CHECK_EQ(fchmod(fd, 0), 0);
	CHECK_ERRNO(fd_reopen(fd, O_RDONLY), EACCES);
	/* The descriptor itself is as it was. */
	CHECK_EQ(touch_write(map_shared(fd, page_size)), 0);
}

static void owner_is_the_creator(void)
{
	int door = door_open(O_RDWR);

	require_root();
	in_child(owner_narrows, &door);
}

static void hard_link_is_refused(void)
{
	int fd = buffer_create(page_size, 0);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(linkat(AT_FDCWD, path, AT_FDCWD, "/dev/shm/mymap-link", AT_SYMLINK_FOLLOW) == -1);
	CHECK(errno == EXDEV || errno == ENOENT);
	CHECK(linkat(fd, "", AT_FDCWD, "/dev/shm/mymap-link", AT_EMPTY_PATH) == -1);
	CHECK(errno == EXDEV || errno == ENOENT);
	CHECK_ERRNO(access("/dev/shm/mymap-link", F_OK), ENOENT);
}

static void execute_is_refused(void)
{
	char *const argv[] = { "mymap", NULL }, *const envp[] = { NULL };
	int fd = buffer_create(page_size, 0);
	char path[64];

	CHECK_EQ(pwrite(fd, "#!/bin/true\n", 12, 0), 12);
	CHECK_EQ(fchmod(fd, 0755), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_ERRNO(execve(path, argv, envp), EACCES);
	CHECK_ERRNO(syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH), EACCES);
}

static void unlink_and_rename_are_refused(void)
{
	int fd = buffer_create(page_size, 0);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_EQ(unlink(path), -1);
	CHECK_EQ(rename(path, "/dev/shm/mymap-link"), -1);
	CHECK_EQ(info(fd).buffer_size, page_size);
}

/* The filesystem behind is nobody's to mount. */
static void filesystem_cannot_be_browsed(void)
{
	int fd = buffer_create(page_size, 0);
	char path[64], target[128];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	CHECK(n > 0);
	target[n] = 0;
	CHECK(strstr(target, "mymap"));
	CHECK_ERRNO(open(target, O_RDWR), ENOENT);
}

static const struct test_case cases[] = {
	CASE(readonly_buffer),
	CASE(readonly_door),
	CASE(readonly_can_be_read),
	CASE(readonly_may_be_private),
	CASE(proc_mem_cannot_write_readonly),
	CASE(writeonly_cannot_be_mapped),
	CASE(reopen_gives_the_same_buffer),
	CASE(others_cannot_reopen),
	CASE(mode_is_obeyed),
	CASE(owner_is_the_creator),
	CASE(hard_link_is_refused),
	CASE(execute_is_refused),
	CASE(unlink_and_rename_are_refused),
	CASE(filesystem_cannot_be_browsed),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
