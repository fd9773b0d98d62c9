/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of a system: of the one that runs, or of one that lies below a folder.
 */
#ifndef MYMAP_CLI_TREE_H
#define MYMAP_CLI_TREE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

/**
 * struct tree - a system's files
 * @fd: its root
 * @is_system: it is the running system itself
 */
struct tree {
	int fd;
	bool is_system;
};

/* Paths are formats, relative to the root: "lib/modules/%s/build". */
int tree_open_root(const char *root, struct tree *ret_tree);
void tree_close(struct tree *tree);
int tree_open(const struct tree *tree, int flags, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int tree_stat(const struct tree *tree, struct stat *ret_st, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool tree_has(const struct tree *tree, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int tree_read_link(const struct tree *tree, char *ret_target, size_t size,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));
int tree_read(const struct tree *tree, size_t max, char **ret_data, size_t *ret_len,
	      const char *format, ...) __attribute__((format(printf, 5, 6)));
int tree_read_line(const struct tree *tree, char *ret_line, size_t size,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));
int tree_open_file(const struct tree *tree, FILE **ret_stream, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int tree_list(const struct tree *tree, DIR **ret_dir, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* MYMAP_CLI_TREE_H */
