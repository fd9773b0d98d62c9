// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named buffers: their devices, races, and very many of them.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include "names.h"

/* sysfs */

static void attribute_is(unsigned int minor, const char *name, const char *want)
{
	const char *value = attribute(minor, name);

	if (!value || strcmp(value, want))
		FAIL("%s is '%s', not '%s'", name, value ? value : "not there", want);
}

static void number_is(unsigned int minor, const char *name, unsigned long long want)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", want);
	attribute_is(minor, name, text);
}

static void attributes(void)
{
	unsigned int minor;
	int fd, copy, by_name, node;
	char *memory, *private;

	setup();
	fd = named(NAME, &minor);
	number_is(minor, "size", len);
	attribute_is(minor, "name", NAME);
	attribute_is(minor, "kind", "pages");
	number_is(minor, "resident", 0);
	attribute_is(minor, "mapped", "0");
	attribute_is(minor, "open", "1");

	copy = dup(fd);
	attribute_is(minor, "open", "1");
	by_name = open_named(NAME);
	attribute_is(minor, "open", "2");
	node = node_open(minor, O_RDONLY);
	attribute_is(minor, "open", "3");
	memory = map_shared(fd, len);
	attribute_is(minor, "mapped", "1");
	memory[0] = 1;
	number_is(minor, "resident", info(fd).resident);
	CHECK(info(fd).resident > 0);
	close(fd);
	close(copy);
	/* The mapping has its file. */
	attribute_is(minor, "open", "3");
	unmap(memory, len - page_size);
	attribute_is(minor, "mapped", "1");
	unmap(memory + len - page_size, page_size);
	attribute_is(minor, "mapped", "0");
	attribute_is(minor, "open", "2");
	private = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, node, 0);
	CHECK(private != MAP_FAILED);
	attribute_is(minor, "mapped", "1");
	unmap(private, page_size);
	close(by_name);
	close(node);
	attribute_is(minor, "open", "0");
	attribute_is(minor, "mapped", "0");
	CHECK(strcmp(attribute(minor, "resident"), "0"));
	destroy(NAME);
	CHECK(!attribute(minor, "open"));
}

/* An attribute that is open when its device goes. */
static void attribute_outlives_device(void)
{
	unsigned int minor;
	char path[64], byte;
	int fd;

	setup();
	close(named(NAME, &minor));
	snprintf(path, sizeof(path), CLASS "/mymap%u/resident", minor);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	destroy(NAME);
	CHECK_ERRNO(read(fd, &byte, 1), ENODEV);
	close(fd);
}

/* Races; fewer rounds than the debug kernel has. */

static void open_for_ever(void *data)
{
	(void)data;
	for (;;) {
		int fd = try_open(NAME, 0);
		char *memory;

		if (fd < 0) {
			CHECK_EQ(errno, ENOENT);
			continue;
		}
		/* It is whole, or it is not there. */
		CHECK_EQ(info(fd).buffer_size, len);
		memory = map_shared(fd, len);
		close(fd);
		memory[page_size] = 1;
		CHECK(memory[len - 1] == 0 || memory[len - 1] == 'z');
		unmap(memory, len);
	}
}

static void open_nodes_for_ever(void *data)
{
	unsigned int minor = *(unsigned int *)data;

	for (;;) {
		int node = node_open(minor, O_RDWR);

		if (node < 0) {
			CHECK(errno == ENOENT || errno == ENXIO);
			continue;
		}
		unmap(map_shared(node, page_size), page_size);
		close(node);
	}
}

static void read_attributes_for_ever(void *data)
{
	static const char *const names[] = { "size", "name", "resident", "mapped", "open" };
	unsigned int minor = *(unsigned int *)data;
	char path[64], value[64];
	size_t i;
	int fd;

	for (i = 0;; i++) {
		snprintf(path, sizeof(path), CLASS "/mymap%u/%s", minor, names[i % 5]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (read(fd, value, sizeof(value)) < 0)
			CHECK_EQ(errno, ENODEV);
		close(fd);
	}
}

static void destroy_races(void (*run)(void *), int rounds)
{
	pid_t children[2];
	unsigned int minor;
	int i;

	setup();
	close(named(NAME, &minor));
	destroy(NAME);
	for (i = 0; i < 2; i++)
		children[i] = child_start(run, &minor);
	for (i = 0; i < rounds; i++) {
		int fd = named(NAME, &minor);

		CHECK_EQ(pwrite(fd, "z", 1, (off_t)len - 1), 1);
		close(fd);
		destroy(NAME);
	}
	for (i = 0; i < 2; i++)
		child_kill(children[i], 10);
	nothing_left();
}

static void destroy_races_open(void)
{
	destroy_races(open_for_ever, 100);
}

static void destroy_races_open_of_node(void)
{
	destroy_races(open_nodes_for_ever, 100);
}

static void destroy_races_attributes(void)
{
	destroy_races(read_attributes_for_ever, 100);
}

/* Two who make and two who destroy the same name: each one made is destroyed once. */

#define ROUNDS 200

static int *counts;

static void make_often(void *data)
{
	int i, fd;

	(void)data;
	for (i = 0; i < ROUNDS; i++) {
		fd = try_named(NAME);
		if (fd < 0) {
			CHECK_EQ(errno, EEXIST);
			continue;
		}
		__atomic_add_fetch(&counts[0], 1, __ATOMIC_SEQ_CST);
		close(fd);
	}
}

static void destroy_often(void *data)
{
	int i;

	(void)data;
	for (i = 0; i < ROUNDS; i++) {
		if (try_destroy(NAME))
			CHECK_EQ(errno, ENOENT);
		else
			__atomic_add_fetch(&counts[1], 1, __ATOMIC_SEQ_CST);
	}
}

static void each_is_destroyed_once(void)
{
	pid_t children[4];
	int i;

	setup();
	len = page_size;
	counts = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(counts != MAP_FAILED);
	for (i = 0; i < 4; i++)
		children[i] = child_start(i & 1 ? destroy_often : make_often, NULL);
	for (i = 0; i < 4; i++)
		child_join(children[i]);
	CHECK(counts[0] > 0);
	if (!try_destroy(NAME))
		counts[1]++;
	CHECK_EQ(counts[0], counts[1]);
	nothing_left();
}

/* That many, half of them with a name, all there at once; says how long it takes. */
static void many(void)
{
	const int nr = atoi(test_argument(0)) / 2;
	struct rlimit limit = { (rlim_t)nr + 100, (rlim_t)nr + 100 };
	double begin, made, end;
	int i, *fds = calloc((size_t)nr, sizeof(*fds));
	char name[32];

	require_root();
	setup();
	/* udev has work to do with each, and the machine may have other work as well. */
	alarm(time_limit(300));
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	len = page_size;
	begin = now();
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "test-%d", i);
		close(named(name, NULL));
		fds[i] = buffer_create(len, 0);
	}
	CHECK_EQ(total_size(), 2 * (unsigned long long)nr * len);
	made = now();
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "test-%d", i);
		destroy(name);
		close(fds[i]);
	}
	end = now();
	nothing_left();
	printf("%d buffers, %d of them named: made in %.1f s, destroyed in %.1f s\n", 2 * nr, nr,
	       made - begin, end - made);
	free(fds);
}

static const struct test_case cases[] = {
	CASE(attributes),
	CASE(attribute_outlives_device),
	CASE(destroy_races_open),
	CASE(destroy_races_open_of_node),
	CASE(destroy_races_attributes),
	CASE(each_is_destroyed_once),
	CASE(many),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
