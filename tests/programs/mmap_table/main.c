// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of docs/mmap.md, run or printed.
 *
 *   mmap_table                         the names of its parts
 *   mmap_table PART [mymap|memfd]      run the rows of a part, on both kinds or one of them
 *   mmap_table --markdown              print it as it stands in docs/mmap.md
 *
 * Rows that were skipped are told on stdout, with the reason, rows that failed on stderr. Exit status: 0, or 1 where a
 * row failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table.h"

static const struct part {
	const char *name;
	const char *title;
	const struct row *rows;
} parts[] = {
	{ "prot", "PROT_ flags of mmap", rows_prot },
	{ "map", "MAP_ flags of mmap", rows_map },
	{ "range", "Lengths, offsets and addresses", rows_range },
	{ "errors", "Errors", rows_error },
	{ "signals", "Signals", rows_signal },
	{ "mremap", "mremap", rows_mremap },
	{ "munmap", "munmap", rows_munmap },
	{ "mprotect", "mprotect", rows_mprotect },
	{ "madvise", "madvise", rows_madvise },
	{ "poison", "madvise: memory that is broken", rows_poison },
	{ "mlock", "mlock", rows_mlock },
	{ "msync", "msync", rows_msync },
	{ "fork", "fork", rows_fork },
	{ "other", "Other calls", rows_other },
	{ "batched", "2 MiB and more, at an address where no 2 MiB page fits", rows_batched },
	{ NULL, NULL, NULL }
};

/* Is it one of those that "A or B" allows? */
static bool is_allowed(const char *got, const char *want)
{
	size_t len = strlen(got);
	const char *at;

	if (!strcmp(got, want))
		return true;
	for (at = want; at; at = strstr(at, " or ")) {
		if (at != want)
			at += strlen(" or ");
		if (!strncmp(at, got, len) && (!at[len] || !strncmp(at + len, " or ", 4)))
			return true;
	}
	return false;
}

static void read_back(FILE *file, char *text, size_t size)
{
	size_t len;

	rewind(file);
	len = fread(text, 1, size - 1, file);
	while (len && text[len - 1] == '\n')
		len--;
	text[len] = 0;
	fclose(file);
}

/* In a child, which is alone with its mappings, limits and rights. */
static int run_row(const struct row *row, FILE *out, FILE *err)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		alarm(CASE_SECONDS);
		CHECK(dup2(fileno(err), STDERR_FILENO) >= 0);
		fputs(row->run(row->argument), out);
		fflush(NULL);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

/* False where it failed. */
static bool check_row(const struct row *row, const char *kind, const char *want)
{
	FILE *out = tmpfile(), *err = tmpfile();
	char got[256], said[1024];
	int status;

	if (!want)
		return true;
	CHECK(out && err);
	on_mymap = !strcmp(kind, "mymap");
	status = run_row(row, out, err);
	read_back(out, got, sizeof(got));
	read_back(err, said, sizeof(said));

	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED) {
		printf("%s, %s: skipped: %s\n", row->name, kind, said);
		return true;
	}
	if (WIFSIGNALED(status))
		fprintf(stderr, "%s, %s: ended by signal %d\n", row->name, kind, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		fprintf(stderr, "%s, %s: %s\n", row->name, kind, said);
	else if (!is_allowed(got, want))
		fprintf(stderr, "%s, %s: '%s', not '%s'\n", row->name, kind, got, want);
	else
		return true;
	return false;
}

static int run_part(const struct part *part, const char *kind)
{
	const struct row *row;
	bool good = true;

	for (row = part->rows; row->name; row++) {
		if (!kind || !strcmp(kind, "mymap"))
			good &= check_row(row, "mymap", row->mymap);
		if (!kind || !strcmp(kind, "memfd"))
			good &= check_row(row, "memfd", row->memfd);
	}
	return good ? 0 : 1;
}

static const char *other_outcome(const struct row *row)
{
	if (!row->memfd)
		return "";
	return strcmp(row->mymap, row->memfd) ? row->memfd : "the same";
}

static void print_part(const struct part *part)
{
	const struct row *row;

	printf("\n### %s\n\n| | mymap | memfd | why |\n| --- | --- | --- | --- |\n", part->title);
	for (row = part->rows; row->name; row++)
		printf("| %s | %s | %s | %s |\n", row->name, row->mymap, other_outcome(row),
		       row->why ? row->why : "");
}

int main(int argc, char **argv)
{
	bool markdown = argc > 1 && !strcmp(argv[1], "--markdown");
	const struct part *part;

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	for (part = parts; part->name; part++) {
		if (argc < 2)
			puts(part->name);
		else if (markdown)
			print_part(part);
		else if (!strcmp(argv[1], part->name))
			return run_part(part, argv[2]);
	}
	if (argc < 2 || markdown)
		return 0;
	fprintf(stderr, "%s: no part %s\n", argv[0], argv[1]);
	return 2;
}
