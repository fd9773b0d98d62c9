/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmymap: kernel memory that user space can map, share and hand to hardware.
 *
 * Conventions, for every function that does not say otherwise:
 *
 * - It returns 0, or a negative errno value. The library never prints, never
 *   exits, never changes signal handling and keeps no global state; it does not
 *   promise anything about errno itself.
 * - Results are passed through @ret_ pointers. They are written on success and
 *   left untouched on failure.
 * - Sizes, offsets and lengths are in bytes.
 * - Pointers must not be NULL. The close and free functions are the exception:
 *   they take NULL and do nothing.
 * - Every descriptor the library opens is close-on-exec.
 *
 * Threads: no object changes after it was made, so every function may be called by
 * several threads at once, also on the same object. But close or free an object only
 * when no other thread uses it, then or later. The exceptions are struct mymap_monitor
 * and struct mymap_request, which are for one thread at a time.
 *
 * mymap(4) describes the device; libmymap(3) is where the man pages begin.
 */
#ifndef LIBMYMAP_MYMAP_H
#define LIBMYMAP_MYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MYMAP_ATTR_NONNULL	__attribute__((nonnull))
#define MYMAP_ATTR_CHECK	__attribute__((warn_unused_result))
#define MYMAP_ATTR_PURE		__attribute__((pure))
#else
#define MYMAP_ATTR_NONNULL
#define MYMAP_ATTR_CHECK
#define MYMAP_ATTR_PURE
#endif

/**
 * struct mymap - an open /dev/mymap
 *
 * What buffers are made from. Made by mymap_open(), ended by mymap_close().
 */
struct mymap;

/**
 * struct mymap_driver_info - what the driver said about itself, at one moment
 *
 * Made by mymap_get_driver_info(), ended by mymap_driver_info_free().
 */
struct mymap_driver_info;

/**
 * struct mymap_statistics - what the driver has counted, up to one moment
 *
 * Made by mymap_statistics_new(), ended by mymap_statistics_free().
 */
struct mymap_statistics;

/**
 * struct mymap_buffer - a handle of a buffer
 *
 * It owns a descriptor of its own. Made by mymap_buffer_create(),
 * mymap_buffer_open(), mymap_buffer_open_default() and mymap_buffer_from_fd(),
 * ended by mymap_buffer_close(). The memory itself is freed when the last
 * descriptor and the last mapping of it are gone, in all processes, and its name
 * if it has one.
 */
struct mymap_buffer;

/**
 * struct mymap_request - what a buffer is to be
 *
 * Made by mymap_request_new(), ended by mymap_request_free(). It belongs to nothing
 * else and can make any number of buffers.
 */
struct mymap_request;

/**
 * struct mymap_segment_list - where a buffer is for its device
 *
 * Made by mymap_segment_list_new(), ended by mymap_segment_list_free().
 */
struct mymap_segment_list;

/**
 * struct mymap_buffer_info - what the driver said about a buffer, at one moment
 *
 * Made by mymap_buffer_get_info(), ended by mymap_buffer_info_free().
 */
struct mymap_buffer_info;

/**
 * struct mymap_list - the named buffers, as they were at one moment
 *
 * Made by mymap_list_new(), ended by mymap_list_free().
 */
struct mymap_list;

/**
 * struct mymap_named - one of them
 *
 * It belongs to its list.
 */
struct mymap_named;

/**
 * struct mymap_monitor - listens to named buffers that come, change and go
 *
 * Made by mymap_monitor_new(), ended by mymap_monitor_free().
 */
struct mymap_monitor;

/**
 * struct mymap_event - a named buffer came, changed or went
 *
 * Made by mymap_monitor_receive(), ended by mymap_event_free().
 */
struct mymap_event;

/* ------------------------------------------------------------------ library */

/**
 * mymap_version() - the version of the library
 *
 * Return: the version, such as "0.1.0"; a constant.
 * Threads: any.
 */
const char *mymap_version(void);

/**
 * mymap_open() - open /dev/mymap
 * @ret_ctx: where to put the new context; the caller owns it
 *
 * The module is not loaded by this function; see mymap_module_load().
 *
 * Return: 0, or
 * -ENOENT: there is no /dev/mymap; mymap_module_get_state() tells why
 * -EACCES: the caller may not open it; it is for the members of group mymap
 * -EMFILE, -ENFILE, -ENOMEM: out of descriptors or memory
 * and whatever else open(2) answers.
 * Threads: any.
 */
int mymap_open(struct mymap **ret_ctx) MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_close() - close a context
 * @ctx: the context, or NULL
 *
 * Buffers that were made from it stay valid.
 * Threads: no other may use @ctx.
 */
void mymap_close(struct mymap *ctx);

/**
 * mymap_get_fd() - the descriptor of /dev/mymap
 * @ctx: the context
 *
 * Return: the descriptor, open for reading and writing. It belongs to @ctx: do
 * not close it.
 * Threads: any.
 */
int mymap_get_fd(const struct mymap *ctx) MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/* ------------------------------------------------------------------- driver */

/**
 * enum mymap_driver_feature - what not every driver or kernel can do
 * @MYMAP_DRIVER_FEATURE_HUGE_PAGES: buffers are mapped by huge pages where
 *	alignment allows
 * @MYMAP_DRIVER_FEATURE_MEMORY_CGROUP: the memory of a buffer is charged to the
 *	memory cgroup of its creator
 * @MYMAP_DRIVER_FEATURE_NAMES: buffers can have names; not before driver 0.2.0
 * @MYMAP_DRIVER_FEATURE_RESIZE: the size of a buffer can be changed, fixed and
 *	sealed, and holes be punched into it; not in drivers before 0.2.0
 * @MYMAP_DRIVER_FEATURE_NOTIFY: buffers can be rung and waited for; not before
 *	driver 0.2.0
 * @MYMAP_DRIVER_FEATURE_KINDS: buffers can be contiguous and be for a device; not
 *	before driver 0.2.0
 * @MYMAP_DRIVER_FEATURE_SEGMENTS: mymap_segment_list_new() and mymap_buffer_sync();
 *	not before driver 0.2.0
 * @MYMAP_DRIVER_FEATURE_EXPORT: mymap_buffer_export(); not before driver 0.2.0, and
 *	not on a kernel without dma-bufs
 * @MYMAP_DRIVER_FEATURE_CACHE_MODES: mymap_request_set_cache_mode(), and cache modes
 *	are told; not before driver 0.2.0
 */
enum mymap_driver_feature {
	MYMAP_DRIVER_FEATURE_HUGE_PAGES = 0,
	MYMAP_DRIVER_FEATURE_MEMORY_CGROUP = 1,
	MYMAP_DRIVER_FEATURE_NAMES = 2,
	MYMAP_DRIVER_FEATURE_RESIZE = 3,
	MYMAP_DRIVER_FEATURE_NOTIFY = 4,
	MYMAP_DRIVER_FEATURE_KINDS = 5,
	MYMAP_DRIVER_FEATURE_SEGMENTS = 6,
	MYMAP_DRIVER_FEATURE_EXPORT = 7,
	MYMAP_DRIVER_FEATURE_CACHE_MODES = 8
};

/* Makes a number that mymap_driver_info_get_version() can be compared with. */
#define MYMAP_MAKE_VERSION(major, minor, patch) \
	(((uint32_t)(major) << 16) | ((uint32_t)(minor) << 8) | (uint32_t)(patch))

/**
 * mymap_get_driver_info() - ask the driver about itself
 * @ctx: the context
 * @ret_info: where to put the answer; the caller owns it
 *
 * The answer is a snapshot: the total size and the limits may change after it.
 *
 * Return: 0, or
 * -ENOTTY: the driver is older than this command
 * -ENOMEM: out of memory
 * Threads: any.
 */
