// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel module: is it there, is it loaded, load it. By libkmod, which knows
 * modules.dep, modprobe.d and compressed modules as modprobe does.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>

#include <mymap.h>

#include "private.h"

/* libkmod logs to stderr if it is left alone. */
static void log_nothing(void *data, int priority, const char *file, int line,
			const char *fn, const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)fn;
	(void)format;
	(void)args;
}

static struct kmod_ctx *kmod_open(void)
{
	struct kmod_ctx *kmod;

	/* NULL: the modules of the running kernel, the configuration of the system */
	kmod = kmod_new(NULL, NULL);
	if (kmod)
		kmod_set_log_fn(kmod, log_nothing, NULL);
	return kmod;
}

static int state_of(struct kmod_module *module, enum mymap_module_state *ret_state)
{
	int r = kmod_module_get_initstate(module);

	switch (r) {
	case KMOD_MODULE_BUILTIN:
		*ret_state = MYMAP_MODULE_BUILTIN;
		return 0;
	case KMOD_MODULE_LIVE:
		*ret_state = MYMAP_MODULE_LOADED;
		return 0;
	case KMOD_MODULE_COMING:
		*ret_state = MYMAP_MODULE_LOADING;
		return 0;
	case KMOD_MODULE_GOING:
		*ret_state = MYMAP_MODULE_UNLOADING;
		return 0;
	case -ENOENT:
		*ret_state = kmod_module_get_path(module) ? MYMAP_MODULE_AVAILABLE :
							    MYMAP_MODULE_NOT_INSTALLED;
		return 0;
	default:
		return r < 0 ? r : -EPROTO;
	}
}

MYMAP_EXPORT int mymap_module_get_state(enum mymap_module_state *ret_state)
{
	struct kmod_module *module;
	struct kmod_ctx *kmod;
	int r;

	kmod = kmod_open();
	if (!kmod)
		return -ENOMEM;

	r = kmod_module_new_from_name(kmod, MYMAP_DEVICE, &module);
	if (r >= 0) {
		r = state_of(module, ret_state);
		kmod_module_unref(module);
	}

	kmod_unref(kmod);
	return r;
}

MYMAP_EXPORT const char *mymap_module_state_name(enum mymap_module_state state)
{
	switch (state) {
	case MYMAP_MODULE_NOT_INSTALLED:
		return "not installed";
	case MYMAP_MODULE_AVAILABLE:
		return "available";
	case MYMAP_MODULE_LOADING:
		return "loading";
	case MYMAP_MODULE_LOADED:
		return "loaded";
	case MYMAP_MODULE_UNLOADING:
		return "unloading";
	case MYMAP_MODULE_BUILTIN:
		return "builtin";
	}
	return "unknown";
}

static int probe(struct kmod_module *module)
{
	int r;

	r = kmod_module_probe_insert_module(module, KMOD_PROBE_APPLY_BLACKLIST,
					    NULL, NULL, NULL, NULL);
	if (r == KMOD_PROBE_APPLY_BLACKLIST)
		return -ECANCELED;
	if (r == -EEXIST) /* somebody else was faster */
		return 0;
	return r < 0 ? r : 0;
}

MYMAP_EXPORT int mymap_module_load(void)
{
	struct kmod_list *list = NULL, *item;
	struct kmod_ctx *kmod;
	int r;

	kmod = kmod_open();
	if (!kmod)
		return -ENOMEM;

	r = kmod_module_new_from_lookup(kmod, MYMAP_DEVICE, &list);
	if (r >= 0 && !list)
		r = -ENOENT;

	if (r >= 0) {
		kmod_list_foreach(item, list) {
			struct kmod_module *module = kmod_module_get_module(item);

			r = probe(module);
			kmod_module_unref(module);
			if (r < 0)
				break;
		}
	}

	kmod_module_unref_list(list);
	kmod_unref(kmod);
	return r < 0 ? r : 0;
}
