// SPDX-License-Identifier: GPL-2.0-only
/*
 * All options of all subcommands: parsing and help come from one table.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "size.h"

static const struct option_spec {
	const char *name;
	const char *argument;	/* NULL: takes none */
	const char *help;
} specs[NR_OPTIONS] = {
	[OPTION_BYTE] = { "byte", "VALUE", "the byte to write, 0 to 255 (default: 0)" },
	[OPTION_CACHE] = { "cache", "MODE", "cached, write-combined or uncached" },
	[OPTION_CHECK] = { "check", NULL, "tell what would be done, and do nothing" },
	[OPTION_CONTIGUOUS] = { "contiguous", NULL, "in one run: the kind contiguous, or else device" },
	[OPTION_DEVICE] = { "device", "DEVICE", "the device that it is for, such as 0000:00:04.0" },
	[OPTION_DISABLE] = { "disable", NULL, "count no more" },
	[OPTION_DMA_BITS] = { "dma-bits", "N", "how many bits of an address the device has (default: 32)" },
	[OPTION_ENABLE] = { "enable", NULL, "begin to count" },
	[OPTION_END] = { "end", NULL, "the processor is done with it, rather than about to begin" },
	[OPTION_FD] = { "fd", "N", "use the inherited descriptor N of a buffer" },
	[OPTION_FIXED_SIZE] = { "fixed-size", NULL, "let the size of the buffer never change" },
	[OPTION_FROM] = { "from", "FILE", "show what --json has printed before, and measure nothing" },
	[OPTION_FROM_DEVICE] = { "from-device", NULL, "the device writes, the processor reads" },
	[OPTION_GROUP] = { "group", "GROUP", "the group of the buffer (default: mymap)" },
	[OPTION_HELP] = { "help", NULL, "show this help" },
	[OPTION_JSON] = { "json", NULL, "print one JSON object on one line" },
	[OPTION_KIND] = { "kind", "KIND", "pages (the default), contiguous or device" },
	[OPTION_LENGTH] = { "length", "SIZE", "how many bytes (default: all to the end)" },
	[OPTION_MODE] = { "mode", "MODE", "who may read and write it (default: 0660)" },
	[OPTION_NAME] = { "name", "NAME", "how others find the buffer, which stays until 'destroy'" },
	[OPTION_OFFSET] = { "offset", "SIZE", "where in the buffer to begin (default: 0)" },
	[OPTION_OWNER] = { "owner", "USER", "the owner of the buffer (default: who makes it)" },
	[OPTION_PLOT] = { "plot", "FILE", "draw bars into FILE, as SVG" },
	[OPTION_POPULATE] = { "populate", NULL, "allocate all memory now" },
	[OPTION_READONLY] = { "readonly", NULL, "open the buffer for reading only" },
	[OPTION_REPEAT] = { "repeat", "N", "how often each row is measured (default: 5)" },
	[OPTION_RESET] = { "reset", NULL, "count from 0 again" },
	[OPTION_ROOT] = { "root", "DIR", "examine the system that lies below DIR" },
	[OPTION_SEQUENCE] = { "sequence", "N", "the number that is known (default: the present one)" },
	[OPTION_SIZE] = { "size", "SIZE", "how large the buffer is to be" },
	[OPTION_TIMEOUT] = { "timeout", "SECONDS", "how long to wait (default: as long as it takes)" },
	[OPTION_TO_DEVICE] = { "to-device", NULL, "the processor writes, the device reads" },
	[OPTION_UNIT] = { "unit", "UNIT", "count nanoseconds (the default), instructions, or icount" },
	[OPTION_WARM] = { "warm", "SIZE", "touch so much memory before (default: twice --size)" },
};

/* What getopt gives for a word that is no option; our own numbers are elsewhere. */
#define OPERAND		1
#define FIRST_ID	256

static int parse_size(const struct command *command, enum option_id id, const char *text,
		      uint64_t *ret_bytes)
{
	int r = size_parse(text, ret_bytes);

	if (!r)
		return OPTIONS_RUN;

	if (r == -ERANGE)
		complain("%s: %s '%s': too large; " SIZE_HINT, command->name, specs[id].name, text);
	else
		complain("%s: %s '%s': not a size; " SIZE_HINT, command->name, specs[id].name,
			 text);
	return EXIT_USAGE;
}

/* Decimal or 0x hexadecimal, no unit. */
static int parse_number(const struct command *command, enum option_id id, const char *text,
			unsigned long long max, unsigned long long *ret_number)
{
	bool digit_first = text[0] >= '0' && text[0] <= '9';
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, hexadecimal ? 16 : 10);
	if (!digit_first || *end || errno || number > max) {
		complain("%s: %s '%s': not a number from 0 to %llu", command->name, specs[id].name,
			 text, max);
		return EXIT_USAGE;
	}

	*ret_number = number;
	return OPTIONS_RUN;
}

