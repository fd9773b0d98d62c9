// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: what is wrong on this system, and the command that mends it. It
 * runs no other program: what it asks is libkmod, libudev and files, so that a
 * package manager that is broken or busy does not keep it from an answer.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "doctor.h"

/* The names are an interface: they stand in the man page and in scripts. */
static const struct check {
	const char *id;
	void (*run)(struct doctor *doctor);
} checks[] = {
	{ "package-database", check_package_database },
	{ "packages", check_packages },
	{ "headers-running", check_headers_running },
	{ "headers-newest", check_headers_newest },
	{ "headers-upgrades", check_headers_upgrades },
	{ "dkms", check_dkms },
	{ "module-running", check_module_running },
	{ "module-newest", check_module_newest },
	{ "module-version", check_module_version },
	{ "secure-boot", check_secure_boot },
	{ "module-signature", check_module_signature },
	{ "module-loaded", check_module_loaded },
	{ "device-node", check_device_node },
	{ "group", check_group },
	{ "membership", check_membership },
	{ "limits", check_limits },
	{ "contiguous-run", check_contiguous_run },
	{ "huge-pages", check_huge_pages },
	{ "cma", check_cma },
	{ "reserved-memory", check_reserved_memory },
	{ "iommu", check_iommu },
	{ "coherence", check_coherence },
};

#define CHECK_NAME_MAX	24	/* with a comma and a space */
#define NR_CHECKS	(sizeof(checks) / sizeof(checks[0]))

static bool is_known(const char *id)
{
	size_t i;

	for (i = 0; i < NR_CHECKS; i++)
		if (!strcmp(checks[i].id, id))
			return true;
	return false;
}

/* Without any, all are. */
static bool is_wanted(const char *id, char *const *ids)
{
	if (!ids[0])
		return true;
	for (; ids[0]; ids++)
		if (!strcmp(ids[0], id))
			return true;
	return false;
}

static void examine(struct doctor *doctor, char *const *ids)
{
	size_t i;

	facts_gather(doctor);
	for (i = 0; i < NR_CHECKS; i++) {
		if (!is_wanted(checks[i].id, ids))
			continue;
		doctor->check = checks[i].id;
		checks[i].run(doctor);
	}
}

static void complain_unknown(const struct command *command, const char *id)
{
	char list[NR_CHECKS * CHECK_NAME_MAX];
	size_t i, len = 0;

	for (i = 0; i < NR_CHECKS && len < sizeof(list); i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
					checks[i].id);
	complain("%s: no check '%s'; there are %s", command->name, id, list);
}

/*
 * Who names checks asks a question, and acts on the answer: that it could not be found
 * out is no yes.
 */
static int exit_status(const struct doctor *doctor, bool is_asked)
{
	return findings_worst(doctor) >= (is_asked ? FINDING_UNKNOWN : FINDING_PROBLEM) ?
	       EXIT_FAILED : EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	struct doctor doctor = { 0 };
	char **ids = options->operands;
	int r;

	for (; ids[0]; ids++) {
		if (is_known(ids[0]))
			continue;
		complain_unknown(command, ids[0]);
		return EXIT_USAGE;
	}

	r = tree_open_root(options->root, &doctor.tree);
	if (r < 0) {
		complain("%s: %s: %s", command->name, options->root ? options->root : "/",
			 strerror(-r));
		return EXIT_FAILED;
	}

	examine(&doctor, options->operands);
	if (option_given(options, OPTION_JSON))
		findings_print_json(&doctor);
	else
		findings_print(&doctor);
	r = exit_status(&doctor, options->operands[0]);

	findings_free(&doctor);
	tree_close(&doctor.tree);
	return r;
}

const struct command command_doctor = {
	.name = "doctor",
	.operands = "[CHECK]...",
	.summary = "look for what is wrong or could be better, and how to mend it",
	.description =
		"Looks at packages, DKMS, the module of the running and of the newest kernel,\n"
		"Secure Boot, the device and its group; at the limits, at what memory can be had\n"
		"and at the IOMMU. Below what is wrong stands the command that mends it, for\n"
		"root. The exit status is 1 if there is a problem. With CHECKs, the names that it\n"
		"prints, only these count, and what cannot be found out is 1 as well: for\n"
		"instance module-newest module-signature, before a reboot.\n",
	.options = BIT(OPTION_JSON) | BIT(OPTION_ROOT),
	.run = run,
};
