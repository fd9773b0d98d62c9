// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races about names: who opens a buffer by its name or node, or reads its
 * attributes, while it is made and destroyed, has a whole one of that name, or
 * none.
 *
 * Each name has a size of its own, so that all that tells of a buffer must agree.
 * Each buffer says itself which one it is, as soon as all of it is written.
 */
#include <sched.h>

#include "names.h"
#include "race.h"

/* Where a buffer says which one it is: between the words that others write. */
#define ID_OFFSET	(80 * sizeof(uint64_t))

/* By number of the thread that makes them; 0 where it has made none yet. */
static atomic_uint minors_and_1[MAX_THREADS];
/* Threads that go on to make names, which is the first act. */
static atomic_uint nr_makers;

static unsigned int makers_of(const struct race *race)
{
	return (race->nr_threads + race->nr_acts - 1) / race->nr_acts;
}

static void names_begin(struct race *race)
{
	memset(minors_and_1, 0, sizeof(minors_and_1));
	nr_makers = makers_of(race);
}

const struct setting names = { .max_steps = 10, .begin = names_begin };

static void name_of(unsigned int number, char *to)
{
	snprintf(to, MYMAP_NAME_SIZE, "test-race-%u", number);
}

static size_t pages_of(unsigned int number)
{
	return 1 + number % 7;
}

/* One of those who make names. */
static unsigned int somebody(struct racer *racer)
{
	unsigned int which = (unsigned int)(racer_random(racer) % makers_of(racer->race));

	return which * racer->race->nr_acts;
}

static atomic_ulong *id_at(char *memory)
{
	return (atomic_ulong *)(memory + ID_OFFSET);
}

static void buffer_write(char *memory, uint64_t id, size_t nr_pages)
{
	size_t page;

	for (page = 0; page < nr_pages; page++)
		page_write(memory + page * page_size, id, page);
	atomic_store(id_at(memory), id);
}

/* Every page of it, with all of its words. */
static void buffer_check(char *memory, uint64_t id, size_t nr_pages)
{
	size_t page;

	CHECK_EQ(atomic_load(id_at(memory)), id);
	for (page = 0; page < nr_pages; page++) {
		page_check(memory + page * page_size, id, page);
		CHECK(*(volatile uint64_t *)(memory + page * page_size));
	}
}

/* It has that name, or none any more. */
static void check_name(const struct mymap_info *i, unsigned int number)
{
	char name[MYMAP_NAME_SIZE];

	name_of(number, name);
	if (i->properties & MYMAP_BUFFER_NAMED) {
		if (strcmp(i->name, name))
			FAIL("the buffer of %s is called %s", name, i->name);
	} else {
		CHECK_EQ(i->minor, 0);
		CHECK(is_filled(i->name, 0, sizeof(i->name)));
	}
	CHECK_EQ(i->buffer_size, pages_of(number) * page_size);
}

/*
 * A buffer that was opened, whose maker may be just writing it: all of it is
 * there, and stays as long as we have it.
 */
static void check_opened(int fd, const struct mymap_info *i, unsigned int number)
{
	size_t nr_pages = pages_of(number);
	struct mymap_info later;
	char *memory;
	uint64_t id;

	check_name(i, number);
	memory = map_shared(fd, nr_pages * page_size);
	id = atomic_load(id_at(memory));
	if (id) {
		CHECK_EQ(number_of_id(id), number);
		buffer_check(memory, id, nr_pages);
	}
	/* It may be destroyed by now. */
	sched_yield();
	later = info(fd);
	check_name(&later, number);
	/* And a name does not come back. */
	CHECK((i->properties & MYMAP_BUFFER_NAMED) || !(later.properties & MYMAP_BUFFER_NAMED));
	close(fd);
	if (id)
		buffer_check(memory, id, nr_pages);
	unmap(memory, nr_pages * page_size);
}

