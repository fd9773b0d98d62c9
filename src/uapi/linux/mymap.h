/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * mymap: kernel memory that user space can map, share and hand to hardware.
 *
 * This header is the whole contract between the driver and user space.
 *
 * There are two kinds of descriptors:
 *
 * - the *door* is an open file of /dev/mymap. Mapping, reading or writing it is
 *   mapping, reading or writing the module's one default buffer, which all who
 *   open the device share;
 * - a *buffer* is a descriptor that MYMAP_IOC_CREATE or MYMAP_IOC_OPEN returned:
 *   a regular file with an inode of its own. fstat() and lseek(SEEK_END) tell its
 *   size, ftruncate() changes it as MYMAP_IOC_RESIZE does, fallocate() allocates
 *   memory and punches holes. It can be mapped, read, written, inherited,
 *   duplicated, passed over a Unix socket and opened again through /proc/self/fd
 *   with the rights of its inode. Its memory is freed when its last descriptor,
 *   mapping and dma-buf are gone, and its name if it has one.
 *
 * A buffer may have a *name*. Then it is also a device, /dev/mymapN, and lives
 * until MYMAP_IOC_DESTROY or the end of the module. An open /dev/mymapN takes the
 * commands of a buffer, not those of the door; it can be mapped, read and
 * written, but not ftruncate()d: a device has no size that it could change.
 *
 * A name has 1 to 47 of the letters A-Z a-z 0-9 . _ - and begins with a letter or
 * a digit. It stands at the beginning of its array, and the rest is NULs. Names
 * are the same for all of the system, whatever namespace a process is in.
 *
 * General rules:
 *
 * - Every command takes a pointer to a struct that begins with @size and @flags.
 *   @size is sizeof(the struct) as the caller knows it. Structs grow only at
 *   their end: a shorter, older struct is taken as if the missing members were
 *   0, and a longer, newer one is taken if the bytes this driver does not know
 *   are all 0.
 * - Members marked "out" must be 0 on the way in.
 * - Sizes, offsets and lengths are in bytes unless the name ends in "_pages".
 * - The layout is the same for 32-bit and 64-bit callers.
 * - A command that fails changes nothing and writes nothing.
 *
 * What an errno means, for all commands:
 *
 * ENOTTY      the command is not known, or not on this kind of descriptor
 * E2BIG       @size is larger than this driver's struct and the bytes that it
 *             does not know are not all 0, or @size is beyond any sense
 * EINVAL      a value is out of its range: @size shorter than the first version
 *             of the struct, an "out" member that is not 0, a buffer size of 0
 *             or one that cannot be rounded up to pages, a name that is none, a
 *             descriptor that is not one of an eventfd
 * EOPNOTSUPP  a flag is not known, or not available on this kernel or machine, or
 *             the command is not for that kind of memory
 * EFAULT      a pointer is bad
 * EEXIST      the name is taken, or the eventfd has been added before
 * ENOENT      there is no buffer of that name, or no such device that mymap is the
 *             driver of, or the eventfd was not added
 * EACCES      the caller may not use that buffer in that way: it is for others,
 *             or the descriptor is not open for writing, or for reading
 * EPERM       the caller may not give that name, take it away, or know addresses;
 *             or a seal of the buffer forbids it
 * EDQUOT      a limit of the driver would be exceeded (MYMAP_IOC_QUERY tells
 *             the limits), or MYMAP_MAX_EVENTFDS
 * EBADF       an argument is not an open descriptor
 * ENOMEM      the kernel has no memory left for it, or no run that is long enough
 * EBUSY       memory that is to be taken away is pinned: by O_DIRECT or io_uring
 *             under way, by vmsplice(), by a debugger; or memory that would stay
 *             is broken, as the machine has reported it; or the buffer is frozen
 *             by SEGMENTS, by a dma-buf of it, or by a driver that has mapped it
 * EIO         memory is broken, as the machine has reported it
 * ENODEV      the default buffer is asked for and is switched off, or addresses of a
 *             buffer that is for no device
 * EMFILE      the caller has too many open descriptors
 * ENFILE      the system has too many open files
 * EINTR       a fatal signal arrived while memory was being populated or taken
 *             away, or any signal while waiting
 * ENXIO       the buffer does not exist any more, or its device
 */
