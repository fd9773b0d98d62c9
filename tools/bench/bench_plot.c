// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows as bars, drawn by gnuplot: a panel for each step, the peers side by side
 * and a colour for each machine and size.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "../cli/size.h"

extern char **environ;

#define NR_PANELS	(BENCH_NR_STEPS + 1)

static const char *panel_title(unsigned int panel)
{
	static const char *const titles[NR_PANELS] = {
		[BENCH_CYCLE] = "cycle of a page",
		[BENCH_CREATE] = "create",
		[BENCH_MAP] = "map",
		[BENCH_FIRST_TOUCH] = "first touch",
		[BENCH_SECOND_TOUCH] = "second touch",
		[BENCH_COPY_IN] = "copy in",
		[BENCH_COPY_OUT] = "copy out",
		[BENCH_CALL] = "call",
		[BENCH_UNMAP] = "unmap",
		[BENCH_CLOSE] = "close",
		[BENCH_NR_STEPS] = "turns of two processes",
	};

	return titles[panel];
}

static bool same_series(const struct bench_row *a, const struct bench_row *b)
{
	return a->size == b->size && !strcmp(a->machine.suite, b->machine.suite) &&
		!strcmp(a->machine.kernel, b->machine.kernel) &&
		!strcmp(a->machine.unit, b->machine.unit);
}

/* Of those that have figures, is it the first one of its series, or the first with its name? */
static bool is_first(const struct bench_row *rows, size_t i, bool by_name)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (!rows[j].error[0] &&
		    (by_name ? !strcmp(rows[i].name, rows[j].name) : same_series(&rows[i], &rows[j])))
			return false;
	return !rows[i].error[0];
}

static void print_value(FILE *to, const struct bench_row *row, unsigned int panel)
{
	double value;

	if (!row || row->error[0] ||
	    !(panel < BENCH_NR_STEPS ? row->steps[panel].has : row->has_turns)) {
		fputs(" NaN", to);
		return;
	}
	value = panel < BENCH_NR_STEPS ? row->steps[panel].median : row->turns.median;
	/* The axis has no zero. */
	fprintf(to, " %.4f", value < 0.01 ? 0.01 : value);
}

static const struct bench_row *find(const struct bench_row *rows, size_t nr,
				    const struct bench_row *series, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (same_series(&rows[i], series) && !strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

/* A line for each name: the name, and a column for each series. */
static void print_data(FILE *to, const struct bench_row *rows, size_t nr, unsigned int panel)
{
	size_t i, j;

	fprintf(to, "$panel%u << END\n", panel);
	for (i = 0; i < nr; i++) {
		if (!is_first(rows, i, true))
			continue;
		fprintf(to, "\"%s\"", rows[i].name);
		for (j = 0; j < nr; j++)
			if (is_first(rows, j, false))
				print_value(to, find(rows, nr, &rows[j], rows[i].name), panel);
		fputc('\n', to);
	}
	fputs("END\n", to);
}

/* Has any row a figure for a panel, any at all or any of a series? */
static bool has_data(const struct bench_row *rows, size_t nr, const struct bench_row *series,
		     unsigned int panel)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!rows[i].error[0] && (!series || same_series(&rows[i], series)) &&
		    (panel < BENCH_NR_STEPS ? rows[i].steps[panel].has : rows[i].has_turns))
			return true;
	return false;
}

/* In single quotes nothing means anything to gnuplot but these. */
static void print_quoted(FILE *to, const char *text)
{
	for (; *text; text++)
		fprintf(to, *text == '\'' ? "''" : "%c", *text);
}

static void print_panel(FILE *to, const struct bench_row *rows, size_t nr, unsigned int panel)
{
	const char *separator = "";
	unsigned int column = 1;
	size_t i;

	fprintf(to, "set title \"%s\"\n", panel_title(panel));
	fputs("set ylabel '", to);
	print_quoted(to, rows[0].machine.unit);
	fprintf(to, "%s'\n",
		panel == BENCH_CALL ? " a call" : panel == BENCH_CYCLE ? " a cycle" : panel < BENCH_NR_STEPS ? " a page" : " a round");
	fputs("plot", to);
	for (i = 0; i < nr; i++) {
		char size[SIZE_TEXT_MAX];

		if (!is_first(rows, i, false))
			continue;
		column++;
		/* To gnuplot, bars without one figure are an error. */
		if (!has_data(rows, nr, &rows[i], panel))
			continue;
		fprintf(to, "%s $panel%u using %u:xtic(1) title '", separator, panel, column);
		print_quoted(to, rows[i].machine.kernel);
		fprintf(to, ", %s'", size_format(rows[i].size, size, sizeof(size)));
		separator = ",";
	}
	fputc('\n', to);
}