/* Nobody else makes this name: so it can be had, again and again at once. */
void name_and_destroy(struct racer *racer)
{
	size_t nr_pages = pages_of(racer->number), nr_bytes = nr_pages * page_size;
	uint64_t id = new_id(racer);
	struct mymap_create args;
	struct mymap_info i;
	char name[MYMAP_NAME_SIZE], *memory;
	int fd;

	name_of(racer->number, name);
	args = create_args(name);
	args.buffer_size = nr_bytes;
	fd = call(O_RDWR, MYMAP_IOC_CREATE, &args);
	if (fd < 0)
		FAIL("create %s", name);
	atomic_store(&minors_and_1[racer->number], args.minor + 1);
	i = info(fd);
	CHECK(i.properties & MYMAP_BUFFER_NAMED);
	CHECK_EQ(i.minor, args.minor);
	check_name(&i, racer->number);
	memory = map_shared(fd, nr_bytes);
	if (!is_filled(memory, 0, nr_bytes))
		FAIL("the new buffer %s is not 0", name);
	buffer_write(memory, id, nr_pages);
	sched_yield();

	destroy(name);
	CHECK(!(info(fd).properties & MYMAP_BUFFER_NAMED));
	close(fd);
	buffer_check(memory, id, nr_pages);
	unmap(memory, nr_bytes);
	if (racer->step + 1 == racer->race->nr_steps)
		atomic_fetch_sub(&nr_makers, 1);
}

/* Those who look must not take the processors from those who make. */
static void leave_it_to_others(void)
{
	usleep(100);
}

/* A name is there for a moment only: as long as they are made, one is found at last. */
static void until_found(struct racer *racer, bool (*find)(struct racer *))
{
	while (!find(racer)) {
		if (!atomic_load(&nr_makers)) {
			racer->refused = true;
			return;
		}
		leave_it_to_others();
	}
}

static bool find_by_name(struct racer *racer)
{
	unsigned int number = somebody(racer);
	char name[MYMAP_NAME_SIZE];
	struct mymap_info i;
	int fd;

	name_of(number, name);
	fd = try_open(name, 0);
	if (fd < 0) {
		CHECK_EQ(errno, ENOENT);
		return false;
	}
	i = info(fd);
	check_opened(fd, &i, number);
	return true;
}

void open_by_name(struct racer *racer)
{
	until_found(racer, find_by_name);
}

/* The number that a name tells. */
static unsigned int number_of_name(const char *name)
{
	unsigned int number;

	if (sscanf(name, "test-race-%u", &number) != 1 || number >= MAX_THREADS)
		FAIL("a name is '%s'", name);
	return number;
}

/* By now it may be the node of another one. */
static bool find_by_node(struct racer *racer)
{
	unsigned int minor_and_1 = atomic_load(&minors_and_1[somebody(racer)]);
	struct mymap_info i;
	char path[32];
	int fd;

	if (!minor_and_1)
		return false;
	snprintf(path, sizeof(path), "/dev/mymap%u", minor_and_1 - 1);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		CHECK(errno == ENOENT || errno == ENXIO);
		return false;
	}
	i = info(fd);
	if (i.properties & MYMAP_BUFFER_NAMED) {
		CHECK_EQ(i.minor, minor_and_1 - 1);
		check_opened(fd, &i, number_of_name(i.name));
	} else {
		/* Destroyed right after it was opened, and whose it was nobody tells. */
		CHECK(i.buffer_size && i.buffer_size <= 7 * page_size);
		unmap(map_shared(fd, i.buffer_size), i.buffer_size);
		close(fd);
	}
	return true;
}

void open_by_node(struct racer *racer)
{
	until_found(racer, find_by_node);
}

/* What an attribute says, without the end of the line; false where it is gone. */
static bool attribute_read(int folder, const char *name, char *to, size_t nr_bytes)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0) {
		/* ENODEV: it goes right now. */
		CHECK(errno == ENOENT || errno == ENODEV);
		return false;
	}
	n = read(fd, to, nr_bytes);
	if (n < 0)
		CHECK_EQ(errno, ENODEV);
	close(fd);
	if (n < 0)
		return false;
	CHECK(n > 1 && (size_t)n < nr_bytes);
	CHECK_EQ(to[n - 1], '\n');
	to[n - 1] = 0;
	return true;
}

static unsigned long long number_in(const char *text)
{
	char *end;
	unsigned long long number = strtoull(text, &end, 10);

	if (!*text || *end)
		FAIL("an attribute says '%s'", text);
	return number;
}