/* A complaint about the value of an option that is none. */
static int wrong_value(const struct command *command, enum option_id id, const char *text,
		       const char *why)
{
	complain("%s: %s '%s': %s", command->name, specs[id].name, text, why);
	return EXIT_USAGE;
}

/* Seconds in decimal, with or without decimals; what is below 1 ms is rounded up. */
static int parse_seconds(const struct command *command, const char *text, int *ret_ms)
{
	const int max = INT_MAX / 1000;
	size_t whole = strspn(text, "0123456789");
	const char *point = text + whole;
	size_t decimals = *point == '.' ? strspn(point + 1, "0123456789") : 0;
	const char *end = *point == '.' ? point + 1 + decimals : point;
	long long ms = 0;
	size_t i;

	for (i = 0; i < whole && ms <= max; i++)
		ms = ms * 10 + (text[i] - '0');
	if (!whole || *end || (*point && !decimals) || ms >= max) {
		complain("%s: timeout '%s': not a number of seconds from 0 to %d", command->name,
			 text, max - 1);
		return EXIT_USAGE;
	}

	for (i = 1; i <= 3; i++)
		ms = ms * 10 + (i <= decimals ? point[i] - '0' : 0);
	if (decimals > 3 && strspn(point + 4, "0") < decimals - 3)
		ms++;
	*ret_ms = (int)ms;
	return OPTIONS_RUN;
}

static int parse_unit(const struct command *command, const char *text, unsigned int *ret_unit)
{
	static const char *const names[] = { "nanoseconds", "instructions", "icount" };
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*ret_unit = i;
			return OPTIONS_RUN;
		}
	}
	return wrong_value(command, OPTION_UNIT, text, "not nanoseconds, instructions or icount");
}

static int take_option(const struct command *command, enum option_id id, const char *argument,
		       struct options *options)
{
	unsigned long long number = 0;
	int r = OPTIONS_RUN;

	switch (id) {
	case OPTION_HELP:
		options_help(command);
		return EXIT_OK;
	case OPTION_BYTE:
		r = parse_number(command, id, argument, UCHAR_MAX, &number);
		options->byte = (unsigned char)number;
		break;
	case OPTION_DEVICE:
		options->device = argument;
		break;
	case OPTION_DMA_BITS:
		r = parse_number(command, id, argument, 64, &number);
		options->dma_bits = (unsigned int)number;
		if (r == OPTIONS_RUN && number < 24)
			r = wrong_value(command, id, argument, "not a number from 24 to 64");
		break;
	case OPTION_FD:
		r = parse_number(command, id, argument, INT_MAX, &number);
		options->fd = (int)number;
		break;
	case OPTION_FROM:
		options->from = argument;
		break;
	case OPTION_GROUP:
		if (!group_parse(argument, &options->group))
			r = wrong_value(command, id, argument, "there is no such group");
		break;
	case OPTION_CACHE:
		if (!cache_parse(argument, &options->cache))
			r = wrong_value(command, id, argument, "there is no such cache mode; " CACHE_HINT);
		break;
	case OPTION_KIND:
		if (!kind_parse(argument, &options->kind))
			r = wrong_value(command, id, argument, "there is no such kind; " KIND_HINT);
		break;
	case OPTION_LENGTH:
		r = parse_size(command, id, argument, &options->length);
		break;
	case OPTION_MODE:
		if (!mode_parse(argument, &options->mode))
			r = wrong_value(command, id, argument, "not a mode such as 0660");
		break;
	case OPTION_NAME:
		r = named_check(command, argument) == EXIT_OK ? OPTIONS_RUN : EXIT_USAGE;
		options->name = argument;
		break;
	case OPTION_OFFSET:
		r = parse_size(command, id, argument, &options->offset);
		break;
	case OPTION_OWNER:
		if (!owner_parse(argument, &options->owner))
			r = wrong_value(command, id, argument, "there is no such user");
		break;
	case OPTION_PLOT:
		options->plot = argument;
		break;
	case OPTION_REPEAT:
		r = parse_number(command, id, argument, 1000, &number);
		options->repeat = (unsigned int)number;
		if (r == OPTIONS_RUN && !number)
			r = wrong_value(command, id, argument, "not a number from 1 to 1000");
		break;
	case OPTION_ROOT:
		options->root = argument;
		break;
	case OPTION_SEQUENCE:
		r = parse_number(command, id, argument, UINT64_MAX, &number);
		options->sequence = number;
		break;
	case OPTION_SIZE:
		r = parse_size(command, id, argument, &options->size);
		break;
	case OPTION_TIMEOUT:
		r = parse_seconds(command, argument, &options->timeout_ms);
		break;
	case OPTION_UNIT:
		r = parse_unit(command, argument, &options->unit);
		break;
	case OPTION_WARM:
		r = parse_size(command, id, argument, &options->warm);
		break;
	case OPTION_CHECK:
	case OPTION_CONTIGUOUS:
	case OPTION_DISABLE:
	case OPTION_ENABLE:
	case OPTION_END:
	case OPTION_FIXED_SIZE:
	case OPTION_FROM_DEVICE:
	case OPTION_JSON:
	case OPTION_POPULATE:
	case OPTION_READONLY:
	case OPTION_RESET:
	case OPTION_TO_DEVICE:
	case NR_OPTIONS:
		break;
	}