#ifndef _UAPI_LINUX_MYMAP_H
#define _UAPI_LINUX_MYMAP_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define MYMAP_IOC_TYPE 0xBD

/* How mymap packs "major.minor.patch" into a number that can be compared. */
#define MYMAP_VERSION(major, minor, patch) \
	(((major) << 16) | ((minor) << 8) | (patch))

/* What a buffer is made of. */
#define MYMAP_KIND_PAGES	1	/* compound pages, cached, any size */
#define MYMAP_KIND_CONTIGUOUS	2	/* the same in one run, as long as an allocation can be */
#define MYMAP_KIND_DEVICE	3	/* one run that the DMA API gives, for a device */

/* How the processor caches it, in all its mappings: the cache mode. */
#define MYMAP_CACHE_CACHED	1	/* as ordinary memory (write-back) */
#define MYMAP_CACHE_WRITE_COMBINED 2	/* not cached; writes may be gathered and overtaken */
#define MYMAP_CACHE_UNCACHED	3	/* not cached; each access by itself, in order */

/* Bytes of a name, with at least one NUL at the end. */
#define MYMAP_NAME_SIZE		48

/* Bytes of the name of a device, likewise. */
#define MYMAP_DEVICE_NAME_SIZE	48

/* struct mymap_create.flags */
#define MYMAP_CREATE_POPULATE	(1U << 0)	/* allocate all memory now */
#define MYMAP_CREATE_OWNER	(1U << 1)	/* uid, gid and mode are given */
#define MYMAP_CREATE_FIXED_SIZE	(1U << 2)	/* seal it: SHRINK and GROW */

/**
 * struct mymap_create - make a buffer (MYMAP_IOC_CREATE, on the door)
 * @size: sizeof(struct mymap_create)
 * @flags: MYMAP_CREATE_*; others are EOPNOTSUPP
 * @buffer_size: in: the size wanted, in bytes, at least 1; out: that size
 *	rounded up to whole pages, which is what the buffer has
 * @name: the name of the buffer; all NULs for none
 * @uid: the owner, with MYMAP_CREATE_OWNER; else 0
 * @gid: the group, likewise
 * @mode: permission bits, likewise: some of 0666, not 0
 * @minor: out: N of /dev/mymapN; 0 without a name
 * @kind: MYMAP_KIND_*; 0 is MYMAP_KIND_PAGES
 * @cache: MYMAP_CACHE_*; 0 for what is usual for that memory
 * @device: the device that the buffer is for, as the kernel calls it: one that
 *	mymap is the driver of; all NULs for the module's own
 *
 * The memory reads as zeros. It is allocated at first touch, or before the
 * command returns with MYMAP_CREATE_POPULATE. With MYMAP_CREATE_FIXED_SIZE, which
 * needs MYMAP_FEATURE_RESIZE, it has this size for good.
 *
 * Other kinds than MYMAP_KIND_PAGES need MYMAP_FEATURE_KINDS. Their memory is one
 * run, allocated before the command returns, or it is ENOMEM; they have this size
 * for good, and no holes. MYMAP_KIND_CONTIGUOUS is as long as the largest run that
 * the kernel's page allocator can have. MYMAP_KIND_DEVICE may be longer, where the
 * kernel has memory set aside for that (CMA, a reserved region), and it is where
 * the device can reach it. It is not MYMAP_BUFFER_PINNABLE, a private mapping of it
 * may be read only (else EINVAL), and it goes with its device: then touching it is
 * SIGBUS and everything else ENXIO. In a guest whose memory is encrypted (SEV, TDX)
 * there is none (EOPNOTSUPP).
 *
 * The cache mode belongs to the buffer: it is the same in all mappings of it, for good.
 * It can be asked for with MYMAP_FEATURE_CACHE_MODES. MYMAP_CACHE_CACHED is usual, but
 * not for memory of MYMAP_KIND_DEVICE that the kernel itself maps in another mode: where
 * the device does not see the caches, in a pool that is mapped for it alone, and in a
 * reserved region of which the device tree says so. Another mode than the usual one is
 * EOPNOTSUPP, except for MYMAP_KIND_DEVICE on x86, where the kernel's mapping can be
 * changed with it.
 *
 * Giving a name is for CAP_SYS_ADMIN, and so is letting others be the owner. Where
 * the administrator has set the module parameter unprivileged_names, whoever has
 * the door open may do it, for himself and for groups that he is in.
 *
 * With MYMAP_CREATE_OWNER, which needs a name, @uid, @gid and @mode say who may
 * use the buffer by its name: they are those of /dev/mymapN, which udev leaves as
 * they are, and of the inode of the buffer. Without it, the caller is the owner,
 * /dev/mymapN is for the same group as the door, and MYMAP_IOC_OPEN gives a
 * descriptor for what the caller's descriptor of the door is open for.
 *
 * Return: a new descriptor (readable, writable, close-on-exec) that the caller
 * owns, or -1 and errno.
 */
