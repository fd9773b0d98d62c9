// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: what lies between memory and the devices that mymap drives: an IOMMU,
 * and the caches of the processor.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

#define PCI_DRIVER	"sys/bus/pci/drivers/" MODULE
#define PLATFORM_DRIVER	"sys/bus/platform/drivers/" MODULE
#define DEVICE_TREE	"proc/device-tree"
#define NODE_BEGIN	"/devicetree/base"
#define CPUINFO_MAX	(4 << 20)
#define DEVICE_NAME_MAX	64
/* How deep a device may be below the bridge that the device tree knows. */
#define MAX_BRIDGES	16
/* Enough for all that a machine has; a broken one is not to fill the screen. */
#define MAX_DEVICES	64

struct bus_device {
	const char *driver;	/* its folder */
	const char *name;
	bool is_pci;
};

typedef void (*device_check)(struct doctor *doctor, const struct bus_device *device);

/* Links to devices stand beside "bind", "module" and the like; the own one does no DMA. */
static bool is_device(const struct tree *tree, const struct bus_device *device)
{
	struct stat st;

	if (strlen(device->name) >= DEVICE_NAME_MAX || device->name[0] == '.' ||
	    !strcmp(device->name, "module") || !strcmp(device->name, MODULE))
		return false;
	return !tree_stat(tree, &st, "%s/%s", device->driver, device->name) &&
		S_ISDIR(st.st_mode);
}

static size_t for_each_of_driver(struct doctor *doctor, const char *driver, device_check check)
{
	const struct dirent *entry;
	size_t nr = 0;
	DIR *dir;

	if (tree_list(&doctor->tree, &dir, "%s", driver) < 0)
		return 0;
	while (nr < MAX_DEVICES && (entry = readdir(dir))) {
		const struct bus_device device = {
			.driver = driver,
			.name = entry->d_name,
			.is_pci = !strcmp(driver, PCI_DRIVER),
		};

		if (!is_device(&doctor->tree, &device))
			continue;
		nr++;
		check(doctor, &device);
	}
	closedir(dir);
	return nr;
}

/* Returns how many there are. */
static size_t for_each_device(struct doctor *doctor, device_check check)
{
	return for_each_of_driver(doctor, PCI_DRIVER, check) +
		for_each_of_driver(doctor, PLATFORM_DRIVER, check);
}

/* ----------------------------------------------------------------- IOMMU */

