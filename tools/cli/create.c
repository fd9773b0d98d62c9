// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap create: make a buffer, for a command to inherit.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "group.h"
#include "size.h"

/* Where COMMAND finds the buffer. */
#define COMMAND_FD	3
#define COMMAND_FD_TEXT	"3"

#define OWNER_OPTIONS	(BIT(OPTION_OWNER) | BIT(OPTION_GROUP) | BIT(OPTION_MODE))
#define KIND_OPTIONS	(BIT(OPTION_KIND) | BIT(OPTION_CONTIGUOUS) | BIT(OPTION_DEVICE))

/* A parameter of the module, until the next boot. */
#define RAISE(parameter)	"module parameter " parameter ": 'echo BYTES | sudo tee " \
				"/sys/module/mymap/parameters/" parameter "' raises it"

/* Of one buffer, of one user, of all: which one is exceeded, in that order. */
static void complain_limit(const char *who, uint64_t size,
			   const struct mymap_driver_info *driver)
{
	char text[SIZE_TEXT_MAX], limit_text[SIZE_TEXT_MAX];
	const char *what = "all buffers together", *parameter = "max_total_size";
	uint64_t limit = mymap_driver_info_get_max_buffer_size(driver);
	uint64_t page = mymap_driver_info_get_page_size(driver);
	uint64_t used, counts;

	size_format(size, text, sizeof(text));
	/* What counts are whole pages. */
	counts = page && size % page && size <= UINT64_MAX - page ? size - size % page + page : size;
	if (counts > limit) {
		complain("%s: size %" PRIu64 " (%s): a buffer may have at most %" PRIu64
			 " bytes (%s); " RAISE("max_buffer_size"), who, size, text, limit,
			 size_format(limit, limit_text, sizeof(limit_text)));
		return;
	}

	limit = mymap_driver_info_get_max_total_size(driver);
	used = mymap_driver_info_get_total_size(driver);
	if (used <= limit && counts <= limit - used) {
		what = "all buffers of a user";
		parameter = "max_user_size";
		limit = mymap_driver_info_get_max_user_size(driver);
		used = mymap_driver_info_get_user_size(driver);
	}
	complain("%s: size %" PRIu64 " (%s): %s may have at most %" PRIu64
		 " bytes (%s) and have %" PRIu64 " now; " RAISE("%s"), who, size, text, what, limit,
		 size_format(limit, limit_text, sizeof(limit_text)), used, parameter, parameter);
}

static void complain_quota(const char *who, uint64_t size, struct mymap *ctx)
{
	char text[SIZE_TEXT_MAX];
	struct mymap_driver_info *driver;

	if (mymap_get_driver_info(ctx, &driver) < 0) {
		complain("%s: size %" PRIu64 " (%s): over a limit of the driver; 'mymap info' shows the limits", who,
			 size, size_format(size, text, sizeof(text)));
		return;
	}
	complain_limit(who, size, driver);
	mymap_driver_info_free(driver);
}

/**
 * create_complain() - why a buffer could not be made
 * @who: who says it
 * @size: the size that was wanted, in bytes
 * @error: what the library answered
 * @ctx: the context, to ask for the limits
 */
void create_complain(const char *who, uint64_t size, int error, struct mymap *ctx)
{
	char text[SIZE_TEXT_MAX];

	size_format(size, text, sizeof(text));
	switch (error) {
	case -EDQUOT:
		complain_quota(who, size, ctx);
		break;
	case -ENOMEM:
		complain("%s: size %" PRIu64 " (%s): " NO_MEMORY, who, size, text);
		break;
	case -EINVAL:
		complain("%s: size %" PRIu64 " (%s): no buffer can have this size; "
			 "'mymap info' shows the limits", who, size, text);
		break;
	default:
		complain("%s: size %" PRIu64 " (%s): %s", who, size, text,
			 strerror(-error));
	}
}

/* The group mymap owns what nobody else was told to own. */
static int default_group(const struct command *command, gid_t *ret_group)
{
	if (group_parse(GROUP, ret_group))
		return EXIT_OK;
	complain("%s: there is no group " GROUP " on this system: say --group", command->name);
	return EXIT_FAILED;
}

static bool driver_has(struct mymap *ctx, enum mymap_driver_feature feature)
{
	struct mymap_driver_info *driver;
	bool has;

	if (mymap_get_driver_info(ctx, &driver) < 0)
		return false;
	has = mymap_driver_info_has_feature(driver, feature);
	mymap_driver_info_free(driver);
	return has;
}

/* Has the driver what was asked for, but for the name and the cache mode? */
static bool driver_can(const struct options *options, struct mymap *ctx)
{
	return (!option_given(options, OPTION_FIXED_SIZE) ||
		driver_has(ctx, MYMAP_DRIVER_FEATURE_RESIZE)) &&
	       (!(options->given & KIND_OPTIONS) || driver_has(ctx, MYMAP_DRIVER_FEATURE_KINDS));
}

