// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many users of the module at once, of all kinds, let go while it is being
 * removed: it does not go before the last of them.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "module.h"
#include "names.h"

/* It may be on its way out: who has it does not see that. */
static bool module_is_live(void)
{
	int fd = open("/sys/module/mymap/initstate", O_RDONLY | O_CLOEXEC);
	char state[16] = "";
	bool live;

	live = fd >= 0 && read(fd, state, sizeof(state) - 1) > 0 && !strcmp(state, "live\n");
	close(fd);
	return live;
}

struct leavers {
	unsigned int round, nr;
	pthread_barrier_t ready, start;
	/* In memory shared with the parent. */
	struct leaving {
		/* All have it. */
		atomic_bool held;
		/* The module is being removed. */
		atomic_bool go;
		/* Those who may still have it. */
		atomic_uint nr_left;
	} *leaving;
};

struct leaver {
	struct leavers *all;
	unsigned int number;
};

static void *leave(void *data)
{
	struct leaver *leaver = data;
	struct leavers *all = leaver->all;
	unsigned int kind = (leaver->number + all->round) % 5;
	char *memory = NULL, name[16];
	int fd;

	snprintf(name, sizeof(name), "test-%u", leaver->number);
	switch (kind) {
	case 0:
		fd = buffer_create(page_size, POPULATE);
		break;
	case 1:
		fd = buffer_create(page_size, 0);
		break;
	case 2:
		create_named(name, page_size);
		fd = open_named(name);
		break;
	case 3:
		fd = node_open(create_named(name, page_size), O_RDWR);
		break;
	default:
		fd = door_open(O_RDWR);
		break;
	}
	CHECK(fd >= 0);
	if (kind) {
		memory = map_shared(fd, page_size);
		memory[page_size - 1] = 1;
	}
	/* The mapping is the last user of one, and the descriptor that of another. */
	if (kind == 1 || kind == 3)
		close(fd);

	pthread_barrier_wait(&all->ready);
	pthread_barrier_wait(&all->start);
	/* One after the other, within 10 ms; in each round another one is the last. */
	usleep((leaver->number * 7 + all->round) % all->nr * (10000 / all->nr));
	CHECK(module_is_live());
	atomic_fetch_sub(&all->leaving->nr_left, 1);
	if (memory)
		unmap(memory, page_size);
	if (kind != 1 && kind != 3)
		close(fd);
	return NULL;
}

static bool is_set(void *flag)
{
	return atomic_load((atomic_bool *)flag);
}

static void all_leave(void *data)
{
	struct leavers *all = data;
	struct leaver leavers[64];
	pthread_t threads[64];
	unsigned int i;

	CHECK_EQ(pthread_barrier_init(&all->ready, NULL, all->nr + 1), 0);
	CHECK_EQ(pthread_barrier_init(&all->start, NULL, all->nr + 1), 0);
	for (i = 0; i < all->nr; i++) {
		leavers[i] = (struct leaver){ all, i };
		CHECK_EQ(pthread_create(&threads[i], NULL, leave, &leavers[i]), 0);
	}
	pthread_barrier_wait(&all->ready);
	atomic_store(&all->leaving->held, true);
	CHECK(wait_until(is_set, &all->leaving->go, 20));
	pthread_barrier_wait(&all->start);
	for (i = 0; i < all->nr; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

void last_closes_race_removal(void)
{
	static const unsigned int threads[] = { 2, 8, 64 };
	struct leavers all;
	int i, nr = nr_rounds() / 2;

	all.leaving = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(all.leaving != MAP_FAILED);
	for (i = 0; i < nr; i++) {
		pid_t child;

		all.round = (unsigned int)i;
		all.nr = threads[i % 3];
		*all.leaving = (struct leaving){ .nr_left = all.nr };
		child = child_start(all_leave, &all);
		CHECK(wait_until(is_set, &all.leaving->held, 20));
		check_busy();
		atomic_store(&all.leaving->go, true);
		while (module_remove())
			CHECK_EQ(errno, EAGAIN);
		CHECK_EQ(atomic_load(&all.leaving->nr_left), 0);
		child_join(child);
		module_load();
		CHECK_EQ(total_size(), 0);
	}
}
