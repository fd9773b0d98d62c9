/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much memory there may be, and what is used of it.
 */
#ifndef _MYMAP_LIMITS_H
#define _MYMAP_LIMITS_H

#include <linux/types.h>

struct mymap_user;

/**
 * enum mymap_limit - what is limited, in bytes
 * @MYMAP_LIMIT_BUFFER: one buffer
 * @MYMAP_LIMIT_USER: all buffers that one user has created
 * @MYMAP_LIMIT_TOTAL: all buffers that were created
 * @MYMAP_NR_LIMITS: how many there are
 */
enum mymap_limit {
	MYMAP_LIMIT_BUFFER,
	MYMAP_LIMIT_USER,
	MYMAP_LIMIT_TOTAL,
	MYMAP_NR_LIMITS
};

/**
 * struct mymap_charge - what the limits count of one buffer
 * @user: who has created it; NULL where nothing is counted
 * @size: bytes
 */
struct mymap_charge {
	struct mymap_user *user;
	u64 size;
};

/**
 * struct mymap_limits - the limits and what is used of them
 * @max_buffer_size: bytes one buffer may have
 * @max_user_size: bytes all buffers of one user together may have
 * @max_total_size: bytes all created buffers together may have
 * @user_size: bytes those of the caller have
 * @total_size: bytes they all have
 */
struct mymap_limits {
	u64 max_buffer_size;
	u64 max_user_size;
	u64 max_total_size;
	u64 user_size;
	u64 total_size;
};

extern const u64 mymap_max_file_size;

int mymap_limits_set(enum mymap_limit which, u64 bytes);
void mymap_limits_get(struct mymap_limits *limits);
int mymap_charge_begin(struct mymap_charge *charge, u64 size);
int mymap_charge_change(struct mymap_charge *charge, u64 size);
void mymap_charge_end(struct mymap_charge *charge);

#endif /* _MYMAP_LIMITS_H */