struct mymap_create {
	__u32 size;
	__u32 flags;
	__u64 buffer_size;
	char name[MYMAP_NAME_SIZE];
	__u32 uid;
	__u32 gid;
	__u32 mode;
	__u32 minor;
	__u32 kind;
	__u32 cache;
	char device[MYMAP_DEVICE_NAME_SIZE];
};

/* struct mymap_query.features: what this driver can do on this kernel. */
#define MYMAP_FEATURE_HUGE	(1ULL << 0)	/* 2 MiB (PMD) mappings */
#define MYMAP_FEATURE_MEMCG	(1ULL << 1)	/* charged to the creator's cgroup */
#define MYMAP_FEATURE_NAMES	(1ULL << 2)	/* buffers may have names */
#define MYMAP_FEATURE_RESIZE	(1ULL << 3)	/* RESIZE, SEAL, FIXED_SIZE, holes */
#define MYMAP_FEATURE_NOTIFY	(1ULL << 4)	/* rings: RING, WAIT, poll, eventfds */
#define MYMAP_FEATURE_KINDS	(1ULL << 5)	/* kinds other than PAGES; devices */
#define MYMAP_FEATURE_SEGMENTS	(1ULL << 6)	/* SEGMENTS and SYNC */
#define MYMAP_FEATURE_EXPORT	(1ULL << 7)	/* dma-bufs: EXPORT */
#define MYMAP_FEATURE_CACHE_MODES (1ULL << 8)	/* a cache mode can be asked for, and is told */

/**
 * struct mymap_query - ask the driver about itself (MYMAP_IOC_QUERY, on the door)
 * @size: sizeof(struct mymap_query)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @driver_version: out: MYMAP_VERSION() of the driver
 * @page_size: out: the smallest page a buffer is made of, in bytes
 * @huge_page_size: out: the largest page a buffer is mapped by, in bytes;
 *	@page_size where there is none larger
 * @reserved: must be 0
 * @features: out: MYMAP_FEATURE_* bits
 * @default_size: out: size of the default buffer in bytes; 0 where it is
 *	switched off
 * @max_buffer_size: out: the largest buffer one CREATE may ask for, in bytes
 * @max_total_size: out: the most that all created buffers together may have,
 *	in bytes
 * @total_size: out: what all created buffers together have at this moment,
 *	in bytes
 * @max_user_size: out: the most that all buffers which one user has created may
 *	have together, in bytes; a user is a real uid, and CAP_SYS_RESOURCE is not
 *	limited. 0 where the driver knows no such limit
 * @user_size: out: what those of the caller have at this moment, in bytes; other
 *	users' processes may use them as well
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_query {
	__u32 size;
	__u32 flags;
	__u32 driver_version;
	__u32 page_size;
	__u32 huge_page_size;
	__u32 reserved;
	__u64 features;
	__u64 default_size;
	__u64 max_buffer_size;
	__u64 max_total_size;
	__u64 total_size;
	__u64 max_user_size;
	__u64 user_size;
};

/*
 * Seals: what may not be done to a buffer any more, by nobody and for good. The
 * bits are those of F_ADD_SEALS in fcntl(2), which is for memfds only.
 */
