// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap wait: wait until a buffer is rung.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"

#define MSEC_PER_SEC	1000
#define NSEC_PER_MSEC	1000000

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MSEC_PER_SEC + now.tv_nsec / NSEC_PER_MSEC;
}

/*
 * This program handles no signal. So EINTR means that it was stopped, or the
 * machine was asleep: the time goes on from where it was.
 */
static int wait_for_ring(struct mymap_buffer *buffer, uint64_t known,
			 const struct options *options, uint64_t *ret_sequence)
{
	int64_t end = now_ms() + options->timeout_ms, rest;
	int left = options->timeout_ms;
	int r;

	for (;;) {
		r = mymap_buffer_wait(buffer, known,
				      option_given(options, OPTION_TIMEOUT) ? left : -1,
				      ret_sequence);
		if (r != -EINTR)
			return r;
		/* Less than 0 would be for ever. */
		rest = end - now_ms();
		left = rest > 0 ? (int)rest : 0;
	}
}

static int fail(const struct command *command, const struct options *options, uint64_t known,
		int error)
{
	switch (error) {
	case -ETIMEDOUT:
		complain("%s: no ring in %d.%03d s; the sequence number is %" PRIu64,
			 command->name, options->timeout_ms / MSEC_PER_SEC,
			 options->timeout_ms % MSEC_PER_SEC, known);
		break;
	case -ENOTTY:
		complain("%s: " DRIVER_TOO_OLD, command->name);
		break;
	default:
		complain("%s: %s", command->name, strerror(-error));
	}
	return EXIT_FAILED;
}

static void show(const struct options *options, uint64_t known, uint64_t sequence)
{
	struct json_object *object;

	if (!option_given(options, OPTION_JSON)) {
		printf("%" PRIu64 "\n", sequence);
		return;
	}

	object = json_object_new_object();
	json_object_object_add(object, "sequence", json_object_new_uint64(sequence));
	/* a number that is not of this buffer says nothing about what was missed */
	json_object_object_add(object, "missed",
			       sequence > known ? json_object_new_uint64(sequence - known - 1) :
						  NULL);
	json_print(object);
}

static int run(const struct command *command, const struct options *options)
{
	uint64_t known = options->sequence, sequence;
	struct mymap_buffer *buffer;
	int r;

	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	r = 0;
	if (!option_given(options, OPTION_SEQUENCE))
		r = mymap_buffer_get_sequence(buffer, &known);
	if (!r)
		r = wait_for_ring(buffer, known, options, &sequence);
	mymap_buffer_close(buffer);
	if (r < 0)
		return fail(command, options, known, r);

	show(options, known, sequence);
	return EXIT_OK;
}

const struct command command_wait = {
	.name = "wait",
	.operands = "[NAME]",
	.summary = "wait until a buffer is rung",
	.description =
		"Waits until the default buffer, the one called NAME, or an inherited one is\n"
		"rung, and prints its sequence number. With --sequence, a ring since that number\n"
		"counts, and nothing is missed between one wait and the next.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_JSON) | BIT(OPTION_SEQUENCE) | BIT(OPTION_TIMEOUT),
	.only_reads = true,
	.takes_name = true,
	.run = run,
};
