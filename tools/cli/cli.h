/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands of mymap share.
 */
#ifndef MYMAP_CLI_H
#define MYMAP_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <mymap.h>

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,	/* it could not be done */
	EXIT_USAGE = 2,		/* it was not asked for rightly */
	EXIT_CANNOT_EXEC = 126,	/* as env(1) has it */
	EXIT_NO_COMMAND = 127,
};

/* Options; a subcommand names those it takes as a mask of bits. */
enum option_id {
	OPTION_BYTE,
	OPTION_CACHE,
	OPTION_CHECK,
	OPTION_CONTIGUOUS,
	OPTION_DEVICE,
	OPTION_DISABLE,
	OPTION_DMA_BITS,
	OPTION_ENABLE,
	OPTION_END,
	OPTION_FD,
	OPTION_FIXED_SIZE,
	OPTION_FROM,
	OPTION_FROM_DEVICE,
	OPTION_GROUP,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_KIND,
	OPTION_LENGTH,
	OPTION_MODE,
	OPTION_NAME,
	OPTION_OFFSET,
	OPTION_OWNER,
	OPTION_PLOT,
	OPTION_POPULATE,
	OPTION_READONLY,
	OPTION_REPEAT,
	OPTION_RESET,
	OPTION_ROOT,
	OPTION_SEQUENCE,
	OPTION_SIZE,
	OPTION_TIMEOUT,
	OPTION_TO_DEVICE,
	OPTION_UNIT,
	OPTION_WARM,
	NR_OPTIONS,
};

#define BIT(nr)	(1ULL << (nr))

/**
 * struct command - one subcommand
 * @name: what the user types
 * @operands: what follows the options, or NULL if nothing may
 * @summary: one line for the list of subcommands
 * @description: more, for its own --help; ends in a newline
 * @options: BIT(enum option_id) of each option it takes
 * @only_reads: it does not write to the buffer
 * @writes_with: BIT(enum option_id) of those with which it does nevertheless
 * @takes_name: it takes the name of a buffer, before or behind the options
 * @takes_device: it takes a device, likewise
 * @run: do it; returns an exit status
 */
struct command;
struct options;

struct command {
	const char *name;
	const char *operands;
	const char *summary;
	const char *description;
	uint64_t options;
	bool only_reads;
	uint64_t writes_with;
	bool takes_name;
	bool takes_device;
	int (*run)(const struct command *command, const struct options *options);
};

/**
 * struct options - what the user gave; the defaults where nothing was given
 * @given: BIT(enum option_id) of each option that was given
 * @byte: the byte to fill with
 * @cache: how a buffer is cached
 * @device: the name of a device, or NULL
 * @dma_bits: bits of an address that a device has; 0 if not given
 * @fd: an inherited descriptor
 * @from: a file with what was measured before, or NULL
 * @group: a group, by name or number
 * @kind: what a buffer is made of
 * @length: bytes
 * @mode: permission bits
 * @name: the name of a buffer, or NULL
 * @offset: bytes
 * @owner: a user, by name or number
 * @plot: the file to draw into, or NULL
 * @repeat: how often
 * @root: the folder that has the system to examine, or NULL
 * @sequence: the number of a ring
 * @size: bytes
 * @timeout_ms: milliseconds
 * @unit: what to count, an enum bench_unit
 * @warm: bytes
 * @operands: what follows the options, ended by NULL
 */
struct options {
	uint64_t given;
	unsigned char byte;
	enum mymap_cache_mode cache;
	const char *device;
	unsigned int dma_bits;
	int fd;
	const char *from;
	gid_t group;
	enum mymap_buffer_kind kind;
	uint64_t length;
	mode_t mode;
	const char *name;
	uint64_t offset;
	uid_t owner;
	const char *plot;
	unsigned int repeat;
	const char *root;
	uint64_t sequence;
	uint64_t size;
	int timeout_ms;
	unsigned int unit;
	uint64_t warm;
	char **operands;
};

static inline bool option_given(const struct options *options, enum option_id id)
{
	return options->given & BIT(id);
}

