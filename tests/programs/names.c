// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named buffers: found by others, there until they are destroyed; and what is
 * refused.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "names.h"

/* By name, by whom, how long. */

static void write_tags(int fd)
{
	char *memory = map_shared(fd, len);

	tags_write(memory, 0, len / page_size);
	unmap(memory, len);
}

static void check_tags(int fd)
{
	char *memory = map_shared(fd, len);

	tags_check(memory, 0, len / page_size);
	unmap(memory, len);
}

static void make_and_exit(void *data)
{
	(void)data;
	write_tags(named(NAME, NULL));
}

static void outlives_creator(void)
{
	int fd;

	setup();
	in_child(make_and_exit, NULL);
	CHECK_EQ(total_size(), len);
	fd = open_named(NAME);
	check_tags(fd);
	close(fd);
	CHECK_EQ(total_size(), len);
	destroy(NAME);
	nothing_left();
}

static void open_and_check(void *data)
{
	(void)data;
	check_tags(open_named(NAME));
}

static void another_process_finds_it(void)
{
	int i, fd;

	setup();
	fd = named(NAME, NULL);
	write_tags(fd);
	in_child(open_and_check, NULL);
	close(fd);
	for (i = 0; i < 3; i++)
		in_child(open_and_check, NULL);
	destroy(NAME);
	nothing_left();
}

/* It is one buffer, whoever opens it and however. */
static void all_are_the_same(void)
{
	char *a, *b, *c, byte = 'n';
	unsigned int minor;
	struct stat st, st_by_name;
	int fd, by_name, node;

	setup();
	fd = named(NAME, &minor);
	by_name = open_named(NAME);
	node = node_open(minor, O_RDWR);
	CHECK(node >= 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(fstat(by_name, &st_by_name), 0);
	CHECK_EQ(st.st_ino, st_by_name.st_ino);
	CHECK_EQ(st.st_dev, st_by_name.st_dev);
	CHECK_EQ(st_by_name.st_size, len);
	CHECK(S_ISREG(st_by_name.st_mode));

	a = map_shared(fd, len);
	b = map_shared(by_name, len);
	c = map_shared(node, len);
	a[0] = 'a';
	b[page_size] = 'b';
	c[len - 1] = 'c';
	CHECK_EQ(pwrite(node, &byte, 1, 1), 1);
	CHECK(b[0] == 'a' && c[0] == 'a' && a[page_size] == 'b' && c[page_size] == 'b');
	CHECK(a[len - 1] == 'c' && b[len - 1] == 'c' && a[1] == 'n' && b[1] == 'n');
	CHECK_EQ(pread(node, &byte, 1, (off_t)len - 1), 1);
	CHECK_EQ(byte, 'c');
	CHECK_EQ(total_size(), len);
	destroy(NAME);
}

static void node_is_a_door_for_open_and_mmap(void)
{
	struct mymap_create create = create_args(OTHER);
	struct mymap_query query_args = { .size = sizeof(query_args) };
	struct mymap_open_named open_args = { .size = sizeof(open_args), .name = NAME };
	struct mymap_destroy destroy_args = { .size = sizeof(destroy_args), .name = NAME };
	unsigned int minor;
	char *memory;
	int fd, node;

	setup();
	create = create_args(OTHER);
	fd = named(NAME, &minor);
	write_tags(fd);
	close(fd);

	node = node_open(minor, O_RDWR);
	CHECK(node >= 0);
	memory = map_shared(node, len);
	close(node);
	/* Nothing writes digits into it. */
	tags_check(memory, 0, len / page_size);
	unmap(memory, len);

	node = node_open(minor, O_RDONLY);
	CHECK(node >= 0);
	CHECK_EQ(lseek(node, 0, SEEK_END), len);
	CHECK_ERRNO(mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, node, 0), EACCES);
	CHECK_ERRNO(mmap(NULL, len + page_size, PROT_READ, MAP_SHARED, node, 0), EINVAL);
	CHECK_ERRNO(write(node, "x", 1), EBADF);
	CHECK_EQ(info(node).buffer_size, len);
	CHECK_EQ(info(node).properties, MYMAP_BUFFER_PINNABLE | MYMAP_BUFFER_NAMED);
	CHECK_ERRNO(ioctl(node, MYMAP_IOC_CREATE, &create), ENOTTY);
	CHECK_ERRNO(ioctl(node, MYMAP_IOC_QUERY, &query_args), ENOTTY);
	CHECK_ERRNO(ioctl(node, MYMAP_IOC_OPEN, &open_args), ENOTTY);
	CHECK_ERRNO(ioctl(node, MYMAP_IOC_DESTROY, &destroy_args), ENOTTY);
	close(node);
	destroy(NAME);
	nothing_left();
}

