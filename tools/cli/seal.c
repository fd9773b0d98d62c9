// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap seal: forbid something about a buffer for good.
 */
#include <string.h>

#include "cli.h"

static const struct seal {
	const char *name;
	uint64_t seal;
} seals[] = {
	{ "shrink", MYMAP_BUFFER_SEAL_SHRINK },
	{ "grow", MYMAP_BUFFER_SEAL_GROW },
	{ "seal", MYMAP_BUFFER_SEAL_SEAL },
};

#define NR_SEALS	(sizeof(seals) / sizeof(seals[0]))

/**
 * seal_name() - the seals that have a name, one after the other
 * @i: which one, from 0 on
 * @ret_seal: where to put its bit
 *
 * Return: its name, or NULL where there are no more.
 */
const char *seal_name(unsigned int i, uint64_t *ret_seal)
{
	if (i >= NR_SEALS)
		return NULL;
	*ret_seal = seals[i].seal;
	return seals[i].name;
}

static uint64_t seal_find(const char *name)
{
	size_t i;

	for (i = 0; i < NR_SEALS; i++)
		if (!strcmp(name, seals[i].name))
			return seals[i].seal;
	return 0;
}

/*
 * The default buffer has all seals. So without --fd the first word is a name, also
 * where it could be a seal.
 */
static int take_name(const struct command *command, struct options *target)
{
	if (option_given(target, OPTION_FD))
		return EXIT_OK;
	if (!*target->operands) {
		complain("%s: NAME is missing; 'mymap list' shows all", command->name);
		return EXIT_USAGE;
	}
	target->name = *target->operands++;
	return named_check(command, target->name);
}

static int parse_seals(const struct command *command, char **words, uint64_t *ret_seals)
{
	uint64_t wanted = 0;

	for (; *words; words++) {
		uint64_t seal = seal_find(*words);

		if (!seal) {
			complain("%s: unknown seal '%s'; there are shrink, grow and seal",
				 command->name, *words);
			return EXIT_USAGE;
		}
		wanted |= seal;
	}
	if (!wanted) {
		complain("%s: which seal? There are shrink, grow and seal", command->name);
		return EXIT_USAGE;
	}
	*ret_seals = wanted;
	return EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	struct options target = *options;
	struct mymap_buffer *buffer;
	uint64_t wanted;
	int r;

	r = take_name(command, &target);
	if (r != EXIT_OK)
		return r;
	r = parse_seals(command, target.operands, &wanted);
	if (r != EXIT_OK)
		return r;

	r = target_open(command, &target, &buffer);
	if (r != EXIT_OK)
		return r;

	r = mymap_buffer_seal(buffer, wanted);
	mymap_buffer_close(buffer);
	return r ? complain_change(command, r) : EXIT_OK;
}

const struct command command_seal = {
	.name = "seal",
	.operands = "[NAME] SEAL...",
	.summary = "let a buffer never shrink or never grow again",
	.description =
		"Adds seals to the buffer called NAME, or with --fd to an inherited one, for all\n"
		"who use it and for good: shrink, it cannot become smaller; grow, it cannot\n"
		"become larger; seal, it gets no more seals.\n",
	.options = BIT(OPTION_FD),
	.run = run,
};
