// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading dpkg's file of several megabytes line by line, with little memory,
 * however broken it is. Running dpkg-query would take as long again, and says
 * nothing at all when one line is wrong.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "dpkg_status.h"

#define LINE_MAX_LEN	1024	/* what is longer is a description, not what is looked for */
#define FILE_MAX_LEN	(256L << 20)

enum line_end {
	LINE_ENDED,
	LINE_CUT_BY_EOF,	/* its newline is missing */
	NO_LINE,
	LINE_HAS_NUL,
	FILE_TOO_LONG,
};

/* What is known of the stanza that is being read. */
struct stanza {
	bool has_lines;
	char name[PACKAGE_NAME_MAX];
	char version[PACKAGE_VERSION_MAX];
	enum package_state state;
};

static enum line_end read_line(FILE *stream, char line[LINE_MAX_LEN], long *total)
{
	size_t len = 0;
	int c;

	while ((c = getc_unlocked(stream)) != EOF && c != '\n') {
		if (c == '\0')
			return LINE_HAS_NUL;
		if (++*total > FILE_MAX_LEN)
			return FILE_TOO_LONG;
		if (len < LINE_MAX_LEN - 1)
			line[len++] = (char)c;
	}
	line[len] = '\0';

	if (c == '\n')
		return LINE_ENDED;
	return len ? LINE_CUT_BY_EOF : NO_LINE;
}

/* The value of a line "Name: value", or NULL if it is of another field. */
static const char *value_of(const char *line, const char *field)
{
	size_t len = strlen(field);

	if (strncasecmp(line, field, len) || line[len] != ':')
		return NULL;
	return line + len + 1 + strspn(line + len + 1, " \t");
}

static void copy(char *to, size_t size, const char *from)
{
	size_t len = strnlen(from, size - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

/* "install ok installed": what is wanted, whether it is well, how far it is. */
static enum package_state parse_state(const char *value)
{
	const char *flag = strchr(value, ' ');
	const char *state = flag ? strchr(flag + 1, ' ') : NULL;

	if (!state)
		return PACKAGE_BROKEN;
	state++;
	if (!strcmp(state, "not-installed") || !strcmp(state, "config-files"))
		return PACKAGE_ABSENT;
	if (strncmp(flag, " ok ", 4))
		return PACKAGE_BROKEN;
	/* a trigger of another package is to run: the package itself is there */
	if (!strcmp(state, "installed") || !strcmp(state, "triggers-pending") ||
	    !strcmp(state, "triggers-awaited"))
		return PACKAGE_INSTALLED;
	return PACKAGE_BROKEN;
}

/* Returns false if the line can stand in no stanza. */
static bool take_line(struct stanza *stanza, const char *line)
{
	size_t name_len = strcspn(line, ": \t");
	const char *value;

	if (line[0] == ' ' || line[0] == '\t')
		return stanza->has_lines;
	if (!name_len || line[name_len] != ':')
		return false;

	stanza->has_lines = true;
	if ((value = value_of(line, "Package")))
		copy(stanza->name, sizeof(stanza->name), value);
	else if ((value = value_of(line, "Version")))
		copy(stanza->version, sizeof(stanza->version), value);
	else if ((value = value_of(line, "Status")))
		stanza->state = parse_state(value);
	return true;
}

static bool is_asked_for(const char *asked, const char *name)
{
	size_t len = strlen(asked);

	return len && asked[len - 1] == '*' ? !strncmp(asked, name, len - 1) : !strcmp(asked, name);
}

/* Returns false if it is a stanza of no package. */
static bool end_stanza(const struct stanza *stanza, struct dpkg_package *packages,
		       size_t nr_packages)
{
	size_t i;

	if (!stanza->has_lines)
		return true;
	if (!stanza->name[0])
		return false;

	/* There may be several, as one of each architecture; the one that is there most counts. */
	for (i = 0; i < nr_packages; i++)
		if (is_asked_for(packages[i].name, stanza->name) && stanza->state > packages[i].state) {
			packages[i].state = stanza->state;
			copy(packages[i].version, sizeof(packages[i].version), stanza->version);
		}
	return true;
}

static void forget(struct dpkg_package *packages, size_t nr_packages)
{
	size_t i;

	for (i = 0; i < nr_packages; i++) {
		packages[i].state = PACKAGE_ABSENT;
		packages[i].version[0] = '\0';
	}
}

/**
 * dpkg_status_read() - look packages up in dpkg's file
 * @stream: the file
 * @packages: the names come in; state and version go out
 * @nr_packages: how many there are
 * @ret_bad_line: the first line that dpkg would not understand, if there is one
 *
 * A line that is not understood costs its stanza at most: what follows is read.
 *
 * Return: 0; -EBADMSG, all that was understood being told; -EFBIG; or -errno.
 */
int dpkg_status_read(FILE *stream, struct dpkg_package *packages, size_t nr_packages,
		     unsigned long *ret_bad_line)
{
	struct stanza stanza = { 0 };
	char line[LINE_MAX_LEN];
	unsigned long nr = 0, bad = 0;
	enum line_end end;
	long total = 0;

	forget(packages, nr_packages);
	do {
		bool good = true;

		nr++;
		end = read_line(stream, line, &total);
		if (end == FILE_TOO_LONG)
			return -EFBIG;
		if (end == NO_LINE || (end == LINE_ENDED && !line[0])) {
			good = end_stanza(&stanza, packages, nr_packages);
			stanza = (struct stanza) { 0 };
		} else {
			good = end == LINE_ENDED && take_line(&stanza, line);
		}
		if (!good && !bad)
			bad = nr;
	} while (end == LINE_ENDED);

	if (ferror(stream))
		return -EIO;
	if (!bad)
		return 0;
	*ret_bad_line = bad;
	return -EBADMSG;
}

/* "1:0.1.0-2" is 0.1.0: without the epoch and the revision of the package. */
static const char *upstream_of(const char *version, size_t *ret_len)
{
	const char *colon = strchr(version, ':');
	const char *start = colon ? colon + 1 : version;
	const char *revision = strrchr(start, '-');

	*ret_len = revision ? (size_t)(revision - start) : strlen(start);
	return start;
}

/**
 * version_has_same_upstream() - are two packages made of the same release?
 * @version: the version of one, or a bare upstream version
 * @other: that of the other
 */
bool version_has_same_upstream(const char *version, const char *other)
{
	size_t len, other_len;

	version = upstream_of(version, &len);
	other = upstream_of(other, &other_len);
	return len == other_len && !memcmp(version, other, len);
}
