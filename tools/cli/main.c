// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap: the table of subcommands.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "version.h"

static const struct command *const commands[] = {
	&command_apply,
	&command_bench,
	&command_bind,
	&command_create,
	&command_demo,
	&command_destroy,
	&command_doctor,
	&command_export,
	&command_fill,
	&command_info,
	&command_list,
	&command_open,
	&command_punch,
	&command_read,
	&command_resize,
	&command_ring,
	&command_seal,
	&command_segments,
	&command_stat,
	&command_sync,
	&command_unbind,
	&command_wait,
	&command_watch,
	&command_write,
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void help(void)
{
	size_t i;

	fputs("Usage: mymap COMMAND [OPTION]...\n"
	      "Memory that the kernel owns and programs map and share.\n"
	      "\n"
	      "Commands:\n", stdout);
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n"
	      "Options:\n"
	      "  --help     show this help; 'mymap COMMAND --help' tells more\n"
	      "  --version  show the version\n", stdout);
}

static const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	return NULL;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct options options;
	int r;

	r = options_parse(command, argc, argv, &options);
	if (r != OPTIONS_RUN)
		return r;

	return command->run(command, &options);
}

static int dispatch(int argc, char **argv)
{
	const struct command *command;
	const char *word = argv[1];

	if (argc < 2) {
		complain("no command; see 'mymap --help'");
		return EXIT_USAGE;
	}
	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		help();
		return EXIT_OK;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		puts("mymap " MYMAP_LIBRARY_VERSION);
		return EXIT_OK;
	}
	if (word[0] == '-') {
		complain("unknown option '%s'; see 'mymap --help'", word);
		return EXIT_USAGE;
	}

	command = command_find(word);
	if (!command) {
		complain("unknown command '%s'; see 'mymap --help'", word);
		return EXIT_USAGE;
	}
	return run(command, argc - 1, argv + 1);
}

/*
 * Whoever started mymap may have closed some of the descriptors 0 to 2. Then the
 * device would get such a number, and output would go into its memory. Fill the
 * gaps with something that fails when used.
 */
static int fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_PATH);
	while (fd >= 0 && fd <= STDERR_FILENO);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	if (fill_standard_fds() < 0) {
		perror("mymap: /dev/null");
		return EXIT_FAILED;
	}

	return finish_stdout(dispatch(argc, argv));
}
