// SPDX-License-Identifier: GPL-2.0-only
/*
 * "with_memfd run SIZE COMMAND ARG..." is for a memfd what "mymap create --size
 * SIZE -- COMMAND ARG..." is for a buffer: COMMAND has it as descriptor 3.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static void run(void)
{
	char *command[32] = { NULL };
	int fd = memfd_create("test", 0), i;

	CHECK(fd >= 0 && test_argument(1));
	CHECK_EQ(ftruncate(fd, strtoll(test_argument(0), NULL, 10)), 0);
	CHECK_EQ(dup2(fd, 3), 3);
	for (i = 0; i < 31 && test_argument(i + 1); i++)
		command[i] = (char *)test_argument(i + 1);
	execvp(command[0], command);
	FAIL("%s", command[0]);
}

static const struct test_case cases[] = {
	CASE(run),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