#define MYMAP_SEAL_SEAL		(1U << 0)	/* add a seal */
#define MYMAP_SEAL_SHRINK	(1U << 1)	/* make it smaller */
#define MYMAP_SEAL_GROW		(1U << 2)	/* make it larger */

/* struct mymap_info.properties */
#define MYMAP_BUFFER_PINNABLE	(1ULL << 0)	/* O_DIRECT, io_uring, vmsplice work in it */
#define MYMAP_BUFFER_DEFAULT	(1ULL << 1)	/* it is the default buffer */
#define MYMAP_BUFFER_NAMED	(1ULL << 2)	/* it has a name at this moment */
#define MYMAP_BUFFER_OWNED	(1ULL << 3)	/* made with MYMAP_CREATE_OWNER */
#define MYMAP_BUFFER_GONE	(1ULL << 4)	/* its memory has gone with its device */
#define MYMAP_BUFFER_EXPORTED	(1ULL << 5)	/* as a dma-buf, or mapped by a driver */
#define MYMAP_BUFFER_KEPT	(1ULL << 6)	/* what is in it outlives it: a reserved region */

/**
 * struct mymap_info - ask about a buffer (MYMAP_IOC_INFO, on a buffer, or on the
 * door about the default buffer)
 * @size: sizeof(struct mymap_info)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @buffer_size: out: size in bytes
 * @resident: out: bytes of memory allocated for it at this moment
 * @resident_huge: out: how many of those bytes are in pages of @huge_page_size,
 *	so that a large enough, aligned mapping maps them by one entry each
 * @properties: out: MYMAP_BUFFER_* bits
 * @kind: out: MYMAP_KIND_*
 * @page_size: out: the smallest page it is made of, in bytes
 * @huge_page_size: out: the largest page it is mapped by, in bytes
 * @seals: out: MYMAP_SEAL_* bits; 0 without MYMAP_FEATURE_RESIZE
 * @name: out: its name; all NULs where it has none, or none any more
 * @minor: out: N of /dev/mymapN; 0 without a name
 * @uid: out: the owner
 * @gid: out: the group
 * @mode: out: permission bits, as they were when it was made
 * @device: out: the device that it is for; all NULs for the default buffer
 * @cache: out: MYMAP_CACHE_*
 * @reserved: out: 0
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_info {
	__u32 size;
	__u32 flags;
	__u64 buffer_size;
	__u64 resident;
	__u64 resident_huge;
	__u64 properties;
	__u32 kind;
	__u32 page_size;
	__u32 huge_page_size;
	__u32 seals;
	char name[MYMAP_NAME_SIZE];
	__u32 minor;
	__u32 uid;
	__u32 gid;
	__u32 mode;
	char device[MYMAP_DEVICE_NAME_SIZE];
	__u32 cache;
	__u32 reserved;
};

/* struct mymap_open_named.flags */
#define MYMAP_OPEN_READ_ONLY	(1U << 0)	/* a descriptor for reading only */

/**
 * struct mymap_open_named - use a buffer by its name (MYMAP_IOC_OPEN, on the door)
 * @size: sizeof(struct mymap_open_named)
 * @flags: MYMAP_OPEN_*; others are EOPNOTSUPP
 * @name: the name
 * @buffer_size: out: the size of the buffer in bytes
 * @minor: out: N of /dev/mymapN
 * @reserved: must be 0
 *
 * Who may do that, see struct mymap_create.
 *
 * Return: a new descriptor (readable, writable unless MYMAP_OPEN_READ_ONLY,
 * close-on-exec) that the caller owns, or -1 and errno.
 */
struct mymap_open_named {
	__u32 size;
	__u32 flags;
	char name[MYMAP_NAME_SIZE];
	__u64 buffer_size;
	__u32 minor;
	__u32 reserved;
};