static int resize(int fd, uint64_t size)
{
	struct mymap_resize args = { .size = sizeof(args), .buffer_size = size };

	return ioctl(fd, MYMAP_IOC_RESIZE, &args);
}

static bool size_is(unsigned int minor, uint64_t size)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)size);
	return !strcmp(attribute(minor, "size"), text);
}

/* One size, whichever way it is changed and asked for. */
static void size_by_name_and_node(void)
{
	struct mymap_seal seal = { .size = sizeof(seal), .seals = MYMAP_SEAL_GROW };
	struct mymap_open_named open_args = {
		.size = sizeof(open_args), .name = NAME,
	};
	unsigned int minor;
	int fd, node;

	setup();
	fd = named(NAME, &minor);
	node = node_open(minor, O_RDONLY);
	CHECK(node >= 0);
	CHECK_ERRNO(resize(node, 2 * len), EACCES);
	CHECK_ERRNO(ioctl(node, MYMAP_IOC_SEAL, &seal), EACCES);
	close(node);
	node = node_open(minor, O_RDWR);
	CHECK(node >= 0);
	CHECK(size_is(minor, len));
	CHECK_EQ(resize(node, 2 * len), 0);
	CHECK(size_is(minor, 2 * len));
	CHECK_EQ(lseek(fd, 0, SEEK_END), 2 * len);
	CHECK_EQ(lseek(node, 0, SEEK_END), 2 * len);
	CHECK_EQ(lseek(node, 0, SEEK_HOLE), 0);
	CHECK_EQ(total_size(), 2 * len);
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
	CHECK(size_is(minor, page_size));
	CHECK_EQ(info(node).buffer_size, page_size);
	CHECK_ERRNO(ftruncate(node, (off_t)len), EINVAL);
	close(fd);
	/* It is the buffer's, whoever uses it. */
	CHECK_EQ(ioctl(node, MYMAP_IOC_SEAL, &seal), 0);
	close(node);
	fd = call(O_RDWR, MYMAP_IOC_OPEN, &open_args);
	CHECK(fd >= 0);
	CHECK_EQ(open_args.buffer_size, page_size);
	CHECK_EQ(info(fd).seals, MYMAP_SEAL_GROW);
	CHECK_ERRNO(ftruncate(fd, (off_t)len), EPERM);
	close(fd);
	destroy(NAME);
	nothing_left();
}

static void huge_pages_by_name_and_node(void)
{
	size_t huge = require_huge();
	unsigned int minor;
	int fd;

	setup();
	fd = named(NAME, &minor);
	write_tags(fd);
	CHECK(info(fd).resident_huge == huge);
	close(fd);
	/* No one has it open: what is allocated stays. */
	fd = open_named(NAME);
	CHECK_EQ(info(fd).resident, len);
	CHECK_EQ(info(fd).resident_huge, huge);
	check_tags(fd);
	close(fd);
	fd = node_open(minor, O_RDWR);
	check_tags(fd);
	close(fd);
	destroy(NAME);
	nothing_left();
}

static void populated_is_there(void)
{
	struct mymap_create args;
	int fd;

	setup();
	args = create_args(NAME);
	args.flags = MYMAP_CREATE_POPULATE;
	close(call(O_RDWR, MYMAP_IOC_CREATE, &args));
	fd = open_named(NAME);
	CHECK_EQ(info(fd).resident, len);
	close(fd);
	destroy(NAME);
	nothing_left();
}

