// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buffer on a display: Debian's DRM driver "cirrus", of QEMU's cirrus-vga, imports
 * its dma-buf, maps it into the kernel and copies it into the memory of the display.
 * Each pixel there is looked at, through the display's own PCI function.
 *
 *   display CASE DEVICE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>

#include "device.h"
#include "drm.h"
#include "test.h"

/* 16 bits a pixel are copied as they are. */
#define DEPTH	16

/* A display that shows something, and its memory. */
static int card;
static struct drm_mode_crtc crtc;
static uint32_t connector_id;
static const volatile uint16_t *screen;
static size_t nr_pixels, picture_len;

static int card_of(const char *driver)
{
	int i;

	for (i = 0; i < 16; i++) {
		char path[32], name[32] = "";
		struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };
		int fd;

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 && !ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, driver))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	FAIL("there is no display of %s", driver);
}

static void display_open(void)
{
	uint32_t crtcs[8], connectors[8];
	struct drm_mode_modeinfo modes[64];
	struct drm_mode_card_res resources = {
		.crtc_id_ptr = (uintptr_t)crtcs, .count_crtcs = 8,
		.connector_id_ptr = (uintptr_t)connectors, .count_connectors = 8,
	};
	struct drm_mode_get_connector connector = {
		.modes_ptr = (uintptr_t)modes, .count_modes = 64,
	};
	char path[96];
	int memory;

	card = card_of("cirrus");
	CHECK_EQ(ioctl(card, DRM_IOCTL_MODE_GETRESOURCES, &resources), 0);
	CHECK(resources.count_crtcs >= 1 && resources.count_connectors >= 1);
	connector.connector_id = connector_id = connectors[0];
	CHECK_EQ(ioctl(card, DRM_IOCTL_MODE_GETCONNECTOR, &connector), 0);
	CHECK(connector.count_modes >= 1);
	crtc = (struct drm_mode_crtc) {
		.set_connectors_ptr = (uintptr_t)&connector_id, .count_connectors = 1,
		.crtc_id = crtcs[0], .mode_valid = 1, .mode = modes[0],
	};
	nr_pixels = (size_t)crtc.mode.hdisplay * crtc.mode.vdisplay;
	picture_len = (2 * nr_pixels + page_size - 1) / page_size * page_size;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", test_argument(0));
	memory = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(memory >= 0);
	screen = map_at(memory, picture_len, 0, PROT_READ);
	close(memory);
}

static uint16_t pixel(size_t i, unsigned int picture)
{
	return (uint16_t)(((uint32_t)i * 2654435761U >> 9) + picture);
}

static void begin_and_end(int dmabuf, uint64_t what)
{
	struct dma_buf_sync args = { .flags = DMA_BUF_SYNC_WRITE | what };

	CHECK_EQ(ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &args), 0);
}

static void paint(int dmabuf, uint16_t *pixels, unsigned int picture)
{
	size_t i;

	begin_and_end(dmabuf, DMA_BUF_SYNC_START);
	for (i = 0; i < nr_pixels; i++)
		pixels[i] = pixel(i, picture);
	begin_and_end(dmabuf, DMA_BUF_SYNC_END);
}

static void check_screen(unsigned int picture)
{
	size_t i;

	for (i = 0; i < nr_pixels; i++)
		if (screen[i] != pixel(i, picture))
			FAIL("pixel %zu is %#x, not %#x", i, screen[i], pixel(i, picture));
}

static bool is_let_go(void *fd)
{
	return !(info(*(int *)fd).properties & MYMAP_BUFFER_EXPORTED);
}

/* The buffer has the picture at an offset, as video frames have. */
static void shows_a_buffer_of(int fd, size_t offset)
{
	int dmabuf = try_export(fd, offset, picture_len);
	struct drm_prime_handle prime = { .fd = dmabuf };
	struct drm_mode_fb_cmd picture = {
		.width = crtc.mode.hdisplay, .height = crtc.mode.vdisplay,
		.pitch = 2U * crtc.mode.hdisplay, .bpp = DEPTH, .depth = DEPTH,
	};
	struct drm_mode_fb_dirty_cmd dirty = { 0 };
	struct drm_gem_close handle = { 0 };
	uint16_t *pixels;

	CHECK(dmabuf >= 0);
	pixels = map_at(fd, picture_len, (off_t)offset, PROT_READ | PROT_WRITE);
	CHECK_EQ(ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime), 0);
	picture.handle = handle.handle = prime.handle;
	CHECK_EQ(ioctl(card, DRM_IOCTL_MODE_ADDFB, &picture), 0);
	crtc.fb_id = dirty.fb_id = picture.fb_id;

	paint(dmabuf, pixels, 1);
	CHECK_EQ(ioctl(card, DRM_IOCTL_MODE_SETCRTC, &crtc), 0);
	check_screen(1);
	paint(dmabuf, pixels, 2);
	CHECK_EQ(ioctl(card, DRM_IOCTL_MODE_DIRTYFB, &dirty), 0);
	check_screen(2);

	/* The display has it, whatever else is closed. */
	close(dmabuf);
	CHECK(!is_let_go(&fd));
	if (info(fd).kind == MYMAP_KIND_PAGES)
		CHECK_ERRNO(ftruncate(fd, (off_t)page_size), EBUSY);
	CHECK_EQ(ioctl(card, DRM_IOCTL_GEM_CLOSE, &handle), 0);
	CHECK(!is_let_go(&fd));
	/* By a worker of the kernel's, since it is shown. */
	CHECK_EQ(ioctl(card, DRM_IOCTL_MODE_RMFB, &picture.fb_id), 0);
	CHECK(wait_until(is_let_go, &fd, 5));
	unmap(pixels, picture_len);
	close(fd);
}

static void shows_a_buffer(void)
{
	size_t huge = huge_size();

	display_open();
	shows_a_buffer_of(buffer_create(picture_len, 0), 0);
	shows_a_buffer_of(buffer_create(2 * huge + picture_len, 0), huge + 3 * page_size);
	shows_a_buffer_of(kind_create(MYMAP_KIND_CONTIGUOUS, picture_len), 0);
}

static const struct test_case cases[] = {
	CASE(shows_a_buffer),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
