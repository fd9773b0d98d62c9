// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the threads of a race do, see race.c. An act is done with the buffer of
 * the round while all other acts are; so what it says of its own pages must hold
 * whatever the others do, and an error that another act brings about is none.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"

/* Fails, unless the error is one of two that others cause. */
static void check_call(const char *what, int result, int other, int another)
{
	if (result && errno != other && errno != another)
		FAIL("%s", what);
}

/* A page, by the mapping of all: there may be a hole in it. */
static void touch_page(struct racer *racer, size_t page)
{
	struct race *race = racer->race;
	bool write = racer_random(racer) & 1;
	int sig = page_touch(page_at(race, page), race->id, page, write);

	/* SIGBUS: it is beyond the end at this moment. */
	CHECK(!sig || sig == SIGSEGV || (sig == SIGBUS && page >= race->nr_there));
	if (!sig && write)
		race->written[page] = true;
}

void touch(struct racer *racer)
{
	touch_page(racer, racer_random(racer) % racer->race->nr_pages);
}

/*
 * All threads that do this come to the same new page at the same time. Had it
 * been allocated twice, the word of one of them would be lost.
 */
void touch_the_same(struct racer *racer)
{
	struct race *race = racer->race;
	size_t page = racer->step % race->nr_pages;
	off_t offset = (off_t)(page * page_size + own_offset(racer));
	uint64_t mine = own_word(racer, page), word;
	char *memory = map_at(race->fd, page_size, (off_t)(page * page_size), PROT_READ | PROT_WRITE);

	*(volatile uint64_t *)(memory + own_offset(racer)) = mine;
	CHECK_EQ(pread(race->fd, &word, sizeof(word), offset), sizeof(word));
	CHECK_EQ(word, mine);
	page_check(memory, race->id, page);
	unmap(memory, page_size);
}

static void map_over(struct race *race, struct pages pages, int fd, int prot)
{
	void *at = page_at(race, pages.first);

	CHECK(mmap(at, pages.nr * page_size, prot, MAP_SHARED | MAP_FIXED, fd,
		   (off_t)(pages.first * page_size)) == at);
}

/*
 * The hole is a mapping that nobody can write, whatever he makes of its
 * protection: a real one might be filled by a thread that maps something else.
 */
void unmap_and_map(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages pages = random_pages(racer);

	map_over(race, pages, race->read_only, PROT_NONE);
	map_over(race, pages, race->fd, PROT_READ | PROT_WRITE);
}

/* Out of the page table; the buffer keeps its pages. */
void zap(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages pages = random_pages(racer);

	/* EINVAL: somebody has locked it. */
	check_call("MADV_DONTNEED", madvise(page_at(race, pages.first), pages.nr * page_size, MADV_DONTNEED),
		   EINVAL, EINVAL);
}

void protect(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages pages = random_pages(racer);
	char *at = page_at(race, pages.first);

	/* EACCES: the hole cannot be written. */
	CHECK_EQ(mprotect(at, pages.nr * page_size, PROT_READ), 0);
	check_call("mprotect", mprotect(at, pages.nr * page_size, PROT_READ | PROT_WRITE), EACCES, EACCES);
}

/* The mapping is the last user of a file of its own. */
void close_and_touch(struct racer *racer)
{
	struct race *race = racer->race;
	size_t page = racer_random(racer) % race->nr_pages;
	int fd = fd_reopen(race->fd, O_RDWR);
	char *memory;

	CHECK(fd >= 0);
	memory = map_at(fd, page_size, (off_t)(page * page_size), PROT_READ | PROT_WRITE);
	close(fd);
	CHECK_EQ(page_touch(memory, race->id, page, true), 0);
	race->written[page] = true;
	unmap(memory, page_size);
}