static void read_only(void)
{
	char byte;
	int fd;

	setup();
	fd = named(NAME, NULL);
	write_tags(fd);
	close(fd);
	fd = try_open(NAME, MYMAP_OPEN_READ_ONLY);
	CHECK(fd >= 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(read(fd, &byte, 1), 1);
	CHECK_ERRNO(write(fd, &byte, 1), EBADF);
	CHECK_ERRNO(mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	CHECK_ERRNO(mprotect(map_at(fd, len, 0, PROT_READ), len, PROT_READ | PROT_WRITE), EACCES);
	destroy(NAME);
}

/* Without rights of its own it may be used as the door may. */
static void a_door_for_reading_gives_reading(void)
{
	int fd;

	setup();
	close(named(NAME, NULL));
	CHECK_ERRNO(try_open_from(O_RDONLY, NAME, 0), EACCES);
	CHECK_ERRNO(try_open_from(O_WRONLY, NAME, 0), EACCES);
	CHECK_ERRNO(try_open_from(O_WRONLY, NAME, MYMAP_OPEN_READ_ONLY), EACCES);
	fd = try_open_from(O_RDONLY, NAME, MYMAP_OPEN_READ_ONLY);
	CHECK(fd >= 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	destroy(NAME);
}

/* destroy */

static void destroy_while_in_use(void)
{
	struct mymap_info i;
	unsigned int minor;
	int fd, by_name, node;
	char *memory;

	setup();
	fd = named(NAME, &minor);
	write_tags(fd);
	by_name = open_named(NAME);
	node = node_open(minor, O_RDWR);
	memory = map_shared(by_name, len);
	i = info(fd);
	CHECK(!strcmp(i.name, NAME));
	CHECK_EQ(i.minor, minor);
	CHECK(i.properties & MYMAP_BUFFER_NAMED);

	destroy(NAME);
	CHECK_ERRNO(try_open(NAME, 0), ENOENT);
	CHECK_ERRNO(try_destroy(NAME), ENOENT);
	CHECK_ERRNO(access(node_path(minor), F_OK), ENOENT);
	CHECK(!attribute(minor, "name"));
	/* All that was open before is as it was. */
	tags_check(memory, 0, len / page_size);
	check_tags(fd);
	check_tags(node);
	i = info(by_name);
	CHECK(is_filled(i.name, 0, sizeof(i.name)));
	CHECK_EQ(i.minor, 0);
	CHECK(!(i.properties & MYMAP_BUFFER_NAMED));
	CHECK_EQ(total_size(), len);

	close(fd);
	close(by_name);
	close(node);
	CHECK_EQ(total_size(), len);
	tags_check(memory, 0, len / page_size);
	unmap(memory, len);
	nothing_left();
}

/* The name is free at once, and what has it is another buffer. */
static void the_name_can_be_given_again(void)
{
	unsigned int minor;
	int old, new;
	char byte = 'o';

	setup();
	old = named(NAME, NULL);
	CHECK_EQ(pwrite(old, &byte, 1, 0), 1);
	destroy(NAME);
	new = named(NAME, &minor);
	CHECK_EQ(total_size(), 2 * len);
	CHECK_EQ(pread(new, &byte, 1, 0), 1);
	CHECK_EQ(byte, 0);
	CHECK_EQ(pread(old, &byte, 1, 0), 1);
	CHECK_EQ(byte, 'o');
	CHECK_EQ(pread(node_open(minor, O_RDONLY), &byte, 1, 0), 1);
	CHECK_EQ(byte, 0);
	destroy(NAME);
}

static void reopened_after_destroy(void)
{
	int fd, again, path, node;
	unsigned int minor;

	setup();
	fd = named(NAME, &minor);
	write_tags(fd);
	node = node_open(minor, O_RDWR);
	path = fd_reopen(fd, O_PATH);
	destroy(NAME);
	/* The file is there as long as somebody has it. */
	again = fd_reopen(fd, O_RDWR);
	CHECK(again >= 0);
	check_tags(again);
	/* What is behind the node is found by its number, and that is gone. */
	CHECK_ERRNO(fd_reopen(node, O_RDWR), ENXIO);
	close(fd);
	close(again);
	close(node);
	CHECK_EQ(total_size(), 0);
	CHECK_ERRNO(fd_reopen(path, O_RDWR), ENXIO);
}

/* A node that somebody made by hand leads to what has the number. */
static void a_number_without_a_buffer(void)
{
	char path[] = "/var/tmp/mymap-node-XXXXXX";
	unsigned int minor;
	struct stat st;
	int fd;

	require_root();
	setup();
	fd = named(NAME, &minor);
	CHECK_EQ(stat(node_path(minor), &st), 0);
	CHECK_EQ(minor(st.st_rdev), minor);
	CHECK(mkdtemp(path));
	CHECK_EQ(chdir(path), 0);
	CHECK_EQ(mknod("unused", S_IFCHR | 0600, makedev(major(st.st_rdev), (1 << 20) - 1)), 0);
	CHECK_EQ(mknod("used", S_IFCHR | 0600, st.st_rdev), 0);
	CHECK_ERRNO(open("unused", O_RDWR), ENXIO);
	close(open("used", O_RDWR));
	destroy(NAME);
	CHECK_ERRNO(open("used", O_RDWR), ENXIO);
	CHECK_EQ(unlink("used") + unlink("unused") + rmdir(path), 0);
	close(fd);
}

/* What is refused; nothing is left of it. */

static void refused(struct mymap_create *args, int want)
{
	struct mymap_create before = *args;
	int fd = dup(0);

	close(fd);
	if (call(O_RDWR, MYMAP_IOC_CREATE, args) != -1 || errno != want)
		FAIL("create, not %s", strerror(want));
	CHECK(!memcmp(&before, args, sizeof(before)));
	CHECK_EQ(total_size(), 0);
	CHECK_EQ(dup(0), fd);
	close(fd);
}

static const char *const bad_names[] = {
	".", "..", "...", "/", "a/b", "../a", "/dev/mymap", "-a", "--", "_a", " a", "a ", "a b", "a\n", "\n",
	"a\nb", "%", "%s", "a%", "a%20", "a\\", "a\"", "a'", "$a", "a*", "a:b", "a=b", "a+b", "\x01", "a\x7f",
	"\xc3\xa4", "\xff", "a\xff", "\x80", "\xe4",
	/* 48 and more: no NUL at the end */
	"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL",
};

#define NR_BAD_NAMES (sizeof(bad_names) / sizeof(bad_names[0]))

static void names_that_are_none(void)
{
	size_t i;

	setup();
	for (i = 0; i < NR_BAD_NAMES; i++) {
		struct mymap_create args = create_args(bad_names[i]);

		refused(&args, EINVAL);
		CHECK_ERRNO(try_open(bad_names[i], 0), EINVAL);
		CHECK_ERRNO(try_destroy(bad_names[i]), EINVAL);
	}
	CHECK_ERRNO(try_open("", 0), EINVAL);
	CHECK_ERRNO(try_destroy(""), EINVAL);
}

static void something_behind_the_name(void)
{
	struct mymap_open_named open_args = { .size = sizeof(open_args), .name = "a" };
	struct mymap_create args;
	size_t at;

	setup();
	for (at = 2; at < MYMAP_NAME_SIZE; at++) {
		args = create_args("a");
		args.name[at] = 'b';
		refused(&args, EINVAL);
		open_args.name[at] = 'b';
		CHECK_ERRNO(call(O_RDWR, MYMAP_IOC_OPEN, &open_args), EINVAL);
		open_args.name[at] = 0;
	}
	/* No name, and yet something. */
	args = create_args("");
	args.name[1] = 'a';
	refused(&args, EINVAL);
}

static void good_names(void)
{
	static const char *const names[] = {
		"a", "0", "Z", "a.", "a..", "a-b_c.d", "0123456789",
		"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJK",
	};
	size_t i;

	setup();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned int minor;
		int fd = named(names[i], &minor);

		CHECK(!strcmp(info(fd).name, names[i]));
		CHECK(!strcmp(attribute(minor, "name"), names[i]));
		close(fd);
		destroy(names[i]);
	}
	nothing_left();
}

static void a_name_that_is_taken(void)
{
	unsigned int minor;
	int fd, i;

	setup();
	fd = named(NAME, &minor);
	for (i = 0; i < 3; i++)
		CHECK_ERRNO(try_named(NAME), EEXIST);
	CHECK_EQ(total_size(), len);
	close(fd);
	CHECK_ERRNO(try_named(NAME), EEXIST);
	/* Letters are not the same when they are smaller. */
	fd = named("TEST-a", NULL);
	destroy("TEST-a");
	close(fd);
	CHECK_EQ(total_size(), len);
	CHECK(!strcmp(attribute(minor, "name"), NAME));
	destroy(NAME);
	nothing_left();
}

static void no_such_name(void)
{
	setup();
	CHECK_ERRNO(try_open(NAME, 0), ENOENT);
	CHECK_ERRNO(try_destroy(NAME), ENOENT);
}

static void bad_values(void)
{
	static const uint32_t modes[] = { 0, 0111, 0660 | 0100, 01660, 0x10000 };
	struct mymap_create args;
	size_t i;

	setup();
	/* Whose it is, without the flag that says so. */
	args = create_args(NAME);
	args.uid = 1;
	refused(&args, EINVAL);
	args = create_args(NAME);
	args.gid = 1;
	refused(&args, EINVAL);
	args = create_args(NAME);
	args.mode = 0660;
	refused(&args, EINVAL);
	/* An owner of what nobody finds. */
	args = create_args("");
	args.flags = MYMAP_CREATE_OWNER;
	args.mode = 0660;
	refused(&args, EINVAL);
	/* Modes and ids that there are not. */
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		args = create_args(NAME);
		args.flags = MYMAP_CREATE_OWNER;
		args.mode = modes[i];
		refused(&args, EINVAL);
	}
	args = create_args(NAME);
	args.flags = MYMAP_CREATE_OWNER;
	args.mode = 0660;
	args.uid = UINT32_MAX;
	refused(&args, EINVAL);
	args.uid = 0;
	args.gid = UINT32_MAX;
	refused(&args, EINVAL);
	args = create_args(NAME);
	args.minor = 1;
	refused(&args, EINVAL);
	/* Nothing of it took the name. */
	close(named(NAME, NULL));
	destroy(NAME);
	nothing_left();
}

/* Refused for another reason: the name is free again. */
static void the_name_is_free_after_a_failure(void)
{
	struct mymap_create args, *page;
	struct rlimit limit;
	rlim_t old;
	int fd;

	setup();
	args = create_args(NAME);
	args.buffer_size = 0;
	refused(&args, EINVAL);
	args = create_args(NAME);
	args.buffer_size = query().max_buffer_size + page_size;
	refused(&args, EDQUOT);

	/* It could not be told of the buffer. */
	page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	*page = create_args(NAME);
	CHECK_EQ(mprotect(page, page_size, PROT_READ), 0);
	refused(page, EFAULT);
	CHECK_ERRNO(try_open(NAME, 0), ENOENT);

	/* No room for the descriptor: the door takes the last one. */
	args = create_args(NAME);
	fd = door_open(O_RDWR);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	old = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)fd + 1;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK_ERRNO(ioctl(fd, MYMAP_IOC_CREATE, &args), EMFILE);
	limit.rlim_cur = old;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	close(fd);
	CHECK_EQ(total_size(), 0);

	close(named(NAME, NULL));
	destroy(NAME);
	nothing_left();
}

