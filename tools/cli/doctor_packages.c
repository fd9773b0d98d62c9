// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: the Debian packages of mymap.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define DPKG_STATUS	"/var/lib/dpkg/status"

/* Those that are made of one release. */
static const enum package_id own_packages[] = {
	PACKAGE_COMMAND,
	PACKAGE_LIBRARY,
	PACKAGE_COMMON,
	PACKAGE_DKMS,
	PACKAGE_PREBUILT_RUNNING,
	PACKAGE_PREBUILT_NEWEST,
};

#define NR_OWN	(sizeof(own_packages) / sizeof(own_packages[0]))

void check_package_database(struct doctor *doctor)
{
	switch (doctor->packages_error) {
	case 0:
		find(doctor, FINDING_OK, DPKG_STATUS " can be read");
		return;
	case -ENOENT:
		find(doctor, FINDING_UNKNOWN, "there is no " DPKG_STATUS
		     ": what packages there are is not known here");
		mend(doctor, "ls -l /var/lib/dpkg");
		return;
	case -EACCES:
		find(doctor, FINDING_UNKNOWN, DPKG_STATUS " may be read by root only");
		mend(doctor, "sudo mymap doctor");
		return;
	case -EBADMSG:
		find(doctor, FINDING_UNKNOWN, DPKG_STATUS " is broken in line %lu: what it says "
		     "about packages is not complete", doctor->packages_bad_line);
		break;
	default:
		find(doctor, FINDING_UNKNOWN, DPKG_STATUS " cannot be read: %s",
		     strerror(-doctor->packages_error));
	}
	mend(doctor, "dpkg --audit");
}

/* The two of the kernels are one package if the kernels are one. */
static bool is_repeated(const struct doctor *doctor, enum package_id id)
{
	return id == PACKAGE_PREBUILT_NEWEST && !kernels_differ(doctor);
}

static size_t find_broken(struct doctor *doctor)
{
	size_t i, nr = 0;

	for (i = 0; i < NR_OWN; i++) {
		const struct dpkg_package *package = &doctor->packages[own_packages[i]];

		if (package->state != PACKAGE_BROKEN || is_repeated(doctor, own_packages[i]))
			continue;
		find(doctor, FINDING_PROBLEM, "%s %s is not wholly installed", package->name,
		     package->version);
		mend(doctor, "dpkg --configure -a && apt install --reinstall %s", package->name);
		nr++;
	}
	return nr;
}

/*
 * The newest release of them all is the one to have: an upgrade stopped half way. A
 * list of words, "apt install" takes them as they come.
 */
static void list_installed(const struct doctor *doctor, char *ret_list, size_t size)
{
	size_t i, len = 0;

	ret_list[0] = '\0';
	for (i = 0; i < NR_OWN; i++) {
		const struct dpkg_package *package = &doctor->packages[own_packages[i]];

		if (package->state != PACKAGE_ABSENT && !is_repeated(doctor, own_packages[i]) &&
		    len < size)
			len += (size_t)snprintf(ret_list + len, size - len, "%s%s", len ? " " : "",
						package->name);
	}
}

static const struct dpkg_package *first_installed(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < NR_OWN; i++)
		if (!package_is(doctor, own_packages[i], PACKAGE_ABSENT))
			return &doctor->packages[own_packages[i]];
	return NULL;
}

static const struct dpkg_package *first_other(const struct doctor *doctor, const char *version)
{
	size_t i;

	for (i = 0; i < NR_OWN; i++) {
		const struct dpkg_package *package = &doctor->packages[own_packages[i]];

		if (package->state != PACKAGE_ABSENT &&
		    !version_has_same_upstream(package->version, version))
			return package;
	}
	return NULL;
}

void check_packages(struct doctor *doctor)
{
	const struct dpkg_package *first = first_installed(doctor), *other;
	char list[NR_OWN * PACKAGE_NAME_MAX];

	if (!first) {
		if (packages_known(doctor))
			find(doctor, FINDING_OK, "no package of mymap is installed");
		else
			find(doctor, FINDING_UNKNOWN, "see package-database");
		return;
	}
	if (find_broken(doctor))
		return;

	list_installed(doctor, list, sizeof(list));
	other = first_other(doctor, first->version);
	if (other) {
		find(doctor, FINDING_PROBLEM, "%s is %s, but %s is %s", first->name,
		     first->version, other->name, other->version);
		mend(doctor, "apt install %s", list);
	} else {
		find(doctor, FINDING_OK, "of one release, %s: %s", first->version, list);
	}
}

/**
 * mend_by_configure() - have mymap-dkms build and install its module again
 * @doctor: where to put it, with what was found last
 *
 * dpkg-reconfigure refuses a package that is not wholly installed, as one is whose build
 * failed.
 */
void mend_by_configure(struct doctor *doctor)
{
	mend(doctor, package_is(doctor, PACKAGE_DKMS, PACKAGE_BROKEN) ? "dpkg --configure -a" :
	     "dpkg-reconfigure mymap-dkms");
}
