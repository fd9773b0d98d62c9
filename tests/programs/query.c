// SPDX-License-Identifier: GPL-2.0-only
/*
 * "query FIELD" prints one number of what the driver says about itself.
 */
#include <stdio.h>

#include "test.h"

#define SHOW(field)							\
	static void show_##field(void)					\
	{								\
		printf("%llu\n", (unsigned long long)query().field);	\
	}

SHOW(default_size)
SHOW(driver_version)
SHOW(features)
SHOW(huge_page_size)
SHOW(max_buffer_size)
SHOW(max_total_size)
SHOW(max_user_size)
SHOW(total_size)
SHOW(user_size)

#define ROW(field) { #field, show_##field }

static const struct test_case cases[] = {
	ROW(default_size),
	ROW(driver_version),
	ROW(features),
	ROW(huge_page_size),
	ROW(max_buffer_size),
	ROW(max_total_size),
	ROW(max_user_size),
	ROW(total_size),
	ROW(user_size),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
