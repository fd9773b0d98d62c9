// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: the memory that the device tree reserves.
 *
 * Its properties are files: numbers of 32 bits, big-endian, one or two of them for
 * an address or a size, as #address-cells and #size-cells say.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "size.h"

#define TREE		"proc/device-tree"
#define NODES		TREE "/reserved-memory"
#define PROPERTY_MAX	256
/* More than that no board has; a broken one is not to fill the screen. */
#define MAX_NODES	32

struct property {
	size_t len;
	unsigned char data[PROPERTY_MAX];
};

static bool read_property(const struct tree *tree, const char *node, const char *name,
			  struct property *ret_property)
{
	size_t len;
	char *data;

	if (tree_read(tree, PROPERTY_MAX, &data, &len, NODES "%s%s/%s", *node ? "/" : "", node,
		      name) < 0)
		return false;
	memcpy(ret_property->data, data, len);
	ret_property->len = len;
	free(data);
	return true;
}

/* One or two cells at @at, which moves on. */
static bool take_number(const struct property *property, size_t *at, unsigned int cells,
			uint64_t *ret_number)
{
	uint64_t number = 0;
	uint32_t cell;

	if (cells < 1 || cells > 2 || property->len - *at < cells * sizeof(cell))
		return false;
	while (cells--) {
		memcpy(&cell, property->data + *at, sizeof(cell));
		number = number << 32 | be32toh(cell);
		*at += sizeof(cell);
	}
	*ret_number = number;
	return true;
}

/* The kernel wants them to be those of the root. */
static bool root_has_wide_cells(const struct tree *tree)
{
	bool is_wide = true;
	size_t len;
	char *data;

	if (!tree_read(tree, sizeof(uint32_t), &data, &len, TREE "/#size-cells")) {
		is_wide = len != sizeof(uint32_t) || data[3] != 1;
		free(data);
	}
	return is_wide;
}

/* 2 is what most have. */
static unsigned int cells(const struct tree *tree, const char *name)
{
	struct property property;
	uint64_t number;
	size_t at = 0;

	if (read_property(tree, "", name, &property) && take_number(&property, &at, 1, &number) &&
	    (number == 1 || number == 2))
		return (unsigned int)number;
	return 2;
}

/* One of the strings of a property, each ended by NUL. */
static bool has_string(const struct property *property, const char *string)
{
	size_t len = strlen(string) + 1, at = 0;
	const unsigned char *end;

	while (at < property->len) {
		if (property->len - at >= len && !memcmp(property->data + at, string, len))
			return true;
		end = memchr(property->data + at, '\0', property->len - at);
		if (!end)
			break;
		at = (size_t)(end - property->data) + 1;
	}
	return false;
}

static bool has_property(const struct tree *tree, const char *node, const char *name)
{
	return tree_has(tree, NODES "/%s/%s", node, name);
}

/* What the kernel does with it. */
static const char *use_of(const struct tree *tree, const char *node)
{
	struct property compatible;

	if (!read_property(tree, node, "compatible", &compatible) ||
	    !has_string(&compatible, "shared-dma-pool"))
		return has_property(tree, node, "no-map") ? "of a driver of its own, not mapped" :
		       "of a driver of its own";
	if (has_property(tree, node, "linux,cma-default"))
		return "CMA, for all devices";
	if (has_property(tree, node, "reusable"))
		return "CMA, for devices whose memory-region it is";
	return "for devices whose memory-region it is";
}

/* "64.0 MiB at 0x10000000", "64.0 MiB" or "" */
static void format_place(const struct tree *tree, const char *node, char *text, size_t len)
{
	char size_text[SIZE_TEXT_MAX];
	struct property property;
	uint64_t address, size;
	size_t at = 0;

	text[0] = '\0';
	if (read_property(tree, node, "reg", &property)) {
		if (take_number(&property, &at, cells(tree, "#address-cells"), &address) &&
		    take_number(&property, &at, cells(tree, "#size-cells"), &size))
			snprintf(text, len, " %s at 0x%" PRIx64 ",",
				 size_format(size, size_text, sizeof(size_text)), address);
	} else if (read_property(tree, node, "size", &property)) {
		if (take_number(&property, &at, cells(tree, "#size-cells"), &size))
			snprintf(text, len, " %s,", size_format(size, size_text, sizeof(size_text)));
	}
}

static void find_node(struct doctor *doctor, const char *node)
{
	char place[64];

	format_place(&doctor->tree, node, place, sizeof(place));
	find(doctor, FINDING_OK, "%s:%s %s", node, place, use_of(&doctor->tree, node));
}

/* A node is a folder; properties of the parent lie beside it. */
static bool is_node(const struct tree *tree, const char *name)
{
	struct stat st;

	return name[0] != '.' && !tree_stat(tree, &st, NODES "/%s", name) && S_ISDIR(st.st_mode);
}

/*
 * A region that all devices share is CMA, which the kernel has to have. Where there is
 * CMA already, another size of it needs no device tree.
 */
static void find_none(struct doctor *doctor)
{
	const char *zero = root_has_wide_cells(&doctor->tree) ? "0 " : "";
	unsigned int nr = root_has_wide_cells(&doctor->tree) ? 2 : 1;

	if (!cma_is_missing(doctor)) {
		find(doctor, FINDING_OK, "the device tree reserves none");
		return;
	}
	find(doctor, FINDING_NOTE, "the device tree reserves none, and there is no CMA");
	mend(doctor, "# in the root of the device tree: reserved-memory { #address-cells = <%u>; "
	     "#size-cells = <%u>; ranges; linux,cma { compatible = \"shared-dma-pool\"; reusable; "
	     "linux,cma-default; size = <%s0x4000000>; }; };", nr, nr, zero);
}

void check_reserved_memory(struct doctor *doctor)
{
	const struct dirent *entry;
	size_t nr = 0;
	DIR *dir;

	if (!doctor->runs || !tree_has(&doctor->tree, TREE))
		return;
	if (tree_list(&doctor->tree, &dir, NODES) < 0) {
		find_none(doctor);
		return;
	}
	while (nr < MAX_NODES && (entry = readdir(dir))) {
		if (!is_node(&doctor->tree, entry->d_name))
			continue;
		find_node(doctor, entry->d_name);
		nr++;
	}
	closedir(dir);
	if (!nr)
		find_none(doctor);
}
