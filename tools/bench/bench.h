/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mymap bench: the same work on mymap and on what a user would take instead.
 *
 * Objects
 *
 *   struct bench_peer     a way to get memory, and a row of the table
 *   struct bench_memory   the memory that a peer has made, for one repetition
 *   enum bench_step       what is measured of it: a column
 *   struct bench_clock    in what it is measured
 *   struct bench_row      what came out
 *
 * bench.c reads the options and runs the rows one after the other; bench_row.c
 * knows the order of the steps and nothing of peers or output; a peer knows
 * nothing of clocks. Rows are what the outputs (table, JSON, plot) have in common.
 */
#ifndef MYMAP_BENCH_H
#define MYMAP_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <mymap.h>

/* What a step's figure is divided by, on all architectures the same. */
#define BENCH_PAGE	4096
/* But for BENCH_CYCLE and BENCH_CALL, which are so many cycles, and calls. */
#define BENCH_CALLS	100

enum bench_step {
	BENCH_CYCLE,
	BENCH_CREATE,
	BENCH_MAP,
	BENCH_FIRST_TOUCH,
	BENCH_SECOND_TOUCH,
	BENCH_COPY_IN,
	BENCH_COPY_OUT,
	BENCH_CALL,
	BENCH_UNMAP,
	BENCH_CLOSE,
	BENCH_NR_STEPS
};

/* bench_memory.c: what a peer has made */

struct bench_worker;

/**
 * struct bench_memory - the memory of one repetition
 * @size: bytes
 * @address: where it is mapped, or NULL
 * @reserved: what @address lies in, where more than it was reserved
 * @reserved_size: bytes of that
 * @buffer: that of mymap, or NULL
 * @fd: the descriptor, or -1
 * @pipe: a pipe, or -1 twice
 * @turn: eventfds by which two processes take turns, or -1 twice
 * @sequence: of the ring that this process has seen last
 * @segment: that of System V, or -1
 * @worker: a second thread, or NULL
 */
struct bench_memory {
	size_t size;
	void *address;
	void *reserved;
	size_t reserved_size;
	struct mymap_buffer *buffer;
	int fd;
	int pipe[2];
	int turn[2];
	uint64_t sequence;
	int segment;
	struct bench_worker *worker;
};

/* bench_peer.c */

/**
 * struct bench_peer - a way to get memory
 * @name: what the row is called
 * @cycle: measure what a page costs from its creation to its end
 * @begin: before the first repetition, what a program does once; NULL: nothing
 * @end: after the last one, the end of that
 * @create: make memory of @size bytes; 0 or a negative errno
 * @map: let @address be it; NULL where the memory is not mapped
 * @unmap: end that
 * @close: give back whatever there is
 * @touch: write a byte in each page; NULL: one after the other
 * @copy_in: all of @from into the memory; NULL: memcpy to @address
 * @copy_out: the other way; NULL: memcpy from @address
 * @call: the call that the row is about, or one that does nothing; NULL: there is
 *	none
 * @pass: let the process of the other side (0 or 1) go on; NULL: a futex at
 *	@address
 * @await: wait for the turn of this side
 * @hint: what to do where @create fails with that errno; NULL where nothing can
 *	be said
 *
 * Those that return a number return 0 or a negative errno.
 */
struct bench_peer {
	const char *name;
	bool cycle;
	int (*begin)(void);
	void (*end)(void);
	int (*create)(struct bench_memory *memory);
	int (*map)(struct bench_memory *memory);
	int (*unmap)(struct bench_memory *memory);
	int (*close)(struct bench_memory *memory);
	int (*touch)(struct bench_memory *memory);
	int (*copy_in)(struct bench_memory *memory, const void *from);
	int (*copy_out)(struct bench_memory *memory, void *to);
	int (*call)(struct bench_memory *memory);
	int (*pass)(struct bench_memory *memory, int side);
	int (*await)(struct bench_memory *memory, int side);
	const char *(*hint)(int error);
};

extern const struct bench_peer bench_mymap;
extern const struct bench_peer bench_mymap_populated;
extern const struct bench_peer bench_mymap_odd;
extern const struct bench_peer bench_mymap_fragmented;
extern const struct bench_peer bench_mymap_threads;
extern const struct bench_peer bench_mymap_sync;
extern const struct bench_peer bench_mymap_read_write;
extern const struct bench_peer bench_memfd;
extern const struct bench_peer bench_memfd_populated;
extern const struct bench_peer bench_memfd_huge;
extern const struct bench_peer bench_memfd_huge_populated;
extern const struct bench_peer bench_memfd_read_write;
extern const struct bench_peer bench_anonymous;
extern const struct bench_peer bench_posix_shm;
extern const struct bench_peer bench_sysv_shm;
extern const struct bench_peer bench_file;
extern const struct bench_peer bench_heap_pipe;
extern const struct bench_peer bench_udmabuf;
extern const struct bench_peer bench_dma_heap;

