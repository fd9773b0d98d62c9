// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a buffer: it ends with the last descriptor and mapping, wherever
 * they are, exactly once.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static size_t nr, len;
static char *memory;

static int setup(void)
{
	int fd;

	nr = huge_size() / page_size + 5;
	len = nr * page_size;
	fd = buffer_create(len, 0);
	memory = map_shared(fd, len);
	tags_write(memory, 0, nr);
	return fd;
}

static void close_before_munmap(void)
{
	close(setup());
	tags_check(memory, 0, nr);
	tags_write(memory, 7, nr);
	CHECK_EQ(total_size(), len);
	unmap(memory + page_size, len - page_size);
	tags_check(memory, 7, 1);
	CHECK_EQ(total_size(), len);
	unmap(memory, page_size);
	CHECK_EQ(total_size(), 0);
}

static void munmap_before_close(void)
{
	int fd = setup();

	unmap(memory, len);
	CHECK_EQ(total_size(), len);
	CHECK_EQ(info(fd).resident, len);
	tags_check(map_shared(fd, len), 0, nr);
	unmap(map_shared(fd, len), len);
	close(fd);
}

static void never_mapped(void)
{
	close(buffer_create(1 << 20, 0));
	CHECK_EQ(total_size(), 0);
	close(buffer_create(1 << 20, POPULATE));
	CHECK_EQ(total_size(), 0);
}

static void door_closed_first(void)
{
	/* setup() closed the door it created the buffer from. */
	int fd = setup();

	tags_check(memory, 0, nr);
	CHECK_EQ(info(fd).buffer_size, len);
}

static void exit_frees(void *data)
{
	(void)data;
	setup();
}

static void exit_without_close(void)
{
	in_child(exit_frees, NULL);
	CHECK_EQ(total_size(), 0);
}

static void killed_in_touch(void *data)
{
	(void)data;
	for (;;) {
		int fd = setup();

		unmap(memory, len);
		close(fd);
	}
}

static bool something_there(void *data)
{
	(void)data;
	return total_size() > 0;
}

/* Killed amid of a storm of create, touch and close. */
static void killed_in_fault_storm(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		pid_t child = child_start(killed_in_touch, NULL);

		CHECK(wait_until(something_there, NULL, 10));
		child_kill(child, 5);
		CHECK(wait_until(nothing_is_left, NULL, 5));
	}
}

/* fork */

static void child_uses(void *data)
{
	(void)data;
	tags_check(memory, 0, nr);
	memory[100] = 'c';
}

static void fork_after_close(void)
{
	close(setup());
	in_child(child_uses, NULL);
	CHECK_EQ(memory[100], 'c');
	unmap(memory, len);
	CHECK_EQ(total_size(), 0);
}

struct orphan {
	int go[2];
	int done[2];
};

static void orphan_run(void *data)
{
	struct orphan *orphan = data;
	char byte;

	/* Until the parent is gone: its end of the pipe closes. */
	close(orphan->go[1]);
	CHECK_EQ(read(orphan->go[0], &byte, 1), 0);
	tags_check(memory, 0, nr);
	tags_write(memory, 50, nr);
	tags_check(memory, 50, nr);
	CHECK_EQ(total_size(), len);
	unmap(memory, len);
	CHECK_EQ(total_size(), 0);
	CHECK_EQ(write(orphan->done[1], "", 1), 1);
}

static void parent_run(void *data)
{
	close(setup());
	child_start(orphan_run, data);
}

static void parent_exits_first(void)
{
	struct orphan orphan;
	char byte;

	CHECK_EQ(pipe(orphan.go), 0);
	CHECK_EQ(pipe(orphan.done), 0);
	in_child(parent_run, &orphan);
	close(orphan.go[0]);
	close(orphan.go[1]);
	close(orphan.done[1]);
	CHECK_EQ(read(orphan.done[0], &byte, 1), 1);
}

#define NR_FORKS 1000

/* All of them have the mapping, and all touch it. */
static void thousand_forks(void)
{
	int i, j;

	close(setup());
	for (i = 0; i < NR_FORKS; i += 20) {
		pid_t children[20];

		for (j = 0; j < 20; j++) {
			children[j] = fork();
			CHECK(children[j] >= 0);
			if (!children[j]) {
				memory[page_size + j]++;
				_exit(tag_is(memory, 0) ? 0 : 1);
			}
		}
		for (j = 0; j < 20; j++)
			child_join(children[j]);
	}
	unmap(memory, len);
	CHECK_EQ(total_size(), 0);
}

static void dontfork_is_not_in_child(void *data)
{
	CHECK_EQ(touch_read(data), SIGSEGV);
}

static void dontfork(void)
{
	setup();
	CHECK_EQ(madvise(memory, len, MADV_DONTFORK), 0);
	in_child(dontfork_is_not_in_child, memory);
	tags_check(memory, 0, nr);
}

/* A child that runs in the parent's memory. */
static void vfork_shares_all(void)
{
	volatile char *byte;
	pid_t pid;
	int fd = setup();

	byte = memory + 100;
	pid = vfork();
	if (!pid) {
		*byte = 'v';
		close(fd);
		_exit(0);
	}
	CHECK(pid > 0);
	child_join(pid);
	CHECK_EQ(*byte, 'v');
	/* Its table of descriptors was its own. */
	CHECK_EQ(info(fd).resident, len);
}

static int clone_run(void *data)
{
	(void)data;
	memory[100] = 'V';
	return munmap(memory + page_size, len - page_size);
}

