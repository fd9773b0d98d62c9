// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap apply: make the named buffers that files say there are to be.
 */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "conf.h"
#include "size.h"

#define CONF_DIR	"/etc/mymap.d"
#define WHO_MAX		300

/**
 * struct apply - the work
 * @command: who does it
 * @check: tell only
 * @ctx: the context; NULL where there is no driver, and it is only told
 * @failed: something could not be done
 */
struct apply {
	const struct command *command;
	bool check;
	struct mymap *ctx;
	bool failed;
};

/* "FILE:LINE", as complaints begin. */
static const char *place_of(const struct conf_buffer *wanted, char who[WHO_MAX])
{
	snprintf(who, WHO_MAX, "%s:%u", wanted->file, wanted->line);
	return who;
}

/* "16.0 MiB, device uncached, root:mymap 0660"; the mode only if it was asked for */
static void describe(char *text, size_t len, uint64_t size, const char *kind, const char *cache,
		     bool owned, uid_t owner, gid_t group, mode_t mode)
{
	char size_text[SIZE_TEXT_MAX], owner_text[OWNER_TEXT_MAX];
	const char *space = cache ? " " : "";

	size_format(size, size_text, sizeof(size_text));
	cache = cache ? cache : "";
	if (owned)
		snprintf(text, len, "%s, %s%s%s, %s %04o", size_text, kind, space, cache,
			 owner_format(owner, group, owner_text, sizeof(owner_text)), mode);
	else
		snprintf(text, len, "%s, %s%s%s, as /dev/mymap is", size_text, kind, space, cache);
}

static void describe_wanted(char *text, size_t len, const struct conf_buffer *wanted)
{
	describe(text, len, wanted->size, kind_name(wanted->kind),
		 wanted->cache ? cache_name(wanted->cache) : NULL, wanted->owned, wanted->owner,
		 wanted->group, wanted->mode);
}

/* Sizes are rounded up to whole pages. */
static bool same_size(uint64_t wanted, const struct mymap_buffer_info *info)
{
	uint64_t size = mymap_buffer_info_get_size(info);

	return wanted <= size && size - wanted < mymap_buffer_info_get_page_size(info);
}

static bool is_as_wanted(const struct conf_buffer *wanted, const struct mymap_buffer_info *info)
{
	if (!same_size(wanted->size, info) ||
	    mymap_buffer_info_get_kind(info) != wanted->kind ||
	    (wanted->cache && mymap_buffer_info_get_cache_mode(info) != wanted->cache) ||
	    (wanted->device[0] && strcmp(mymap_buffer_info_get_device(info), wanted->device)) ||
	    mymap_buffer_info_is_owned(info) != wanted->owned)
		return false;
	return !wanted->owned ||
	       (mymap_buffer_info_get_owner(info) == wanted->owner &&
		mymap_buffer_info_get_group(info) == wanted->group &&
		mymap_buffer_info_get_mode(info) == wanted->mode);
}

static void compare(struct apply *apply, const struct conf_buffer *wanted,
		    const struct mymap_buffer_info *info)
{
	char is[160], wants[160], who[WHO_MAX];

	if (is_as_wanted(wanted, info)) {
		printf("%s: is there\n", wanted->name);
		return;
	}

	describe(is, sizeof(is), mymap_buffer_info_get_size(info),
		 mymap_buffer_info_get_kind_name(info),
		 wanted->cache ? mymap_buffer_info_get_cache_mode_name(info) : NULL,
		 mymap_buffer_info_is_owned(info),
		 mymap_buffer_info_get_owner(info), mymap_buffer_info_get_group(info),
		 mymap_buffer_info_get_mode(info));
	describe_wanted(wants, sizeof(wants), wanted);
	complain("%s: name '%s': it is there, but is %s, not %s: 'mymap destroy %s', then apply again",
		 place_of(wanted, who), wanted->name, is, wants, wanted->name);
	apply->failed = true;
}

/* What is there, or -ENOENT or another error. */
static int find(struct apply *apply, const struct conf_buffer *wanted,
		struct mymap_buffer_info **ret_info)
{
	struct mymap_buffer *buffer;
	int r;

	if (!apply->ctx)
		return -ENOENT;
	r = mymap_buffer_open(apply->ctx, wanted->name, MYMAP_BUFFER_OPEN_READ_ONLY, &buffer);
	if (r < 0)
		return r;
	r = mymap_buffer_get_info(buffer, ret_info);
	mymap_buffer_close(buffer);
	return r;
}

