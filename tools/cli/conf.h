/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that say which named buffers there are to be: mymap.d(5).
 */
#ifndef MYMAP_CLI_CONF_H
#define MYMAP_CLI_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <mymap.h>

/**
 * struct conf_buffer - one section of a file
 * @name: the name of the buffer
 * @file: the file; it belongs to the struct conf
 * @line: where in it the section begins
 * @size: bytes
 * @kind: what it is made of
 * @cache: how it is cached; MYMAP_CACHE_MODE_UNKNOWN for what is usual
 * @device: the device that it is for; empty for the module's own
 * @populate: allocate all memory at once
 * @owned: an owner, a group or a mode was given
 * @owner: the owner; root if only others were given
 * @group: the group; mymap if only others were given
 * @mode: permission bits; 0660 if only others were given
 * @bad: something of it is wrong, and was complained about
 */
struct conf_buffer {
	char name[MYMAP_NAME_MAX + 1];
	const char *file;
	unsigned int line;
	uint64_t size;
	enum mymap_buffer_kind kind;
	enum mymap_cache_mode cache;
	char device[MYMAP_DEVICE_MAX + 1];
	bool populate;
	bool owned;
	uid_t owner;
	gid_t group;
	mode_t mode;
	bool bad;
	unsigned int given;	/* which keys */
};

/**
 * struct conf - all that was read; begin with zeros
 * @buffers: sections, in the order of their reading
 * @nr_buffers: how many
 * @files: names of files
 * @nr_files: how many
 * @failed: something was wrong, and was complained about
 */
struct conf {
	struct conf_buffer *buffers;
	size_t nr_buffers;
	char **files;
	size_t nr_files;
	bool failed;
};

void conf_read(struct conf *conf, const char *path);
void conf_free(struct conf *conf);

#endif /* MYMAP_CLI_CONF_H */