static void complain_cache(const char *who, const struct create_wish *wish, struct mymap *ctx)
{
	if (driver_has(ctx, MYMAP_DRIVER_FEATURE_CACHE_MODES))
		complain("%s: cache '%s': memory of the kind %s cannot be cached so here; "
			 "write-combined and uncached are for the kind device, where the machine has it",
			 who, cache_name(wish->cache), kind_name(wish->kind));
	else
		complain("%s: cache '%s': " DRIVER_TOO_OLD, who, cache_name(wish->cache));
}

/**
 * create_complain_request() - why a buffer with a name, a kind and a device could not
 * be made
 * @who: who says it
 * @wish: what it was to be
 * @error: what the library answered
 * @ctx: the context, to ask for the limits
 */
void create_complain_request(const char *who, const struct create_wish *wish, int error,
			     struct mymap *ctx)
{
	char text[SIZE_TEXT_MAX];
	const char *name = wish->name;

	if (error == -EOPNOTSUPP && wish->cache)
		complain_cache(who, wish, ctx);
	else if (name && (error == -EEXIST || error == -EPERM || error == -EACCES ||
		     error == -EOPNOTSUPP))
		named_complain(who, name, error, ctx);
	else if (error == -ENOENT || error == -ENXIO)
		complain("%s: device '%s': there is no such device, or mymap is not its driver; "
			 "'mymap bind' makes it so", who, wish->device ? wish->device : "mymap");
	else if (error == -ENOMEM && wish->kind != MYMAP_BUFFER_KIND_PAGES)
		complain("%s: size %" PRIu64 " (%s): no run of memory of the kind %s is that long now; "
			 "'mymap doctor' says what helps", who, wish->size,
			 size_format(wish->size, text, sizeof(text)), kind_name(wish->kind));
	else
		create_complain(who, wish->size, error, ctx);
}

static int fill_request(const struct command *command, const struct options *options,
			struct mymap_request *request)
{
	uid_t owner = option_given(options, OPTION_OWNER) ? options->owner : geteuid();
	mode_t mode = option_given(options, OPTION_MODE) ? options->mode : DEFAULT_MODE;
	gid_t group = options->group;
	uint64_t flags = 0;

	if (option_given(options, OPTION_POPULATE))
		flags |= MYMAP_BUFFER_CREATE_POPULATE;
	if (option_given(options, OPTION_FIXED_SIZE))
		flags |= MYMAP_BUFFER_CREATE_FIXED_SIZE;
	mymap_request_set_flags(request, flags);

	/* it was looked at when the options were read */
	if (options->name && mymap_request_set_name(request, options->name) < 0)
		return EXIT_FAILED;
	if (options->device && mymap_request_set_device(request, options->device) < 0) {
		complain("%s: device '%s': no device is called so", command->name, options->device);
		return EXIT_FAILED;
	}
	if (!(options->given & OWNER_OPTIONS))
		return EXIT_OK;
	if (!option_given(options, OPTION_GROUP) && default_group(command, &group) != EXIT_OK)
		return EXIT_FAILED;
	mymap_request_set_owner(request, owner, group, mode);
	return EXIT_OK;
}

static int create_requested(const struct command *command, const struct options *options,
			    struct mymap_request *request, struct mymap *ctx,
			    struct mymap_buffer **ret_buffer)
{
	bool contiguous = option_given(options, OPTION_CONTIGUOUS);
	struct create_wish wish = {
		.name = options->name,
		.device = options->device,
		.kind = contiguous ? MYMAP_BUFFER_KIND_CONTIGUOUS : options->kind,
		.cache = options->cache,
		.size = options->size,
	};
	int r;

	r = mymap_request_set_kind(request, wish.kind);
	if (!r)
		r = mymap_request_set_cache_mode(request, wish.cache);
	if (!r)
		r = mymap_request_create(request, ctx, ret_buffer);
	if ((r == -ENOMEM || (r == -EOPNOTSUPP && wish.cache)) && contiguous) {
		wish.kind = MYMAP_BUFFER_KIND_DEVICE;
		r = mymap_request_set_kind(request, wish.kind);
		if (!r)
			r = mymap_request_create(request, ctx, ret_buffer);
	}
	if (!r)
		return EXIT_OK;

	if (r == -EOPNOTSUPP && !options->name && !driver_can(options, ctx))
		complain("%s: %s: " DRIVER_TOO_OLD, command->name,
			 options->given & KIND_OPTIONS ? "--kind" : "--fixed-size");
	else
		create_complain_request(command->name, &wish, r, ctx);
	return EXIT_FAILED;
}

static int create(const struct command *command, const struct options *options,
		  struct mymap_buffer **ret_buffer)
{
	struct mymap_request *request;
	struct mymap *ctx;
	int r;

	r = device_open(&ctx);
	if (r != EXIT_OK)
		return r;

