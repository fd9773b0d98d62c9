// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_statistics: what the driver has counted, as its files in debugfs
 * tell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <mymap.h>

#include "private.h"

#define FOLDER		"/sys/kernel/debug/mymap/"
#define FILE_ENABLED	FOLDER "enabled"
#define FILE_STATS	FOLDER "stats"
/* Far more than the file has. */
#define TEXT_MAX	4096

/* Arrays, not pointers: they need no relocation. */
static const char names[][24] = {
	[MYMAP_STATISTIC_BUFFERS] = "buffers",
	[MYMAP_STATISTIC_RESIDENT] = "resident",
	[MYMAP_STATISTIC_RESIDENT_HUGE] = "resident_huge",
	[MYMAP_STATISTIC_FAULTS_HUGE] = "faults_huge",
	[MYMAP_STATISTIC_FAULTS_PAGE] = "faults_page",
	[MYMAP_STATISTIC_FAULTS_SIGBUS] = "faults_sigbus",
	[MYMAP_STATISTIC_FAULTS_OOM] = "faults_oom",
	[MYMAP_STATISTIC_ALLOCATED_HUGE] = "allocated_huge",
	[MYMAP_STATISTIC_ALLOCATED_SMALLER] = "allocated_smaller",
	[MYMAP_STATISTIC_ALLOCATION_FALLBACKS] = "allocation_fallbacks",
	[MYMAP_STATISTIC_ALLOCATION_FAILURES] = "allocation_failures",
};

#define NR_STATISTICS	(sizeof(names) / sizeof(names[0]))

struct mymap_statistics {
	bool enabled;
	uint64_t values[NR_STATISTICS];
};

/* All of a file, ended by a 0: 0 or -errno. */
static int file_read(const char *path, char text[TEXT_MAX])
{
	size_t len = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		n = read(fd, text + len, TEXT_MAX - 1 - len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	n = n < 0 ? -errno : 0;
	close(fd);
	text[len] = 0;
	return (int)n;
}

static int file_write(const char *path, char byte)
{
	/* Not pwrite(): such files of the kernel have no position to write at. */
	const struct iovec bytes = { .iov_base = &byte, .iov_len = 1 };
	int r = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (writev(fd, &bytes, 1) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* Lines of a key, a blank and a number; keys of newer drivers are left out. */
static void parse(char *text, struct mymap_statistics *statistics)
{
	char *line, *next = NULL;
	size_t i;

	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		size_t len = strcspn(line, " ");

		for (i = 0; i < NR_STATISTICS; i++)
			if (strlen(names[i]) == len && !strncmp(names[i], line, len))
				statistics->values[i] = strtoull(line + len, NULL, 10);
	}
}

MYMAP_EXPORT int mymap_statistics_new(struct mymap_statistics **ret_statistics)
{
	struct mymap_statistics *statistics;
	char text[TEXT_MAX];
	int r;

	statistics = calloc(1, sizeof(*statistics));
	if (!statistics)
		return -ENOMEM;

	r = file_read(FILE_ENABLED, text);
	if (r < 0)
		goto err_free;
	statistics->enabled = text[0] == '1';

	r = file_read(FILE_STATS, text);
	if (r < 0)
		goto err_free;
	parse(text, statistics);

	*ret_statistics = statistics;
	return 0;

err_free:
	free(statistics);
	return r;
}

MYMAP_EXPORT void mymap_statistics_free(struct mymap_statistics *statistics)
{
	free(statistics);
}

MYMAP_EXPORT bool mymap_statistics_is_enabled(const struct mymap_statistics *statistics)
{
	return statistics->enabled;
}

MYMAP_EXPORT uint64_t mymap_statistics_get(const struct mymap_statistics *statistics,
					   enum mymap_statistic statistic)
{
	return (size_t)statistic < NR_STATISTICS ? statistics->values[statistic] : 0;
}

MYMAP_EXPORT const char *mymap_statistic_name(enum mymap_statistic statistic)
{
	return (size_t)statistic < NR_STATISTICS ? names[statistic] : NULL;
}

MYMAP_EXPORT int mymap_statistics_enable(bool enable)
{
	return file_write(FILE_ENABLED, enable ? '1' : '0');
}

MYMAP_EXPORT int mymap_statistics_reset(void)
{
	return file_write(FILE_STATS, '0');
}
