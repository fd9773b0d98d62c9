// SPDX-License-Identifier: GPL-2.0-only
/*
 * A descriptor that goes to another process over a Unix socket.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"

#define SECONDS 10

/* Room for one descriptor, aligned as the kernel wants it. */
union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static int socket_at(const char *path, struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address->sun_path, path);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* A stream carries a descriptor only beside a byte. */
static int send_descriptor(int connection, int fd)
{
	union control control = { 0 };
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
	return sendmsg(connection, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int receive_descriptor(int connection)
{
	union control control;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	ssize_t n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
	int fd;

	if (n < 0)
		return -1;
	header = n == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int))) {
		errno = EBADMSG;
		return -1;
	}
	memcpy(&fd, CMSG_DATA(header), sizeof(int));
	return fd;
}

int descriptor_give(const char *path, int fd)
{
	struct sockaddr_un address;
	int listener = socket_at(path, &address), connection = -1;

	if (listener < 0)
		return -1;
	/* One that was left behind by an earlier run would be in the way. */
	unlink(path);
	if (!bind(listener, (struct sockaddr *)&address, sizeof(address)) && !listen(listener, 1))
		connection = accept(listener, NULL, NULL);
	if (connection >= 0 && send_descriptor(connection, fd)) {
		close(connection);
		connection = -1;
	}
	close(listener);
	unlink(path);
	return connection;
}

int descriptor_take(const char *path, int *ret_connection)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct sockaddr_un address;
	int connection = socket_at(path, &address), tries, fd = -1;

	if (connection < 0)
		return -1;
	for (tries = 0; tries < SECONDS * 50; tries++) {
		if (!connect(connection, (struct sockaddr *)&address, sizeof(address))) {
			fd = receive_descriptor(connection);
			break;
		}
		if (errno != ENOENT && errno != ECONNREFUSED)
			break;
		nanosleep(&pause, NULL);
	}
	if (fd < 0)
		close(connection);
	else
		*ret_connection = connection;
	return fd;
}
