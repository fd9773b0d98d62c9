// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: the module, on the disk for each kernel and in the one that runs.
 */
#include <errno.h>
#include <string.h>

#include "cli.h"
#include "doctor.h"
#include "version.h"

static bool is_from_dkms(const struct doctor *doctor)
{
	return doctor->origin == ORIGIN_DKMS_PACKAGE || doctor->origin == ORIGIN_DKMS_CHECKOUT;
}

/* There is no module for the kernel: what brings it, by the way it comes here. */
static void mend_missing(struct doctor *doctor, const struct kernel *kernel)
{
	if (doctor->origin == ORIGIN_PREBUILT)
		mend(doctor, "apt install %s%s", kernel->prebuilt->state == PACKAGE_ABSENT ? "" :
		     "--reinstall ", kernel->prebuilt->name);
	else if (!is_from_dkms(doctor))
		mend(doctor, "apt install mymap-dkms %s", kernel->headers->name);
	else if (!kernel->has_headers)
		mend(doctor, "apt install %s", kernel->headers->name);
	else if (doctor->dkms.version[0])
		mend(doctor, "dkms install --force " MODULE "/%s -k %s", doctor->dkms.version,
		     kernel->release);
	else
		mend_by_configure(doctor);
}

/**
 * mend_module() - the command that brings the module of a kernel anew
 * @doctor: where to put it
 * @kernel: the kernel
 * @before: what must be done before a build, ending in " && ", or ""
 */
void mend_module(struct doctor *doctor, const struct kernel *kernel, const char *before)
{
	const char *version = doctor->dkms.version, *release = kernel->release;

	if (is_from_dkms(doctor) && kernel->has_headers && version[0])
		mend(doctor, "%sdkms build --force " MODULE "/%s -k %s && dkms install --force "
		     MODULE "/%s -k %s", before, version, release, version, release);
	else
		mend_missing(doctor, kernel);
}

static void find_no_folder(struct doctor *doctor, const struct kernel *kernel)
{
	find(doctor, FINDING_PROBLEM, "there is no /lib/modules/%s: the kernel was removed, or this "
	     "is a container", kernel->release);
	if (kernels_differ(doctor))
		mend(doctor, "reboot");
	else
		mend(doctor, "apt install linux-image-%s", kernel->release);
}

static bool is_for_kernel(const struct kernel *kernel)
{
	size_t len = strlen(kernel->release);

	return !strncmp(kernel->module.vermagic, kernel->release, len) &&
	       (kernel->module.vermagic[len] == ' ' || !kernel->module.vermagic[len]);
}

static void check_module(struct doctor *doctor, const struct kernel *kernel)
{
	const struct module_file *module = &kernel->module;

	if (!kernel->has_folder) {
		find_no_folder(doctor, kernel);
	} else if (module->error == -ENOENT) {
		find(doctor, FINDING_PROBLEM, "there is no module for kernel %s%s", kernel->release,
		     doctor->origin == ORIGIN_PREBUILT && kernel->prebuilt->state == PACKAGE_ABSENT ?
		     ": the repository must have the package with it" : "");
		mend_missing(doctor, kernel);
	} else if (module->error == -EACCES || module->error == -EPERM) {
		find(doctor, FINDING_UNKNOWN, "/%s may be read by root only", module->path);
		mend(doctor, "sudo mymap doctor");
	} else if (module->error) {
		find(doctor, FINDING_PROBLEM, "/%s cannot be read as a module: %s", module->path,
		     strerror(-module->error));
		mend_module(doctor, kernel, "");
	} else if (!is_for_kernel(kernel)) {
		find(doctor, FINDING_PROBLEM, "/%s is built for another kernel: %s", module->path,
		     module->vermagic);
		mend_module(doctor, kernel, "");
	} else if (module->unindexed) {
		find(doctor, FINDING_PROBLEM, "/%s is there, but modules.dep does not have it",
		     module->path);
		mend(doctor, "depmod %s", kernel->release);
	} else {
		find(doctor, FINDING_OK, "/%s is %s", module->path,
		     module->version[0] ? module->version : "of an unknown version");
	}
}

