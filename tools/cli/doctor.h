/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the checks of mymap doctor share: the facts that are looked at once, and
 * how a finding is told.
 */
#ifndef MYMAP_CLI_DOCTOR_H
#define MYMAP_CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "dpkg_status.h"
#include "kernel_release.h"
#include "tree.h"

#define MODULE		"mymap"
#define MODULE_TEXT_MAX	128
#define DKMS_FOLDER	"var/lib/dkms/" MODULE
#define DKMS_KEY	"var/lib/dkms/mok.pub"
#define DKMS_SIGN_HELPER	"etc/dkms/sign_helper.sh"

/* From good to bad: the worst one is the whole system's. */
enum finding_status {
	FINDING_OK,
	FINDING_NOTE,		/* works, and could be better */
	FINDING_UNKNOWN,	/* could not be found out */
	FINDING_PROBLEM,
};

/**
 * struct module_file - the module of one kernel, as it lies on the disk
 * @error: 0; -ENOENT: there is none; else why it cannot be read
 * @unindexed: it is there, but modules.dep does not have it
 * @path: where it is, relative to the root; where it should be, if not
 * @version: what modinfo(8) says; "" where it says nothing
 * @srcversion: the same
 * @vermagic: the same
 * @signer: the same
 * @key_id: the same, of the key that signed it: "12:AB:..."
 */
struct module_file {
	int error;
	bool unindexed;
	char path[MODULE_TEXT_MAX + RELEASE_MAX];
	char version[MODULE_TEXT_MAX];
	char srcversion[MODULE_TEXT_MAX];
	char vermagic[MODULE_TEXT_MAX];
	char signer[MODULE_TEXT_MAX];
	char key_id[MODULE_TEXT_MAX];
};

/**
 * struct kernel - a kernel the module is wanted for
 * @release: its name, "" if there is no such kernel
 * @has_folder: there is /lib/modules/@release
 * @has_headers: there is a folder behind /lib/modules/@release/build
 * @module: its mymap.ko
 * @headers: the package with its headers
 * @prebuilt: the package with its module built already
 */
struct kernel {
	char release[RELEASE_MAX];
	bool has_folder;
	bool has_headers;
	struct module_file module;
	struct dpkg_package *headers;
	struct dpkg_package *prebuilt;
};

enum package_id {
	PACKAGE_COMMAND,
	PACKAGE_COMMON,
	PACKAGE_DKMS,
	PACKAGE_LIBRARY,
	PACKAGE_PREBUILT_RUNNING,
	PACKAGE_PREBUILT_NEWEST,
	PACKAGE_PREBUILT_ANY,
	PACKAGE_HEADERS_RUNNING,
	PACKAGE_HEADERS_NEWEST,
	PACKAGE_HEADERS_META,
	NR_PACKAGES,
};

enum module_origin {
	ORIGIN_NONE,
	ORIGIN_DKMS_PACKAGE,
	ORIGIN_DKMS_CHECKOUT,
	ORIGIN_PREBUILT,
	ORIGIN_BY_HAND,
};

/* A module as DKMS knows it. */
struct dkms {
	int error;		/* 0; -ENOENT: DKMS does not know mymap; else why not */
	char version[RELEASE_MAX];	/* the newest one that has its source */
};

struct finding;

/**
 * struct doctor - all that is known
 * @tree: the system that is examined
 * @runs: it is running: it has a kernel that can be asked
 * @running: the kernel that runs
 * @newest: the newest one that is installed; may be the same
 * @packages_error: 0, or why dpkg's file could not be read, see dpkg_status_read()
 * @packages_bad_line: where it is not understood
 * @packages: what dpkg says
 * @dkms: what DKMS says
 * @origin: how the module comes to this system
 * @loaded: the module is in the kernel
 * @loaded_version: "" if it does not say
 * @loaded_srcversion: "" if it does not say
 * @check: the check that runs
 * @findings: what was found
 * @nr_findings: how many
 */
struct doctor {
	struct tree tree;
	bool runs;
	struct kernel running;
	struct kernel newest;
	int packages_error;
	unsigned long packages_bad_line;
	struct dpkg_package packages[NR_PACKAGES];
	struct dkms dkms;
	enum module_origin origin;
	bool loaded;
	char loaded_version[MODULE_TEXT_MAX];
	char loaded_srcversion[MODULE_TEXT_MAX];
	const char *check;
	struct finding *findings;
	size_t nr_findings;
};

/* doctor_finding.c */
void find(struct doctor *doctor, enum finding_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The command that mends what was found last; where it is none, the lines to write
 * somewhere, behind a # that keeps a shell from them.
 */
void mend(struct doctor *doctor, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum finding_status findings_worst(const struct doctor *doctor);
void findings_print(const struct doctor *doctor);
void findings_print_json(const struct doctor *doctor);
void findings_free(struct doctor *doctor);

/* doctor_boot.c */
void mend_by_boot(struct doctor *doctor, const char *word);

/* doctor_facts.c */
void facts_gather(struct doctor *doctor);
bool package_is(const struct doctor *doctor, enum package_id id, enum package_state state);
bool packages_known(const struct doctor *doctor);
bool kernels_differ(const struct doctor *doctor);
/* The kernel to speak of where one is enough. */
const struct kernel *main_kernel(const struct doctor *doctor);

/* doctor_modinfo.c */
void module_file_read(const struct tree *tree, const char *release, struct module_file *ret_file);
bool module_is_blacklisted(const struct tree *tree);

/* The checks: each has at least one finding, or does not apply. */
/* doctor_packages.c */
void check_package_database(struct doctor *doctor);
void check_packages(struct doctor *doctor);
void mend_by_configure(struct doctor *doctor);
/* doctor_headers.c */
void check_headers_running(struct doctor *doctor);
void check_headers_newest(struct doctor *doctor);
void check_headers_upgrades(struct doctor *doctor);
/* doctor_dkms.c */
void dkms_read(const struct tree *tree, struct dkms *ret_dkms);
void check_dkms(struct doctor *doctor);
/* doctor_module.c */
void mend_module(struct doctor *doctor, const struct kernel *kernel, const char *before);
void check_module_running(struct doctor *doctor);
void check_module_newest(struct doctor *doctor);
void check_module_version(struct doctor *doctor);
void check_module_loaded(struct doctor *doctor);
/* doctor_secureboot.c */
void check_secure_boot(struct doctor *doctor);
void check_module_signature(struct doctor *doctor);
/* doctor_device.c */
void check_device_node(struct doctor *doctor);
void check_group(struct doctor *doctor);
void check_membership(struct doctor *doctor);
/* doctor_limits.c */
void check_limits(struct doctor *doctor);
/* doctor_memory.c */
void check_contiguous_run(struct doctor *doctor);
void check_huge_pages(struct doctor *doctor);
/* doctor_cma.c */
bool cma_is_missing(const struct doctor *doctor);
void check_cma(struct doctor *doctor);
/* doctor_reserved.c */
void check_reserved_memory(struct doctor *doctor);
/* doctor_bus.c */
void check_iommu(struct doctor *doctor);
void check_coherence(struct doctor *doctor);

#endif /* MYMAP_CLI_DOCTOR_H */