int mymap_get_driver_info(struct mymap *ctx, struct mymap_driver_info **ret_info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_driver_info_free() - free an answer of mymap_get_driver_info()
 * @info: the answer, or NULL
 *
 * Threads: no other may use @info.
 */
void mymap_driver_info_free(struct mymap_driver_info *info);

/**
 * mymap_driver_info_get_version() - the driver's version as a number
 * @info: the answer
 *
 * Return: the version, to be compared with MYMAP_MAKE_VERSION().
 * Threads: any.
 */
uint32_t mymap_driver_info_get_version(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_version_string() - the driver's version as text
 * @info: the answer
 *
 * Return: the version, such as "0.1.0"; it lives as long as @info.
 * Threads: any.
 */
const char *mymap_driver_info_get_version_string(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_has_feature() - can the driver do this on this kernel?
 * @info: the answer
 * @feature: the feature
 *
 * Return: true if it can; false if not, or if @feature is not a feature.
 * Threads: any.
 */
bool mymap_driver_info_has_feature(const struct mymap_driver_info *info,
				   enum mymap_driver_feature feature)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_page_size() - the smallest page a buffer is made of
 * @info: the answer
 *
 * Return: bytes. Buffer sizes are rounded up to it.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_page_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_huge_page_size() - the largest page a buffer is mapped by
 * @info: the answer
 *
 * Return: bytes; the page size where there is none larger.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_huge_page_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_default_size() - the size of the default buffer
 * @info: the answer
 *
 * Return: bytes; 0 where the default buffer is switched off.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_default_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_max_buffer_size() - the largest buffer that can be made
 * @info: the answer
 *
 * Return: bytes.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_max_buffer_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_max_total_size() - the most all buffers together may have
 * @info: the answer
 *
 * Return: bytes.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_max_total_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_total_size() - what all buffers together have
 * @info: the answer
 *
 * Return: bytes, at the moment of the question, without the default buffer.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_total_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_max_user_size() - the most that one user's buffers may have
 * @info: the answer
 *
 * A user is the real user id of the creator of a buffer. CAP_SYS_RESOURCE is not
 * limited by it.
 *
 * Return: bytes; the same as mymap_driver_info_get_max_total_size() where users have
 * no limit of their own.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_max_user_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_driver_info_get_user_size() - what the buffers of the asking user have
 * @info: the answer
 *
 * Return: bytes, at the moment of the question; 0 with a driver that does not count
 * by user.
 * Threads: any.
 */
uint64_t mymap_driver_info_get_user_size(const struct mymap_driver_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/* ------------------------------------------------------------------ buffers */

/* Flags of mymap_buffer_create(). */
/* Allocate all memory now, rather than page by page at first touch. */
#define MYMAP_BUFFER_CREATE_POPULATE (UINT64_C(1) << 0)
/* The size never changes: MYMAP_BUFFER_SEAL_SHRINK and _GROW from the beginning. */
#define MYMAP_BUFFER_CREATE_FIXED_SIZE (UINT64_C(1) << 2)

/**
 * mymap_buffer_create() - make a buffer
 * @ctx: the context; it may be closed before the buffer
 * @size: the size wanted in bytes, at least 1; rounded up to whole pages
 * @flags: 0 or MYMAP_BUFFER_CREATE_* together
 * @ret_buffer: where to put the new handle; the caller owns it
 *
 * The memory reads as zeros. mymap_buffer_get_size() tells the rounded size.
 *
 * Return: 0, or
 * -EINVAL: @size is 0 or cannot be rounded up to pages
 * -EOPNOTSUPP: a flag is not known, or not available on this kernel or machine
 * -EDQUOT: a limit of the driver would be exceeded, see mymap_get_driver_info()
 * -ENOMEM: no memory left for it
 * -EMFILE, -ENFILE: out of descriptors
 * Threads: any.
 */
int mymap_buffer_create(struct mymap *ctx, uint64_t size, uint64_t flags,
			struct mymap_buffer **ret_buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_open_default() - a handle of the default buffer
 * @ctx: the context; it may be closed before the buffer
 * @ret_buffer: where to put the new handle; the caller owns it
 *
 * The default buffer belongs to the module and is shared by all who open
 * /dev/mymap. Each mapping of it writes the bytes 0 to 9 at its beginning anew.
 *
 * Return: 0, or
 * -ENODEV: the default buffer is switched off
 * -EMFILE, -ENOMEM: out of descriptors or memory
 * Threads: any.
 */
int mymap_buffer_open_default(struct mymap *ctx, struct mymap_buffer **ret_buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_from_fd() - a handle of the buffer that a descriptor refers to
 * @fd: a descriptor of a buffer or of /dev/mymap: inherited, received over a
 *	Unix socket, opened through /proc; one that is open for reading only will do
 * @ret_buffer: where to put the new handle; the caller owns it
 *
 * The descriptor is duplicated; @fd itself stays the caller's. The handle may do
 * what @fd may do: no writing through a descriptor that is open for reading.
 *
 * Return: 0, or
 * -EBADF: @fd is not an open descriptor
 * -ENOTTY: @fd is not a mymap buffer
 * -ENODEV: @fd is an open /dev/mymap, and the default buffer is switched off
 * -ENXIO: the buffer does not exist any more
 * -EMFILE, -ENOMEM: out of descriptors or memory
 * Threads: any.
 */
int mymap_buffer_from_fd(int fd, struct mymap_buffer **ret_buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_close() - close a handle
 * @buffer: the handle, or NULL
 *
 * Mappings made through it, and other descriptors of the buffer, stay valid.
 * Threads: no other may use @buffer.
 */
void mymap_buffer_close(struct mymap_buffer *buffer);

/**
 * mymap_buffer_get_fd() - the descriptor of a buffer
 * @buffer: the handle
 *
 * It can be passed to pread(2), pwrite(2), mmap(2), sendmsg(2) and so on.
 *
 * Return: the descriptor. It belongs to @buffer: duplicate it to keep it.
 * Threads: any.
 */
int mymap_buffer_get_fd(const struct mymap_buffer *buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_get_size() - the size of a buffer
 * @buffer: the handle
 *
 * Return: bytes, as they were when the handle was made.
 * Threads: any.
 */
uint64_t mymap_buffer_get_size(const struct mymap_buffer *buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_resize() - change the size of a buffer
 * @buffer: the handle, of a descriptor that is open for writing
 * @size: the size wanted in bytes, at least 1; rounded up to whole pages
 * @ret_size: where to put the rounded size, which is what the buffer has
 *
 * New memory reads as zeros. What is below both the old and the new end stays as
 * it is, and so do mappings; to touch what is beyond the end is SIGBUS, at once
 * and in all processes. mymap_buffer_get_size() of this handle and of others goes
 * on telling the size as it was.
 *
 * Return: 0; or, and nothing has changed,
 * -EINVAL: @size is 0 or cannot be rounded up to pages
 * -EACCES: the descriptor is not open for writing
 * -EPERM: a seal forbids it; the default buffer and all that are not of
 *	MYMAP_BUFFER_KIND_PAGES have them all
 * -EDQUOT: a limit of the driver would be exceeded, see mymap_get_driver_info()
 * -EBUSY: memory that is to go is pinned, by O_DIRECT or io_uring under way, by
 *	vmsplice(2), by a debugger, or shares a huge page with such memory; or
 *	what stays of a huge page is broken and cannot be copied; or the buffer
 *	keeps its size because of mymap_segment_list_new(), because of a dma-buf
 *	of it, or because another driver has mapped it
 * -ENOMEM: no memory left
 * -ENODEV: it was the default buffer and is switched off
 * -ENOTTY: the driver is older than this command; see
 *	MYMAP_DRIVER_FEATURE_RESIZE
 * Threads: any.
 */
int mymap_buffer_resize(struct mymap_buffer *buffer, uint64_t size, uint64_t *ret_size)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/* Seals: what may not be done to a buffer any more. */
/* Add a seal. */
#define MYMAP_BUFFER_SEAL_SEAL (UINT64_C(1) << 0)
/* Make it smaller. */
#define MYMAP_BUFFER_SEAL_SHRINK (UINT64_C(1) << 1)
/* Make it larger. */
#define MYMAP_BUFFER_SEAL_GROW (UINT64_C(1) << 2)

/**
 * mymap_buffer_seal() - forbid something for good
 * @buffer: the handle, of a descriptor that is open for writing
 * @seals: MYMAP_BUFFER_SEAL_* together, to be added to those that it has
 *
 * Seals hold for all who use the buffer, and nothing takes them away. Whoever maps
 * a buffer that somebody else may make smaller may get a SIGBUS at any time;
 * MYMAP_BUFFER_SEAL_SHRINK rules that out. mymap_buffer_info_get_seals() tells
 * which there are.
 *
 * Return: 0; or, and nothing has changed,
 * -EOPNOTSUPP: a seal is not known
 * -EACCES: the descriptor is not open for writing
 * -EPERM: MYMAP_BUFFER_SEAL_SEAL forbids it; the default buffer and all that are not
 *	of MYMAP_BUFFER_KIND_PAGES have it
 * -ENODEV: it was the default buffer and is switched off
 * -ENOTTY: the driver is older than this command; see
 *	MYMAP_DRIVER_FEATURE_RESIZE
 * Threads: any.
 */
int mymap_buffer_seal(struct mymap_buffer *buffer, uint64_t seals)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_punch_hole() - give memory in the middle of a buffer back
 * @buffer: the handle, of a descriptor that is open for writing
 * @offset: where the hole begins, in bytes
 * @length: how many bytes, at least 1; what is beyond the end of the buffer is
 *	left alone
 *
 * The range reads as zeros from then on, and its whole pages take no memory until
 * they are touched again. The size stays. That is fallocate(2) with
 * FALLOC_FL_PUNCH_HOLE and FALLOC_FL_KEEP_SIZE.
 *
 * Return: 0; or, and nothing has changed,
 * -EINVAL: @length is 0
 * -EFBIG: the range is beyond what a file can have
 * -EBADF: the descriptor is not open for writing
 * -EBUSY: memory in the range is pinned, or shares a huge page with such memory;
 *	or what stays of a huge page is broken and cannot be copied; or the buffer
 *	gets no holes, as it keeps its size: see mymap_buffer_resize()
 * -ENOMEM: no memory for what stays of a huge page
 * -ENODEV: it is the default buffer, or the handle is of an open /dev/mymapN
 * -EOPNOTSUPP: the buffer is not of MYMAP_BUFFER_KIND_PAGES, or the driver is older
 *	than this; see MYMAP_DRIVER_FEATURE_RESIZE
 * Threads: any.
 */
int mymap_buffer_punch_hole(struct mymap_buffer *buffer, uint64_t offset, uint64_t length)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_map() - map a buffer into memory, shared
 * @buffer: the handle; it may be closed before the mapping is removed
 * @offset: where to begin, in bytes; a multiple of the page size
 * @length: how many bytes; 0 means all from @offset to the end, as it is now
 * @prot: PROT_READ, PROT_WRITE, both, or PROT_NONE, see mmap(2)
 * @ret_addr: where to put the address; the caller owns the mapping and removes
 *	it by mymap_buffer_unmap() or munmap(2)
 *
 * For a private mapping, or one at a chosen address, call mmap(2) with
 * mymap_buffer_get_fd().
 *
 * Return: 0, or
 * -EINVAL: @offset is not a multiple of the page size, or the range is not
 *	inside the buffer
 * -EOVERFLOW: @offset or the length is more than this process can express
 * -EACCES: @prot asks for more than the descriptor is open for
 * -EPERM: @prot asks for execution
 * -ENOMEM: out of memory or of address space
 * -ENXIO: the memory has gone with its device
 * Threads: any.
 */
int mymap_buffer_map(struct mymap_buffer *buffer, uint64_t offset, size_t length,
		     int prot, void **ret_addr) MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_unmap() - remove a mapping
 * @addr: the address, as mymap_buffer_map() gave it, or NULL to do nothing
 * @length: how many bytes, as given to mymap_buffer_map(); if that was 0, the
 *	size that the buffer had then less the offset
 *
 * No handle is needed: it may have been closed long ago.
 *
 * Return: 0, or
 * -EINVAL: @addr is not a multiple of the page size, or @length is 0
 * -ENOMEM: the process has too many mappings to split one
 * Threads: any; none may touch the memory any more.
 */
int mymap_buffer_unmap(void *addr, size_t length);

/**
 * enum mymap_buffer_kind - what a buffer is made of
 * @MYMAP_BUFFER_KIND_UNKNOWN: something this version of the library cannot name
 * @MYMAP_BUFFER_KIND_PAGES: pages, as large as could be had; cached
 * @MYMAP_BUFFER_KIND_CONTIGUOUS: pages that follow each other in memory; cached
 * @MYMAP_BUFFER_KIND_DEVICE: one run of memory that the kernel has allocated for a
 *	device
 */
enum mymap_buffer_kind {
	MYMAP_BUFFER_KIND_UNKNOWN = 0,
	MYMAP_BUFFER_KIND_PAGES = 1,
	MYMAP_BUFFER_KIND_CONTIGUOUS = 2,
	MYMAP_BUFFER_KIND_DEVICE = 3
};

/**
 * enum mymap_cache_mode - how the processor caches a buffer, in all mappings of it
 * @MYMAP_CACHE_MODE_UNKNOWN: something this version of the library cannot name, or
 *	the driver is too old to tell
 * @MYMAP_CACHE_MODE_CACHED: as ordinary memory (write-back)
 * @MYMAP_CACHE_MODE_WRITE_COMBINED: not at all; writes may be gathered, and overtaken
 *	by others
 * @MYMAP_CACHE_MODE_UNCACHED: not at all; each access by itself and in order
 */
enum mymap_cache_mode {
	MYMAP_CACHE_MODE_UNKNOWN = 0,
	MYMAP_CACHE_MODE_CACHED = 1,
	MYMAP_CACHE_MODE_WRITE_COMBINED = 2,
	MYMAP_CACHE_MODE_UNCACHED = 3
};

/**
 * mymap_request_new() - begin to say what a buffer is to be
 * @size: the size wanted in bytes, at least 1; rounded up to whole pages
 * @ret_request: where to put the new request; the caller owns it
 *
 * As it is, it asks for what mymap_buffer_create() makes.
 *
 * Return: 0, or
 * -ENOMEM: out of memory
 * Threads: any.
 */
int mymap_request_new(uint64_t size, struct mymap_request **ret_request)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_request_free() - free a request
 * @request: the request, or NULL
 *
 * What it has made stays.
 * Threads: no other may use @request.
 */
void mymap_request_free(struct mymap_request *request);

/**
 * mymap_request_set_flags() - flags of mymap_buffer_create()
 * @request: the request
 * @flags: 0 or MYMAP_BUFFER_CREATE_* together
 *
 * Threads: no other may use @request.
 */
void mymap_request_set_flags(struct mymap_request *request, uint64_t flags)
	MYMAP_ATTR_NONNULL;

/**
 * mymap_request_set_name() - give the buffer a name
 * @request: the request
 * @name: the name, as for mymap_buffer_create_named()
 *
 * Return: 0, or
 * -EINVAL: @name cannot be a name
 * Threads: no other may use @request.
 */
int mymap_request_set_name(struct mymap_request *request, const char *name)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_request_set_owner() - say whose the buffer is
 * @request: the request; it needs a name as well
 * @owner: as for mymap_buffer_create_owned()
 * @group: as for mymap_buffer_create_owned()
 * @mode: as for mymap_buffer_create_owned()
 *
 * Threads: no other may use @request.
 */
void mymap_request_set_owner(struct mymap_request *request, uid_t owner, gid_t group,
			     mode_t mode) MYMAP_ATTR_NONNULL;

/**
 * mymap_request_set_kind() - say what the buffer is to be made of
 * @request: the request
 * @kind: any but MYMAP_BUFFER_KIND_UNKNOWN
 *
 * Return: 0, or
 * -EINVAL: there is no such kind
 * Threads: no other may use @request.
 */
int mymap_request_set_kind(struct mymap_request *request, enum mymap_buffer_kind kind)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_request_set_cache_mode() - say how the processor is to cache the buffer
 * @request: the request
 * @mode: any; MYMAP_CACHE_MODE_UNKNOWN, as without this call, is what is usual for
 *	that memory: cached, where the device sees the caches
 *
 * Not every mode is to be had for all memory: then mymap_request_create() is
 * -EOPNOTSUPP. On x86 all are for MYMAP_BUFFER_KIND_DEVICE.
 *
 * Return: 0, or
 * -EINVAL: there is no such mode
 * Threads: no other may use @request.
 */
int mymap_request_set_cache_mode(struct mymap_request *request, enum mymap_cache_mode mode)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_request_set_device() - say which device the buffer is for
 * @request: the request
 * @device: as the kernel calls it, such as "0000:00:04.0"; the module's own if it is
 *	empty
 *
 * Return: 0, or
 * -EINVAL: the name is too long for any device
 * Threads: no other may use @request.
 */
int mymap_request_set_device(struct mymap_request *request, const char *device)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_request_create() - make the buffer
 * @request: the request
 * @ctx: the context; it may be closed before the buffer
 * @ret_buffer: where to put the new handle; the caller owns it
 *
 * Return: 0, or what mymap_buffer_create_owned() returns, or
 * -ENOENT: there is no such device, or mymap is not its driver
 * -ENXIO: the device has gone just now
 * -ENOMEM: also where no run of memory is that long
 * -EOPNOTSUPP: also where the driver is older than what is wanted, see
 *	MYMAP_DRIVER_FEATURE_KINDS, or that memory cannot have that cache mode
 * Threads: any, as long as none changes @request.
 */
int mymap_request_create(const struct mymap_request *request, struct mymap *ctx,
			 struct mymap_buffer **ret_buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_get_info() - ask the driver about a buffer
 * @buffer: the handle
 * @ret_info: where to put the answer; the caller owns it
 *
 * The answer is a snapshot: what is resident may change after it.
 *
 * Return: 0, or
 * -ENXIO: the buffer does not exist any more
 * -ENODEV: it was the default buffer and is switched off
 * -ENOMEM: out of memory
 * Threads: any.
 */
int mymap_buffer_get_info(struct mymap_buffer *buffer, struct mymap_buffer_info **ret_info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_info_free() - free an answer of mymap_buffer_get_info()
 * @info: the answer, or NULL
 *
 * Threads: no other may use @info.
 */
void mymap_buffer_info_free(struct mymap_buffer_info *info);

/**
 * mymap_buffer_info_get_size() - the size of the buffer
 * @info: the answer
 *
 * Return: bytes.
 * Threads: any.
 */
uint64_t mymap_buffer_info_get_size(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_kind() - what the buffer is made of
 * @info: the answer
 *
 * Return: the kind.
 * Threads: any.
 */
enum mymap_buffer_kind mymap_buffer_info_get_kind(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_kind_name() - what the buffer is made of, as text
 * @info: the answer
 *
 * Return: "pages", "contiguous", "device", or "unknown"; a constant.
 * Threads: any.
 */
const char *mymap_buffer_info_get_kind_name(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_cache_mode() - how the processor caches the buffer
 * @info: the answer
 *
 * Return: the mode.
 * Threads: any.
 */
enum mymap_cache_mode mymap_buffer_info_get_cache_mode(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_cache_mode_name() - how the processor caches it, as text
 * @info: the answer
 *
 * Return: "cached", "write-combined", "uncached", or "unknown"; a constant.
 * Threads: any.
 */
const char *mymap_buffer_info_get_cache_mode_name(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_resident() - how much memory the buffer has by now
 * @info: the answer
 *
 * Return: bytes.
 * Threads: any.
 */
uint64_t mymap_buffer_info_get_resident(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_resident_huge() - how much of it is in huge pages
 * @info: the answer
 *
 * Return: bytes, a part of what mymap_buffer_info_get_resident() tells.
 * Threads: any.
 */
uint64_t mymap_buffer_info_get_resident_huge(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_page_size() - the smallest page the buffer is made of
 * @info: the answer
 *
 * Return: bytes.
 * Threads: any.
 */
uint64_t mymap_buffer_info_get_page_size(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_huge_page_size() - the largest page it is mapped by
 * @info: the answer
 *
 * Return: bytes; the page size where there is none larger.
 * Threads: any.
 */
uint64_t mymap_buffer_info_get_huge_page_size(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_is_pinnable() - do O_DIRECT, io_uring and vmsplice work in it?
 * @info: the answer
 *
 * Return: true if they do.
 * Threads: any.
 */
bool mymap_buffer_info_is_pinnable(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_is_default() - is it the default buffer?
 * @info: the answer
 *
 * Return: true if it is the one that all who open /dev/mymap share.
 * Threads: any.
 */
bool mymap_buffer_info_is_default(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_is_exported() - is there a dma-buf of it, or has a driver mapped
 * it in the kernel?
 * @info: the answer
 *
 * As long as there is, it keeps its size and gets no holes.
 *
 * Return: true if there was one at that moment.
 * Threads: any.
 */
bool mymap_buffer_info_is_exported(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_is_gone() - has the memory gone with its device?
 * @info: the answer
 *
 * Only that of MYMAP_BUFFER_KIND_DEVICE can: then touching a mapping is SIGBUS.
 *
 * Return: true if so.
 * Threads: any.
 */
bool mymap_buffer_info_is_gone(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_is_kept() - does what is in it outlive it?
 * @info: the answer
 *
 * It does in a reserved region of the device tree whose node says mymap,keep: the next
 * buffer in that region finds it.
 *
 * Return: true if so.
 * Threads: any.
 */
bool mymap_buffer_info_is_kept(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_device() - the device that the buffer is for
 * @info: the answer
 *
 * Return: as the kernel calls it, or an empty string where it is for none; it lives
 * as long as @info.
 * Threads: any.
 */
const char *mymap_buffer_info_get_device(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_seals() - what may not be done to the buffer any more
 * @info: the answer
 *
 * Return: MYMAP_BUFFER_SEAL_* together, and perhaps more that this version of the
 * library does not know; 0 with a driver that has no seals.
 * Threads: any.
 */
uint64_t mymap_buffer_info_get_seals(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_name() - the name of the buffer
 * @info: the answer
 *
 * Return: the name, "" where it has none or none any more; it lives as long as
 * @info.
 * Threads: any.
 */
const char *mymap_buffer_info_get_name(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_node() - the device node of the buffer
 * @info: the answer
 *
 * Return: such as "/dev/mymap0", "" where it has no name; it lives as long as
 * @info.
 * Threads: any.
 */
const char *mymap_buffer_info_get_node(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_is_owned() - was it made with an owner, a group and a mode?
 * @info: the answer
 *
 * Return: true if so, see mymap_buffer_create_owned().
 * Threads: any.
 */
bool mymap_buffer_info_is_owned(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_owner() - who may destroy the buffer
 * @info: the answer
 *
 * Return: the user: who was given as the owner, or else who made it.
 * Threads: any.
 */
uid_t mymap_buffer_info_get_owner(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_group() - the group of the buffer
 * @info: the answer
 *
 * Return: the group that was given, or else that of who made it.
 * Threads: any.
 */
gid_t mymap_buffer_info_get_group(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_info_get_mode() - the permission bits of the buffer
 * @info: the answer
 *
 * Return: the bits that were given, or else 0600.
 * Threads: any.
 */
mode_t mymap_buffer_info_get_mode(const struct mymap_buffer_info *info)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/* -------------------------------------------------------------------- names */

/**
 * mymap_segment_list_new() - where is a buffer for its device?
 * @buffer: the handle
 * @ret_list: where to put the answer; the caller owns it
 *
 * The buffer stays there as long as it exists, and keeps its size. The addresses
 * are worth nothing to another device.
 *
 * Return: 0, or
 * -EACCES: the descriptor is not open for writing
 * -EPERM: the caller may not know: it is for CAP_SYS_RAWIO, unless the module
 *	parameter expose_addresses is set; nobody may where the kernel is locked down
 * -EOPNOTSUPP: the device cannot reach the memory, or the driver is older than this;
 *	see MYMAP_DRIVER_FEATURE_SEGMENTS
 * -ENODEV: the buffer is for no device
 * -ENXIO: the device is gone
 * -EIO: memory of the buffer is broken, as the machine has reported it
 * -ENOMEM: out of memory
 * Threads: any.
 */
int mymap_segment_list_new(struct mymap_buffer *buffer, struct mymap_segment_list **ret_list)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_segment_list_free() - free an answer of mymap_segment_list_new()
 * @list: the answer, or NULL
 *
 * Threads: no other may use @list.
 */
void mymap_segment_list_free(struct mymap_segment_list *list);

/**
 * mymap_segment_list_get_length() - how many segments are there?
 * @list: the answer
 *
 * Return: how many, at least 1.
 * Threads: any.
 */
size_t mymap_segment_list_get_length(const struct mymap_segment_list *list)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_segment_list_get_address() - where a segment begins
 * @list: the answer
 * @index: which one, from the beginning of the buffer on
 *
 * Return: the address, as the device has to be told it; 0 beyond the last one.
 * Threads: any.
 */
uint64_t mymap_segment_list_get_address(const struct mymap_segment_list *list, size_t index)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_segment_list_get_size() - how long a segment is
 * @list: the answer
 * @index: which one
 *
 * Return: bytes; 0 beyond the last one.
 * Threads: any.
 */
uint64_t mymap_segment_list_get_size(const struct mymap_segment_list *list, size_t index)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/* Flags of mymap_buffer_sync(). One direction at least. */
/* What the processor has written, the device is to read. */
#define MYMAP_BUFFER_SYNC_TO_DEVICE (UINT64_C(1) << 0)
/* What the device has written, the processor is to read. */
#define MYMAP_BUFFER_SYNC_FROM_DEVICE (UINT64_C(1) << 1)
/* The processor is done with the range, rather than about to begin. */
#define MYMAP_BUFFER_SYNC_END (UINT64_C(1) << 2)

/**
 * mymap_buffer_sync() - let the processor and the device see the same
 * @buffer: the handle
 * @offset: where the range begins, in bytes
 * @length: how many bytes, at least 1
 * @flags: MYMAP_BUFFER_SYNC_* together
 *
 * Call it with FROM_DEVICE before reading what the device has written, and with
 * TO_DEVICE and END when what the device is to read has been written. FROM_DEVICE may
 * drop what has been written there. Where devices see the caches it does next to
 * nothing.
 *
 * Return: 0, or
 * -EACCES: the descriptor is not open for writing, and the flags have FROM_DEVICE
 * -EINVAL: the range is not inside the buffer, or there is no direction
 * -EOPNOTSUPP: a flag is not known, or the driver is older than this
 * -ENXIO: the device is gone
 * Threads: any.
 */
int mymap_buffer_sync(struct mymap_buffer *buffer, uint64_t offset, uint64_t length,
		      uint64_t flags) MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_export() - a buffer as a dma-buf, for drivers of other devices
 * @buffer: the handle, for reading and writing
 * @offset: where the range begins, in bytes: a multiple of the page size
 * @length: how many bytes, likewise; mymap_buffer_get_size() for all of a buffer
 * @flags: must be 0
 * @ret_fd: where to put the descriptor of the dma-buf, which is close-on-exec; the
 *	caller owns it and closes it with close()
 *
 * The memory of the range is allocated. The buffer exists, keeps its size and gets no
 * holes until the dma-buf is gone: closed by all who have it, and let go by all
 * drivers that have imported it. The handle may be closed before.
 *
 * The dma-buf can be mapped by mmap(), where its offset 0 is @offset; that mapping
 * does not grow. Whoever reads or writes it while devices use it says so with
 * DMA_BUF_IOCTL_SYNC of linux/dma-buf.h.
 *
 * Return: 0, or
 * -EINVAL: @offset or @length is not a multiple of the page size, @length is 0, or
 *	the range is not inside the buffer
 * -EACCES: the handle is not for both reading and writing
 * -EOPNOTSUPP: a flag is not known; the buffer is of MYMAP_BUFFER_KIND_DEVICE or the
 *	default buffer; or the driver is older than this, or the kernel has no
 *	dma-bufs, see MYMAP_DRIVER_FEATURE_EXPORT
 * -ENOMEM: out of memory
 * -EINTR: a fatal signal arrived
 * -EMFILE, -ENFILE: too many open descriptors
 * Threads: any.
 */
int mymap_buffer_export(struct mymap_buffer *buffer, uint64_t offset, uint64_t length,
			uint64_t flags, int *ret_fd) MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_device_bind() - make mymap the driver of a PCI device
 * @device: as the kernel calls it, such as "0000:00:04.0"
 * @dma_bits: how many bits an address of it has, 24 to 64; 0 for 32, or for what it
 *	has already
 *
 * The device may read and write memory from then on. It is no error if mymap has the
 * device already. Where it fails, the device keeps the driver that it had.
 *
 * Return: 0, or
 * -ENODEV: there is no such device
 * -EBUSY: another driver has it, see mymap_device_get_driver(); or @dma_bits is to
 *	change while memory is allocated for it
 * -ENOENT: the module is not loaded
 * -EACCES: the caller may not do that
 * -EIO, -EINVAL: the kernel refuses to bind it, or @dma_bits
 * Threads: any.
 */
int mymap_device_bind(const char *device, unsigned int dma_bits)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_device_unbind() - give a PCI device back
 * @device: as the kernel calls it
 *
 * It goes to a driver that is made for it, if there is one. The memory that the kernel
 * has allocated for it goes at once, whoever uses it.
 *
 * Return: 0, or
 * -ENODEV: there is no such device
 * -ENOENT: it has no driver
 * -EBUSY: another driver has it
 * -EACCES: the caller may not do that
 * Threads: any.
 */
int mymap_device_unbind(const char *device) MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_device_get_driver() - which driver has a PCI device?
 * @device: as the kernel calls it
 * @ret_driver: where to put its name; the caller frees it with free()
 *
 * Return: 0, or
 * -ENODEV: there is no such device
 * -ENOENT: it has no driver
 * -ENOMEM: out of memory
 * Threads: any.
 */
int mymap_device_get_driver(const char *device, char **ret_driver)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/* The longest name, in bytes. */
#define MYMAP_NAME_MAX	47

/* The longest name of a device, in bytes. */
#define MYMAP_DEVICE_MAX	47

/**
 * mymap_name_is_valid() - may this be the name of a buffer?
 * @name: the name
 *
 * Return: true if it has 1 to MYMAP_NAME_MAX of A-Z a-z 0-9 . _ - and begins with
 * a letter or a digit.
 * Threads: any.
 */
bool mymap_name_is_valid(const char *name) MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_buffer_create_named() - make a buffer that others find by its name
 * @ctx: the context; it may be closed before the buffer
 * @name: its name
 * @size: the size wanted in bytes, at least 1; rounded up to whole pages
 * @flags: 0 or MYMAP_BUFFER_CREATE_* together
 * @ret_buffer: where to put the new handle; the caller owns it
 *
 * The buffer lives until mymap_buffer_destroy(), also when nobody has it open.
 * The caller's user is its owner; all who may open /dev/mymap may open it. Its
 * node and link may not be there yet, see mymap_wait_for_name().
 *
 * Return: what mymap_buffer_create() returns, or
 * -EINVAL: also where @name cannot be a name
 * -EEXIST: there is a buffer of that name
 * -EPERM: the caller may not give names; it is for CAP_SYS_ADMIN, unless the
 *	module parameter unprivileged_names is set
 * -EOPNOTSUPP: also where the driver is older than names, which came with 0.2.0
 * Threads: any.
 */
int mymap_buffer_create_named(struct mymap *ctx, const char *name, uint64_t size,
			      uint64_t flags, struct mymap_buffer **ret_buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_create_owned() - make a named buffer that belongs to somebody
 * @ctx: the context; it may be closed before the buffer
 * @name: its name
 * @size: the size wanted in bytes, at least 1; rounded up to whole pages
 * @flags: 0 or MYMAP_BUFFER_CREATE_* together
 * @owner: the user that may also destroy it
 * @group: the group
 * @mode: who may read and write it: some of 0666
 * @ret_buffer: where to put the new handle; the caller owns it
 *
 * As mymap_buffer_create_named(), but owner, group and mode are those of its node
 * and decide who may open it, by the node and by its name. They never change.
 *
 * Return: what mymap_buffer_create_named() returns, or
 * -EINVAL: also where @mode is 0 or has other bits, or an id is not valid here
 * -EPERM: also where the caller may not give it to that user or group
 * Threads: any.
 */
int mymap_buffer_create_owned(struct mymap *ctx, const char *name, uint64_t size,
			      uint64_t flags, uid_t owner, gid_t group, mode_t mode,
			      struct mymap_buffer **ret_buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/* Flags of mymap_buffer_open(). */
/* Open it for reading only. */
#define MYMAP_BUFFER_OPEN_READ_ONLY (UINT64_C(1) << 0)

/**
 * mymap_buffer_open() - a handle of the buffer that has a name
 * @ctx: the context; it may be closed before the buffer
 * @name: the name
 * @flags: 0 or MYMAP_BUFFER_OPEN_* together
 * @ret_buffer: where to put the new handle; the caller owns it
 *
 * Its descriptor is like that of a buffer that the caller made.
 *
 * Return: 0, or
 * -ENOENT: there is no buffer of that name
 * -EACCES: the caller may not use it in that way
 * -EINVAL: @name cannot be a name
 * -EOPNOTSUPP: a flag is not known, or the driver is older than names
 * -EMFILE, -ENFILE, -ENOMEM: out of descriptors or memory
 * Threads: any.
 */
int mymap_buffer_open(struct mymap *ctx, const char *name, uint64_t flags,
		      struct mymap_buffer **ret_buffer)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_destroy() - take the name of a buffer away
 * @ctx: the context
 * @name: the name
 *
 * The name and the node are gone when it returns, the link as soon as udev has
 * run. Whoever uses the buffer keeps it: the memory is freed with the last
 * descriptor and mapping.
 *
 * Return: 0, or
 * -ENOENT: there is no buffer of that name
 * -EPERM: the caller is not its owner and has no CAP_SYS_ADMIN
 * -EINVAL: @name cannot be a name
 * -EOPNOTSUPP: the driver is older than names
 * Threads: any.
 */
int mymap_buffer_destroy(struct mymap *ctx, const char *name)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_wait_for_name() - wait until a named buffer has its node and its link
 * @name: the name
 * @timeout_ms: how long to wait at most, in milliseconds; 0: look once
 *
 * It is ready when /dev/mymap-by-name/NAME leads to its node and udev has run all
 * its rules, so that the owner, the group and the mode of the node are right.
 * Where no udev runs, nobody makes links, and it is enough that the node exists.
 * Signals do not end the wait.
 *
 * Return: 0, or
 * -ETIMEDOUT: it was not ready in time
 * -EINVAL: @name cannot be a name
 * -ENOMEM: out of memory
 * Threads: any.
 */
int mymap_wait_for_name(const char *name, unsigned int timeout_ms)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_list_new() - find all named buffers
 * @ret_list: where to put the list; the caller owns it
 *
 * Needs no rights: names, sizes and use are told to everybody, by
 * /sys/class/mymap. A list without an entry is no error, nor is it one if the
 * module is not loaded.
 *
 * Return: 0, or -ENOMEM, or what reading /sys answered.
 * Threads: any.
 */
int mymap_list_new(struct mymap_list **ret_list) MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_list_free() - free a list and its entries
 * @list: the list, or NULL
 *
 * Threads: no other may use @list or an entry of it.
 */
void mymap_list_free(struct mymap_list *list);

/**
 * mymap_list_get_length() - how many entries the list has
 * @list: the list
 *
 * Return: the number.
 * Threads: any.
 */
size_t mymap_list_get_length(const struct mymap_list *list)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_list_get() - an entry of the list
 * @list: the list
 * @i: which, from 0; below mymap_list_get_length()
 *
 * They are in the order of their names, byte by byte.
 *
 * Return: the entry; it belongs to @list. NULL where there is none.
 * Threads: any.
 */
const struct mymap_named *mymap_list_get(const struct mymap_list *list, size_t i)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_named_get_name() - the name of a buffer
 * @named: the entry
 *
 * Return: the name; it lives as long as the list.
 * Threads: any.
 */
const char *mymap_named_get_name(const struct mymap_named *named)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_named_get_node() - the device node of a buffer
 * @named: the entry
 *
 * Return: such as "/dev/mymap0"; it lives as long as the list.
 * Threads: any.
 */
const char *mymap_named_get_node(const struct mymap_named *named)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_named_get_kind_name() - what a buffer is made of, as text
 * @named: the entry
 *
 * Return: "pages", "contiguous", "device", or what a newer driver says; it lives as
 * long as the list.
 * Threads: any.
 */
const char *mymap_named_get_kind_name(const struct mymap_named *named)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_named_get_size() - the size of a buffer
 * @named: the entry
 *
 * Return: bytes.
 * Threads: any.
 */
uint64_t mymap_named_get_size(const struct mymap_named *named)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_named_get_resident() - how much memory a buffer has by now
 * @named: the entry
 *
 * Return: bytes.
 * Threads: any.
 */
uint64_t mymap_named_get_resident(const struct mymap_named *named)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_named_get_open_files() - by how many open files a buffer is used
 * @named: the entry
 *
 * Return: the number. Descriptors that are duplicates of each other are one open
 * file, and a mapping keeps its file open.
 * Threads: any.
 */
unsigned int mymap_named_get_open_files(const struct mymap_named *named)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_named_is_mapped() - is any part of a buffer mapped by anybody?
 * @named: the entry
 *
 * Return: true if it is.
 * Threads: any.
 */
bool mymap_named_is_mapped(const struct mymap_named *named)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_monitor_new() - begin to listen to named buffers
 * @ret_monitor: where to put the monitor; the caller owns it
 *
 * Events come when udev has run its rules, so that links are there and rights are
 * right; where no udev runs, right from the kernel. To miss nothing, make a
 * monitor first and then a list.
 *
 * Return: 0, or
 * -EMFILE, -ENFILE, -ENOMEM: out of descriptors or memory
 * and what else the system answers.
 * Threads: any.
 */
int mymap_monitor_new(struct mymap_monitor **ret_monitor)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_monitor_free() - stop listening
 * @monitor: the monitor, or NULL
 *
 * Threads: no other may use @monitor.
 */
void mymap_monitor_free(struct mymap_monitor *monitor);

/**
 * mymap_monitor_get_fd() - a descriptor to wait with
 * @monitor: the monitor
 *
 * poll(2) says POLLIN when there may be an event to receive.
 *
 * Return: the descriptor. It belongs to @monitor: do not close it, do not read it.
 * Threads: any.
 */
int mymap_monitor_get_fd(const struct mymap_monitor *monitor)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_monitor_receive() - take the next event
 * @monitor: the monitor
 * @ret_event: where to put the event; the caller owns it
 *
 * It does not wait. Call it until there is none, then poll again.
 *
 * Return: 0, or
 * -EAGAIN: there is none at this moment
 * -ENOBUFS: events came faster than they were taken, and some are lost: make a list
 *	anew; those that are there can still be taken
 * -ENOMEM: out of memory; the event is lost
 * Threads: one at a time for a monitor.
 */
int mymap_monitor_receive(struct mymap_monitor *monitor, struct mymap_event **ret_event)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * enum mymap_event_type - what happened to a named buffer
 * @MYMAP_EVENT_ADD: it came
 * @MYMAP_EVENT_CHANGE: it is not what it was, for instance its size; or somebody
 *	had udev run its rules again
 * @MYMAP_EVENT_REMOVE: its name was destroyed
 */
enum mymap_event_type {
	MYMAP_EVENT_ADD = 0,
	MYMAP_EVENT_CHANGE = 1,
	MYMAP_EVENT_REMOVE = 2
};

/**
 * mymap_event_free() - free an event
 * @event: the event, or NULL
 *
 * Threads: no other may use @event.
 */
void mymap_event_free(struct mymap_event *event);

/**
 * mymap_event_get_type() - what happened
 * @event: the event
 *
 * Return: the type.
 * Threads: any.
 */
enum mymap_event_type mymap_event_get_type(const struct mymap_event *event)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_event_get_type_name() - what happened, as text
 * @event: the event
 *
 * Return: "add", "change" or "remove"; a constant.
 * Threads: any.
 */
const char *mymap_event_get_type_name(const struct mymap_event *event)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_event_get_name() - to which buffer it happened
 * @event: the event
 *
 * Return: the name; it lives as long as @event.
 * Threads: any.
 */
const char *mymap_event_get_name(const struct mymap_event *event)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_event_get_node() - the device node of that buffer
 * @event: the event
 *
 * Return: such as "/dev/mymap0", of a removed buffer the one that it had; it lives
 * as long as @event.
 * Threads: any.
 */
const char *mymap_event_get_node(const struct mymap_event *event)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_event_get_size() - the size of that buffer
 * @event: the event
 *
 * Return: bytes, as they were when the event was received; 0 where it was gone by
 * then.
 * Threads: any.
 */
uint64_t mymap_event_get_size(const struct mymap_event *event)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/* -------------------------------------------------------------------- rings */

/*
 * A buffer has a sequence number, 0 at first. Each ring adds 1 to it. By the
 * number that was seen last and the present one it is known how many rings were
 * missed. Whoever learns of a ring sees all that was written to the buffer before
 * it.
 *
 * Drivers before 0.2.0 know no rings, MYMAP_DRIVER_FEATURE_NOTIFY, and all of
 * these functions are then -ENOTTY.
 */

/**
 * mymap_buffer_ring() - wake those who wait for a buffer
 * @buffer: the handle, of a descriptor that is open for writing
 * @ret_sequence: where to put the number of this ring, 1 for the first
 *
 * Return: 0, or
 * -EACCES: the descriptor is open for reading only
 * -ENOTTY: the driver is older than this command
 * Threads: any.
 */
int mymap_buffer_ring(struct mymap_buffer *buffer, uint64_t *ret_sequence)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_get_sequence() - how often a buffer has been rung
 * @buffer: the handle
 * @ret_sequence: where to put the number
 *
 * Return: 0, or
 * -ENOTTY: the driver is older than this command
 * Threads: any.
 */
int mymap_buffer_get_sequence(struct mymap_buffer *buffer, uint64_t *ret_sequence)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_wait() - wait for a ring
 * @buffer: the handle
 * @sequence: the number that is known
 * @timeout_ms: how long to wait at most, in milliseconds; 0: not at all; negative:
 *	as long as it takes
 * @ret_sequence: where to put the present number
 *
 * Waits until the sequence number is another one than @sequence, and does not wait
 * where it is already. Nothing is kept of a wait: any number of threads and
 * processes may wait, on one descriptor or on several, and none takes a ring from
 * another.
 *
 * Return: 0, or
 * -ETIMEDOUT: the number is still @sequence
 * -EINTR: a signal was handled, whatever SA_RESTART says; with a timeout, also
 *	because the process was stopped and continued
 * -ENOTTY: the driver is older than this command
 * Threads: any.
 */
int mymap_buffer_wait(struct mymap_buffer *buffer, uint64_t sequence, int timeout_ms,
		      uint64_t *ret_sequence) MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_acknowledge() - let poll(2) tell of later rings only
 * @buffer: the handle
 * @ret_sequence: where to put the present number
 *
 * For event loops that have mymap_buffer_get_fd() in poll(2), select(2) or
 * epoll(7): POLLPRI is there while rings have not been acknowledged. That is a
 * matter of the open file, and so of all descriptors that were duplicated from it,
 * inherited or passed on, in all processes; a handle shares the open file of the
 * descriptor that it was made from. Where several consumers share one, let each
 * add an eventfd.
 *
 * Return: 0, or
 * -ENOTTY: the driver is older than this command
 * Threads: any.
 */
int mymap_buffer_acknowledge(struct mymap_buffer *buffer, uint64_t *ret_sequence)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_add_eventfd() - add 1 to an eventfd at each ring from now on
 * @buffer: the handle
 * @fd: a descriptor of an eventfd; it stays the caller's and may be closed, which
 *	does not remove the eventfd
 *
 * It is removed by mymap_buffer_remove_eventfd(), or when the open file of @buffer
 * is closed, in all processes that share it.
 *
 * Return: 0, or
 * -EBADF: @fd is not an open descriptor
 * -EINVAL: @fd is not an eventfd
 * -EEXIST: it has been added through the same open file before
 * -EDQUOT: the buffer has as many as it can have, 64
 * -ENOMEM: out of memory
 * -ENOTTY: the driver is older than this command
 * Threads: any.
 */
int mymap_buffer_add_eventfd(struct mymap_buffer *buffer, int fd)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_buffer_remove_eventfd() - undo mymap_buffer_add_eventfd()
 * @buffer: a handle of the same open file
 * @fd: a descriptor of the same eventfd
 *
 * After it has returned, no ring changes the eventfd.
 *
 * Return: 0, or
 * -EBADF: @fd is not an open descriptor
 * -EINVAL: @fd is not an eventfd
 * -ENOENT: it was not added through this open file
 * -ENOTTY: the driver is older than this command
 * Threads: any.
 */
int mymap_buffer_remove_eventfd(struct mymap_buffer *buffer, int fd)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/* --------------------------------------------------------------- statistics */

/**
 * enum mymap_statistic - what the driver counts
 * @MYMAP_STATISTIC_BUFFERS: buffers that there are, with the default one
 * @MYMAP_STATISTIC_RESIDENT: the memory they have, in bytes
 * @MYMAP_STATISTIC_RESIDENT_HUGE: how much of it is in huge pages, in bytes
 * @MYMAP_STATISTIC_FAULTS_HUGE: page faults served with a part of a huge page
 * @MYMAP_STATISTIC_FAULTS_PAGE: page faults served with smaller pages
 * @MYMAP_STATISTIC_FAULTS_SIGBUS: page faults that ended with SIGBUS: beyond the end of
 *	a buffer, where there was no memory, or where it has gone with its device
 * @MYMAP_STATISTIC_FAULTS_OOM: page faults for which there was no memory, in a process
 *	that was being killed
 * @MYMAP_STATISTIC_ALLOCATED_HUGE: huge pages that were allocated
 * @MYMAP_STATISTIC_ALLOCATED_SMALLER: smaller ones
 * @MYMAP_STATISTIC_ALLOCATION_FALLBACKS: how often a page larger than the smallest
 *	could not be had, and a smaller one was tried
 * @MYMAP_STATISTIC_ALLOCATION_FAILURES: page faults, writes, resizes and other
 *	requests that ended without memory
 *
 * The first three are known all the time. The others are counted while counting
 * is switched on, and begin with 0 when the module is loaded.
 */
enum mymap_statistic {
	MYMAP_STATISTIC_BUFFERS = 0,
	MYMAP_STATISTIC_RESIDENT = 1,
	MYMAP_STATISTIC_RESIDENT_HUGE = 2,
	MYMAP_STATISTIC_FAULTS_HUGE = 3,
	MYMAP_STATISTIC_FAULTS_PAGE = 4,
	MYMAP_STATISTIC_FAULTS_SIGBUS = 5,
	MYMAP_STATISTIC_FAULTS_OOM = 6,
	MYMAP_STATISTIC_ALLOCATED_HUGE = 7,
	MYMAP_STATISTIC_ALLOCATED_SMALLER = 8,
	MYMAP_STATISTIC_ALLOCATION_FALLBACKS = 9,
	MYMAP_STATISTIC_ALLOCATION_FAILURES = 10
};

/**
 * mymap_statistics_new() - read what the driver has counted
 * @ret_statistics: where to put the answer; the caller owns it
 *
 * It is for root, and reads files below /sys/kernel/debug/mymap.
 *
 * Return: 0, or
 * -ENOENT: the module is not loaded or older than 0.2.0, or there is no debugfs
 * -EACCES: the caller may not read them
 * -EPERM: the kernel is locked down
 * -ENOMEM: out of memory
 * and whatever else open(2) and read(2) answer.
 * Threads: any.
 */
int mymap_statistics_new(struct mymap_statistics **ret_statistics)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_statistics_free() - free an answer of mymap_statistics_new()
 * @statistics: the answer, or NULL
 *
 * Threads: no other may use @statistics.
 */
void mymap_statistics_free(struct mymap_statistics *statistics);

/**
 * mymap_statistics_is_enabled() - was counting switched on?
 * @statistics: the answer
 *
 * Return: true if it was.
 * Threads: any.
 */
bool mymap_statistics_is_enabled(const struct mymap_statistics *statistics)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_statistics_get() - one of the figures
 * @statistics: the answer
 * @statistic: which
 *
 * Return: the figure; 0 where the driver does not tell, or @statistic is none.
 * Threads: any.
 */
uint64_t mymap_statistics_get(const struct mymap_statistics *statistics,
			      enum mymap_statistic statistic)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_PURE;

/**
 * mymap_statistic_name() - the driver's name of a figure
 * @statistic: which, from 0 on
 *
 * Return: the name, such as "faults_huge", a constant; NULL where @statistic is
 * none, and so behind the last one.
 * Threads: any.
 */
const char *mymap_statistic_name(enum mymap_statistic statistic);

/**
 * mymap_statistics_enable() - switch counting on or off, for all of the system
 * @enable: which
 *
 * What was counted stays. It is no error if it is so already.
 *
 * Return: 0, or what mymap_statistics_new() fails with.
 * Threads: any.
 */
int mymap_statistics_enable(bool enable) MYMAP_ATTR_CHECK;

/**
 * mymap_statistics_reset() - begin counting with 0 again, for all of the system
 *
 * Return: 0, or what mymap_statistics_new() fails with.
 * Threads: any.
 */
int mymap_statistics_reset(void) MYMAP_ATTR_CHECK;

/* ------------------------------------------------------------------- module */

/**
 * enum mymap_module_state - how the running kernel stands to the module
 * @MYMAP_MODULE_NOT_INSTALLED: there is no mymap module for this kernel
 * @MYMAP_MODULE_AVAILABLE: it is installed and not loaded
 * @MYMAP_MODULE_LOADING: it is being loaded
 * @MYMAP_MODULE_LOADED: it is loaded, wherever it came from
 * @MYMAP_MODULE_UNLOADING: it is being unloaded
 * @MYMAP_MODULE_BUILTIN: it is part of the kernel
 */
enum mymap_module_state {
	MYMAP_MODULE_NOT_INSTALLED = 0,
	MYMAP_MODULE_AVAILABLE = 1,
	MYMAP_MODULE_LOADING = 2,
	MYMAP_MODULE_LOADED = 3,
	MYMAP_MODULE_UNLOADING = 4,
	MYMAP_MODULE_BUILTIN = 5
};

/**
 * mymap_module_get_state() - is the module there, and is it loaded?
 * @ret_state: where to put the state
 *
 * Needs no rights.
 *
 * Return: 0, or -ENOMEM, or what reading /sys answered.
 * Threads: any.
 */
int mymap_module_get_state(enum mymap_module_state *ret_state)
	MYMAP_ATTR_NONNULL MYMAP_ATTR_CHECK;

/**
 * mymap_module_state_name() - a state as text
 * @state: the state
 *
 * Return: "not installed", "available", "loading", "loaded", "unloading",
 * "builtin", or "unknown"; a constant.
 * Threads: any.
 */
const char *mymap_module_state_name(enum mymap_module_state state);

/**
 * mymap_module_load() - load the module, as modprobe(8) does
 *
 * The configuration in modprobe.d(5) holds: options, dependencies, blacklists
 * and install commands. An install command is run by system(3), and so it is the
 * one thing here that disturbs the caller's signals while it runs. It is no
 * error if the module is loaded already. See mymap_wait_for_node() for the next
 * step.
 *
 * Return: 0, or
 * -ENOENT: there is no mymap module for the running kernel
 * -EPERM: the caller may not load modules, or the kernel is locked down
 * -ECANCELED: the module is blacklisted in modprobe.d(5)
 * -EKEYREJECTED, -ENOKEY: its signature is not accepted
 * -ENOEXEC: it was built for another kernel
 * -ENOMEM, and what else the kernel answers.
 * Threads: any.
 */
int mymap_module_load(void) MYMAP_ATTR_CHECK;

/**
 * mymap_wait_for_node() - wait until /dev/mymap is there and ready for use
 * @timeout_ms: how long to wait at most, in milliseconds; 0: look once
 *
 * Ready means that udev has run its rules for the device, so that the group and
 * the mode of the node are right. Where no udev runs (an initial ramdisk, a
 * container), nothing is going to change them and it is enough that the node
 * exists. Signals do not end the wait.
 *
 * Return: 0, or
 * -ETIMEDOUT: it was not ready in time
 * -ENOMEM: out of memory
 * Threads: any.
 */
int mymap_wait_for_node(unsigned int timeout_ms) MYMAP_ATTR_CHECK;

#undef MYMAP_ATTR_NONNULL
#undef MYMAP_ATTR_CHECK
#undef MYMAP_ATTR_PURE

#ifdef __cplusplus
}
#endif

#endif /* LIBMYMAP_MYMAP_H */