void check_module_running(struct doctor *doctor)
{
	if (doctor->runs)
		check_module(doctor, &doctor->running);
}

void check_module_newest(struct doctor *doctor)
{
	if (!doctor->newest.release[0]) {
		find(doctor, FINDING_UNKNOWN, "no kernel is found in /boot and /lib/modules");
		mend(doctor, "ls /boot /lib/modules");
	} else if (!kernels_differ(doctor)) {
		find(doctor, FINDING_OK, "the kernel that runs is the newest one installed");
	} else {
		check_module(doctor, &doctor->newest);
	}
}

/* What the module should be of the release of, or NULL: there is only this command. */
static const struct dpkg_package *package_of_module(const struct doctor *doctor,
						    const struct kernel *kernel)
{
	const struct dpkg_package *package = &doctor->packages[PACKAGE_DKMS];

	if (doctor->origin == ORIGIN_PREBUILT)
		package = kernel->prebuilt;
	return package->state == PACKAGE_ABSENT ? NULL : package;
}

void check_module_version(struct doctor *doctor)
{
	const struct kernel *kernel = main_kernel(doctor);
	const struct module_file *module = &kernel->module;
	const struct dpkg_package *package = package_of_module(doctor, kernel);

	if (module->error || !module->version[0])
		return;

	if (package && !version_has_same_upstream(package->version, module->version)) {
		find(doctor, FINDING_PROBLEM, "%s is %s, but the module of kernel %s is %s",
		     package->name, package->version, kernel->release, module->version);
		if (doctor->origin == ORIGIN_PREBUILT)
			mend(doctor, "apt install --reinstall %s", package->name);
		else
			mend_by_configure(doctor);
	} else if (package) {
		find(doctor, FINDING_OK, "the module is %s, as the package %s", module->version,
		     package->name);
	} else if (strcmp(module->version, MYMAP_LIBRARY_VERSION) != 0) {
		find(doctor, FINDING_NOTE, "the module is %s, this command is " MYMAP_LIBRARY_VERSION,
		     module->version);
	} else {
		find(doctor, FINDING_OK, "the module is %s, as this command", module->version);
	}
}

static bool is_stale(const struct doctor *doctor)
{
	const struct module_file *module = &doctor->running.module;

	if (module->error)
		return false;
	if (doctor->loaded_srcversion[0] && module->srcversion[0])
		return strcmp(doctor->loaded_srcversion, module->srcversion) != 0;
	return strcmp(doctor->loaded_version, module->version) != 0;
}

static void find_not_loaded(struct doctor *doctor)
{
	if (doctor->running.module.error) {
		find(doctor, FINDING_NOTE, "not loaded, see module-running");
		return;
	}
	find(doctor, FINDING_PROBLEM, "the module is not loaded%s",
	     module_is_blacklisted(&doctor->tree) ?
	     ", and blacklisted in modprobe.d: it is not loaded at boot either" : "");
	mend(doctor, "modprobe " MODULE);
}

/* libkmod knows what is built in, being loaded or being unloaded. */
static const char *state_name(const struct doctor *doctor)
{
	enum mymap_module_state state;

	if (!doctor->tree.is_system || mymap_module_get_state(&state) < 0)
		return "loaded";
	return mymap_module_state_name(state);
}

void check_module_loaded(struct doctor *doctor)
{
	if (!doctor->runs)
		return;

	if (!doctor->loaded) {
		find_not_loaded(doctor);
	} else if (is_stale(doctor)) {
		find(doctor, FINDING_PROBLEM, "the loaded module (%s, %s) is not the installed one "
		     "(%s, %s); if it is in use, reboot", doctor->loaded_version,
		     doctor->loaded_srcversion, doctor->running.module.version,
		     doctor->running.module.srcversion);
		mend(doctor, "modprobe -r " MODULE " && modprobe " MODULE);
	} else {
		find(doctor, FINDING_OK, "the module is %s%s%s", state_name(doctor),
		     doctor->loaded_version[0] ? ": " : "", doctor->loaded_version);
	}
}