	options->given |= BIT(id);
	return r;
}

/* Writes the options of @command in getopt's way; the value is the option_id. */
static void table_for(const struct command *command, struct option table[NR_OPTIONS + 1])
{
	size_t n = 0;
	int id;

	for (id = 0; id < NR_OPTIONS; id++) {
		if (!((command->options | BIT(OPTION_HELP)) & BIT(id)))
			continue;
		table[n++] = (struct option) {
			.name = specs[id].name,
			.has_arg = specs[id].argument ? required_argument : no_argument,
			.val = FIRST_ID + id,
		};
	}
	table[n] = (struct option) { 0 };
}

static bool takes_one(const struct command *command)
{
	return command->takes_name || command->takes_device;
}

/* The one that a command takes: the name of a buffer, or a device. */
static int take_name(const struct command *command, const char *name, struct options *options)
{
	if (options->name || (command->takes_device && options->device)) {
		complain("%s: unexpected '%s'; see 'mymap %s --help'", command->name, name,
			 command->name);
		return EXIT_USAGE;
	}
	if (command->takes_device) {
		options->device = name;
		return OPTIONS_RUN;
	}
	options->name = name;
	return named_check(command, name) == EXIT_OK ? OPTIONS_RUN : EXIT_USAGE;
}

/* What is left behind the options, and behind "--". */
static int take_operands(const struct command *command, char **operands, struct options *options)
{
	int r;

	if (takes_one(command) && operands[0]) {
		r = take_name(command, operands[0], options);
		if (r != OPTIONS_RUN)
			return r;
		operands++;
	}
	if (operands[0] && (takes_one(command) || !command->operands)) {
		complain("%s: unexpected '%s'; see 'mymap %s --help'", command->name, operands[0],
			 command->name);
		return EXIT_USAGE;
	}
	options->operands = operands;
	return OPTIONS_RUN;
}

/**
 * options_parse() - read the options of a subcommand
 * @command: the subcommand
 * @argc: how many words
 * @argv: the words, its name first
 * @ret_options: what was given
 *
 * Return: OPTIONS_RUN, or the exit status to end with: something was wrong and
 * was complained about, or the help was printed.
 */
int options_parse(const struct command *command, int argc, char **argv,
		  struct options *ret_options)
{
	struct option table[NR_OPTIONS + 1];
	struct options options = { .fd = -1, .kind = MYMAP_BUFFER_KIND_PAGES };
	int r;

	table_for(command, table);
	optind = 0; /* GNU: begin anew */
	opterr = 0;

	for (;;) {
		int before = optind ? optind : 1;
		/* -: what is no option comes as the value of a 1; +: it ends them */
		int c = getopt_long(argc, argv, takes_one(command) ? "-:h" : "+:h", table, NULL);

		if (c == -1)
			break;
		if (c == ':') {
			complain("%s: option '%s' needs a value", command->name, argv[before]);
			return EXIT_USAGE;
		}
		if (c == '?') {
			complain("%s: unknown option '%s'; see 'mymap %s --help'", command->name,
				 argv[before], command->name);
			return EXIT_USAGE;
		}

		if (c == OPERAND)
			r = take_name(command, optarg, &options);
		else
			r = take_option(command, c == 'h' ? OPTION_HELP : (enum option_id)(c - FIRST_ID),
					optarg, &options);
		if (r != OPTIONS_RUN)
			return r;
	}

	r = take_operands(command, argv + optind, &options);
	if (r != OPTIONS_RUN)
		return r;

	*ret_options = options;
	return OPTIONS_RUN;
}

/**
 * options_help() - print the help of a subcommand on stdout
 * @command: the subcommand
 */
void options_help(const struct command *command)
{
	int id;

	printf("Usage: mymap %s [OPTION]...%s%s\n\n%s\nOptions:\n", command->name,
	       command->operands ? " " : "", command->operands ? command->operands : "",
	       command->description);

	for (id = 0; id < NR_OPTIONS; id++) {
		const struct option_spec *spec = &specs[id];

		if ((command->options | BIT(OPTION_HELP)) & BIT(id))
			printf("  --%-10s %-6s %s\n", spec->name,
			       spec->argument ? spec->argument : "", spec->help);
	}

	if (command->options & (BIT(OPTION_SIZE) | BIT(OPTION_LENGTH) | BIT(OPTION_OFFSET) |
				 BIT(OPTION_WARM)))
		fputs("\nSIZE is in bytes, or with a unit: 4096, 64K, 64M, 1.5G, 2MiB (powers of\n"
		      "1024), 10MB (powers of 1000), 0x1000.\n", stdout);
}