/* A fork is as dear as some hundred touches, so it is done now and then. */
void fork_and_touch(struct racer *racer)
{
	int i, status;
	pid_t pid;

	if (racer->step % 5) {
		touch(racer);
		return;
	}
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		for (i = 0; i < 10; i++)
			touch(racer);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

void read_and_write(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages pages = random_pages(racer);
	size_t page = pages.first, len = pages.nr * page_size, i;
	char *bytes = malloc(len);

	CHECK(bytes);
	CHECK_EQ(pread(race->fd, bytes, len, (off_t)(page * page_size)), len);
	for (i = 0; i < pages.nr; i++)
		page_check(bytes + i * page_size, race->id, page + i);
	for (i = 0; i < WORDS; i++) {
		uint64_t word = word_of(race->id, page, (unsigned int)i);
		off_t offset = (off_t)(page * page_size + word_offset((unsigned int)i));

		CHECK_EQ(pwrite(race->fd, &word, sizeof(word), offset), sizeof(word));
	}
	race->written[page] = true;
	free(bytes);
}

/* A mapping of its own, moved: each page keeps its place in the buffer. */
void move(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages pages = random_pages(racer);
	size_t len = pages.nr * page_size, last = pages.nr - 1;
	char *old = map_at(race->fd, len, (off_t)(pages.first * page_size), PROT_READ | PROT_WRITE);
	char *new = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(new != MAP_FAILED);
	CHECK_EQ(page_touch(old, race->id, pages.first, true), 0);
	CHECK(mremap(old, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, new) == new);
	CHECK_EQ(page_touch(new, race->id, pages.first, false), 0);
	CHECK_EQ(page_touch(new + last * page_size, race->id, pages.first + last, true), 0);
	race->written[pages.first] = true;
	race->written[pages.first + last] = true;
	unmap(new, len);
}

void lock(struct racer *racer)
{
	struct race *race = racer->race;
	struct pages pages = random_pages(racer);
	char *at = page_at(race, pages.first);

	/* What mlock says of a hole. */
	check_call("mlock", mlock(at, pages.nr * page_size), ENOMEM, EAGAIN);
	CHECK_EQ(munlock(at, pages.nr * page_size), 0);
}

/* A pinned page shows what is written, also after it was unmapped here. */
void pin(struct racer *racer)
{
	struct race *race = racer->race;
	size_t page = racer_random(racer) % race->nr_pages;
	struct iovec iov = { page_at(race, page), page_size };
	char *copy = malloc(page_size);
	int ends[2];

	CHECK(copy);
	CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
	if (vmsplice(ends[1], &iov, 1, 0) == (ssize_t)page_size) {
		zap(racer);
		CHECK_EQ(read(ends[0], copy, page_size), page_size);
		page_check(copy, race->id, page);
	} else {
		/* A hole. */
		CHECK_EQ(errno, EFAULT);
	}
	close(ends[0]);
	close(ends[1]);
	free(copy);
}

/* Buffers of others, by a descriptor that does not use them. */
#define NR_SHOWN 4

static struct shown {
	pthread_mutex_t mutex;
	int path;
	uint64_t id;
} shown[NR_SHOWN] = { [0 ... NR_SHOWN - 1] = { .mutex = PTHREAD_MUTEX_INITIALIZER, .path = -1 } };

void last_close(struct racer *racer)
{
	struct shown *slot = &shown[racer_random(racer) % NR_SHOWN];
	uint64_t id = new_id(racer);
	int fd = buffer_create(3 * page_size, 0), path = fd_reopen(fd, O_PATH), old;
	char *memory = map_shared(fd, 3 * page_size);

	CHECK(path >= 0);
	page_write(memory, id, 0);
	pthread_mutex_lock(&slot->mutex);
	old = slot->path;
	slot->path = path;
	slot->id = id;
	pthread_mutex_unlock(&slot->mutex);
	if (old >= 0)
		close(old);
	if (racer_random(racer) & 1) {
		unmap(memory, 3 * page_size);
		close(fd);
	} else {
		close(fd);
		unmap(memory, 3 * page_size);
	}
}

/* It is there, with what its maker wrote, or it is gone for good. */
void open_by_path(struct racer *racer)
{
	struct shown *slot = &shown[racer_random(racer) % NR_SHOWN];
	char *memory;
	uint64_t id;
	int path, fd;

	pthread_mutex_lock(&slot->mutex);
	path = slot->path < 0 ? -1 : dup(slot->path);
	id = slot->id;
	pthread_mutex_unlock(&slot->mutex);
	if (path < 0)
		return;

	fd = fd_reopen(path, O_RDWR);
	if (fd >= 0) {
		CHECK_EQ(info(fd).buffer_size, 3 * page_size);
		memory = map_shared(fd, 3 * page_size);
		CHECK_EQ(*(uint64_t *)memory, word_of(id, 0, 0));
		page_check(memory, id, 0);
		CHECK_EQ(page_touch(memory + page_size, id, 1, true), 0);
		close(fd);
		unmap(memory, 3 * page_size);
	} else {
		CHECK_EQ(errno, ENXIO);
	}
	close(path);
}

/* The default buffer, which is used by nobody again and again. */
void door(struct racer *racer)
{
	static const char digits[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	int fd = door_open(O_RDWR);
	char *memory = map_shared(fd, page_size);
	volatile uint64_t *last = (uint64_t *)(memory + page_size) - 1;

	CHECK(!memcmp(memory, digits, sizeof(digits)));
	*last = word_of(0, 0, WORDS - 1);
	if (racer_random(racer) & 1) {
		close(fd);
		CHECK_EQ(*last, word_of(0, 0, WORDS - 1));
		unmap(memory, page_size);
	} else {
		unmap(memory, page_size);
		close(fd);
	}
}

/* New memory is 0, whoever has had it before. */
void own_buffer(struct racer *racer)
{
	uint64_t id = new_id(racer);
	size_t nr = 1 + racer_random(racer) % 20, len, page;
	bool populate = racer_random(racer) & 1;
	char *memory;
	int fd;

	if (racer_random(racer) % 8 == 0)
		nr += huge_pages();
	len = nr * page_size;
	fd = buffer_create(len, populate ? POPULATE : 0);
	memory = map_shared(fd, len);
	for (page = 0; page < nr; page++) {
		if (!is_filled(memory + page * page_size, 0, page_size))
			FAIL("page %zu of a new buffer is not 0", page);
		page_write(memory + page * page_size, id, page);
	}
	close(fd);
	for (page = 0; page < nr; page++)
		page_check(memory + page * page_size, id, page);
	unmap(memory, len);
}
