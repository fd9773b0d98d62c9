// SPDX-License-Identifier: GPL-2.0-only
/*
 * The row that two threads touch: each of them a half, at the same time.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "bench.h"

/**
 * struct bench_worker - the second thread
 * @thread: it
 * @go: there is something to touch, or it is over
 * @done: it has been touched
 * @begin: from here; NULL: it is over
 * @end: up to here
 */
struct bench_worker {
	pthread_t thread;
	sem_t go;
	sem_t done;
	char *begin;
	char *end;
};

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) && errno == EINTR)
		;
}

static void *work(void *data)
{
	struct bench_worker *worker = data;

	for (;;) {
		wait_for(&worker->go);
		if (!worker->begin)
			return NULL;
		bench_touch(worker->begin, worker->end);
		sem_post(&worker->done);
	}
}

/**
 * bench_worker_start() - have a second thread
 * @memory: whose it is to be
 *
 * Return: 0, or a negative errno.
 */
int bench_worker_start(struct bench_memory *memory)
{
	struct bench_worker *worker = calloc(1, sizeof(*worker));
	int error;

	if (!worker)
		return -ENOMEM;
	sem_init(&worker->go, 0, 0);
	sem_init(&worker->done, 0, 0);
	error = pthread_create(&worker->thread, NULL, work, worker);
	if (error) {
		free(worker);
		return -error;
	}
	memory->worker = worker;
	return 0;
}

/**
 * bench_worker_end() - the mirror of bench_worker_start()
 * @memory: whose it was, if it had one
 */
void bench_worker_end(struct bench_memory *memory)
{
	struct bench_worker *worker = memory->worker;

	if (!worker)
		return;
	worker->begin = NULL;
	sem_post(&worker->go);
	pthread_join(worker->thread, NULL);
	sem_destroy(&worker->go);
	sem_destroy(&worker->done);
	free(worker);
	memory->worker = NULL;
}

/**
 * bench_worker_touch() - touch a half of the memory, while the second thread touches the other
 * @memory: mapped, with a second thread
 *
 * Return: 0.
 */
int bench_worker_touch(struct bench_memory *memory)
{
	struct bench_worker *worker = memory->worker;
	char *begin = memory->address, *middle = begin + memory->size / 2;

	worker->begin = middle;
	worker->end = begin + memory->size;
	sem_post(&worker->go);
	bench_touch(begin, middle);
	wait_for(&worker->done);
	return 0;
}
