// SPDX-License-Identifier: GPL-2.0-only
/*
 * A producer and a consumer on one buffer, without a loop that looks again and
 * again: the producer writes a frame and rings, the consumer sleeps until then.
 * The producer never waits for a slow consumer, which learns from the sequence
 * number which frames it has missed.
 *
 *   cc -o ring ring.c -lmymap
 *   ./ring 1000                                makes a buffer of its own
 *   mymap create --size 1M -- ./ring 1000      takes the one it inherits
 */
#include <errno.h>
#include <inttypes.h>
#include <mymap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Frame N is in slot N % SLOTS. So who has been told of frame N has SLOTS - 1 rings
 * of time to read it.
 */
#define SLOTS	64
#define WORDS	100

struct frame {
	uint64_t number;
	uint64_t words[WORDS];
};

static int fail(const char *what, int error)
{
	fprintf(stderr, "ring: %s: %s\n", what, strerror(-error));
	return EXIT_FAILURE;
}

/* What it makes of the number stands for what a camera or a network brings. */
static int produce(struct mymap_buffer *buffer, struct frame *frames, uint64_t first,
		   uint64_t last)
{
	uint64_t number, sequence;
	size_t i;
	int r;

	for (number = first; number <= last; number++) {
		struct frame *frame = &frames[number % SLOTS];

		frame->number = number;
		for (i = 0; i < WORDS; i++)
			frame->words[i] = number * i;

		/* all that was written above is seen by whoever learns of this */
		r = mymap_buffer_ring(buffer, &sequence);
		if (r < 0)
			return fail("ring", r);
	}
	return EXIT_SUCCESS;
}

/* Is the frame whole? It was copied first: the producer may overwrite it. */
static int check(const struct frame *frame, uint64_t number)
{
	size_t i;

	if (frame->number != number)
		return 0;
	for (i = 0; i < WORDS; i++)
		if (frame->words[i] != number * i)
			return 0;
	return 1;
}

static int consume(struct mymap_buffer *buffer, const struct frame *frames, uint64_t known,
		   uint64_t last)
{
	uint64_t received = 0, missed = 0, late = 0, sequence, now;
	struct frame frame;
	int r;

	while (known < last) {
		/*
		 * Returns at once if there were rings since the one that is known.
		 * A producer that has died rings no more: hence the 10 s.
		 */
		r = mymap_buffer_wait(buffer, known, 10000, &sequence);
		if (r == -EINTR)
			continue;
		if (r < 0)
			return fail("wait", r);
		missed += sequence - known - 1;
		known = sequence;

		frame = frames[sequence % SLOTS];
		r = mymap_buffer_get_sequence(buffer, &now);
		if (r < 0)
			return fail("sequence", r);
		if (now >= sequence + SLOTS - 1) {
			late++;
			continue;
		}
		if (!check(&frame, sequence)) {
			fprintf(stderr, "ring: frame %" PRIu64 " is not what was written\n",
				sequence);
			return EXIT_FAILURE;
		}
		received++;
	}

	printf("received: %" PRIu64 "\nmissed: %" PRIu64 "\nread too late: %" PRIu64 "\n",
	       received, missed, late);
	return EXIT_SUCCESS;
}

/* The one that was inherited, or a new one. */
static int get_buffer(struct mymap_buffer **ret_buffer)
{
	const char *fd = getenv("MYMAP_FD");
	struct mymap *ctx;
	int r;

	if (fd)
		return mymap_buffer_from_fd(atoi(fd), ret_buffer);

	r = mymap_open(&ctx);
	if (r < 0)
		return r;
	r = mymap_buffer_create(ctx, SLOTS * sizeof(struct frame), 0, ret_buffer);
	mymap_close(ctx);
	return r;
}

int main(int argc, char **argv)
{
	uint64_t count = strtoull(argc > 1 ? argv[1] : "1000", NULL, 0);
	struct mymap_buffer *buffer;
	uint64_t sequence;
	void *frames;
	pid_t producer;
	int status, r;

	r = get_buffer(&buffer);
	if (r < 0)
		return fail("buffer", r);
	r = mymap_buffer_map(buffer, 0, SLOTS * sizeof(struct frame), PROT_READ | PROT_WRITE,
			     &frames);
	if (r < 0)
		return fail("map", r);
	/* others may have rung an inherited buffer before */
	r = mymap_buffer_get_sequence(buffer, &sequence);
	if (r < 0)
		return fail("sequence", r);

	producer = fork();
	if (producer < 0)
		return fail("fork", -errno);
	if (producer == 0)
		_exit(produce(buffer, frames, sequence + 1, sequence + count));

	r = consume(buffer, frames, sequence, sequence + count);
	if (waitpid(producer, &status, 0) != producer || status != 0)
		r = EXIT_FAILURE;

	mymap_buffer_unmap(frames, SLOTS * sizeof(struct frame));
	mymap_buffer_close(buffer);
	return r;
}
