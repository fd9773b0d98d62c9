// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine: what it is, and its memory made warm.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"

/* What /proc/cpuinfo calls the first processor; not every architecture does. */
static void look_at_cpu(char *name, size_t length)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	name[0] = '\0';
	while (file && !name[0] && fgets(line, sizeof(line), file)) {
		const char *value = strchr(line, ':');

		if (!value || (strncmp(line, "model name", 10) && strncmp(line, "uarch", 5)))
			continue;
		value += 1 + strspn(value + 1, " ");
		snprintf(name, length, "%.*s", (int)strcspn(value, "\n"), value);
	}
	if (file)
		fclose(file);
}

static uint64_t huge_page_size(void)
{
	struct mymap_driver_info *info;
	struct mymap *ctx;
	uint64_t size = 0;

	if (mymap_open(&ctx) < 0)
		return 0;
	if (mymap_get_driver_info(ctx, &info) >= 0) {
		size = mymap_driver_info_get_huge_page_size(info);
		mymap_driver_info_free(info);
	}
	mymap_close(ctx);
	return size;
}

/**
 * bench_machine_look() - see what machine this is
 * @machine: where to write it
 * @unit: what is going to be counted
 */
void bench_machine_look(struct bench_machine *machine, enum bench_unit unit)
{
	struct utsname names;

	memset(machine, 0, sizeof(*machine));
	uname(&names);
	snprintf(machine->kernel, sizeof(machine->kernel), "%s", names.release);
	snprintf(machine->machine, sizeof(machine->machine), "%.31s", names.machine);
	look_at_cpu(machine->cpu, sizeof(machine->cpu));
	snprintf(machine->unit, sizeof(machine->unit), "%s", bench_unit_name(unit));
	snprintf(machine->method, sizeof(machine->method), "%s", bench_unit_method(unit));
	machine->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	machine->huge_page_size = huge_page_size();
}

/**
 * bench_warm() - touch memory once and give it back
 * @bytes: how much
 *
 * The first use of a page costs more than all others where the machine is
 * emulated, and where a hypervisor gives it memory only then.
 */
void bench_warm(uint64_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory != MAP_FAILED)
		munmap(memory, bytes);
}
