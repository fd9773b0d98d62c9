// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: the kernel headers that DKMS builds the module with.
 */
#include "doctor.h"

static bool headers_are_needed(struct doctor *doctor)
{
	if (doctor->origin == ORIGIN_PREBUILT)
		find(doctor, FINDING_OK, "not needed: the module comes from a package that has it built");
	else if (doctor->origin == ORIGIN_BY_HAND)
		find(doctor, FINDING_OK, "not needed: the module was not built by DKMS");
	else
		return true;
	return false;
}

static void check_headers(struct doctor *doctor, const struct kernel *kernel)
{
	const char *package = kernel->headers->name;
	bool is_installed = kernel->headers->state == PACKAGE_INSTALLED;

	if (kernel->headers->state == PACKAGE_BROKEN) {
		find(doctor, FINDING_PROBLEM, "%s is not wholly installed", package);
		mend(doctor, "dpkg --configure -a && apt install --reinstall %s", package);
	} else if (kernel->has_headers && is_installed) {
		find(doctor, FINDING_OK, "%s is installed", package);
	} else if (kernel->has_headers) {
		find(doctor, FINDING_OK, "/lib/modules/%s/build is there, from no package %s",
		     kernel->release, package);
	} else if (is_installed) {
		find(doctor, FINDING_PROBLEM, "%s is installed, but /lib/modules/%s/build is no folder",
		     package, kernel->release);
		mend(doctor, "apt install --reinstall %s", package);
	} else {
		find(doctor, FINDING_PROBLEM, "the headers of kernel %s are missing", kernel->release);
		mend(doctor, "apt install %s", package);
	}
}

void check_headers_running(struct doctor *doctor)
{
	if (doctor->runs && headers_are_needed(doctor))
		check_headers(doctor, &doctor->running);
}

void check_headers_newest(struct doctor *doctor)
{
	if (doctor->newest.release[0] && kernels_differ(doctor) && headers_are_needed(doctor))
		check_headers(doctor, &doctor->newest);
}

void check_headers_upgrades(struct doctor *doctor)
{
	const struct dpkg_package *package = &doctor->packages[PACKAGE_HEADERS_META];

	if (!package->name[0] || !headers_are_needed(doctor))
		return;

	if (package->state != PACKAGE_ABSENT) {
		find(doctor, FINDING_OK, "%s is installed: each new kernel comes with its headers",
		     package->name);
	} else if (packages_known(doctor)) {
		find(doctor, FINDING_NOTE, "%s is not installed: the next new kernel would come "
		     "without headers", package->name);
		mend(doctor, "apt install %s", package->name);
	} else {
		find(doctor, FINDING_UNKNOWN, "see package-database");
	}
}
