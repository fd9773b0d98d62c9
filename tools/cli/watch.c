// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap watch: named buffers that come, change and go, as they do.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static void print_event(const struct mymap_event *event)
{
	printf("%-6s %s %s", mymap_event_get_type_name(event), mymap_event_get_name(event),
	       mymap_event_get_node(event));
	if (mymap_event_get_type(event) != MYMAP_EVENT_REMOVE)
		printf(" %" PRIu64, mymap_event_get_size(event));
	putchar('\n');
}

static void print_json(const struct mymap_event *event)
{
	struct json_object *object = json_object_new_object();
	bool removed = mymap_event_get_type(event) == MYMAP_EVENT_REMOVE;

	json_object_object_add(object, "event",
			       json_object_new_string(mymap_event_get_type_name(event)));
	json_object_object_add(object, "name",
			       json_object_new_string(mymap_event_get_name(event)));
	json_object_object_add(object, "node",
			       json_object_new_string(mymap_event_get_node(event)));
	json_object_object_add(object, "size", removed ? NULL :
			       json_object_new_uint64(mymap_event_get_size(event)));
	json_print(object);
}

/* All that have come; each line goes out at once, to whoever reads them. */
static int show_events(const struct command *command, const struct options *options,
		       struct mymap_monitor *monitor)
{
	struct mymap_event *event;
	int r;

	while ((r = mymap_monitor_receive(monitor, &event)) == 0) {
		if (option_given(options, OPTION_JSON))
			print_json(event);
		else
			print_event(event);
		mymap_event_free(event);
		if (finish_stdout(EXIT_OK) != EXIT_OK)
			return EXIT_FAILED;
	}
	if (r == -EAGAIN)
		return EXIT_OK;
	if (r == -ENOBUFS)
		complain("%s: events were lost, since they came faster than they were read; "
			 "'mymap list' shows what there is", command->name);
	else
		complain("%s: an event was lost: %s", command->name, strerror(-r));
	return EXIT_FAILED;
}

/* Ends with a failure only. */
static int watch(const struct command *command, const struct options *options,
		 struct mymap_monitor *monitor)
{
	struct pollfd fds[] = {
		{ .fd = mymap_monitor_get_fd(monitor), .events = POLLIN },
		/* when nobody reads any more */
		{ .fd = fileno(stdout) },
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			complain("%s: %s", command->name, strerror(errno));
			return EXIT_FAILED;
		}
		if (fds[1].revents) {
			complain("%s: standard output: nobody reads it", command->name);
			return EXIT_FAILED;
		}
		if (show_events(command, options, monitor) != EXIT_OK)
			return EXIT_FAILED;
	}
}

static int run(const struct command *command, const struct options *options)
{
	struct mymap_monitor *monitor;
	int r;

	r = mymap_monitor_new(&monitor);
	if (r < 0) {
		complain("%s: cannot listen to events: %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}

	r = watch(command, options, monitor);
	mymap_monitor_free(monitor);
	return r;
}

const struct command command_watch = {
	.name = "watch",
	.summary = "show named buffers that come, change and go, as they do",
	.description =
		"Prints a line for each named buffer that comes, changes or goes: add, change or\n"
		"remove, its name, its node and its size in bytes. Ends when it is interrupted or\n"
		"nobody reads its output. Needs no rights.\n",
	.options = BIT(OPTION_JSON),
	.run = run,
};
