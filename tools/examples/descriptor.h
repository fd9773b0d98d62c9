/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A descriptor that goes to another process over a Unix socket. Whoever gets it has the same open file, with what it was
 * opened for and no more; it needs no right to open /dev/mymap.
 */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

/* Wait at @path for somebody, and give him @fd. Returns the connection, or -1 and errno. */
int descriptor_give(const char *path, int fd);

/* Ask at @path, waiting a few seconds until somebody is there. Returns the descriptor, close-on-exec, or -1 and errno; the
 * connection is put into @ret_connection.
 */
int descriptor_take(const char *path, int *ret_connection);

#endif /* DESCRIPTOR_H */