static void clone_vm(void)
{
	size_t stack_size = 64 << 10;
	char *stack = malloc(stack_size);
	int fd = setup();
	pid_t pid;

	CHECK(stack);
	pid = clone(clone_run, stack + stack_size, CLONE_VM | SIGCHLD, NULL);
	CHECK(pid > 0);
	child_join(pid);
	CHECK_EQ(memory[100], 'V');
	tags_check(memory, 0, 1);
	CHECK_EQ(touch_read(memory + page_size), SIGSEGV);
	tags_check(map_shared(fd, len), 0, nr);
}

/* exec */

static void exec_child(void)
{
	int fd = atoi(test_argument(0));
	size_t size = info(fd).buffer_size;

	tags_check(map_shared(fd, size), 0, size / page_size);
	CHECK_EQ(total_size(), size);
}

static void exec_with(void *data)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", *(int *)data);
	execl(test_program(), "lifetime", "exec_child", number, NULL);
	FAIL("exec");
}

static void exec_keeps_descriptor(void)
{
	int fd = setup();

	CHECK_EQ(fcntl(fd, F_SETFD, 0), 0);
	in_child(exec_with, &fd);
}

static void exec_child_without(void)
{
	CHECK_EQ(total_size(), 0);
}

static void exec_after_setup(void *data)
{
	(void)data;
	setup();
	execl(test_program(), "lifetime", "exec_child_without", NULL);
	FAIL("exec");
}

/* exec ends mappings, and the descriptor is close-on-exec. */
static void exec_frees(void)
{
	in_child(exec_after_setup, NULL);
	CHECK_EQ(total_size(), 0);
}

/* Descriptors. */

static void duplicates(void)
{
	int fd = setup(), copies[3];

	unmap(memory, len);
	copies[0] = dup(fd);
	copies[1] = dup2(fd, 200);
	copies[2] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	close(fd);
	close(copies[1]);
	CHECK_EQ(info(copies[0]).resident, len);
	close(copies[0]);
	tags_check(map_at(copies[2], len, 0, PROT_READ), 0, nr);
	close(copies[2]);
	CHECK_EQ(total_size(), len);
}

static void duplicates_end_it_together(void)
{
	int fd = buffer_create(page_size, 0), copy = dup(fd);

	close(fd);
	CHECK_EQ(total_size(), page_size);
	close(copy);
	CHECK_EQ(total_size(), 0);
}

/* O_PATH holds a name of the inode and nothing of the buffer. */
static void path_descriptor_while_alive(void)
{
	int fd = setup(), path = fd_reopen(fd, O_PATH), again;
	char byte;

	CHECK(path >= 0);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ, MAP_SHARED, path, 0), EBADF);
	CHECK_ERRNO(read(path, &byte, 1), EBADF);
	close(fd);
	/* The mapping is still there. */
	again = fd_reopen(path, O_RDWR);
	CHECK(again >= 0);
	tags_check(map_shared(again, len), 0, nr);
}

static void path_descriptor_after_the_end(void)
{
	int fd = setup(), path = fd_reopen(fd, O_PATH);
	struct stat st;
	int i;

	CHECK(path >= 0);
	close(fd);
	unmap(memory, len);
	CHECK_EQ(total_size(), 0);
	for (i = 0; i < 3; i++) {
		CHECK_ERRNO(fd_reopen(path, O_RDWR), ENXIO);
		CHECK_ERRNO(fd_reopen(path, O_RDONLY), ENXIO);
	}
	CHECK_EQ(fstat(path, &st), 0);
	CHECK(S_ISREG(st.st_mode));
	close(path);
}

/* The last descriptor is that of a child, which exits while we open it again. */
static void reopen_races_close(void)
{
	int i;

	for (i = 0; i < 100; i++) {
		int fd = buffer_create(page_size, 0), path = fd_reopen(fd, O_PATH), again;
		pid_t child;

		CHECK(path >= 0);
		child = fork();
		CHECK(child >= 0);
		if (!child)
			_exit(0);
		close(fd);
		while ((again = fd_reopen(path, O_RDWR)) >= 0) {
			CHECK_EQ(info(again).buffer_size, page_size);
			close(again);
		}
		CHECK_EQ(errno, ENXIO);
		child_join(child);
		CHECK_EQ(total_size(), 0);
		close(path);
	}
}

static void reopened_keeps_it(void)
{
	int fd = setup(), again = fd_reopen(fd, O_RDWR);

	CHECK(again >= 0);
	close(fd);
	unmap(memory, len);
	CHECK_EQ(total_size(), len);
	tags_check(map_shared(again, len), 0, nr);
}

/* One after the other, as a server does. */
static void thousand_times(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		int fd = buffer_create(page_size, i & 1 ? POPULATE : 0);
		char *page = map_shared(fd, page_size);

		close(fd);
		CHECK_EQ(*page, 0);
		*page = 1;
		unmap(page, page_size);
	}
	CHECK_EQ(total_size(), 0);
}

static const struct test_case cases[] = {
	CASE(close_before_munmap),
	CASE(munmap_before_close),
	CASE(never_mapped),
	CASE(door_closed_first),
	CASE(exit_without_close),
	CASE(killed_in_fault_storm),
	CASE(fork_after_close),
	CASE(parent_exits_first),
	CASE(thousand_forks),
	CASE(dontfork),
	CASE(vfork_shares_all),
	CASE(clone_vm),
	CASE(exec_child),
	CASE(exec_child_without),
	CASE(exec_keeps_descriptor),
	CASE(exec_frees),
	CASE(duplicates),
	CASE(duplicates_end_it_together),
	CASE(path_descriptor_while_alive),
	CASE(path_descriptor_after_the_end),
	CASE(reopen_races_close),
	CASE(reopened_keeps_it),
	CASE(thousand_times),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
