// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings of mymap doctor: collected, then printed as text or as JSON.
 */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "doctor.h"

struct finding {
	const char *id;
	enum finding_status status;
	char *text;
	char *mend;
};

static const char *const status_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_NOTE] = "note",
	[FINDING_UNKNOWN] = "unknown",
	[FINDING_PROBLEM] = "problem",
};

/* What stood in files may be anything; on a terminal and in JSON it must not. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static char *format_text(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0) {
		perror("mymap: doctor");
		exit(EXIT_FAILED);
	}
	make_printable(text);
	return text;
}

/**
 * find() - a finding of the check that runs
 * @doctor: where to put it
 * @status: how bad it is; with a problem, mend() must follow
 * @format: one line, without a newline
 */
void find(struct doctor *doctor, enum finding_status status, const char *format, ...)
{
	struct finding *findings, *finding;
	va_list args;

	findings = reallocarray(doctor->findings, doctor->nr_findings + 1, sizeof(*findings));
	if (!findings) {
		perror("mymap: doctor");
		exit(EXIT_FAILED);
	}
	doctor->findings = findings;

	finding = &findings[doctor->nr_findings++];
	*finding = (struct finding) { .id = doctor->check, .status = status };
	va_start(args, format);
	finding->text = format_text(format, args);
	va_end(args);
}

void mend(struct doctor *doctor, const char *format, ...)
{
	struct finding *last = &doctor->findings[doctor->nr_findings - 1];
	va_list args;

	va_start(args, format);
	last->mend = format_text(format, args);
	va_end(args);
}

/**
 * findings_worst() - what the findings come to
 * @doctor: where they are
 */
enum finding_status findings_worst(const struct doctor *doctor)
{
	enum finding_status worst = FINDING_OK;
	size_t i;

	for (i = 0; i < doctor->nr_findings; i++)
		if (doctor->findings[i].status > worst)
			worst = doctor->findings[i].status;
	return worst;
}

/**
 * findings_print() - one line a finding, and one below it with what mends it
 * @doctor: where they are
 */
void findings_print(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->nr_findings; i++) {
		const struct finding *finding = &doctor->findings[i];

		printf("%-8s %-17s %s\n", status_names[finding->status], finding->id,
		       finding->text);
		if (finding->mend)
			printf("%-8s %-17s -> %s\n", "", "", finding->mend);
	}
}

static struct json_object *json_finding(const struct finding *finding)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "id", json_object_new_string(finding->id));
	json_object_object_add(object, "status",
			       json_object_new_string(status_names[finding->status]));
	json_object_object_add(object, "text", json_object_new_string(finding->text));
	json_object_object_add(object, "mend",
			       finding->mend ? json_object_new_string(finding->mend) : NULL);
	return object;
}

/**
 * findings_print_json() - one JSON object on one line
 * @doctor: where the findings are
 */
void findings_print_json(const struct doctor *doctor)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < doctor->nr_findings; i++)
		json_object_array_add(list, json_finding(&doctor->findings[i]));
	json_object_object_add(object, "status",
			       json_object_new_string(status_names[findings_worst(doctor)]));
	json_object_object_add(object, "findings", list);
	json_print(object);
}

/**
 * findings_free() - forget the findings
 * @doctor: where they are
 */
void findings_free(struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->nr_findings; i++) {
		free(doctor->findings[i].text);
		free(doctor->findings[i].mend);
	}
	free(doctor->findings);
	doctor->findings = NULL;
	doctor->nr_findings = 0;
}