/* OPEN that fails changes nothing either. */
static void open_that_fails(void)
{
	struct mymap_open_named args = { .size = sizeof(args), .name = NAME }, *page;
	unsigned int minor;
	int i;

	setup();
	close(named(NAME, &minor));
	page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	*page = args;
	CHECK_EQ(mprotect(page, page_size, PROT_READ), 0);
	for (i = 0; i < 10; i++)
		CHECK_ERRNO(call(O_RDWR, MYMAP_IOC_OPEN, page), EFAULT);
	CHECK(!strcmp(attribute(minor, "open"), "0"));
	destroy(NAME);
	nothing_left();
}

static int open_by_door(void *data)
{
	struct mymap_open_named args = { .size = sizeof(args), .name = NAME };

	return ioctl(*(int *)data, MYMAP_IOC_OPEN, &args);
}

/* There is no room for the descriptor in the process, and none for the file in the system. */
static void open_without_room(void)
{
	struct rlimit limit;
	unsigned int minor;
	rlim_t old;
	int door;

	setup();
	close(named(NAME, &minor));
	door = door_open(O_RDWR);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	old = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)door + 1;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK_ERRNO(open_by_door(&door), EMFILE);
	limit.rlim_cur = old;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK(!strcmp(attribute(minor, "open"), "0"));

	if (!geteuid()) {
		CHECK_ERRNO(while_files_are_taken(open_by_door, &door), ENFILE);
		CHECK(!strcmp(attribute(minor, "open"), "0"));
	}
	/* It is as it was. */
	close(open_named(NAME));
	close(door);
	destroy(NAME);
	nothing_left();
}

static const struct test_case cases[] = {
	CASE(outlives_creator),
	CASE(another_process_finds_it),
	CASE(all_are_the_same),
	CASE(node_is_a_door_for_open_and_mmap),
	CASE(size_by_name_and_node),
	CASE(huge_pages_by_name_and_node),
	CASE(populated_is_there),
	CASE(read_only),
	CASE(a_door_for_reading_gives_reading),
	CASE(destroy_while_in_use),
	CASE(the_name_can_be_given_again),
	CASE(reopened_after_destroy),
	CASE(a_number_without_a_buffer),
	CASE(names_that_are_none),
	CASE(something_behind_the_name),
	CASE(good_names),
	CASE(a_name_that_is_taken),
	CASE(no_such_name),
	CASE(bad_values),
	CASE(the_name_is_free_after_a_failure),
	CASE(open_that_fails),
	CASE(open_without_room),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
