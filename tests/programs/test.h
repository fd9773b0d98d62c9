/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test programs share.
 *
 * A program is one noun and a table of cases: "./create size_zero" runs one of
 * them, "./create" lists all. Exit status: 0 passed, 1 failed (stderr says file,
 * line, expression and errno), 77 skipped (stderr says why). A case that hangs is
 * ended by SIGALRM.
 */
#ifndef TEST_H
#define TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/mymap.h>

#define EXIT_SKIPPED 77

/* Whatever hangs is dead after this; an emulated machine is slow. */
#define CASE_SECONDS 60

/*
 * The shell that runs the tests may be held to one processor, since it is faster so
 * in a virtual machine; what it tests is not. test_main() has done it.
 */
void use_all_processors(void);
/* Only this one; without it, a skip. */
void use_processor(int processor);

/*
 * How long something may take here. Times are those of an ordinary kernel; on one
 * that the tests know as slow they are longer.
 */
unsigned int time_limit(unsigned int seconds);

struct test_case {
	const char *name;
	void (*run)(void);
};

#define CASE(fn) { #fn, fn }
#define CASES_END { NULL, NULL }

int test_main(int argc, char **argv, const struct test_case *cases);
/* What stands behind the name of the case on the command line, or NULL. */
const char *test_argument(int i);
/* How this program was called, to be executed again. */
const char *test_program(void);

void __attribute__((noreturn, format(printf, 3, 4)))
test_fail(const char *file, int line, const char *format, ...);
void __attribute__((noreturn, format(printf, 1, 2)))
test_skip(const char *format, ...);

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)

/* These do not touch errno before, so that it may be part of what is checked. */
#define CHECK(expr)							\
	do {								\
		if (!(expr))						\
			FAIL("%s", #expr);				\
	} while (0)

/* Two whole numbers; both are told. */
#define CHECK_EQ(expr, want)						\
	do {								\
		long long got_ = (long long)(expr);			\
		long long want_ = (long long)(want);			\
		if (got_ != want_)					\
			FAIL("%s is %lld (%#llx), not %lld (%#llx)",	\
			     #expr, got_, got_, want_, want_);		\
	} while (0)

/* A call that must fail with exactly this errno. */
#define CHECK_ERRNO(expr, want)						\
	do {								\
		errno = 0;						\
		long long got_ = (long long)(intptr_t)(expr);		\
		if (got_ != -1)						\
			FAIL("%s is %lld instead of failing", #expr, got_); \
		if (errno != (want))					\
			FAIL("%s fails, but not with %s", #expr, #want); \
	} while (0)

/* sysconf(_SC_PAGESIZE), and what the driver maps at once; never assumed. */
extern size_t page_size;
size_t huge_size(void);
size_t huge_pages(void);
/* The same, but the case is skipped where nothing larger than a page exists. */
size_t require_huge(void);
void require_root(void);

int door_open(int flags);
struct mymap_query query(void);
struct mymap_info info(int fd);
uint64_t total_size(void);
/* No buffer is there, for wait_until(). */
bool nothing_is_left(void *data);

/* CREATE; what it returns, with errno. */
int try_create(uint64_t size, uint32_t flags);
/* The same; must work. */
int buffer_create(uint64_t size, uint32_t flags);
#define POPULATE MYMAP_CREATE_POPULATE
/* RESIZE: the size that the buffer has afterwards, or -1 and errno. */
long long buffer_resize(int fd, uint64_t size);
/* What stands behind a key in the lines of a file, in all. */
size_t sum_in_file(const char *path, const char *key);
/*
 * That the kernel says it can have, and what processors have at hand, which it does not count; in bytes. That is not to be
 * had where nothing else is.
 */
size_t available_memory(void);

/* Every other page, the first one too, is punched out and comes back by itself, full of zeros. */
void buffer_fragment(int fd, size_t nr_pages);
/* All that tells the size tells this one. */
void buffer_check_size(int fd, uint64_t size);
/*
 * What @make returns to an ordinary user, with its errno, while all files are taken
 * that the system has for him. The case is skipped where we are not root.
 */
int while_files_are_taken(int (*make)(void *), void *data);

/* A shared mapping of all of it, from offset 0; must work. */
void *map_shared(int fd, size_t len);
void *map_at(int fd, size_t len, off_t offset, int prot);
void unmap(void *addr, size_t len);

/*
 * Tags: every page gets a number of its own at its beginning and its end, by its
 * offset in the buffer.
 */
void tags_write(void *addr, size_t first_page, size_t nr_pages);
void tags_check(const void *addr, size_t first_page, size_t nr_pages);
bool tag_is(const void *addr, size_t page);
bool is_filled(const void *addr, int byte, size_t len);

/* A buffer and a mapping of all of it, every page with its tag. */
struct tagged {
	int fd;
	size_t nr_pages;
	size_t len;
	char *memory;
};

struct tagged tagged_create(size_t nr_pages);
/* All of it, through another mapping. */
void tagged_check(const struct tagged *t);

/* Touch a byte; 0, or the signal that came instead. */
int touch_read(const volatile void *addr);
int touch_write(volatile void *addr);
/* The word that is there, read at once. */
int touch_value(const volatile void *addr, unsigned long *value);

/* Children. What a child does ends in exit; a failure of its own is one of ours. */
pid_t child_start(void (*run)(void *), void *data);
/* The data are an int, the descriptor that it writes a byte to when it is under way; that is waited for. */
pid_t child_start_ready(void (*run)(void *));
void child_join(pid_t pid);
void in_child(void (*run)(void *), void *data);
/* The raw status; fails where it takes longer. */
int child_wait(pid_t pid, double seconds);
void child_kill(pid_t pid, double seconds);

/* Socket pairs that carry descriptors. */
void fd_send(int sock, int fd);
int fd_receive(int sock);

/* Another descriptor of the same inode, by way of /proc/self/fd. */
int fd_reopen(int fd, int flags);
/* A writable file on a disk; unlinked already. */
int disk_file(int flags);

/* An address that the compiler does not see through. */
void *bad_pointer(uintptr_t address);

double now(void);
/* Call until it is true; gives the CPU away in between. false after that time. */
bool wait_until(bool (*condition)(void *), void *data, double seconds);

#endif /* TEST_H */