	if (mymap_request_new(options->size, &request) < 0) {
		complain("%s: %s", command->name, strerror(ENOMEM));
		r = EXIT_FAILED;
	} else {
		r = fill_request(command, options, request);
		if (r == EXIT_OK)
			r = create_requested(command, options, request, ctx, ret_buffer);
		mymap_request_free(request);
	}
	mymap_close(ctx);
	return r;
}

static int show(const struct command *command, const struct options *options,
		struct mymap_buffer *buffer)
{
	struct mymap_buffer_info *info;
	int r;

	r = mymap_buffer_get_info(buffer, &info);
	if (r < 0) {
		complain("%s: cannot ask about the buffer: %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}

	if (option_given(options, OPTION_JSON))
		json_print(json_buffer(info));
	else
		print_buffer(info);

	mymap_buffer_info_free(info);
	/* now: COMMAND writes to the same descriptor */
	return finish_stdout(EXIT_OK);
}

/* Give a descriptor to COMMAND as descriptor 3, without close-on-exec. */
static int pass_on(int fd)
{
	int flags;

	if (fd != COMMAND_FD)
		return dup2(fd, COMMAND_FD) < 0 ? -errno : 0;

	flags = fcntl(fd, F_GETFD);
	if (flags < 0 || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) < 0)
		return -errno;
	return 0;
}

/**
 * execute() - become a program that inherits a descriptor
 * @command: who does it
 * @argv: the program and its arguments
 * @fd: the descriptor
 * @variable: of the environment, which tells the program
 *
 * Does not come back if all goes well.
 *
 * Return: an exit status, after a complaint.
 */
int execute(const struct command *command, char **argv, int fd, const char *variable)
{
	int error, r;

	r = pass_on(fd);
	if (r < 0) {
		complain("%s: descriptor " COMMAND_FD_TEXT ": %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}
	if (setenv(variable, COMMAND_FD_TEXT, 1) < 0) {
		complain("%s: %s: %s", command->name, variable, strerror(errno));
		return EXIT_FAILED;
	}

	execvp(argv[0], argv);
	error = errno;
	complain("%s: %s: %s", command->name, argv[0], strerror(error));
	return error == ENOENT ? EXIT_NO_COMMAND : EXIT_CANNOT_EXEC;
}

static int check(const struct command *command, const struct options *options)
{
	if (!option_given(options, OPTION_SIZE)) {
		complain("%s: --size is missing; " SIZE_HINT, command->name);
		return EXIT_USAGE;
	}
	if ((options->given & OWNER_OPTIONS) && !options->name) {
		complain("%s: --owner, --group and --mode are for buffers with --name", command->name);
		return EXIT_USAGE;
	}
	if (option_given(options, OPTION_CONTIGUOUS) && option_given(options, OPTION_KIND)) {
		complain("%s: either --contiguous or --kind", command->name);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	bool with_command = options->operands[0];
	struct mymap_buffer *buffer;
	int r;

	r = check(command, options);
	if (r == EXIT_OK)
		r = create(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	if (options->name)
		r = named_wait(command, options->name);
	/* stdout is COMMAND's, unless the line was asked for */
	if (r == EXIT_OK && (!with_command || option_given(options, OPTION_JSON)))
		r = show(command, options, buffer);
	if (r == EXIT_OK && with_command)
		r = execute(command, options->operands, mymap_buffer_get_fd(buffer),
			    BUFFER_VARIABLE);

	mymap_buffer_close(buffer);
	return r;
}

const struct command command_create = {
	.name = "create",
	.operands = "--size SIZE [--] [COMMAND [ARG]...]",
	.summary = "make a buffer and run COMMAND with it, or show it",
	.description =
		"Makes a buffer. COMMAND takes the place of mymap and inherits the buffer as\n"
		"descriptor 3, with MYMAP_FD=3 in its environment; --json prints a line about\n"
		"the buffer before.\n"
		"\n"
		"Without COMMAND, the buffer is shown and is gone when mymap exits: with\n"
		"--populate, that tells whether so much memory can be had now.\n"
		"\n"
		"With --name, the buffer stays until 'mymap destroy NAME' or the next boot, and\n"
		"all who may open /dev/mymap may use it, or those that --owner, --group and\n"
		"--mode tell. It can be used when mymap exits or COMMAND begins.\n"
		"\n"
		"With --contiguous it is one run of memory: of pages, or where no such run is\n"
		"long enough, of the kind device; what is shown says which. --device names the\n"
		"device that it is for, which 'mymap bind' has made mymap's. --cache says how the\n"
		"processor caches it, where another way than the usual one is to be had.\n",
	.options = BIT(OPTION_FIXED_SIZE) | BIT(OPTION_JSON) | BIT(OPTION_POPULATE) |
		   BIT(OPTION_SIZE) | BIT(OPTION_NAME) | BIT(OPTION_CACHE) | OWNER_OPTIONS | KIND_OPTIONS,
	.run = run,
};