/* The first one; a machine has one for each host bridge, or more. */
static bool iommu_name(const struct tree *tree, char *ret_name)
{
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (tree_list(tree, &dir, "sys/class/iommu") < 0)
		return false;
	while (!found && (entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			strcpy(ret_name, entry->d_name);
			found = true;
		}
	closedir(dir);
	return found;
}

/* Kernels before 5.11 decide it at boot. */
static bool type_can_be_set(const struct tree *tree, const char *group)
{
	struct stat st;

	return !tree_stat(tree, &st, "sys/kernel/iommu_groups/%s/type", group) &&
		st.st_mode & S_IWUSR;
}

static void mend_by_translation(struct doctor *doctor, const struct bus_device *device,
				const char *group)
{
	char bits[16];

	if (device->is_pci && type_can_be_set(&doctor->tree, group) &&
	    !tree_read_line(&doctor->tree, bits, sizeof(bits), "%s/%s/dma_bits", device->driver,
			    device->name) &&
	    release_is_plain(device->name) && release_is_plain(group) && release_is_plain(bits))
		mend(doctor, "mymap unbind %s && echo DMA >/sys/kernel/iommu_groups/%s/type && "
		     "mymap bind %s --dma-bits %s", device->name, group, device->name, bits);
	else
		mend_by_boot(doctor, "iommu.passthrough=0");
}

static void find_device_behind(struct doctor *doctor, const struct bus_device *device)
{
	const struct tree *tree = &doctor->tree;
	char link[PATH_MAX], type[32];
	const char *group;

	if (tree_read_link(tree, link, sizeof(link), "%s/%s/iommu_group", device->driver,
			   device->name) < 0) {
		find(doctor, FINDING_OK, "%s is not behind it: a buffer of kind pages is many segments "
		     "for it", device->name);
		return;
	}
	group = strrchr(link, '/') ? strrchr(link, '/') + 1 : link;
	if (tree_read_line(tree, type, sizeof(type), "%s/%s/iommu_group/type", device->driver,
			   device->name) < 0) {
		find(doctor, FINDING_UNKNOWN, "%s is in group %s, which does not say whether it is "
		     "translated", device->name, group);
		mend(doctor, "journalctl -kb --grep iommu");
	} else if (!strncmp(type, "DMA", strlen("DMA"))) {
		find(doctor, FINDING_OK, "%s is in group %s, translated (%s): any buffer is one segment "
		     "for it, and it reaches nothing else", device->name, group, type);
	} else if (!strcmp(type, "identity")) {
		/* it has the addresses of memory itself */
		find(doctor, FINDING_NOTE, "%s is in group %s, which passes addresses through: a buffer of "
		     "kind pages is many segments for it", device->name, group);
		mend_by_translation(doctor, device, group);
	} else {
		find(doctor, FINDING_NOTE, "%s is in group %s, of type %s", device->name, group, type);
		mend_by_translation(doctor, device, group);
	}
}

static void find_device_bare(struct doctor *doctor, const struct bus_device *device)
{
	find(doctor, FINDING_OK, "%s is told addresses of memory itself: a buffer of kind pages is many "
	     "segments for it, and it reaches all memory", device->name);
}

void check_iommu(struct doctor *doctor)
{
	char name[NAME_MAX + 1];

	if (!doctor->runs)
		return;
	if (iommu_name(&doctor->tree, name)) {
		find(doctor, FINDING_OK, "there is one, %s", name);
		for_each_device(doctor, find_device_behind);
		return;
	}
	/* the firmware of a PC with an Intel processor tells of one by this table */
	if (tree_has(&doctor->tree, "sys/firmware/acpi/tables/DMAR")) {
		find(doctor, FINDING_NOTE, "the machine has one, which the kernel does not use");
		mend_by_boot(doctor, "intel_iommu=on");
	} else {
		find(doctor, FINDING_OK, "none");
	}
	for_each_device(doctor, find_device_bare);
}

/* ------------------------------------------------------------- coherence */

/* Where in the device tree it is, or the bridge that it is behind. */
static bool node_of(const struct tree *tree, const struct bus_device *device, char *ret_node,
		    size_t size)
{
	char up[3 * MAX_BRIDGES + 1] = "", link[PATH_MAX];
	const char *node;
	int i;

	for (i = 0; i < MAX_BRIDGES; i++) {
		if (!tree_read_link(tree, link, sizeof(link), "%s/%s%s/of_node", device->driver,
				    device->name, up)) {
			node = strstr(link, NODE_BEGIN);
			if (!node)
				return false;
			snprintf(ret_node, size, "%s", node + strlen(NODE_BEGIN));
			return true;
		}
		strcat(up, "/..");
	}
	return false;
}

enum caches { CACHES_UNKNOWN, CACHES_OF_ALL, CACHES_UNLESS_SAID, CACHES_IF_SAID };

/* What holds where no node says anything, which depends on the architecture. */
static enum caches read_caches(const struct tree *tree)
{
	enum caches caches = CACHES_UNKNOWN;
	size_t len;
	char *data;

	if (tree_read(tree, CPUINFO_MAX, &data, &len, "proc/cpuinfo") < 0)
		return caches;
	if (strstr(data, "vendor_id\t"))
		caches = CACHES_OF_ALL;
	else if (strstr(data, "mmu\t\t: sv"))
		caches = CACHES_UNLESS_SAID;
	else if (strstr(data, "CPU implementer\t"))
		caches = CACHES_IF_SAID;
	free(data);
	return caches;
}

/* As the kernel looks: its node says, or the next one above it that does. */
static bool node_is_coherent(const struct tree *tree, char *node, bool otherwise)
{
	for (;;) {
		char *slash = strrchr(node, '/');

		if (tree_has(tree, DEVICE_TREE "%s/dma-coherent", node))
			return true;
		if (tree_has(tree, DEVICE_TREE "%s/dma-noncoherent", node))
			return false;
		if (!slash)
			return otherwise;
		*slash = '\0';
	}
}

static void find_coherence(struct doctor *doctor, const struct bus_device *device)
{
	enum caches caches = read_caches(&doctor->tree);
	char node[PATH_MAX];

	if (caches == CACHES_OF_ALL) {
		find(doctor, FINDING_OK, "%s sees the processor's caches, as all devices of this machine",
		     device->name);
	} else if (caches == CACHES_UNKNOWN ||
		   !node_of(&doctor->tree, device, node, sizeof(node))) {
		find(doctor, FINDING_UNKNOWN, "whether %s sees the processor's caches, no file tells: "
		     "sync before and after each transfer", device->name);
		mend(doctor, "# its manual says it; if it does, in its node or that of its bridge: "
		     "dma-coherent;");
	} else if (node_is_coherent(&doctor->tree, node, caches == CACHES_UNLESS_SAID)) {
		find(doctor, FINDING_OK, "%s sees the processor's caches, by the device tree",
		     device->name);
	} else {
		find(doctor, FINDING_OK, "%s does not see the processor's caches, by the device tree: "
		     "sync before and after each transfer", device->name);
		mend(doctor, "# only if its manual says that it sees them, in its node: dma-coherent;");
	}
}

void check_coherence(struct doctor *doctor)
{
	if (doctor->runs)
		for_each_device(doctor, find_coherence);
}
