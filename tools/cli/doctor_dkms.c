// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: what DKMS knows of mymap, by its folder:
 *
 *	VERSION/source			link to /usr/src/mymap-VERSION
 *	VERSION/build/make.log		of the last build, if that failed
 *	VERSION/KERNEL/ARCH/module	of a build
 *	kernel-KERNEL-ARCH		link to VERSION/KERNEL/ARCH, once installed
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define LOG_LINE_MAX	512

static bool is_version(const struct tree *tree, const char *name)
{
	struct stat st;

	return release_is_plain(name) && strncmp(name, "kernel-", strlen("kernel-")) &&
	       !tree_stat(tree, &st, DKMS_FOLDER "/%s", name) && S_ISDIR(st.st_mode);
}

static bool has_source(const struct tree *tree, const char *version)
{
	return tree_has(tree, DKMS_FOLDER "/%s/source/dkms.conf", version);
}

/**
 * dkms_read() - does DKMS know mymap, and which version?
 * @tree: where
 * @ret_dkms: what it knows
 */
void dkms_read(const struct tree *tree, struct dkms *ret_dkms)
{
	const struct dirent *entry;
	DIR *dir;

	*ret_dkms = (struct dkms) { .error = tree_list(tree, &dir, DKMS_FOLDER) };
	if (ret_dkms->error < 0)
		return;

	ret_dkms->error = -ENOENT;
	while ((entry = readdir(dir))) {
		if (!is_version(tree, entry->d_name))
			continue;
		ret_dkms->error = 0;
		if (has_source(tree, entry->d_name) &&
		    release_is_newer(entry->d_name, ret_dkms->version))
			strcpy(ret_dkms->version, entry->d_name); /* a plain one fits */
	}
	closedir(dir);
}

/* A version without its source makes DKMS stop before the modules after it. */
static size_t find_without_source(struct doctor *doctor)
{
	const struct dpkg_package *package = &doctor->packages[PACKAGE_DKMS];
	const struct dirent *entry;
	size_t nr = 0;
	DIR *dir;

	if (tree_list(&doctor->tree, &dir, DKMS_FOLDER) < 0)
		return 0;
	while ((entry = readdir(dir))) {
		const char *version = entry->d_name;

		if (!is_version(&doctor->tree, version) || has_source(&doctor->tree, version))
			continue;
		find(doctor, FINDING_PROBLEM, "/" DKMS_FOLDER "/%s has no source/dkms.conf: "
		     "DKMS stops there", version);
		if (package->state != PACKAGE_ABSENT &&
		    version_has_same_upstream(package->version, version))
			mend(doctor, "apt install --reinstall %s", package->name);
		else
			mend(doctor, "rm -r /" DKMS_FOLDER "/%s", version);
		nr++;
	}
	closedir(dir);
	return nr;
}

/* The log says in its first line which kernel it is of. */
static bool build_failed(const struct doctor *doctor, const struct kernel *kernel)
{
	char line[LOG_LINE_MAX], wanted[RELEASE_MAX + 16];

	if (!kernel->release[0] ||
	    tree_read_line(&doctor->tree, line, sizeof(line), DKMS_FOLDER "/%s/build/make.log",
			   doctor->dkms.version) < 0)
		return false;
	snprintf(wanted, sizeof(wanted), " for kernel %s ", kernel->release);
	return strstr(line, wanted) != NULL;
}

static bool find_failed(struct doctor *doctor, const struct kernel *kernel)
{
	if (!build_failed(doctor, kernel))
		return false;
	find(doctor, FINDING_PROBLEM, "the build of %s for kernel %s failed, see /" DKMS_FOLDER
	     "/%s/build/make.log", doctor->dkms.version, kernel->release, doctor->dkms.version);
	mend(doctor, "dkms install --force " MODULE "/%s -k %s", doctor->dkms.version, kernel->release);
	return true;
}

static void find_unknown_to_dkms(struct doctor *doctor)
{
	if (doctor->origin == ORIGIN_DKMS_PACKAGE) {
		/* on Debian 11 and 12 the last kernel that is removed takes it along */
		find(doctor, FINDING_PROBLEM, "mymap-dkms is installed, but DKMS does not know mymap");
		mend_by_configure(doctor);
	} else if (packages_known(doctor)) {
		find(doctor, FINDING_OK, "DKMS does not know mymap, and mymap-dkms is not installed");
	} else {
		find(doctor, FINDING_UNKNOWN, "DKMS does not know mymap; see package-database");
	}
}

static bool is_other_version(const struct doctor *doctor)
{
	return doctor->origin == ORIGIN_DKMS_PACKAGE &&
	       !version_has_same_upstream(doctor->packages[PACKAGE_DKMS].version,
					  doctor->dkms.version);
}

void check_dkms(struct doctor *doctor)
{
	const struct dkms *dkms = &doctor->dkms;
	size_t nr;

	if (doctor->origin == ORIGIN_PREBUILT) {
		find(doctor, FINDING_OK, "not needed: the module comes from a package that has it built");
		return;
	}
	if (dkms->error == -ENOENT) {
		find_unknown_to_dkms(doctor);
		return;
	}
	if (dkms->error) {
		find(doctor, FINDING_UNKNOWN, "/" DKMS_FOLDER " cannot be read: %s",
		     strerror(-dkms->error));
		mend(doctor, "ls -ld /var/lib/dkms /" DKMS_FOLDER);
		return;
	}

	nr = find_without_source(doctor);
	if (!dkms->version[0])
		return;
	nr += find_failed(doctor, &doctor->running);
	if (kernels_differ(doctor))
		nr += find_failed(doctor, &doctor->newest);
	if (is_other_version(doctor)) {
		find(doctor, FINDING_PROBLEM, "mymap-dkms is %s, but DKMS knows %s",
		     doctor->packages[PACKAGE_DKMS].version, dkms->version);
		mend_by_configure(doctor);
	} else if (!nr) {
		find(doctor, FINDING_OK, "DKMS knows mymap/%s%s", dkms->version,
		     doctor->origin == ORIGIN_DKMS_CHECKOUT ? ", from no package" : "");
	}
}
