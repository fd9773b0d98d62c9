// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that say which named buffers there are to be: mymap.d(5).
 *
 * The parser is libinih's. It gets the lines from here, one by one, so that it is
 * known in which line it is. Of those that it does not understand it tells the
 * first one only: so it is asked about each line alone, and then gets the file
 * without the bad ones.
 */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "conf.h"
#include "group.h"
#include "size.h"

#define NR_LINES_MAX	100000
#define BLANKS		" \t\r\n\v\f"

/**
 * struct line - a line of a file
 * @text: without blanks around it
 * @bad: it was complained about, and the parser does not get it
 */
struct line {
	char *text;
	bool bad;
};

/**
 * struct lines - a file on its way through the parser
 * @path: the file
 * @lines: its lines
 * @nr_lines: how many
 * @next: which one the parser gets next
 * @conf: where the sections go, or NULL while lines are looked at alone
 * @section: the one that the parser is in, or NULL
 * @failed: something was wrong
 */
struct lines {
	const char *path;
	struct line *lines;
	unsigned int nr_lines;
	unsigned int next;
	struct conf *conf;
	struct conf_buffer *section;
	bool failed;
};

static void fail(struct lines *lines, const char *why)
{
	complain("%s: %s", lines->path, why);
	lines->failed = true;
}

static void complain_line(struct lines *lines, unsigned int nr, const char *why)
{
	complain("%s:%u: %s", lines->path, nr, why);
	lines->failed = true;
}

/* ------------------------------------------------------------------- sections */

static void complain_section(struct lines *lines, const char *what, const char *text,
			     const char *why)
{
	/* the line that the parser has got last */
	complain("%s:%u: %s '%s': %s", lines->path, lines->next, what, text, why);
	lines->failed = true;
	if (lines->section)
		lines->section->bad = true;
}

static struct conf_buffer *section_begin(struct conf *conf, const char *path, unsigned int line)
{
	struct conf_buffer *buffers;

	buffers = realloc(conf->buffers, (conf->nr_buffers + 1) * sizeof(*buffers));
	if (!buffers)
		return NULL;
	conf->buffers = buffers;
	buffers += conf->nr_buffers++;
	*buffers = (struct conf_buffer) { .file = path, .line = line,
					   .kind = MYMAP_BUFFER_KIND_PAGES, .mode = DEFAULT_MODE };
	return buffers;
}

static bool take_size(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (!size_parse(value, &lines->section->size) && lines->section->size)
		return true;
	complain_section(lines, "size", value, "not a size; " SIZE_HINT);
	return false;
}

static bool take_kind(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (kind_parse(value, &lines->section->kind))
		return true;
	complain_section(lines, "kind", value, "there is no such kind; " KIND_HINT);
	return false;
}

static bool take_cache(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (cache_parse(value, &lines->section->cache))
		return true;
	complain_section(lines, "cache", value, "there is no such cache mode; " CACHE_HINT);
	return false;
}

static bool take_device(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (value[0] && strlen(value) <= MYMAP_DEVICE_MAX) {
		strcpy(lines->section->device, value);
		return true;
	}
	complain_section(lines, "device", value, "no device is called so");
	return false;
}

static bool take_owner(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (owner_parse(value, &lines->section->owner))
		return true;
	complain_section(lines, "owner", value, "there is no such user");
	return false;
}

static bool take_group(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (group_parse(value, &lines->section->group))
		return true;
	complain_section(lines, "group", value, "there is no such group");
	return false;
}

static bool take_mode(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (mode_parse(value, &lines->section->mode))
		return true;
	complain_section(lines, "mode", value, "not a mode such as 0660");
	return false;
}

static bool take_populate(struct lines *lines, const char *key, const char *value)
{
	(void)key;
	if (!strcmp(value, "yes") || !strcmp(value, "no")) {
		lines->section->populate = value[0] == 'y';
		return true;
	}
	complain_section(lines, "populate", value, "neither yes nor no");
	return false;
}

enum key { KEY_SIZE, KEY_KIND, KEY_CACHE, KEY_DEVICE, KEY_OWNER, KEY_GROUP, KEY_MODE, KEY_POPULATE, NR_KEYS };