/* options.c */
#define OPTIONS_RUN	(-1)	/* go on; anything else is an exit status */

int options_parse(const struct command *command, int argc, char **argv,
		  struct options *ret_options);
void options_help(const struct command *command);

/* message.c */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int finish_stdout(int status);

/* device.c */
#define DEVICE_NODE	"/dev/mymap"

int device_open(struct mymap **ret_ctx);
int target_open(const struct command *command, const struct options *options,
		struct mymap_buffer **ret_buffer);

/* change.c */
#define DRIVER_TOO_OLD	"the driver that is loaded is older than this and cannot do it; " \
			"'mymap info' shows its version"

#define NO_MEMORY	"not enough memory, in the system or by the limit of the cgroup; 'free' shows " \
			"what there is, 'mymap list' which buffers have it"

int complain_change(const struct command *command, int error);

/* seal.c */
const char *seal_name(unsigned int i, uint64_t *ret_seal);

/* named.c */
#define NAME_HINT	"a name has 1 to 47 of A-Z a-z 0-9 . _ -, a letter or a digit first"

int named_check(const struct command *command, const char *name);
void named_complain(const char *who, const char *name, int error, struct mymap *ctx);
int named_open(const struct command *command, const char *name, uint64_t flags,
	       struct mymap_buffer **ret_buffer);
int named_wait(const struct command *command, const char *name);

/* create.c */
void create_complain(const char *who, uint64_t size, int error, struct mymap *ctx);

/**
 * struct create_wish - what a buffer was to be
 * @name: its name, or NULL
 * @device: its device, or NULL
 * @kind: what it was to be made of
 * @cache: how it was to be cached
 * @size: bytes
 */
struct create_wish {
	const char *name;
	const char *device;
	enum mymap_buffer_kind kind;
	enum mymap_cache_mode cache;
	uint64_t size;
};

void create_complain_request(const char *who, const struct create_wish *wish, int error,
			     struct mymap *ctx);
/* Where a command finds the number of the descriptor of its buffer. */
#define BUFFER_VARIABLE	"MYMAP_FD"

int execute(const struct command *command, char **argv, int fd, const char *variable);

/* owner.c */
#define DEFAULT_MODE	0660
/* Enough for two names; longer ones are cut off. */
#define OWNER_TEXT_MAX	80

bool owner_parse(const char *text, uid_t *ret_owner);
bool group_parse(const char *text, gid_t *ret_group);
bool mode_parse(const char *text, mode_t *ret_mode);
const char *owner_format(uid_t owner, gid_t group, char *text, size_t len);

/* kind.c */
#define KIND_HINT	"there are pages, contiguous and device"

bool kind_parse(const char *text, enum mymap_buffer_kind *ret_kind);
const char *kind_name(enum mymap_buffer_kind kind);

/* cache_mode.c */
#define CACHE_HINT	"there are cached, write-combined and uncached"

bool cache_parse(const char *text, enum mymap_cache_mode *ret_mode);
const char *cache_name(enum mymap_cache_mode mode);

/* print.c */
struct json_object;

void print_field(const char *name, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void print_size(const char *name, uint64_t bytes);
void print_buffer(const struct mymap_buffer_info *info);
struct json_object *json_buffer(const struct mymap_buffer_info *info);
void json_print(struct json_object *object);

extern const struct command command_apply;
extern const struct command command_bench;
extern const struct command command_bind;
extern const struct command command_create;
extern const struct command command_demo;
extern const struct command command_destroy;
extern const struct command command_doctor;
extern const struct command command_export;
extern const struct command command_fill;
extern const struct command command_info;
extern const struct command command_list;
extern const struct command command_open;
extern const struct command command_punch;
extern const struct command command_read;
extern const struct command command_resize;
extern const struct command command_ring;
extern const struct command command_seal;
extern const struct command command_segments;
extern const struct command command_stat;
extern const struct command command_sync;
extern const struct command command_unbind;
extern const struct command command_wait;
extern const struct command command_watch;
extern const struct command command_write;

#endif /* MYMAP_CLI_H */
