// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: words for the kernel's command line, by way of the boot loader that
 * is there.
 */
#include <string.h>

#include "doctor.h"

/* Each is known by a file of its package. */
static const struct boot_loader {
	const char *file;
	const char *before;	/* ends in " && ", or "" */
	const char *file_to_write;
	const char *line;	/* ends where the words follow, and the quotation mark */
	const char *command;
} boot_loaders[] = {
	{ "etc/default/grub", "mkdir -p /etc/default/grub.d && ", "/etc/default/grub.d/mymap.cfg",
	  "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX", "update-grub" },
	{ "etc/default/u-boot", "", "/etc/default/u-boot",
	  "U_BOOT_PARAMETERS=\"$U_BOOT_PARAMETERS", "u-boot-update" },
	{ "etc/default/flash-kernel", "", "/etc/default/flash-kernel",
	  "LINUX_KERNEL_CMDLINE=\"$LINUX_KERNEL_CMDLINE", "flash-kernel" },
};

#define NR_BOOT_LOADERS	(sizeof(boot_loaders) / sizeof(boot_loaders[0]))

/**
 * mend_by_boot() - what mends it is a word on the kernel's command line
 * @doctor: where to put it, with what was found last
 * @word: the word, such as "cma=64M"
 */
void mend_by_boot(struct doctor *doctor, const char *word)
{
	size_t i;

	for (i = 0; i < NR_BOOT_LOADERS; i++) {
		const struct boot_loader *loader = &boot_loaders[i];

		if (!tree_has(&doctor->tree, "%s", loader->file))
			continue;
		mend(doctor, "%secho '%s %s\"' >>%s && %s && reboot", loader->before, loader->line,
		     word, loader->file_to_write, loader->command);
		return;
	}
	mend(doctor, "# have the boot loader add to the kernel's command line: %s", word);
}