/*
 * The folder belongs to one device and so to one buffer; that of the next one
 * with the same number is another.
 */
static bool find_attributes(struct racer *racer)
{
	unsigned int minor_and_1 = atomic_load(&minors_and_1[somebody(racer)]);
	char path[64], name[64], size[64], more[3][64];
	int folder;
	bool found;

	if (!minor_and_1)
		return false;
	snprintf(path, sizeof(path), CLASS "/mymap%u", minor_and_1 - 1);
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		CHECK_EQ(errno, ENOENT);
		return false;
	}
	found = attribute_read(folder, "name", name, sizeof(name)) &&
		attribute_read(folder, "size", size, sizeof(size)) &&
		attribute_read(folder, "resident", more[0], sizeof(more[0])) &&
		attribute_read(folder, "mapped", more[1], sizeof(more[1])) &&
		attribute_read(folder, "open", more[2], sizeof(more[2]));
	if (found) {
		CHECK_EQ(number_in(size), pages_of(number_of_name(name)) * page_size);
		CHECK(number_in(more[0]) <= number_in(size));
		CHECK(number_in(more[1]) <= 1);
		/* The maker and all who look. */
		CHECK(number_in(more[2]) <= 1 + racer->race->nr_threads);
	}
	close(folder);
	return found;
}

void read_attributes(struct racer *racer)
{
	until_found(racer, find_attributes);
}

/*
 * All make the same name, and another one at each step. Of those who make it one
 * wins, until it is destroyed.
 */
static struct same {
	/* Somebody has begun to make it. */
	atomic_bool begun;
	/* How many are there: made, and nobody has begun to destroy it. */
	atomic_int there;
	atomic_int made;
	atomic_int destroyed;
} same[MAX_STEPS];

static void same_name_of(unsigned int step, char *to)
{
	snprintf(to, MYMAP_NAME_SIZE, "test-same-%u", step);
}

static void same_begin(struct race *race)
{
	(void)race;
	memset(same, 0, sizeof(same));
}

static void same_end(struct race *race)
{
	char name[MYMAP_NAME_SIZE];
	unsigned int i;

	for (i = 0; i < race->nr_steps; i++) {
		int left;

		same_name_of(i, name);
		left = !try_destroy(name);
		if (!left)
			CHECK_EQ(errno, ENOENT);
		CHECK(same[i].made > 0);
		CHECK_EQ(same[i].made - same[i].destroyed, left);
	}
}

const struct setting same_names = { .max_steps = 10, .begin = same_begin, .end = same_end };

void name_the_same(struct racer *racer)
{
	struct same *it = &same[racer->step];
	char name[MYMAP_NAME_SIZE];
	struct mymap_create args;
	int fd;

	same_name_of(racer->step, name);
	args = create_args(name);
	args.buffer_size = page_size;
	atomic_store(&it->begun, true);
	fd = call(O_RDWR, MYMAP_IOC_CREATE, &args);
	if (fd < 0) {
		CHECK_EQ(errno, EEXIST);
		return;
	}
	/* Who destroys one takes it off before, so this is never more than there are. */
	CHECK(atomic_fetch_add(&it->there, 1) <= 0);
	atomic_fetch_add(&it->made, 1);
	close(fd);
}

static bool destroyed(struct same *it, const char *name)
{
	atomic_fetch_sub(&it->there, 1);
	if (!try_destroy(name)) {
		atomic_fetch_add(&it->destroyed, 1);
		return true;
	}
	CHECK_EQ(errno, ENOENT);
	atomic_fetch_add(&it->there, 1);
	return false;
}

/* As soon as it is there, if nobody else is faster. */
void destroy_the_same(struct racer *racer)
{
	struct same *it = &same[racer->step];
	char name[MYMAP_NAME_SIZE];

	same_name_of(racer->step, name);
	while (!atomic_load(&it->begun))
		leave_it_to_others();
	while (!destroyed(it, name)) {
		if (atomic_load(&it->destroyed)) {
			racer->refused = true;
			return;
		}
		sched_yield();
	}
}
