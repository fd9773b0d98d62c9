// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: Secure Boot, and whether kernels accept the signature of their module.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "efi_variable.h"

#define KEY_MAX		(64 << 10)
#define KEY_ID_MAX	64
#define LINE_MAX_LEN	128

void check_secure_boot(struct doctor *doctor)
{
	enum secure_boot state;
	int r;

	if (!doctor->runs)
		return;

	r = efi_secure_boot(&doctor->tree, &state);
	if (r < 0) {
		find(doctor, FINDING_UNKNOWN, "the firmware's variable SecureBoot cannot be read: %s",
		     strerror(-r));
		mend(doctor, "mokutil --sb-state");
		return;
	}

	switch (state) {
	case SECURE_BOOT_NO_EFI:
		find(doctor, FINDING_OK, "there is none: this system was not booted by EFI");
		break;
	case SECURE_BOOT_OFF:
		find(doctor, FINDING_OK, "off");
		break;
	case SECURE_BOOT_OFF_BY_SHIM:
		find(doctor, FINDING_OK, "on, but shim's validation is switched off");
		break;
	case SECURE_BOOT_ON:
		find(doctor, FINDING_OK, "on");
		break;
	case SECURE_BOOT_UNMOUNTED:
		find(doctor, FINDING_UNKNOWN, "/sys/firmware/efi/efivars is empty or not mounted");
		mend(doctor, "mount -t efivarfs efivarfs /sys/firmware/efi/efivars");
		break;
	}
}

/*
 * The kernel itself says whether it is locked down ("none [integrity] confidentiality"); one
 * that has no lockdown is asked for its parameter. Secure Boot is what to go by when
 * neither can be read. Returns 1, 0, or -errno where nothing tells.
 */
static int kernel_insists(const struct tree *tree)
{
	enum secure_boot state;
	char line[LINE_MAX_LEN];
	int r;

	if (!tree_read_line(tree, line, sizeof(line), "sys/module/module/parameters/sig_enforce") &&
	    line[0] == 'Y')
		return 1;
	if (!tree_read_line(tree, line, sizeof(line), "sys/kernel/security/lockdown") &&
	    strchr(line, '['))
		return !strstr(line, "[none]");
	r = efi_secure_boot(tree, &state);
	if (r < 0)
		return r;
	return state == SECURE_BOOT_UNMOUNTED ? -ENOENT : state == SECURE_BOOT_ON;
}

/* Without, there is nowhere to enrol a key: the kernel's own ones are all that it has. */
static bool has_efi(const struct tree *tree)
{
	enum secure_boot state;

	return efi_secure_boot(tree, &state) || state != SECURE_BOOT_NO_EFI;
}

static bool is_running(const struct doctor *doctor, const struct kernel *kernel)
{
	return kernel == &doctor->running;
}

/* It is loaded, and what is installed is of the same source, signed by whom it may be. */
static bool is_accepted_already(const struct doctor *doctor, const struct kernel *kernel)
{
	const char *srcversion = kernel->module.srcversion;

	return is_running(doctor, kernel) && doctor->loaded && srcversion[0] &&
	       !strcmp(doctor->loaded_srcversion, srcversion);
}

static void find_unsigned(struct doctor *doctor, const struct kernel *kernel)
{
	find(doctor, FINDING_PROBLEM, "/%s has no signature, and kernel %s refuses it",
	     kernel->module.path, kernel->release);
	if (doctor->origin == ORIGIN_PREBUILT)
		mend(doctor, "apt install mymap-dkms openssl mokutil %s", kernel->headers->name);
	else if (tree_has(&doctor->tree, DKMS_SIGN_HELPER)) /* that of Debian 11 */
		mend(doctor, "# make a key, /root/mok.priv and /root/mok.der, and say in "
		     "/etc/dkms/framework.conf: sign_tool=\"/" DKMS_SIGN_HELPER "\"");
	else /* DKMS makes its key by openssl; without it, it signs nothing and does not say so */
		mend_module(doctor, kernel, tree_has(&doctor->tree, DKMS_KEY) ? "" :
			    "apt install openssl mokutil && ");
}

/* "12:AB:..." as bytes; libkmod breaks a long one into lines. */
static size_t parse_key_id(const char *text, unsigned char *ret_id, size_t size)
{
	size_t len = 0;
	int nr;

	while (len < size && sscanf(text, " %2hhx%n", &ret_id[len], &nr) == 1) {
		len++;
		text += nr;
		text += *text == ':';
	}
	return len;
}

