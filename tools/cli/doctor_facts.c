// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the checks of mymap doctor work on, looked at once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "doctor.h"

/**
 * package_is() - is a package in this state, as far as dpkg's file could be read?
 * @doctor: the facts
 * @id: the package
 * @state: the state
 */
bool package_is(const struct doctor *doctor, enum package_id id, enum package_state state)
{
	return doctor->packages[id].state == state;
}

/**
 * packages_known() - is what is not in dpkg's file not installed either?
 * @doctor: the facts
 */
bool packages_known(const struct doctor *doctor)
{
	return !doctor->packages_error;
}

/**
 * kernels_differ() - is there a newer kernel than the one that runs, or does none run?
 * @doctor: the facts
 */
bool kernels_differ(const struct doctor *doctor)
{
	return strcmp(doctor->running.release, doctor->newest.release) != 0;
}

/**
 * main_kernel() - the kernel that runs; if none does, the newest one
 * @doctor: the facts
 */
const struct kernel *main_kernel(const struct doctor *doctor)
{
	return doctor->runs ? &doctor->running : &doctor->newest;
}

static void take_release(char *to, const char *release)
{
	if (release_is_plain(release))
		strcpy(to, release); /* a plain one fits */
}

static void find_running(struct doctor *doctor)
{
	char release[RELEASE_MAX];
	struct utsname name;

	if (doctor->tree.is_system && uname(&name) == 0)
		take_release(doctor->running.release, name.release);
	else if (!tree_read_line(&doctor->tree, release, sizeof(release),
				 "proc/sys/kernel/osrelease"))
		take_release(doctor->running.release, release);
	doctor->runs = doctor->running.release[0];
}

static bool has_image(const struct tree *tree, const char *release)
{
	return tree_has(tree, "boot/vmlinuz-%s", release) ||
	       tree_has(tree, "boot/vmlinux-%s", release) ||
	       tree_has(tree, "lib/modules/%s/vmlinuz", release);
}

/* A kernel brings this list with its modules; DKMS leaves folders without it behind. */
static bool has_modules(const struct tree *tree, const char *release)
{
	return tree_has(tree, "lib/modules/%s/modules.builtin", release);
}

/*
 * A kernel that can be booted has its image where boot loaders look. A board that
 * keeps its images elsewhere has them for none; there, the modules tell.
 */
static void find_newest(struct doctor *doctor)
{
	char *newest = doctor->newest.release, newest_modules[RELEASE_MAX] = "";
	const struct dirent *entry;
	DIR *dir;

	if (tree_list(&doctor->tree, &dir, "lib/modules") < 0) {
		take_release(newest, doctor->running.release);
		return;
	}

	while ((entry = readdir(dir))) {
		if (!release_is_plain(entry->d_name))
			continue;
		if (release_is_newer(entry->d_name, newest) &&
		    has_image(&doctor->tree, entry->d_name))
			take_release(newest, entry->d_name);
		if (release_is_newer(entry->d_name, newest_modules) &&
		    has_modules(&doctor->tree, entry->d_name))
			take_release(newest_modules, entry->d_name);
	}
	closedir(dir);

	if (!newest[0])
		take_release(newest, newest_modules);
	if (!newest[0])
		take_release(newest, doctor->running.release);
}

static void look_at_kernel(struct doctor *doctor, struct kernel *kernel, enum package_id headers,
			   enum package_id prebuilt)
{
	struct stat st;

	kernel->headers = &doctor->packages[headers];
	kernel->prebuilt = &doctor->packages[prebuilt];
	kernel->module.error = -ENOENT;
	if (!kernel->release[0])
		return;

	snprintf(kernel->headers->name, PACKAGE_NAME_MAX, "linux-headers-%s", kernel->release);
	snprintf(kernel->prebuilt->name, PACKAGE_NAME_MAX, "mymap-modules-%s", kernel->release);
	kernel->has_folder = tree_has(&doctor->tree, "lib/modules/%s", kernel->release);
	kernel->has_headers = !tree_stat(&doctor->tree, &st, "lib/modules/%s/build",
					 kernel->release) && S_ISDIR(st.st_mode);
	module_file_read(&doctor->tree, kernel->release, &kernel->module);
}

static void ask_dpkg(struct doctor *doctor)
{
	const char *flavour = release_flavour(main_kernel(doctor)->release);
	struct dpkg_package *packages = doctor->packages;
	FILE *stream;
	int r;

	strcpy(packages[PACKAGE_COMMAND].name, "mymap");
	strcpy(packages[PACKAGE_COMMON].name, "mymap-common");
	strcpy(packages[PACKAGE_DKMS].name, "mymap-dkms");
	strcpy(packages[PACKAGE_LIBRARY].name, "libmymap0");
	strcpy(packages[PACKAGE_PREBUILT_ANY].name, "mymap-modules-*");
	if (flavour)
		snprintf(packages[PACKAGE_HEADERS_META].name, PACKAGE_NAME_MAX,
			 "linux-headers-%s", flavour);

	r = tree_open_file(&doctor->tree, &stream, "var/lib/dpkg/status");
	if (!r) {
		r = dpkg_status_read(stream, packages, NR_PACKAGES, &doctor->packages_bad_line);
		fclose(stream);
	}
	doctor->packages_error = r;
}

static bool module_exists(const struct kernel *kernel)
{
	return kernel->module.error != -ENOENT;
}

static enum module_origin origin_of(const struct doctor *doctor)
{
	if (!package_is(doctor, PACKAGE_DKMS, PACKAGE_ABSENT))
		return ORIGIN_DKMS_PACKAGE;
	/* of any kernel: that of the one that runs may be what is missing */
	if (!package_is(doctor, PACKAGE_PREBUILT_ANY, PACKAGE_ABSENT))
		return ORIGIN_PREBUILT;
	if (doctor->dkms.error != -ENOENT)
		return ORIGIN_DKMS_CHECKOUT;
	if (module_exists(&doctor->running) || module_exists(&doctor->newest))
		return ORIGIN_BY_HAND;
	return ORIGIN_NONE;
}

static void look_at_loaded(struct doctor *doctor)
{
	const struct tree *tree = &doctor->tree;

	doctor->loaded = doctor->runs && tree_has(tree, "sys/module/" MODULE);
	if (!doctor->loaded)
		return;
	/* they stay empty where the kernel does not tell */
	if (tree_read_line(tree, doctor->loaded_version, MODULE_TEXT_MAX,
			   "sys/module/" MODULE "/version") < 0)
		doctor->loaded_version[0] = '\0';
	if (tree_read_line(tree, doctor->loaded_srcversion, MODULE_TEXT_MAX,
			   "sys/module/" MODULE "/srcversion") < 0)
		doctor->loaded_srcversion[0] = '\0';
}

/**
 * facts_gather() - look at all that the checks need more than once
 * @doctor: its tree is read, the facts are written
 */
void facts_gather(struct doctor *doctor)
{
	find_running(doctor);
	find_newest(doctor);
	look_at_kernel(doctor, &doctor->running, PACKAGE_HEADERS_RUNNING, PACKAGE_PREBUILT_RUNNING);
	look_at_kernel(doctor, &doctor->newest, PACKAGE_HEADERS_NEWEST, PACKAGE_PREBUILT_NEWEST);
	ask_dpkg(doctor);
	dkms_read(&doctor->tree, &doctor->dkms);
	doctor->origin = origin_of(doctor);
	look_at_loaded(doctor);
}
