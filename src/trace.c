// SPDX-License-Identifier: GPL-2.0-only
/*
 * The code of the events that trace.h lists.
 */
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