/* Was the module signed by the key of DKMS? Returns 1, 0, or -errno. */
static int is_by_dkms(const struct doctor *doctor, const struct efi_signer *signer)
{
	size_t len;
	char *key;
	int r;

	r = tree_read(&doctor->tree, KEY_MAX, &key, &len, DKMS_KEY);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = certificate_is_of(key, len, signer);
	free(key);
	return r;
}

/* The firmware's lists do not have the key; those of the kernel itself cannot be read. */
static void find_foreign(struct doctor *doctor, const struct kernel *kernel)
{
	const struct module_file *module = &kernel->module;

	if (is_running(doctor, kernel)) {
		find(doctor, FINDING_UNKNOWN, "/%s is signed by '%s', whose key is not known here: "
		     "whether the kernel accepts it shows when it is loaded", module->path, module->signer);
		mend(doctor, "modprobe " MODULE);
	} else {
		find(doctor, FINDING_UNKNOWN, "/%s is signed by '%s', whose key is not known here: "
		     "whether kernel %s accepts it shows when it is booted", module->path, module->signer,
		     kernel->release);
		mend(doctor, "mokutil --list-enrolled");
	}
}

static void find_not_enrolled(struct doctor *doctor, const struct kernel *kernel,
			      const struct efi_signer *signer)
{
	const char *path = kernel->module.path;

	if (efi_will_have_signer(&doctor->tree, signer) > 0) {
		find(doctor, FINDING_PROBLEM, "/%s is signed by a key that waits to be enrolled: reboot "
		     "and confirm it in MokManager", path);
		mend(doctor, "reboot");
	} else {
		find(doctor, FINDING_PROBLEM, "/%s is signed by DKMS's key, which is not enrolled, and "
		     "kernel %s refuses it: import the key, reboot and confirm it in MokManager", path,
		     kernel->release);
		mend(doctor, "mokutil --import /" DKMS_KEY " && reboot");
	}
}

static void find_signed(struct doctor *doctor, const struct kernel *kernel)
{
	const struct module_file *module = &kernel->module;
	unsigned char id[KEY_ID_MAX];
	const struct efi_signer signer = {
		.name = module->signer,
		.id = id,
		.id_len = parse_key_id(module->key_id, id, sizeof(id)),
	};
	int enrolled = efi_has_signer(&doctor->tree, &signer);
	int by_dkms = is_by_dkms(doctor, &signer);

	if (enrolled > 0) {
		find(doctor, FINDING_OK, "/%s is signed by '%s', whose key is enrolled", module->path,
		     module->signer);
	} else if (enrolled < 0) {
		find(doctor, FINDING_UNKNOWN, "/%s is signed by '%s', and the keys that the firmware has "
		     "cannot be read: %s", module->path, module->signer, strerror(-enrolled));
		mend(doctor, "mokutil --test-key /" DKMS_KEY);
	} else if (by_dkms > 0 && has_efi(&doctor->tree)) {
		find_not_enrolled(doctor, kernel, &signer);
	} else if (is_accepted_already(doctor, kernel)) {
		find(doctor, FINDING_OK, "this kernel has accepted the module");
	} else if (by_dkms < 0) {
		find(doctor, FINDING_UNKNOWN, "/" DKMS_KEY " cannot be read: %s", strerror(-by_dkms));
		mend(doctor, "mokutil --test-key /" DKMS_KEY);
	} else {
		find_foreign(doctor, kernel);
	}
}

static void check_signature(struct doctor *doctor, const struct kernel *kernel)
{
	if (kernel->module.error)
		return;
	if (kernel->module.signer[0])
		find_signed(doctor, kernel);
	else
		find_unsigned(doctor, kernel);
}

/* The newest kernel will be booted as this one was: it is taken to insist where this one does. */
void check_module_signature(struct doctor *doctor)
{
	int insists;

	if (!doctor->runs || (doctor->running.module.error && doctor->newest.module.error))
		return;

	insists = kernel_insists(&doctor->tree);
	if (insists < 0) {
		find(doctor, FINDING_UNKNOWN, "whether this kernel takes modules without one cannot be "
		     "told: %s", strerror(-insists));
		mend(doctor, "cat /sys/kernel/security/lockdown");
	} else if (!insists) {
		find(doctor, FINDING_OK, "not needed: this kernel takes modules without one");
	} else {
		check_signature(doctor, &doctor->running);
		if (kernels_differ(doctor))
			check_signature(doctor, &doctor->newest);
	}
}