static const struct {
	const char *name;
	bool (*take)(struct lines *lines, const char *key, const char *value);
} keys[NR_KEYS] = {
	[KEY_SIZE] = { "size", take_size },
	[KEY_KIND] = { "kind", take_kind },
	[KEY_CACHE] = { "cache", take_cache },
	[KEY_DEVICE] = { "device", take_device },
	[KEY_OWNER] = { "owner", take_owner },
	[KEY_GROUP] = { "group", take_group },
	[KEY_MODE] = { "mode", take_mode },
	[KEY_POPULATE] = { "populate", take_populate },
};

#define OWNER_KEYS	(BIT(KEY_OWNER) | BIT(KEY_GROUP) | BIT(KEY_MODE))

static void take_key(struct lines *lines, const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < NR_KEYS; i++)
		if (!strcmp(key, keys[i].name))
			break;
	if (i == NR_KEYS) {
		complain_section(lines, "key", key,
				 "unknown; there are size, kind, cache, device, owner, group, mode and populate");
	} else if (lines->section->given & BIT(i)) {
		complain_section(lines, "key", key, "it stands twice in this section");
	} else if (keys[i].take(lines, key, value)) {
		lines->section->given |= BIT(i);
	}
}

/* ini_handler: a line with a key, or what the parser takes for one. */
static int handle(void *user, const char *section, const char *key, const char *value)
{
	struct lines *lines = user;

	(void)section; /* seen by give_line() already */
	if (!lines->conf)
		return 1;
	if (lines->section)
		take_key(lines, key, value);
	else
		complain_section(lines, "key", key, "it stands before the first [NAME]");
	return 1;
}

static bool name_is_taken(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nr_buffers; i++)
		if (!strcmp(conf->buffers[i].name, name))
			return true;
	return false;
}

/* The name between the brackets; what may follow is a comment. NULL if it is none. */
static char *section_name(const char *line)
{
	size_t len = strcspn(line + 1, "]");
	const char *rest = line + 1 + len;

	if (*rest == ']')
		rest++;
	rest += strspn(rest, BLANKS);
	return *rest && *rest != ';' ? NULL : strndup(line + 1, len);
}

/* A line that begins a section; also of a bad one, so that its keys count for no other. */
static void take_section(struct lines *lines, const struct line *line)
{
	char *name = line->bad ? NULL : section_name(line->text);
	bool taken = name && name_is_taken(lines->conf, name);

	lines->section = section_begin(lines->conf, lines->path, lines->next);
	if (!lines->section)
		fail(lines, strerror(ENOMEM));
	else if (line->bad)
		lines->section->bad = true;
	else if (!name)
		complain_section(lines, "line", line->text, "neither '[NAME]' nor 'key = value'");
	else if (!mymap_name_is_valid(name))
		complain_section(lines, "name", name, NAME_HINT);
	else if (taken)
		complain_section(lines, "name", name, "it was there before, and the first one counts");
	else
		strcpy(lines->section->name, name);
	free(name);
}

/* --------------------------------------------------------------------- parser */

/* ini_reader: the next line, as fgets() would give it. */
static char *give_line(char *to, int size, void *stream)
{
	struct lines *lines = stream;
	const struct line *line;

	if (lines->next == lines->nr_lines)
		return NULL;
	line = &lines->lines[lines->next++];
	if (lines->conf && line->text[0] == '[')
		take_section(lines, line);
	else if (line->bad && lines->section)
		/* who knows what it was to say */
		lines->section->bad = true;
	snprintf(to, (size_t)size, "%s\n", line->bad ? "" : line->text);
	return to;
}

static char *measure_line(char *to, int size, void *stream)
{
	(void)to;
	*(int *)stream = size;
	return NULL;
}

/* How long a line may be; the parser tells that to its reader only. */
static size_t longest_line(void)
{
	int size = 2;

	ini_parse_stream(measure_line, &size, handle, NULL);
	/* there are a newline and a NUL */
	return (size_t)size - 2;
}

/* A longer line would be cut off, and the rest of it be another one. */
static void check_lengths(struct lines *lines)
{
	size_t longest = longest_line();
	char why[64];
	unsigned int i;

	snprintf(why, sizeof(why), "the line is too long: it may have %zu bytes", longest);
	for (i = 0; i < lines->nr_lines; i++)
		if (!lines->lines[i].bad && strlen(lines->lines[i].text) > longest) {
			complain_line(lines, i + 1, why);
			lines->lines[i].bad = true;
		}
}

/* Does the parser understand a line? */
static bool line_is_good(const char *text)
{
	struct line line = { .text = (char *)(uintptr_t)text };
	struct lines alone = { .lines = &line, .nr_lines = 1 };

	return ini_parse_stream(give_line, &alone, handle, &alone) == 0;
}

