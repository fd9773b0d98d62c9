// SPDX-License-Identifier: GPL-2.0-only
/*
 * A row as a JSON object on one line, and back.
 */
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

/* With so many digits as mean something. */
static struct json_object *real(double number)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", number);
	return json_object_new_double_s(number, text);
}

static void add_figures(struct json_object *object, const struct bench_row *row)
{
	struct json_object *spread = json_object_new_object(), *range;
	enum bench_step step;

	for (step = BENCH_CYCLE; step < BENCH_NR_STEPS; step++) {
		const struct bench_figure *figure = &row->steps[step];
		const char *name = bench_step_name(step);

		json_object_object_add(object, name, figure->has ? real(figure->median) : NULL);
		if (!figure->has)
			continue;
		range = json_object_new_array();
		json_object_array_add(range, real(figure->min));
		json_object_array_add(range, real(figure->max));
		json_object_object_add(spread, name, range);
	}
	json_object_object_add(object, "ping_pong_median",
			       row->has_turns ? real(row->turns.median) : NULL);
	json_object_object_add(object, "ping_pong_p99",
			       row->has_turns ? real(row->turns.p99) : NULL);
	json_object_object_add(object, "spread", spread);
}

/**
 * bench_row_to_json() - a row as an object
 * @row: the row
 *
 * Return: the object, which the caller puts.
 */
struct json_object *bench_row_to_json(const struct bench_row *row)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "suite", row->machine.suite);
	add_text(object, "kernel", row->machine.kernel);
	add_text(object, "machine", row->machine.machine);
	add_text(object, "cpu", row->machine.cpu);
	add_text(object, "unit", row->machine.unit);
	add_text(object, "method", row->machine.method);
	add_number(object, "page_size", row->machine.page_size);
	add_number(object, "huge_page_size", row->machine.huge_page_size);
	add_text(object, "row", row->name);
	add_number(object, "bytes", row->size);
	add_number(object, "repeat", row->repeat);
	if (row->error[0])
		add_text(object, "error", row->error);
	else
		add_figures(object, row);
	return object;
}

/* false: it is not there, is too long or is not text that can be printed. */
static bool get_text(struct json_object *object, const char *key, char *text, size_t length)
{
	struct json_object *value;
	const char *string, *at;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
		return false;
	string = json_object_get_string(value);
	for (at = string; *at; at++)
		if ((unsigned char)*at < ' ' || *at == '"' || *at == 0x7f)
			return false;
	return snprintf(text, length, "%s", string) < (int)length;
}

static bool get_number(struct json_object *object, const char *key, uint64_t *ret_number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_int))
		return false;
	*ret_number = json_object_get_uint64(value);
	return true;
}

/* false: it is there and is no number. */
static bool get_real(struct json_object *object, const char *key, bool *ret_has, double *ret_number)
{
	struct json_object *value = NULL;

	*ret_has = json_object_object_get_ex(object, key, &value) && value;
	if (!*ret_has)
		return true;
	*ret_number = json_object_get_double(value);
	return isfinite(*ret_number) &&
		(json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int));
}

static bool get_range(struct json_object *spread, const char *key, struct bench_figure *figure)
{
	struct json_object *range;

	figure->min = figure->max = figure->median;
	if (!json_object_object_get_ex(spread, key, &range))
		return true;
	if (!json_object_is_type(range, json_type_array) || json_object_array_length(range) != 2)
		return false;
	figure->min = json_object_get_double(json_object_array_get_idx(range, 0));
	figure->max = json_object_get_double(json_object_array_get_idx(range, 1));
	return isfinite(figure->min) && isfinite(figure->max);
}

static bool get_figures(struct json_object *object, struct bench_row *row)
{
	struct json_object *spread = NULL;
	enum bench_step step;
	bool has_p99;

	json_object_object_get_ex(object, "spread", &spread);
	for (step = BENCH_CYCLE; step < BENCH_NR_STEPS; step++) {
		struct bench_figure *figure = &row->steps[step];
		const char *name = bench_step_name(step);

		if (!get_real(object, name, &figure->has, &figure->median) ||
		    !get_range(spread, name, figure))
			return false;
	}
	return get_real(object, "ping_pong_median", &row->has_turns, &row->turns.median) &&
		get_real(object, "ping_pong_p99", &has_p99, &row->turns.p99) &&
		has_p99 == row->has_turns;
}

/**
 * bench_row_from_json() - a row from an object
 * @object: the object
 * @ret_row: the row
 *
 * Return: 0, or -EINVAL where the object is not a row.
 */
int bench_row_from_json(struct json_object *object, struct bench_row *ret_row)
{
	struct bench_row row = { 0 };
	uint64_t repeat = 0;

	/* Of the machine only what tells the rows apart must be there. */
	if (!json_object_is_type(object, json_type_object) ||
	    !get_text(object, "row", row.name, sizeof(row.name)) ||
	    !get_number(object, "bytes", &row.size) ||
	    !get_text(object, "kernel", row.machine.kernel, sizeof(row.machine.kernel)) ||
	    !get_text(object, "unit", row.machine.unit, sizeof(row.machine.unit)))
		return -EINVAL;
	get_text(object, "suite", row.machine.suite, sizeof(row.machine.suite));
	get_text(object, "machine", row.machine.machine, sizeof(row.machine.machine));
	get_text(object, "cpu", row.machine.cpu, sizeof(row.machine.cpu));
	get_text(object, "method", row.machine.method, sizeof(row.machine.method));
	get_number(object, "page_size", &row.machine.page_size);
	get_number(object, "huge_page_size", &row.machine.huge_page_size);
	get_number(object, "repeat", &repeat);
	row.repeat = (unsigned int)repeat;
	if (!get_text(object, "error", row.error, sizeof(row.error)) && !get_figures(object, &row))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

/**
 * bench_rows_read() - read rows, a line each
 * @file: from where
 * @ret_rows: the rows, which the caller frees
 * @ret_nr: how many
 * @ret_line: the number of the line that was read last
 *
 * Empty lines do not count.
 *
 * Return: 0, or a negative errno: -EINVAL where the last line is not a row.
 */
int bench_rows_read(FILE *file, struct bench_row **ret_rows, size_t *ret_nr, size_t *ret_line)
{
	struct bench_row *rows = NULL, *more;
	char *line = NULL;
	size_t nr = 0, room = 0, length = 0;
	int r = 0;

	for (*ret_line = 1; !r && getline(&line, &length, file) > 0; (*ret_line)++) {
		struct json_object *object;

		if (!line[strspn(line, " \t\n")])
			continue;
		if (nr == room) {
			room = room ? 2 * room : 16;
			more = reallocarray(rows, room, sizeof(*rows));
			if (!more) {
				r = -ENOMEM;
				break;
			}
			rows = more;
		}
		object = json_tokener_parse(line);
		r = object ? bench_row_from_json(object, &rows[nr]) : -EINVAL;
		json_object_put(object);
		if (r)
			break;
		nr++;
	}
	if (!r && ferror(file))
		r = -EIO;
	free(line);
	if (r) {
		free(rows);
		return r;
	}
	*ret_rows = rows;
	*ret_nr = nr;
	return 0;
}
