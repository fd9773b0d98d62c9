// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children, and descriptors that go from one process to another.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

pid_t child_start(void (*run)(void *), void *data)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		alarm(time_limit(CASE_SECONDS));
		run(data);
		exit(0);
	}
	return pid;
}

pid_t child_start_ready(void (*run)(void *))
{
	int ends[2];
	pid_t pid;
	char byte;

	CHECK_EQ(pipe(ends), 0);
	pid = child_start(run, &ends[1]);
	CHECK_EQ(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	close(ends[1]);
	return pid;
}

struct waited {
	pid_t pid;
	int status;
};

static bool child_is_done(void *data)
{
	struct waited *waited = data;
	pid_t pid = waitpid(waited->pid, &waited->status, WNOHANG);

	CHECK(pid >= 0);
	return pid == waited->pid;
}

int child_wait(pid_t pid, double seconds)
{
	struct waited waited = { .pid = pid };

	if (!wait_until(child_is_done, &waited, seconds)) {
		kill(pid, SIGKILL);
		FAIL("child %d is still there after %.1f s", (int)pid, seconds);
	}
	return waited.status;
}

void child_join(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	errno = 0;
	if (WIFSIGNALED(status))
		FAIL("a child was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) == EXIT_SKIPPED)
		exit(EXIT_SKIPPED);
	CHECK_EQ(WEXITSTATUS(status), 0);
}

void in_child(void (*run)(void *), void *data)
{
	child_join(child_start(run, data));
}

void child_kill(pid_t pid, double seconds)
{
	int status;

	CHECK_EQ(kill(pid, SIGKILL), 0);
	status = child_wait(pid, seconds);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGKILL);
}

union fd_message {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

void fd_send(int sock, int fd)
{
	union fd_message control = { 0 };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	CHECK_EQ(sendmsg(sock, &message, 0), 1);
}

int fd_receive(int sock)
{
	union fd_message control = { 0 };
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd;

	CHECK_EQ(recvmsg(sock, &message, MSG_CMSG_CLOEXEC), 1);
	CHECK(CMSG_FIRSTHDR(&message));
	CHECK_EQ(CMSG_FIRSTHDR(&message)->cmsg_type, SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return fd;
}

int fd_reopen(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC);
}

int disk_file(int flags)
{
	char path[] = "/var/tmp/mymap-test.XXXXXX";
	int fd = mkstemp(path);
	int again;

	CHECK(fd >= 0);
	again = open(path, O_RDWR | O_CLOEXEC | flags);
	if (again < 0 && errno == EINVAL)
		test_skip("no O_DIRECT in /var/tmp");
	CHECK(again >= 0);
	unlink(path);
	close(fd);
	return again;
}
