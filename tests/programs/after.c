// SPDX-License-Identifier: GPL-2.0-only
/*
 *   after MARKER
 *
 * After a test: print what the kernel has said since the line MARKER, as dmesg does,
 * and look whether there are buffers, or anybody else who keeps the module. Exit status
 * 0: none; 1: there are some, or it cannot be told; stderr says so.
 *
 * Every test pays for this, so it is one small program instead of a pipeline. The
 * kernel's log counts as cleared after it, for dmesg as well, and the next one has
 * only its own test's lines to read. Where the marker is missing, the log has run
 * over and all that is left of it is printed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "test.h"

/* Of <linux/syslog.h>, which user space does not get. */
#define SYSLOG_ACTION_CLEAR 5

/* The kernel gives one record for each read, and no longer one than this. */
#define RECORD_MAX 8192

static char *log_text;
static size_t log_length;

/* "LEVEL,NUMBER,MICROSECONDS,FLAGS;TEXT\n", then lines that begin with a space. */
static void add_record(FILE *log, char *record)
{
	unsigned long long microseconds = 0;
	char *text = strchr(record, ';');

	if (!text)
		return;
	text++;
	text[strcspn(text, "\n")] = '\0';
	sscanf(record, "%*u,%*u,%llu", &microseconds);
	fprintf(log, "[%5llu.%06llu] %s\n", microseconds / 1000000, microseconds % 1000000, text);
}

static void read_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	FILE *log = open_memstream(&log_text, &log_length);
	char record[RECORD_MAX + 1];

	CHECK(fd >= 0 && log);
	/* What came after the last clear. */
	CHECK_EQ(lseek(fd, 0, SEEK_DATA), 0);
	for (;;) {
		ssize_t length = read(fd, record, RECORD_MAX);

		/* Overwritten before it was read; the next read is of the oldest that is there. */
		if (length < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (length < 0 && errno == EAGAIN)
			break;
		CHECK(length > 0);
		record[length] = '\0';
		add_record(log, record);
	}
	CHECK_EQ(fclose(log), 0);
	close(fd);
	CHECK_EQ(klogctl(SYSLOG_ACTION_CLEAR, NULL, 0), 0);
}

static const char *after_marker(const char *marker)
{
	const char *line = strstr(log_text, marker);

	if (!line)
		return log_text;
	line = strchr(line, '\n');
	return line ? line + 1 : "";
}

/* How many references the module has; 0 where it is not there, or has no such count. */
static int nr_references(void)
{
	FILE *file = fopen("/sys/module/mymap/refcnt", "re");
	int nr = 0;

	if (!file)
		return 0;
	CHECK_EQ(fscanf(file, "%d", &nr), 1);
	fclose(file);
	return nr;
}

static bool is_let_go(void *data)
{
	(void)data;
	return !nr_references();
}

int main(int argc, char **argv)
{
	CHECK_EQ(argc, 2);
	read_log();
	fputs(after_marker(argv[1]), stdout);
	fflush(stdout);
	/* The last close of a file comes a little after the end of its process. */
	if (!wait_until(nothing_is_left, NULL, time_limit(5))) {
		fprintf(stderr, "buffers are left over: %llu bytes\n", (unsigned long long)total_size());
		return 1;
	}
	/* Descriptors of the default buffer, and what a reference was taken for and not given back. */
	if (!wait_until(is_let_go, NULL, time_limit(5))) {
		fprintf(stderr, "the module is still in use: %d references\n", nr_references());
		return 1;
	}
	return 0;
}