static void check_syntax(struct lines *lines)
{
	unsigned int i;

	for (i = 0; i < lines->nr_lines; i++)
		if (!lines->lines[i].bad && !line_is_good(lines->lines[i].text)) {
			complain_line(lines, i + 1, "neither '[NAME]' nor 'key = value'");
			lines->lines[i].bad = true;
		}
}

/* What only the end of a section shows. */
static void finish_section(struct lines *lines, struct conf_buffer *buffer)
{
	buffer->owned = buffer->given & OWNER_KEYS;
	if (buffer->bad)
		return;

	if (!(buffer->given & BIT(KEY_SIZE))) {
		complain_line(lines, buffer->line, "the buffer has no size");
		buffer->bad = true;
	} else if (buffer->owned && !(buffer->given & BIT(KEY_GROUP)) &&
		   !group_parse(GROUP, &buffer->group)) {
		complain_line(lines, buffer->line, "there is no group " GROUP
			      " on this system, and no other is given");
		buffer->bad = true;
	}
}

static void parse(struct conf *conf, struct lines *lines)
{
	size_t i = conf->nr_buffers;

	check_lengths(lines);
	check_syntax(lines);

	lines->conf = conf;
	lines->next = 0;
	ini_parse_stream(give_line, lines, handle, lines);
	for (; i < conf->nr_buffers; i++)
		finish_section(lines, &conf->buffers[i]);
}

/* ---------------------------------------------------------------------- files */

/* Without blanks around it: the parser takes those at its beginning for more of the line before. */
static char *trimmed(const char *line)
{
	size_t len;

	line += strspn(line, BLANKS);
	len = strlen(line);
	while (len && strchr(BLANKS, line[len - 1]))
		len--;
	return strndup(line, len);
}

static bool add_line(struct lines *lines, const char *line, size_t len)
{
	struct line *more;

	more = realloc(lines->lines, (lines->nr_lines + 1) * sizeof(*more));
	if (!more)
		return false;
	lines->lines = more;
	more += lines->nr_lines;
	more->text = trimmed(line);
	if (!more->text)
		return false;

	lines->nr_lines++;
	more->bad = strlen(line) != len;
	if (more->bad)
		complain_line(lines, lines->nr_lines, "there is a NUL in it: not a text");
	return true;
}

static bool read_lines(struct lines *lines)
{
	FILE *stream = fopen(lines->path, "re");
	size_t size = 0;
	char *line = NULL;
	bool done = false;
	ssize_t len;

	if (!stream) {
		fail(lines, strerror(errno));
		return false;
	}

	errno = 0;
	while ((len = getline(&line, &size, stream)) >= 0)
		if (lines->nr_lines == NR_LINES_MAX || !add_line(lines, line, (size_t)len))
			break;
	if (lines->nr_lines == NR_LINES_MAX && len >= 0)
		fail(lines, strerror(EFBIG));
	else if (len >= 0 || ferror(stream))
		fail(lines, strerror(errno ? errno : EIO));
	else
		done = true;

	free(line);
	fclose(stream);
	return done;
}

static const char *add_file(struct conf *conf, const char *path)
{
	char **files;

	files = realloc(conf->files, (conf->nr_files + 1) * sizeof(*files));
	if (!files)
		return NULL;
	conf->files = files;
	files[conf->nr_files] = strdup(path);
	return files[conf->nr_files] ? files[conf->nr_files++] : NULL;
}

/**
 * conf_read() - read a file
 * @conf: where to put its sections; conf->failed is set if something was wrong
 * @path: the file
 *
 * What is wrong is complained about, and the rest is read.
 */
void conf_read(struct conf *conf, const char *path)
{
	struct lines lines = { .path = add_file(conf, path) };
	unsigned int i;

	if (!lines.path) {
		lines.path = path;
		fail(&lines, strerror(ENOMEM));
	} else if (read_lines(&lines)) {
		parse(conf, &lines);
	}

	for (i = 0; i < lines.nr_lines; i++)
		free(lines.lines[i].text);
	free(lines.lines);
	conf->failed |= lines.failed;
}

/**
 * conf_free() - free what was read
 * @conf: what conf_read() has filled
 */
void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->nr_files; i++)
		free(conf->files[i]);
	free(conf->files);
	free(conf->buffers);
}
