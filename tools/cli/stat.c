// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap stat: what the driver has counted.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "cli.h"

#define DEBUGFS	"/sys/kernel/debug"

#define ACTIONS	(BIT(OPTION_DISABLE) | BIT(OPTION_ENABLE) | BIT(OPTION_RESET))

static bool debugfs_is_mounted(void)
{
	struct statfs fs;

	return !statfs(DEBUGFS, &fs) && fs.f_type == DEBUGFS_MAGIC;
}

static bool module_is_loaded(void)
{
	enum mymap_module_state state;

	/* Where that cannot be told, the reason is looked for elsewhere. */
	return mymap_module_get_state(&state) < 0 || state == MYMAP_MODULE_LOADED ||
		state == MYMAP_MODULE_BUILTIN;
}

static int complain_stat(const struct command *command, int error)
{
	switch (error) {
	case -EACCES:
		complain("%s: the counters are for root: run 'sudo mymap %s'", command->name,
			 command->name);
		break;
	case -EPERM:
		complain("%s: the kernel is locked down (Secure Boot) and lets nobody see or change "
			 "the counters", command->name);
		break;
	case -ENOENT:
		if (!module_is_loaded())
			complain("%s: the module is not loaded: run 'sudo modprobe mymap'",
				 command->name);
		else if (!debugfs_is_mounted())
			complain("%s: " DEBUGFS " is not mounted: run 'sudo mount -t debugfs "
				 "debugfs " DEBUGFS "'", command->name);
		else
			complain("%s: " DRIVER_TOO_OLD, command->name);
		break;
	default:
		complain("%s: " DEBUGFS "/mymap: %s", command->name, strerror(-error));
	}
	return EXIT_FAILED;
}

static void print_statistics(const struct mymap_statistics *statistics)
{
	static const struct {
		enum mymap_statistic statistic;
		const char *name;
	} rows[] = {
		{ MYMAP_STATISTIC_FAULTS_HUGE, "faults, huge" },
		{ MYMAP_STATISTIC_FAULTS_PAGE, "faults, smaller" },
		{ MYMAP_STATISTIC_FAULTS_SIGBUS, "faults, SIGBUS" },
		{ MYMAP_STATISTIC_FAULTS_OOM, "faults, no memory" },
		{ MYMAP_STATISTIC_ALLOCATED_HUGE, "allocated, huge" },
		{ MYMAP_STATISTIC_ALLOCATED_SMALLER, "allocated, smaller" },
		{ MYMAP_STATISTIC_ALLOCATION_FALLBACKS, "fallbacks" },
		{ MYMAP_STATISTIC_ALLOCATION_FAILURES, "failed allocations" },
	};
	size_t i;

	print_field("counting", "%s", mymap_statistics_is_enabled(statistics) ? "on" : "off");
	print_field("buffers", "%" PRIu64,
		    mymap_statistics_get(statistics, MYMAP_STATISTIC_BUFFERS));
	print_size("resident", mymap_statistics_get(statistics, MYMAP_STATISTIC_RESIDENT));
	print_size("resident, huge",
		   mymap_statistics_get(statistics, MYMAP_STATISTIC_RESIDENT_HUGE));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		print_field(rows[i].name, "%" PRIu64,
			    mymap_statistics_get(statistics, rows[i].statistic));
}

static void print_json(const struct mymap_statistics *statistics)
{
	struct json_object *object = json_object_new_object();
	const char *name;
	int i;

	json_object_object_add(object, "enabled",
			       json_object_new_boolean(mymap_statistics_is_enabled(statistics)));
	for (i = 0; (name = mymap_statistic_name((enum mymap_statistic)i)); i++) {
		uint64_t value = mymap_statistics_get(statistics, (enum mymap_statistic)i);

		json_object_object_add(object, name, json_object_new_uint64(value));
	}
	json_print(object);
}

static int show(const struct command *command, const struct options *options)
{
	struct mymap_statistics *statistics;
	int r;

	r = mymap_statistics_new(&statistics);
	if (r < 0)
		return complain_stat(command, r);

	if (option_given(options, OPTION_JSON))
		print_json(statistics);
	else
		print_statistics(statistics);
	mymap_statistics_free(statistics);
	return EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	int r;

	/* At most one bit is set. */
	if (options->given & (options->given - 1)) {
		complain("%s: --disable, --enable, --json and --reset: one of them, please",
			 command->name);
		return EXIT_USAGE;
	}
	if (!(options->given & ACTIONS))
		return show(command, options);

	if (option_given(options, OPTION_RESET))
		r = mymap_statistics_reset();
	else
		r = mymap_statistics_enable(option_given(options, OPTION_ENABLE));
	return r < 0 ? complain_stat(command, r) : EXIT_OK;
}

const struct command command_stat = {
	.name = "stat",
	.summary = "show what the driver has counted, or begin and end counting",
	.description =
		"Shows how many buffers there are, what memory they have, and what has been\n"
		"counted since the module was loaded or since --reset: page faults by the size of\n"
		"the pages they were served with, and allocations. Faults and allocations are\n"
		"counted between --enable and --disable only; it costs nothing otherwise. All of\n"
		"it is about the whole system, and for root. The options exclude each other.\n",
	.options = BIT(OPTION_DISABLE) | BIT(OPTION_ENABLE) | BIT(OPTION_JSON) |
		   BIT(OPTION_RESET),
	.run = run,
};
