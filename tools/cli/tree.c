// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the files of a system that may be broken: what is read is bounded,
 * nothing waits, and below another root no link leads out of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tree.h"

/**
 * tree_open_root() - the running system, or the one below a folder
 * @root: the folder, or NULL
 * @ret_tree: where to put it; tree_close() gives it back
 *
 * Return: 0, or -errno.
 */
int tree_open_root(const char *root, struct tree *ret_tree)
{
	int fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;

	*ret_tree = (struct tree) { .fd = fd, .is_system = !root };
	return 0;
}

/**
 * tree_close() - give back what tree_open_root() made
 * @tree: the tree
 */
void tree_close(struct tree *tree)
{
	close(tree->fd);
}

/*
 * An image's links are absolute (/lib/modules/KVER/build is one); they are those
 * of the image, not of the system that looks at it.
 */
static int open_in(const struct tree *tree, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned int)flags, .resolve = RESOLVE_IN_ROOT };
	long fd;

	if (tree->is_system)
		fd = openat(tree->fd, path, flags);
	else
		fd = syscall(SYS_openat2, tree->fd, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* O_NONBLOCK: a FIFO without a writer is no reason to wait. */
static int open_formatted(const struct tree *tree, int flags, const char *format, va_list args)
{
	char path[PATH_MAX];
	int len = vsnprintf(path, sizeof(path), format, args);

	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	return open_in(tree, path, flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY));
}

/**
 * tree_open() - open a file or a folder
 * @tree: where
 * @flags: as for open(2)
 * @format: the path
 *
 * Return: a descriptor, or -errno.
 */
int tree_open(const struct tree *tree, int flags, const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = open_formatted(tree, flags, format, args);
	va_end(args);
	return fd;
}

static int stat_formatted(const struct tree *tree, struct stat *ret_st, const char *format,
			  va_list args)
{
	int fd = open_formatted(tree, O_PATH, format, args);
	int r;

	if (fd < 0)
		return fd;
	r = fstat(fd, ret_st) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/**
 * tree_stat() - what stat(2) tells
 * @tree: where
 * @ret_st: what it tells
 * @format: the path
 *
 * Return: 0, or -errno.
 */
int tree_stat(const struct tree *tree, struct stat *ret_st, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = stat_formatted(tree, ret_st, format, args);
	va_end(args);
	return r;
}

/**
 * tree_has() - is there something, behind all links?
 * @tree: where
 * @format: the path
 */
bool tree_has(const struct tree *tree, const char *format, ...)
{
	struct stat st;
	va_list args;
	int r;

	va_start(args, format);
	r = stat_formatted(tree, &st, format, args);
	va_end(args);
	return !r;
}

/**
 * tree_read_link() - what a symbolic link says
 * @tree: where
 * @ret_target: where to put it, ended by NUL
 * @size: how much fits there
 * @format: the path
 *
 * Return: 0, or -errno.
 */
int tree_read_link(const struct tree *tree, char *ret_target, size_t size,
		   const char *format, ...)
{
	va_list args;
	ssize_t len;
	int fd, r = 0;

	va_start(args, format);
	fd = open_formatted(tree, O_PATH | O_NOFOLLOW, format, args);
	va_end(args);
	if (fd < 0)
		return fd;

	len = readlinkat(fd, "", ret_target, size);
	if (len < 0)
		r = -errno;
	else if ((size_t)len >= size)
		r = -ENAMETOOLONG;
	else
		ret_target[len] = '\0';
	close(fd);
	return r;
}

/* A descriptor of a regular file, or -errno: nothing else has an end for sure. */
static int open_regular(const struct tree *tree, const char *format, va_list args)
{
	int fd = open_formatted(tree, O_RDONLY, format, args);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return fd;

	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		r = -EINVAL;
	if (!r)
		return fd;

	close(fd);
	return r;
}

/* Reads all there is, at most @size bytes. Returns how many, or -errno. */
static ssize_t read_all(int fd, char *data, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, data + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/**
 * tree_read() - a whole file
 * @tree: where
 * @max: how many bytes it may have
 * @ret_data: its bytes, and a NUL behind them; the caller frees them
 * @ret_len: how many there are, without the NUL
 * @format: the path
 *
 * Return: 0; -EFBIG if there are more than @max; or -errno.
 */
int tree_read(const struct tree *tree, size_t max, char **ret_data, size_t *ret_len,
	      const char *format, ...)
{
	ssize_t len = -ENOMEM;
	va_list args;
	char *data;
	int fd;

	va_start(args, format);
	fd = open_regular(tree, format, args);
	va_end(args);
	if (fd < 0)
		return fd;

	data = malloc(max + 1);
	if (data)
		len = read_all(fd, data, max + 1);
	close(fd);
	if (len < 0 || (size_t)len > max) {
		free(data);
		return len < 0 ? (int)len : -EFBIG;
	}

	data[len] = '\0';
	*ret_data = data;
	*ret_len = (size_t)len;
	return 0;
}

/**
 * tree_read_line() - the first line of a file
 * @tree: where
 * @ret_line: where to put it, without the newline, ended by NUL
 * @size: how much fits there; what is longer is cut off
 * @format: the path
 *
 * Return: 0, or -errno.
 */
int tree_read_line(const struct tree *tree, char *ret_line, size_t size,
		   const char *format, ...)
{
	va_list args;
	ssize_t len;
	int fd;

	va_start(args, format);
	fd = open_regular(tree, format, args);
	va_end(args);
	if (fd < 0)
		return fd;

	len = read_all(fd, ret_line, size - 1);
	close(fd);
	if (len < 0)
		return (int)len;

	ret_line[len] = '\0';
	ret_line[strcspn(ret_line, "\n")] = '\0';
	return 0;
}

/**
 * tree_open_file() - a file as a stream
 * @tree: where
 * @ret_stream: the stream; the caller closes it
 * @format: the path
 *
 * Return: 0, or -errno.
 */
int tree_open_file(const struct tree *tree, FILE **ret_stream, const char *format, ...)
{
	va_list args;
	FILE *stream;
	int fd;

	va_start(args, format);
	fd = open_regular(tree, format, args);
	va_end(args);
	if (fd < 0)
		return fd;

	stream = fdopen(fd, "r");
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	*ret_stream = stream;
	return 0;
}

/**
 * tree_list() - a folder, to read its entries
 * @tree: where
 * @ret_dir: the folder; the caller closes it
 * @format: the path
 *
 * Return: 0, or -errno.
 */
int tree_list(const struct tree *tree, DIR **ret_dir, const char *format, ...)
{
	va_list args;
	DIR *dir;
	int fd;

	va_start(args, format);
	fd = open_formatted(tree, O_RDONLY | O_DIRECTORY, format, args);
	va_end(args);
	if (fd < 0)
		return fd;

	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	*ret_dir = dir;
	return 0;
}
