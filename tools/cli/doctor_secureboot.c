// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: Secure Boot, and whether the kernel accepts the module's signature.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "efi_variable.h"

#define KEY_MAX		(64 << 10)
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
 * neither can be read.
 */
static bool kernel_insists(const struct tree *tree)
{
	enum secure_boot state;
	char line[LINE_MAX_LEN];

	if (!tree_read_line(tree, line, sizeof(line), "sys/module/module/parameters/sig_enforce") &&
	    line[0] == 'Y')
		return true;
	if (!tree_read_line(tree, line, sizeof(line), "sys/kernel/security/lockdown") &&
	    strchr(line, '['))
		return !strstr(line, "[none]");
	return !efi_secure_boot(tree, &state) && state == SECURE_BOOT_ON;
}

static bool is_accepted_already(const struct doctor *doctor)
{
	const char *srcversion = doctor->running.module.srcversion;

	return doctor->loaded && srcversion[0] && !strcmp(doctor->loaded_srcversion, srcversion);
}

static void find_unsigned(struct doctor *doctor)
{
	const struct kernel *kernel = &doctor->running;

	find(doctor, FINDING_PROBLEM, "/%s has no signature, and this kernel refuses it",
	     kernel->module.path);
	if (doctor->origin == ORIGIN_PREBUILT)
		mend(doctor, "apt install mymap-dkms openssl mokutil %s", kernel->headers->name);
	else if (tree_has(&doctor->tree, DKMS_SIGN_HELPER)) /* that of Debian 11 */
		mend(doctor, "# make a key, /root/mok.priv and /root/mok.der, and say in "
		     "/etc/dkms/framework.conf: sign_tool=\"/" DKMS_SIGN_HELPER "\"");
	else /* DKMS makes its key by openssl; without it, it signs nothing and does not say so */
		mend_module(doctor, kernel, tree_has(&doctor->tree, DKMS_KEY) ? "" :
			    "apt install openssl mokutil && ");
}

static void find_enrolment(struct doctor *doctor, const char *key, size_t len)
{
	int r = efi_has_key(&doctor->tree, key, len);

	if (r > 0) {
		find(doctor, FINDING_OK, "signed by '%s', whose key is enrolled",
		     doctor->running.module.signer);
	} else if (r < 0) {
		find(doctor, FINDING_UNKNOWN, "the keys that the firmware has cannot be read: %s",
		     strerror(-r));
		mend(doctor, "mokutil --test-key /" DKMS_KEY);
	} else if (efi_will_have_key(&doctor->tree, key, len) > 0) {
		find(doctor, FINDING_PROBLEM, "DKMS's key waits to be enrolled: reboot and confirm it "
		     "in MokManager");
		mend(doctor, "reboot");
	} else {
		find(doctor, FINDING_PROBLEM, "DKMS's key is not enrolled, and this kernel refuses the "
		     "module: import it, reboot and confirm it in MokManager");
		mend(doctor, "mokutil --import /" DKMS_KEY " && reboot");
	}
}

static void find_signed(struct doctor *doctor)
{
	const char *signer = doctor->running.module.signer;
	size_t len;
	char *key;
	int r = -ENOENT;

	if (doctor->origin != ORIGIN_PREBUILT)
		r = tree_read(&doctor->tree, KEY_MAX, &key, &len, DKMS_KEY);
	if (!r && len > 0) {
		find_enrolment(doctor, key, len);
	} else if (!r || r == -ENOENT) {
		find(doctor, FINDING_UNKNOWN, "signed by '%s', and not by the key of DKMS: whether the "
		     "kernel accepts it shows when it is loaded", signer);
		mend(doctor, "modprobe " MODULE);
	} else {
		find(doctor, FINDING_UNKNOWN, "/" DKMS_KEY " cannot be read: %s", strerror(-r));
		mend(doctor, "mokutil --test-key /" DKMS_KEY);
	}
	if (!r)
		free(key);
}

void check_module_signature(struct doctor *doctor)
{
	if (!doctor->runs || doctor->running.module.error)
		return;

	if (!kernel_insists(&doctor->tree))
		find(doctor, FINDING_OK, "not needed: this kernel takes modules without one");
	else if (is_accepted_already(doctor))
		find(doctor, FINDING_OK, "this kernel has accepted it");
	else if (!doctor->running.module.signer[0])
		find_unsigned(doctor);
	else
		find_signed(doctor);
}
