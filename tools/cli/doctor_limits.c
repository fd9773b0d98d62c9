// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: the limits of the driver, and what is used of them.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "doctor.h"
#include "size.h"

#define NEARLY_PERCENT	90

struct limit {
	const char *whose;
	const char *parameter;
	uint64_t used;
	uint64_t most;
};

static bool is_nearly_used(uint64_t used, uint64_t most)
{
	return used >= most - most / 100 * (100 - NEARLY_PERCENT);
}

/*
 * Twice the limit, but not above what the driver takes for it by itself: three
 * quarters of memory, so that the system has room to live.
 */
static uint64_t larger_limit(const struct limit *limit)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);
	uint64_t sane = (pages - pages / 4) * page;

	return limit->most < sane / 2 ? limit->most * 2 : sane;
}

static bool find_nearly_used(struct doctor *doctor, const struct limit *limit)
{
	uint64_t larger = larger_limit(limit);
	char used[SIZE_TEXT_MAX], most[SIZE_TEXT_MAX];

	if (!is_nearly_used(limit->used, limit->most))
		return false;
	size_format(limit->used, used, sizeof(used));
	size_format(limit->most, most, sizeof(most));
	if (larger <= limit->most || is_nearly_used(limit->used, larger)) {
		find(doctor, FINDING_NOTE, "%s have %s of %s, and this machine has no memory for more: "
		     "see which can go", limit->whose, used, most);
		mend(doctor, "mymap list");
		return true;
	}
	find(doctor, FINDING_NOTE, "%s have %s of %s", limit->whose, used, most);
	mend(doctor, "echo %" PRIu64 " >/sys/module/" MODULE "/parameters/%s && echo options " MODULE
	     " %s=%" PRIu64 " >>/etc/modprobe.d/" MODULE ".conf", larger, limit->parameter,
	     limit->parameter, larger);
	return true;
}

static void find_limits(struct doctor *doctor, const struct mymap_driver_info *driver)
{
	const struct limit total = {
		.whose = "all buffers",
		.parameter = "max_total_size",
		.used = mymap_driver_info_get_total_size(driver),
		.most = mymap_driver_info_get_max_total_size(driver),
	};
	const struct limit user = {
		.whose = "your buffers",
		.parameter = "max_user_size",
		.used = mymap_driver_info_get_user_size(driver),
		.most = mymap_driver_info_get_max_user_size(driver),
	};
	char total_used[SIZE_TEXT_MAX], total_most[SIZE_TEXT_MAX];
	char user_used[SIZE_TEXT_MAX], user_most[SIZE_TEXT_MAX], buffer_most[SIZE_TEXT_MAX];
	bool is_found = find_nearly_used(doctor, &total);

	/* root's has no limit, and one that is the same has been told of */
	if (user.most < total.most && geteuid() != 0)
		is_found |= find_nearly_used(doctor, &user);
	if (is_found)
		return;
	find(doctor, FINDING_OK, "all buffers have %s of %s, yours %s of %s; one may have %s",
	     size_format(total.used, total_used, sizeof(total_used)),
	     size_format(total.most, total_most, sizeof(total_most)),
	     size_format(user.used, user_used, sizeof(user_used)),
	     size_format(user.most, user_most, sizeof(user_most)),
	     size_format(mymap_driver_info_get_max_buffer_size(driver), buffer_most,
			 sizeof(buffer_most)));
}

/* Who may not ask, or has nobody to ask, has been told why by now. */
void check_limits(struct doctor *doctor)
{
	struct mymap_driver_info *driver;
	struct mymap *ctx;
	int r;

	if (!doctor->tree.is_system || mymap_open(&ctx) < 0)
		return;
	r = mymap_get_driver_info(ctx, &driver);
	mymap_close(ctx);
	if (r < 0) {
		find(doctor, FINDING_UNKNOWN, "the driver does not tell: %s", strerror(-r));
		mend(doctor, "mymap info");
		return;
	}
	find_limits(doctor, driver);
	mymap_driver_info_free(driver);
}
