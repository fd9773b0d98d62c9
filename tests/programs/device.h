/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs share that make buffers for a device.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/mymap.h>

/* CREATE of all but its own size; what it returns, with errno. */
int try_create_struct(struct mymap_create *create);
/* CREATE of a kind, for a device or, where the name is empty, the module's own; what it returns, with errno. */
int try_kind(uint32_t kind, uint64_t size, const char *device);
/* The same for the module's own device; must work. */
int kind_create(uint32_t kind, uint64_t size);

/* The driver is told to "bind" or "unbind" a platform device; must work. */
void driver_is_told(const char *what, const char *device);
/* The module's own device is bound again when the program ends. */
void own_device_comes_back(void);

/* SEGMENTS, with room for as many: 0, how many were written and how many there are; or -1 and errno. */
int try_segments(int fd, struct mymap_segment *to, uint32_t room, uint32_t *nr, uint32_t *total);
/* SYNC: 0, or -1 and errno. */
int try_sync(int fd, uint64_t offset, uint64_t len, uint32_t direction, uint32_t flags);

/* EXPORT: a dma-buf, or -1 and errno. */
int try_export(int fd, uint64_t offset, uint64_t len);

#endif /* DEVICE_H */
