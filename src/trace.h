/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be traced, below /sys/kernel/tracing/events/mymap. A buffer is told by
 * its number, which is the inode number that fstat() tells of its descriptors.
 *
 * All fields are numbers, since the way of recording text differs between kernels.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mymap

#if !defined(_MYMAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MYMAP_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

/* How a page fault ended; numbers, for they stand in the format as they are. */
#define MYMAP_FAULT_SERVED	0
#define MYMAP_FAULT_SIGBUS	1
#define MYMAP_FAULT_OOM		2

TRACE_EVENT(mymap_create,
	    TP_PROTO(u32 buffer, u64 size),
	    TP_ARGS(buffer, size),
	    TP_STRUCT__entry(__field(u32, buffer)
			     __field(u64, size)),
	    TP_fast_assign(__entry->buffer = buffer;
			   __entry->size = size;),
	    TP_printk("buffer=%u size=%llu", __entry->buffer, __entry->size)
);

TRACE_EVENT(mymap_fault,
	    TP_PROTO(u32 buffer, unsigned long pgoff, unsigned int order,
		     bool write, unsigned int result),
	    TP_ARGS(buffer, pgoff, order, write, result),
	    TP_STRUCT__entry(__field(u32, buffer)
			     __field(u32, order)
			     __field(unsigned long, pgoff)
			     __field(u32, write)
			     __field(u32, result)),
	    TP_fast_assign(__entry->buffer = buffer;
			   __entry->order = order;
			   __entry->pgoff = pgoff;
			   __entry->write = write;
			   __entry->result = result;),
	    TP_printk("buffer=%u pgoff=%lu order=%u write=%u result=%s",
		      __entry->buffer, __entry->pgoff, __entry->order,
		      __entry->write,
		      __print_symbolic(__entry->result,
				       { MYMAP_FAULT_SERVED, "served" },
				       { MYMAP_FAULT_SIGBUS, "sigbus" },
				       { MYMAP_FAULT_OOM, "oom" }))
);

TRACE_EVENT(mymap_resize,
	    TP_PROTO(u32 buffer, u64 old_size, u64 size, int error),
	    TP_ARGS(buffer, old_size, size, error),
	    TP_STRUCT__entry(__field(u32, buffer)
			     __field(s32, error)
			     __field(u64, old_size)
			     __field(u64, size)),
	    TP_fast_assign(__entry->buffer = buffer;
			   __entry->error = error;
			   __entry->old_size = old_size;
			   __entry->size = size;),
	    TP_printk("buffer=%u old_size=%llu size=%llu error=%d",
		      __entry->buffer, __entry->old_size, __entry->size,
		      __entry->error)
);

TRACE_EVENT(mymap_destroy,
	    TP_PROTO(u32 buffer, u64 size, u64 resident),
	    TP_ARGS(buffer, size, resident),
	    TP_STRUCT__entry(__field(u32, buffer)
			     __field(u64, size)
			     __field(u64, resident)),
	    TP_fast_assign(__entry->buffer = buffer;
			   __entry->size = size;
			   __entry->resident = resident;),
	    TP_printk("buffer=%u size=%llu resident=%llu", __entry->buffer,
		      __entry->size, __entry->resident)
);

#endif /* _MYMAP_TRACE_H */

/* Not below include/trace/events: Kbuild lets trace.c find it here. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