/**
 * struct mymap_destroy - take a buffer's name away (MYMAP_IOC_DESTROY, on the door)
 * @size: sizeof(struct mymap_destroy)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @name: the name
 *
 * The name, /dev/mymapN and its entry in /sys/class/mymap are gone when this
 * returns. Whoever has the buffer open or mapped keeps it; the memory is freed
 * with the last of them. The owner of the buffer may do this, and CAP_SYS_ADMIN.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_destroy {
	__u32 size;
	__u32 flags;
	char name[MYMAP_NAME_SIZE];
};

/**
 * struct mymap_resize - change the size of a buffer (MYMAP_IOC_RESIZE, on a
 * buffer; on the door it is EPERM: the default buffer is sealed)
 * @size: sizeof(struct mymap_resize)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @buffer_size: in: the size wanted, in bytes, at least 1; out: that size
 *	rounded up to whole pages, which is what the buffer has
 *
 * New memory reads as zeros. What is below both the old and the new end stays as
 * it is, and so do mappings; to touch what is beyond the end is SIGBUS, at once.
 * The limits count the new size. The descriptor must be open for writing.
 *
 * Memory is taken away in pieces as it was allocated, up to the huge page size.
 * It is EBUSY where any of what goes is pinned, or any of the piece that the new end is
 * in; also where what stays of that piece is broken, and where the buffer is frozen.
 *
 * ftruncate() does the same, and cannot tell the rounded size.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_resize {
	__u32 size;
	__u32 flags;
	__u64 buffer_size;
};

/**
 * struct mymap_seal - forbid something for good (MYMAP_IOC_SEAL, on a buffer; on
 * the door it is EPERM: the default buffer is sealed)
 * @size: sizeof(struct mymap_seal)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @seals: in: MYMAP_SEAL_* bits to add, others are EOPNOTSUPP, 0 is fine; out:
 *	all that the buffer has by now
 * @reserved: must be 0
 *
 * Whoever maps a buffer that somebody else can resize may get a SIGBUS at any time;
 * MYMAP_SEAL_SHRINK rules that out. The descriptor must be open for writing.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_seal {
	__u32 size;
	__u32 flags;
	__u32 seals;
	__u32 reserved;
};

/**
 * struct mymap_segment - a run of addresses
 * @address: on the bus of the device
 * @length: in bytes
 */
struct mymap_segment {
	__u64 address;
	__u64 length;
};

/**
 * struct mymap_segments - where a buffer is for its device (MYMAP_IOC_SEGMENTS, on a
 *	buffer)
 * @size: sizeof(struct mymap_segments)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @segments: an array of struct mymap_segment, as a pointer in 64 bits, that is to
 *	be filled from the beginning of the buffer on
 * @nr_segments: in: room in the array, may be 0; out: how many were written
 * @total: out: how many there are
 *
 * The memory is allocated and mapped for the device by the first call, and stays
 * where it is until the buffer goes: until then it keeps its size and gets no holes
 * (EBUSY). MYMAP_KIND_CONTIGUOUS and MYMAP_KIND_DEVICE are one segment, and so is
 * any buffer of which an IOMMU makes one. The descriptor must be open for writing.
 *
 * EPERM where the caller does not have CAP_SYS_RAWIO and the administrator has not
 * set the module parameter expose_addresses, or the kernel is locked down; EOPNOTSUPP
 * where the device cannot reach all of the memory; ENODEV where the buffer was made
 * while the module's own device was not bound; ENXIO where the device is gone.
 * Addresses of a device are worth nothing to another one. Where the array is bad
 * (EFAULT), some of it may have been written, and the buffer is mapped.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_segments {
	__u32 size;
	__u32 flags;
	__u64 segments;
	__u32 nr_segments;
	__u32 total;
};

/* struct mymap_sync.flags */
#define MYMAP_SYNC_END		(1U << 0)	/* done, rather than about to begin */

/* struct mymap_sync.direction: which way the data go */
#define MYMAP_SYNC_TO_DEVICE	1
#define MYMAP_SYNC_FROM_DEVICE	2
#define MYMAP_SYNC_BOTH		3