static int make(struct apply *apply, const struct conf_buffer *wanted)
{
	uint64_t flags = wanted->populate ? MYMAP_BUFFER_CREATE_POPULATE : 0;
	struct mymap_request *request;
	struct mymap_buffer *buffer;
	int r;

	r = mymap_request_new(wanted->size, &request);
	if (r < 0)
		return r;
	mymap_request_set_flags(request, flags);
	if (wanted->owned)
		mymap_request_set_owner(request, wanted->owner, wanted->group, wanted->mode);
	r = mymap_request_set_name(request, wanted->name);
	if (!r)
		r = mymap_request_set_kind(request, wanted->kind);
	if (!r)
		r = mymap_request_set_cache_mode(request, wanted->cache);
	if (!r)
		r = mymap_request_set_device(request, wanted->device);
	if (!r)
		r = mymap_request_create(request, apply->ctx, &buffer);
	if (!r)
		mymap_buffer_close(buffer);
	mymap_request_free(request);
	return r;
}

static void complain_make(struct apply *apply, const struct conf_buffer *wanted, int error)
{
	const struct create_wish wish = {
		.name = wanted->name,
		.device = wanted->device[0] ? wanted->device : NULL,
		.kind = wanted->kind,
		.cache = wanted->cache,
		.size = wanted->size,
	};
	char who[WHO_MAX];

	apply->failed = true;
	place_of(wanted, who);
	create_complain_request(who, &wish, error, apply->ctx);
}

static void apply_one(struct apply *apply, const struct conf_buffer *wanted)
{
	struct mymap_buffer_info *info;
	char text[160];
	int r;

	r = find(apply, wanted, &info);
	if (!r) {
		compare(apply, wanted, info);
		mymap_buffer_info_free(info);
		return;
	}
	if (r == -ENOENT && apply->check) {
		describe_wanted(text, sizeof(text), wanted);
		printf("%s: would be made: %s\n", wanted->name, text);
		return;
	}
	if (r == -ENOENT)
		r = make(apply, wanted);
	if (r < 0) {
		complain_make(apply, wanted, r);
		return;
	}
	if (named_wait(apply->command, wanted->name) != EXIT_OK)
		apply->failed = true;
	else
		printf("%s: made\n", wanted->name);
}

static int dir_error;

/* For glob(): without the folder there is nothing to do; one that cannot be read is a failure. */
static int stop_at(const char *path, int error)
{
	(void)path;
	dir_error = error;
	return error != ENOENT;
}

static void read_dir(const struct command *command, struct conf *conf)
{
	glob_t found;
	size_t i;
	int r;

	/* in the order of their names */
	r = glob(CONF_DIR "/*.conf", 0, stop_at, &found);
	if (r == GLOB_NOMATCH)
		return;
	if (r) {
		complain("%s: " CONF_DIR ": %s", command->name,
			 strerror(r == GLOB_ABORTED ? dir_error : ENOMEM));
		conf->failed = true;
		return;
	}
	for (i = 0; i < found.gl_pathc; i++)
		conf_read(conf, found.gl_pathv[i]);
	globfree(&found);
}

/* Whoever only wants to be told needs no driver: then nothing is there yet. */
static int open_for(struct apply *apply)
{
	int r;

	if (!apply->check)
		return device_open(&apply->ctx);
	r = mymap_open(&apply->ctx);
	if (r == -EACCES)
		return device_open(&apply->ctx);
	if (r < 0)
		apply->ctx = NULL;
	return EXIT_OK;
}

static int apply_all(struct apply *apply, const struct conf *conf)
{
	size_t i;
	int r;

	for (i = 0; i < conf->nr_buffers && conf->buffers[i].bad; i++)
		;
	if (i == conf->nr_buffers)
		return EXIT_OK;

	r = open_for(apply);
	if (r != EXIT_OK)
		return r;

	for (i = 0; i < conf->nr_buffers; i++)
		if (!conf->buffers[i].bad)
			apply_one(apply, &conf->buffers[i]);
	mymap_close(apply->ctx);
	return apply->failed ? EXIT_FAILED : EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	struct apply apply = {
		.command = command,
		.check = option_given(options, OPTION_CHECK),
	};
	struct conf conf = { 0 };
	char **file;
	int r;

	if (!options->operands[0])
		read_dir(command, &conf);
	for (file = options->operands; *file; file++)
		conf_read(&conf, *file);

	r = apply_all(&apply, &conf);
	if (r == EXIT_OK && conf.failed)
		r = EXIT_FAILED;
	conf_free(&conf);
	return r;
}

const struct command command_apply = {
	.name = "apply",
	.operands = "[FILE]...",
	.summary = "make the named buffers that the files in " CONF_DIR " list",
	.description =
		"Reads " CONF_DIR "/*.conf, or the files that are given, and makes the buffers\n"
		"that are listed there and do not exist yet. A line that is wrong is named, and\n"
		"stops nothing but the buffer that it belongs to. It is run at boot.\n",
	.options = BIT(OPTION_CHECK),
	.run = run,
};
