// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libkmod says about the module of a kernel that need not be the running one.
 */
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define MODULE_FILE_MAX	(64 << 20)
#define FD_PATH_MAX	64
#define LOG_NOTHING	(-1)	/* below LOG_EMERG */

static struct kmod_ctx *kmod_open(const char *folder, const char *const *config_paths)
{
	struct kmod_ctx *kmod = kmod_new(folder, config_paths);

	if (kmod) /* it logs to stderr if it is left alone */
		kmod_set_log_priority(kmod, LOG_NOTHING);
	return kmod;
}

static void take_info(struct kmod_list *list, struct module_file *ret_file)
{
	const struct {
		const char *key;
		char *value;
	} wanted[] = {
		{ "version", ret_file->version },
		{ "srcversion", ret_file->srcversion },
		{ "vermagic", ret_file->vermagic },
		{ "signer", ret_file->signer },
		{ "sig_key", ret_file->key_id },
	};
	struct kmod_list *item;
	size_t i;

	kmod_list_foreach(item, list)
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (!strcmp(kmod_module_info_get_key(item), wanted[i].key))
				snprintf(wanted[i].value, MODULE_TEXT_MAX, "%s",
					 kmod_module_info_get_value(item));
}

/* libkmod opens and maps what it is told: a FIFO would make it wait. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return st.st_size > MODULE_FILE_MAX ? -EFBIG : 0;
}

static int read_info(struct kmod_module *module, struct module_file *ret_file)
{
	struct kmod_list *list = NULL;
	int r;

	r = check_file(kmod_module_get_path(module));
	if (!r)
		r = kmod_module_get_info(module, &list);
	if (r < 0)
		return r;

	take_info(list, ret_file);
	kmod_module_info_free_list(list);
	/* the kernel's build writes one into every module */
	return ret_file->vermagic[0] ? 0 : -EBADMSG;
}

/* Where the module is if modules.dep does not say so: DKMS's place, then others. */
static bool find_unindexed(const char *folder, char *ret_name, size_t size)
{
	static const char *const places[] = { "updates/dkms", "updates", "extra" };
	static const char *const endings[] = { "", ".xz", ".zst", ".gz" };
	char path[FD_PATH_MAX + MODULE_TEXT_MAX];
	size_t i, k;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (k = 0; k < sizeof(endings) / sizeof(endings[0]); k++) {
			snprintf(ret_name, size, "%s/" MODULE ".ko%s", places[i], endings[k]);
			snprintf(path, sizeof(path), "%s/%s", folder, ret_name);
			if (access(path, F_OK) == 0)
				return true;
		}
	return false;
}

/* Asks about the module that modules.dep names, or that lies in a usual place. */
static int find_module(struct kmod_ctx *kmod, const char *folder, struct kmod_module **ret_module,
		       struct module_file *ret_file)
{
	char path[FD_PATH_MAX + MODULE_TEXT_MAX], name[MODULE_TEXT_MAX];
	struct kmod_module *module;
	int r;

	r = kmod_module_new_from_name(kmod, MODULE, &module);
	if (r < 0)
		return r;
	if (kmod_module_get_path(module)) {
		*ret_module = module;
		return 0;
	}
	kmod_module_unref(module);

	if (!find_unindexed(folder, name, sizeof(name)))
		return -ENOENT;
	ret_file->unindexed = true;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	r = check_file(path);
	return r < 0 ? r : kmod_module_new_from_path(kmod, path, ret_module);
}

/*
 * libkmod follows links as the running system does. Below another root it must come to the file that lies there: what a link
 * leads to outside is no part of it.
 */
static int check_inside(const struct tree *tree, const char *opened, const char *path)
{
	struct stat by_kmod, by_tree;

	if (tree->is_system)
		return 0;
	if (stat(opened, &by_kmod) < 0)
		return -errno;
	if (tree_stat(tree, &by_tree, "%s", path) < 0 || by_tree.st_dev != by_kmod.st_dev ||
	    by_tree.st_ino != by_kmod.st_ino)
		return -EXDEV;
	return 0;
}

/* Where the module lies, from the root of the system; modules.dep may name one outside of the kernel's folder. */
static void take_path(const char *opened, const char *folder, const char *release,
		      struct module_file *ret_file)
{
	size_t len = strlen(folder);

	if (!strncmp(opened, folder, len))
		snprintf(ret_file->path, sizeof(ret_file->path), "lib/modules/%s%s", release, opened + len);
	else
		snprintf(ret_file->path, sizeof(ret_file->path), "%s", opened + strspn(opened, "/"));
}

static int look_in(const struct tree *tree, const char *folder, struct module_file *ret_file,
		   const char *release)
{
	static const char *const no_config[] = { NULL };
	char index[MODULE_TEXT_MAX + RELEASE_MAX];
	char path[FD_PATH_MAX + MODULE_TEXT_MAX];
	struct kmod_module *module;
	struct kmod_ctx *kmod;
	int r;

	/* as above: libkmod opens it */
	snprintf(path, sizeof(path), "%s/modules.dep.bin", folder);
	r = check_file(path);
	if (!r) {
		snprintf(index, sizeof(index), "lib/modules/%s/modules.dep.bin", release);
		r = check_inside(tree, path, index);
	}
	if (r < 0 && r != -ENOENT)
		return r;

	kmod = kmod_open(folder, no_config);
	if (!kmod)
		return -ENOMEM;
	r = find_module(kmod, folder, &module, ret_file);
	if (!r) {
		take_path(kmod_module_get_path(module), folder, release, ret_file);
		r = check_inside(tree, kmod_module_get_path(module), ret_file->path);
		if (!r)
			r = read_info(module, ret_file);
		kmod_module_unref(module);
	}
	kmod_unref(kmod);
	return r;
}

/**
 * module_file_read() - what there is of mymap for a kernel
 * @tree: where
 * @release: the kernel
 * @ret_file: what there is
 */
void module_file_read(const struct tree *tree, const char *release, struct module_file *ret_file)
{
	char folder[FD_PATH_MAX];
	int fd;

	*ret_file = (struct module_file) { 0 };
	snprintf(ret_file->path, sizeof(ret_file->path), "lib/modules/%s", release);

	fd = tree_open(tree, O_PATH | O_DIRECTORY, "lib/modules/%s", release);
	if (fd < 0) {
		ret_file->error = fd;
		return;
	}
	/* by the descriptor, libkmod finds it below another root, too */
	snprintf(folder, sizeof(folder), "/proc/self/fd/%d", fd);
	ret_file->error = look_in(tree, folder, ret_file, release);
	close(fd);
}

/**
 * module_is_blacklisted() - does modprobe.d keep the module from being loaded at boot?
 * @tree: where; only the running system's configuration is looked at
 */
bool module_is_blacklisted(const struct tree *tree)
{
	struct kmod_config_iter *iter;
	struct kmod_ctx *kmod;
	bool found = false;

	if (!tree->is_system)
		return false;
	kmod = kmod_open(NULL, NULL);
	if (!kmod)
		return false;

	iter = kmod_config_get_blacklists(kmod);
	while (iter && !found && kmod_config_iter_next(iter))
		found = !strcmp(kmod_config_iter_get_key(iter), MODULE);
	kmod_config_iter_free_iter(iter);
	kmod_unref(kmod);
	return found;
}