static void print_script(FILE *to, const struct bench_row *rows, size_t nr)
{
	unsigned int panel, panels = 0;

	for (panel = 0; panel < NR_PANELS; panel++) {
		if (!has_data(rows, nr, NULL, panel))
			continue;
		print_data(to, rows, nr, panel);
		panels++;
	}
	fprintf(to,
		"set terminal svg size 1400,%u dynamic font \"sans-serif,11\" background \"white\"\n"
		"set style data histograms\n"
		"set style histogram clustered gap 1\n"
		"set style fill solid 0.8 noborder\n"
		"set logscale y\n"
		"set yrange [0.01:10<*]\n"
		"set format y \"%%g\"\n"
		"set grid ytics\n"
		"set xtics rotate by -40 noenhanced\n"
		"set key outside top center horizontal noenhanced\n"
		"set multiplot layout %u,2\n", (panels + 1) / 2 * 300, (panels + 1) / 2);
	for (panel = 0; panel < NR_PANELS; panel++)
		if (has_data(rows, nr, NULL, panel))
			print_panel(to, rows, nr, panel);
	fputs("unset multiplot\n", to);
}

/* Its input is what we print, its output the file. */
static int start_gnuplot(int output, FILE **ret_input, pid_t *ret_child)
{
	char name[] = "gnuplot";
	char *const argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	r = -posix_spawnp(ret_child, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (r) {
		close(ends[1]);
		return r;
	}
	*ret_input = fdopen(ends[1], "w");
	return 0;
}

static int draw(const struct bench_row *rows, size_t nr, int output)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	FILE *input = NULL;
	pid_t child;
	int status = 0, r;

	r = start_gnuplot(output, &input, &child);
	if (!r) {
		if (input) {
			print_script(input, rows, nr);
			fclose(input);
		}
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (!input || status)
			r = -EPROTO;
	}
	signal(SIGPIPE, before);
	return r;
}

/* gnuplot says nothing of a full disk. */
static int check_end(int fd)
{
	static const char end[] = "</svg>";
	char last[32] = "";
	struct stat st;
	off_t from;
	size_t len;

	if (fstat(fd, &st) < 0)
		return -errno;
	from = st.st_size < (off_t)sizeof(last) ? 0 : st.st_size - (off_t)sizeof(last) + 1;
	if (pread(fd, last, sizeof(last) - 1, from) < 0)
		return -errno;
	/* One newline stands behind it, or two. */
	for (len = strlen(last); len && last[len - 1] == '\n'; len--)
		last[len - 1] = '\0';
	return len >= strlen(end) && !strcmp(last + len - strlen(end), end) ? 0 : -EIO;
}

/* What is drawn takes the place of a file, and of the one that a link leads to; nothing else. */
static int find_place(const char *file, char **ret_place)
{
	char *place;
	struct stat st;

	*ret_place = NULL;
	place = realpath(file, NULL);
	if (!place && errno == ENOENT)
		place = strdup(file);
	if (!place)
		return -errno;
	if (!lstat(place, &st) && !S_ISREG(st.st_mode)) {
		free(place);
		return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
	}
	*ret_place = place;
	return 0;
}

static int draw_at(const struct bench_row *rows, size_t nr, const char *place)
{
	char *new;
	int fd, r;

	if (asprintf(&new, "%s.XXXXXX", place) < 0)
		return -ENOMEM;
	fd = mkostemp(new, O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		free(new);
		return r;
	}

	r = draw(rows, nr, fd);
	if (r == -ENOENT)
		r = -ENOPKG;
	if (!r)
		r = check_end(fd);
	if (!r && fchmod(fd, 0644) < 0)
		r = -errno;
	if (close(fd) < 0 && !r)
		r = -errno;
	if (!r && rename(new, place) < 0)
		r = -errno;
	if (r)
		unlink(new);
	free(new);
	return r;
}

/**
 * bench_plot() - draw rows
 * @rows: the rows, one at least
 * @nr: how many
 * @file: the SVG file; one that is there stays as it is where this fails
 *
 * Return: 0, -ENOPKG where gnuplot is not installed, -EPROTO where it failed and
 * has said why, -EIO where the drawing has no end, -ENOTSUP where @file is there
 * and no file, or another negative errno.
 */
int bench_plot(const struct bench_row *rows, size_t nr, const char *file)
{
	char *place;
	int r;

	r = find_place(file, &place);
	if (r)
		return r;
	r = draw_at(rows, nr, place);
	free(place);
	return r;
}
