/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations that the kernel makes to fail (its fault injection, on the debug kernel).
 */
#ifndef FAIL_NTH_H
#define FAIL_NTH_H

#include <stdbool.h>

/* What is made to fail is what act() does; what is around it gets all that it wants. */
struct operation {
	void (*prepare)(void);
	/* 0, or -1 and errno. */
	int (*act)(void);
	void (*check)(bool done);
	/* Only so many at its end are of interest; 0 is all. */
	unsigned int last;
	/* ENOMEM is not the only errno that there may be: the kernel's own code has others. */
	bool any_errno;
};

/*
 * It is done once, without a failure. Then its first allocation fails, then its second, and so on, until there are no
 * more. Each time it must be done, or be ENOMEM. Those of the calling thread count.
 */
void each_allocation(const struct operation *operation);

#endif /* FAIL_NTH_H */