/**
 * struct mymap_sync - the processor is about to use a range, or done with it
 *	(MYMAP_IOC_SYNC, on a buffer)
 * @size: sizeof(struct mymap_sync)
 * @flags: MYMAP_SYNC_END or 0; others are EOPNOTSUPP
 * @offset: where the range begins, in bytes
 * @length: bytes, at least 1; all of them inside of the buffer
 * @direction: MYMAP_SYNC_TO_DEVICE, MYMAP_SYNC_FROM_DEVICE or MYMAP_SYNC_BOTH
 * @reserved: must be 0
 *
 * Before the processor reads what the device has written: FROM_DEVICE. When it has
 * written what the device is to read: TO_DEVICE with MYMAP_SYNC_END. The ends of a
 * range may be anywhere, but what shares a line of the cache with it goes along. On
 * machines where devices see the caches it does next to nothing. Of memory that is
 * MYMAP_CACHE_WRITE_COMBINED, what has been written by the thread that calls this is
 * in memory when it returns.
 *
 * FROM_DEVICE and BOTH may drop what the processor has written in the range and the
 * device has not read: they are for a descriptor that is open for writing.
 *
 * EINVAL where the range is not inside of the buffer or there is no such direction,
 * EACCES where the descriptor is not open for writing, ENXIO where the device is gone.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_sync {
	__u32 size;
	__u32 flags;
	__u64 offset;
	__u64 length;
	__u32 direction;
	__u32 reserved;
};

/**
 * struct mymap_export - export a range of a buffer as a dma-buf (MYMAP_IOC_EXPORT, on
 *	a buffer)
 * @size: sizeof(struct mymap_export)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @offset: where the range begins, in bytes
 * @length: bytes, not 0
 *
 * A dma-buf is how drivers of other devices use the memory: import it there. It can
 * be mapped as well, and DMA_BUF_IOCTL_SYNC of linux/dma-buf.h lets the processor and
 * those devices see the same. Its offset 0 is @offset, which is a multiple of the page
 * size as @length is, and nothing outside of the range can be had by it. A mapping of
 * it does not grow (mremap), and counts as one of the buffer.
 *
 * The memory of the range is allocated. As long as there is a dma-buf of it, the
 * buffer is there, keeps its size and gets no holes (EBUSY): until all its
 * descriptors are closed and all importers have let go.
 *
 * EINVAL where the range is empty, or not inside of the buffer; EACCES where the
 * descriptor is not open for both reading and writing, since importers can do both;
 * EOPNOTSUPP without MYMAP_FEATURE_EXPORT, and on a buffer of MYMAP_KIND_DEVICE: its
 * memory goes with its device, and no importer could be told. Importing it, and not
 * this, is EIO where memory of the range is broken.
 *
 * Return: a new descriptor (close-on-exec) of a dma-buf that the caller owns, or -1
 * and errno.
 */
struct mymap_export {
	__u32 size;
	__u32 flags;
	__u64 offset;
	__u64 length;
};

/**
 * DOC: rings
 *
 * A buffer has a sequence number, 0 at first. A ring adds 1 to it and wakes who
 * waits for it. Nothing else is kept of a ring: whoever knows the number of the
 * last one that he has seen, knows by the present one how many he has missed.
 *
 * Who waits, by whatever means, and learns of a ring, sees all that was written to
 * the buffer before that ring, by the one who rang and by whoever that one had
 * seen write.
 *
 * There are three ways to wait:
 *
 * - MYMAP_IOC_WAIT, which is told the number that is known. It keeps nothing, so
 *   any number of threads and processes may use it on one descriptor;
 * - an eventfd that MYMAP_IOC_ADD_EVENTFD added: each ring adds 1 to its counter;
 * - poll(), select() and epoll on the descriptor itself: POLLPRI (of select() the
 *   set of exceptions) as long as there are rings that were not acknowledged
 *   through this open file by MYMAP_IOC_WAIT with MYMAP_WAIT_ACKNOWLEDGE. A new
 *   file has acknowledged none. Descriptors that were duplicated, inherited or
 *   passed on are the same open file; /proc/self/fd opens a new one. Since a buffer
 *   is a regular file, POLLIN and POLLOUT are always there.
 *
 * These commands are for buffers, also through /dev/mymapN, and on the door for
 * the default buffer.
 */