void bench_memory_init(struct bench_memory *memory, size_t size);
int bench_map_fd(struct bench_memory *memory);
void bench_touch(char *begin, const char *end);
int bench_unmap(struct bench_memory *memory);
int bench_close_fd(struct bench_memory *memory);
int bench_write_all(struct bench_memory *memory, const void *from);
int bench_read_all(struct bench_memory *memory, void *to);
int bench_call_nothing(struct bench_memory *memory);
int bench_call_byte(struct bench_memory *memory);

/* bench_threads.c */
int bench_worker_start(struct bench_memory *memory);
void bench_worker_end(struct bench_memory *memory);
int bench_worker_touch(struct bench_memory *memory);

/* bench_clock.c */

enum bench_unit {
	BENCH_NANOSECONDS,	/* CLOCK_MONOTONIC_RAW */
	BENCH_INSTRUCTIONS,	/* those of the processor's counter */
	BENCH_ICOUNT,		/* CLOCK_MONOTONIC_RAW of qemu -icount shift=0 */
};

/**
 * struct bench_clock - in what is measured
 * @unit: what
 * @fd: the counter, or -1
 * @overhead: what two looks at it after another differ by at least
 */
struct bench_clock {
	enum bench_unit unit;
	int fd;
	uint64_t overhead;
};

int bench_clock_open(struct bench_clock *clock, enum bench_unit unit);
void bench_clock_close(struct bench_clock *clock);
uint64_t bench_clock_now(const struct bench_clock *clock);
const char *bench_unit_name(enum bench_unit unit);
const char *bench_unit_method(enum bench_unit unit);

/* bench_turns.c */

/**
 * struct bench_turns - what one way to the other process and back costs
 * @median: of all rounds
 * @p99: what 99 of 100 rounds stay below
 */
struct bench_turns {
	double median;
	double p99;
};

int bench_take_turns(const struct bench_peer *peer, struct bench_memory *memory,
		     const struct bench_clock *clock, unsigned int rounds,
		     struct bench_turns *ret_turns);

/* bench_row.c */

/**
 * struct bench_figure - a step over all repetitions, a page or a call
 * @has: it was measured
 * @median: in the clock's unit a page of BENCH_PAGE bytes; of BENCH_CYCLE and
 *	BENCH_CALL a cycle or a call
 * @min: the smallest
 * @max: the largest
 */
struct bench_figure {
	bool has;
	double median;
	double min;
	double max;
};

/**
 * struct bench_machine - on what, and how
 * @suite: whose kernel it is, where somebody has said so; or ""
 * @kernel: as uname -r tells it
 * @machine: as uname -m
 * @cpu: its name, or ""
 * @unit: "nanoseconds" or "instructions"
 * @method: how that was counted
 * @page_size: bytes
 * @huge_page_size: bytes of a huge page of mymap; 0 where it is not there
 */
struct bench_machine {
	char suite[32];
	char kernel[72];
	char machine[32];
	char cpu[72];
	char unit[16];
	char method[72];
	uint64_t page_size;
	uint64_t huge_page_size;
};

/**
 * struct bench_row - what came out
 * @machine: on what
 * @name: of the peer
 * @size: bytes
 * @repeat: how often it was measured
 * @error: why there are no figures, and what to do; or ""
 * @steps: the columns
 * @has_turns: @turns was measured
 * @turns: the ping-pong, in the clock's unit a round
 */
struct bench_row {
	struct bench_machine machine;
	char name[32];
	uint64_t size;
	unsigned int repeat;
	char error[192];
	struct bench_figure steps[BENCH_NR_STEPS];
	bool has_turns;
	struct bench_turns turns;
};

/**
 * struct bench_plan - how often
 * @size: bytes
 * @repeat: repetitions
 * @rounds: of the ping-pong
 */
struct bench_plan {
	size_t size;
	unsigned int repeat;
	unsigned int rounds;
};

const char *bench_step_name(enum bench_step step);
int bench_measure(const struct bench_peer *peer, const struct bench_clock *clock,
		  const struct bench_plan *plan, struct bench_row *row);

/* bench_machine.c */
void bench_machine_look(struct bench_machine *machine, enum bench_unit unit);
void bench_warm(uint64_t bytes);

/* bench_json.c */
struct json_object;

struct json_object *bench_row_to_json(const struct bench_row *row);
int bench_row_from_json(struct json_object *object, struct bench_row *ret_row);
int bench_rows_read(FILE *file, struct bench_row **ret_rows, size_t *ret_nr, size_t *ret_line);

/* bench_table.c */
void bench_table_begin(const struct bench_row *before, const struct bench_row *row);
void bench_table_row(const struct bench_row *row);

/* bench_plot.c */
int bench_plot(const struct bench_row *rows, size_t nr, const char *file);

#endif /* MYMAP_BENCH_H */
