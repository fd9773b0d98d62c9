// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes, conditions and semaphores of the C library in a mymap buffer, between processes: a producer and a consumer.
 *
 *   cc -pthread -o locks locks.c descriptor.c $(pkg-config --cflags --libs libmymap)
 *   ./locks                         parent and child
 *   ./locks give /tmp/socket &      unrelated processes
 *   ./locks take /tmp/socket
 *
 * They are made once, by the process that makes the buffer, with PTHREAD_PROCESS_SHARED. The mutex is a robust one:
 * if its owner dies, the next one is told so and need not wait for ever.
 */
#include <errno.h>
#include <mymap.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptor.h"

#define NR_SLOTS 16
#define NR_ITEMS 1000

struct queue {
	pthread_mutex_t mutex;		/* guards what stands below, up to the semaphore */
	pthread_cond_t changed;
	unsigned int nr_in, nr_out;	/* items ever put in and taken out */
	unsigned long slots[NR_SLOTS];
	sem_t done;			/* the consumer has had enough */
};

static int queue_init(struct queue *queue)
{
	pthread_mutexattr_t mutex_attr;
	pthread_condattr_t cond_attr;
	int r = 0;

	pthread_mutexattr_init(&mutex_attr);
	pthread_condattr_init(&cond_attr);
	if (pthread_mutexattr_setpshared(&mutex_attr, PTHREAD_PROCESS_SHARED) ||
	    pthread_mutexattr_setrobust(&mutex_attr, PTHREAD_MUTEX_ROBUST) ||
	    pthread_condattr_setpshared(&cond_attr, PTHREAD_PROCESS_SHARED) ||
	    pthread_mutex_init(&queue->mutex, &mutex_attr) ||
	    pthread_cond_init(&queue->changed, &cond_attr) ||
	    sem_init(&queue->done, 1, 0))
		r = -1;
	pthread_mutexattr_destroy(&mutex_attr);
	pthread_condattr_destroy(&cond_attr);
	return r;
}

static void queue_lock(struct queue *queue)
{
	int r = pthread_mutex_lock(&queue->mutex);

	if (r == EOWNERDEAD) {
		/* Nothing here can be half done; else it would have to be mended first. */
		pthread_mutex_consistent(&queue->mutex);
	} else if (r) {
		fprintf(stderr, "locks: mutex: %s\n", strerror(r));
		exit(EXIT_FAILURE);
	}
}

static void put(struct queue *queue, unsigned long item)
{
	queue_lock(queue);
	while (queue->nr_in - queue->nr_out == NR_SLOTS)
		pthread_cond_wait(&queue->changed, &queue->mutex);
	queue->slots[queue->nr_in++ % NR_SLOTS] = item;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
}

static unsigned long get(struct queue *queue)
{
	unsigned long item;

	queue_lock(queue);
	while (queue->nr_in == queue->nr_out)
		pthread_cond_wait(&queue->changed, &queue->mutex);
	item = queue->slots[queue->nr_out++ % NR_SLOTS];
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
	return item;
}

static int produce(struct queue *queue)
{
	unsigned long i;

	for (i = 0; i < NR_ITEMS; i++)
		put(queue, i);
	while (sem_wait(&queue->done))
		;
	printf("produced %d items\n", NR_ITEMS);
	return EXIT_SUCCESS;
}

static int consume(struct queue *queue)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < NR_ITEMS; i++)
		sum += get(queue);
	printf("consumed %d items, their sum is %lu\n", NR_ITEMS, sum);
	fflush(stdout);
	sem_post(&queue->done);
	return EXIT_SUCCESS;
}

static int fail(const char *what, int error)
{
	fprintf(stderr, "locks: %s: %s\n", what, strerror(error));
	return EXIT_FAILURE;
}

/* A buffer with a queue in it. The descriptor goes to @ret_fd, which the caller owns. */
static struct queue *queue_create(int *ret_fd)
{
	struct mymap_buffer *buffer;
	struct mymap *ctx;
	void *memory = NULL;
	int r = mymap_open(&ctx);

	if (r < 0)
		goto out;
	r = mymap_buffer_create(ctx, sizeof(struct queue), 0, &buffer);
	mymap_close(ctx);
	if (r < 0)
		goto out;
	r = mymap_buffer_map(buffer, 0, 0, PROT_READ | PROT_WRITE, &memory);
	*ret_fd = dup(mymap_buffer_get_fd(buffer));
	mymap_buffer_close(buffer);
	if (!r && queue_init(memory))
		r = -ENOTSUP;
out:
	errno = -r;
	return r < 0 ? NULL : memory;
}

/* The queue in a buffer that somebody else made. */
static struct queue *queue_in(int fd)
{
	struct mymap_buffer *buffer;
	void *memory = NULL;
	int r = mymap_buffer_from_fd(fd, &buffer);

	if (!r) {
		r = mymap_buffer_map(buffer, 0, sizeof(struct queue), PROT_READ | PROT_WRITE, &memory);
		mymap_buffer_close(buffer);
	}
	errno = -r;
	return memory;
}

static int parent_and_child(void)
{
	struct queue *queue;
	int fd, result;
	pid_t child;

	queue = queue_create(&fd);
	if (!queue)
		return fail("/dev/mymap", errno);
	child = fork();
	if (child < 0)
		return fail("fork", errno);
	if (!child)
		exit(consume(queue));
	result = produce(queue);
	waitpid(child, NULL, 0);
	return result;
}

int main(int argc, char **argv)
{
	struct queue *queue;
	int fd, connection;

	if (argc == 1)
		return parent_and_child();
	if (argc == 3 && !strcmp(argv[1], "give")) {
		queue = queue_create(&fd);
		if (!queue)
			return fail("/dev/mymap", errno);
		if (descriptor_give(argv[2], fd) < 0)
			return fail(argv[2], errno);
		return produce(queue);
	}
	if (argc == 3 && !strcmp(argv[1], "take")) {
		fd = descriptor_take(argv[2], &connection);
		if (fd < 0)
			return fail(argv[2], errno);
		queue = queue_in(fd);
		return queue ? consume(queue) : fail("what was given", errno);
	}
	fprintf(stderr, "usage: locks [give SOCKET | take SOCKET]\n");
	return 2;
}
