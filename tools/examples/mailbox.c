// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unrelated processes that share memory through a mapped file: they need nothing in common but the file's name.
 *
 *   cc -o mailbox mailbox.c
 *   ./mailbox /dev/shm/box get &        waits
 *   ./mailbox /dev/shm/box put hello    and is answered
 *
 * On a tmpfs, such as /dev/shm, it is memory only. Who may open the file may share it: the rights are the file's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a new file has, zeros, is an empty box. */
struct mailbox {
	_Atomic uint32_t nr_messages;
	char message[256];
};

static int fail(const char *what)
{
	fprintf(stderr, "mailbox: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

/* Sleeps in the kernel until the word is not 0; without FUTEX_PRIVATE_FLAG also if it is another process that wakes us. */
static void wait_for_message(struct mailbox *box)
{
	while (!atomic_load(&box->nr_messages))
		syscall(SYS_futex, &box->nr_messages, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void wake_up(struct mailbox *box)
{
	atomic_fetch_add(&box->nr_messages, 1);
	syscall(SYS_futex, &box->nr_messages, FUTEX_WAKE, 1, NULL, NULL, 0);
}

int main(int argc, char **argv)
{
	int put = argc == 4 && !strcmp(argv[2], "put");
	struct mailbox *box;
	int fd;

	if (!put && (argc != 3 || strcmp(argv[2], "get"))) {
		fprintf(stderr, "usage: mailbox FILE put TEXT | mailbox FILE get\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	/* A mapping cannot make the file grow, so it gets its size first. It does no harm if the other one did so. */
	if (fd < 0 || ftruncate(fd, sizeof(*box)))
		return fail(argv[1]);
	box = mmap(NULL, sizeof(*box), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (box == MAP_FAILED)
		return fail("mmap");

	if (put) {
		snprintf(box->message, sizeof(box->message), "%s", argv[3]);
		wake_up(box);
	} else {
		wait_for_message(box);
		/* Whoever writes into the file may be faulty: believe its bytes no further than this. */
		printf("%.*s\n", (int)sizeof(box->message), box->message);
	}
	munmap(box, sizeof(*box));
	return EXIT_SUCCESS;
}