/**
 * struct mymap_ring - ring (MYMAP_IOC_RING)
 * @size: sizeof(struct mymap_ring)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @sequence: out: the number of this ring
 *
 * The descriptor must be open for writing; else EACCES.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_ring {
	__u32 size;
	__u32 flags;
	__u64 sequence;
};

/* struct mymap_wait.flags */
#define MYMAP_WAIT_ACKNOWLEDGE	(1U << 0)	/* poll is not to tell these rings any more */

/**
 * struct mymap_wait - wait for a ring, or look (MYMAP_IOC_WAIT)
 * @size: sizeof(struct mymap_wait)
 * @flags: MYMAP_WAIT_*; others are EOPNOTSUPP
 * @sequence: in: the sequence number that the caller knows; out: the present one
 * @timeout: how long to wait at most, in nanoseconds; 0: not at all; -1: as long
 *	as it takes; less is EINVAL
 *
 * Waits until the sequence number is another one than the caller knows, and does
 * not wait where it is already. When the time is over, that is no failure:
 * @sequence is then as it was.
 *
 * A signal that is handled ends the wait with EINTR, whatever SA_RESTART says; with
 * a @timeout other than -1, so may being stopped and continued. Nothing is
 * acknowledged then.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_wait {
	__u32 size;
	__u32 flags;
	__u64 sequence;
	__s64 timeout;
};

/* How many eventfds a buffer has at most, of all its files together. */
#define MYMAP_MAX_EVENTFDS	64

/**
 * struct mymap_eventfd - add an eventfd (MYMAP_IOC_ADD_EVENTFD), or remove it
 *	(MYMAP_IOC_REMOVE_EVENTFD)
 * @size: sizeof(struct mymap_eventfd)
 * @flags: must be 0; anything else is EOPNOTSUPP
 * @fd: a descriptor of the eventfd
 * @reserved: must be 0
 *
 * From when ADD has returned until REMOVE returns, each ring adds 1 to the counter
 * of the eventfd. It belongs to the open file that it was added through: it can be
 * removed through that one only, and is removed when that one is closed by all
 * who have it. Closing the eventfd does not remove it. The same one can be added
 * once through each file.
 *
 * Return: 0, or -1 and errno.
 */
struct mymap_eventfd {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

#define MYMAP_IOC_CREATE	_IO(MYMAP_IOC_TYPE, 0x01)
#define MYMAP_IOC_QUERY		_IO(MYMAP_IOC_TYPE, 0x02)
#define MYMAP_IOC_INFO		_IO(MYMAP_IOC_TYPE, 0x03)
#define MYMAP_IOC_OPEN		_IO(MYMAP_IOC_TYPE, 0x04)
#define MYMAP_IOC_DESTROY	_IO(MYMAP_IOC_TYPE, 0x05)
#define MYMAP_IOC_RESIZE	_IO(MYMAP_IOC_TYPE, 0x06)
#define MYMAP_IOC_SEAL		_IO(MYMAP_IOC_TYPE, 0x07)
#define MYMAP_IOC_SEGMENTS	_IO(MYMAP_IOC_TYPE, 0x08)
#define MYMAP_IOC_SYNC		_IO(MYMAP_IOC_TYPE, 0x09)
#define MYMAP_IOC_EXPORT	_IO(MYMAP_IOC_TYPE, 0x0a)
#define MYMAP_IOC_RING		_IO(MYMAP_IOC_TYPE, 0x10)
#define MYMAP_IOC_WAIT		_IO(MYMAP_IOC_TYPE, 0x11)
#define MYMAP_IOC_ADD_EVENTFD	_IO(MYMAP_IOC_TYPE, 0x12)
#define MYMAP_IOC_REMOVE_EVENTFD _IO(MYMAP_IOC_TYPE, 0x13)

#endif /* _UAPI_LINUX_MYMAP_H */
