// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's state and its loading, above a libkmod that this file plays.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"

static struct {
	int refs;		/* contexts, modules and lists that are held */
	bool log_replaced;
	bool new_fails;
	int from_name;		/* result */
	int initstate;		/* result */
	const char *path;	/* result */
	int lookup;		/* result */
	int nr_found;
	int probe[2];		/* results */
	int nr_probed;
	unsigned int probe_flags;
} fake;

static int setup(void **state)
{
	memset(&fake, 0, sizeof(fake));
	fake.nr_found = 1;
	return mock_setup(state);
}

static int teardown(void **state)
{
	assert_int_equal(fake.refs, 0);
	return mock_teardown(state);
}

/* --------------------------------------------------------- what plays libkmod */

static struct kmod_ctx *const the_ctx = UNTOUCHED(struct kmod_ctx);
static struct kmod_module *const the_module = UNTOUCHED(struct kmod_module);
static char list_items[2];

struct kmod_ctx *kmod_new(const char *dirname, const char *const *config_paths)
{
	/* the running kernel, the configuration of the system */
	assert_null(dirname);
	assert_null(config_paths);
	if (fake.new_fails)
		return NULL;
	fake.refs++;
	return the_ctx;
}

struct kmod_ctx *kmod_unref(struct kmod_ctx *ctx)
{
	assert_ptr_equal(ctx, the_ctx);
	fake.refs--;
	return NULL;
}

void kmod_set_log_fn(struct kmod_ctx *ctx,
		     void (*log_fn)(void *data, int priority, const char *file, int line,
				    const char *fn, const char *format, va_list args),
		     const void *data)
{
	(void)data;
	assert_ptr_equal(ctx, the_ctx);
	assert_non_null(log_fn);
	fake.log_replaced = true;
}

int kmod_module_new_from_name(struct kmod_ctx *ctx, const char *name, struct kmod_module **mod)
{
	assert_ptr_equal(ctx, the_ctx);
	assert_string_equal(name, "mymap");
	if (fake.from_name < 0)
		return fake.from_name;
	fake.refs++;
	*mod = the_module;
	return 0;
}

struct kmod_module *kmod_module_unref(struct kmod_module *mod)
{
	assert_ptr_equal(mod, the_module);
	fake.refs--;
	return NULL;
}

int kmod_module_get_initstate(const struct kmod_module *mod)
{
	assert_ptr_equal(mod, the_module);
	return fake.initstate;
}

const char *kmod_module_get_path(const struct kmod_module *mod)
{
	assert_ptr_equal(mod, the_module);
	return fake.path;
}

int kmod_module_new_from_lookup(struct kmod_ctx *ctx, const char *alias, struct kmod_list **list)
{
	assert_ptr_equal(ctx, the_ctx);
	assert_string_equal(alias, "mymap");
	if (fake.lookup < 0)
		return fake.lookup;
	if (fake.nr_found) {
		*list = (struct kmod_list *)&list_items[0];
		fake.refs++;
	}
	return 0;
}

struct kmod_list *kmod_list_next(const struct kmod_list *list, const struct kmod_list *curr)
{
	assert_ptr_equal(list, &list_items[0]);
	if ((const char *)curr == &list_items[fake.nr_found - 1])
		return NULL;
	return (struct kmod_list *)&list_items[1];
}

struct kmod_module *kmod_module_get_module(const struct kmod_list *entry)
{
	assert_non_null(entry);
	fake.refs++;
	return the_module;
}

int kmod_module_unref_list(struct kmod_list *list)
{
	if (list)
		fake.refs--;
	return 0;
}

int kmod_module_probe_insert_module(struct kmod_module *mod, unsigned int flags,
				    const char *extra_options,
				    int (*run_install)(struct kmod_module *m, const char *cmdline,
						       void *data),
				    const void *data,
				    void (*print_action)(struct kmod_module *m, bool install,
							 const char *options))
{
	(void)data;
	assert_ptr_equal(mod, the_module);
	assert_null(extra_options);
	assert_null(run_install);
	assert_null(print_action);
	fake.probe_flags = flags;
	return fake.probe[fake.nr_probed++];
}

/* ---------------------------------------------------------------------- state */

static void expect_state(int initstate, const char *path, enum mymap_module_state expected)
{
	enum mymap_module_state state;

	fake.initstate = initstate;
	fake.path = path;
	assert_int_equal(mymap_module_get_state(&state), 0);
	assert_int_equal(state, expected);
	assert_true(fake.log_replaced);
}

static void state_not_installed(void **state)
{
	(void)state;
	expect_state(-ENOENT, NULL, MYMAP_MODULE_NOT_INSTALLED);
}

static void state_available(void **state)
{
	(void)state;
	expect_state(-ENOENT, "/lib/modules/x/mymap.ko", MYMAP_MODULE_AVAILABLE);
}

static void state_loading(void **state)
{
	(void)state;
	expect_state(KMOD_MODULE_COMING, "/lib/modules/x/mymap.ko", MYMAP_MODULE_LOADING);
}

static void state_loaded(void **state)
{
	(void)state;
	expect_state(KMOD_MODULE_LIVE, "/lib/modules/x/mymap.ko", MYMAP_MODULE_LOADED);
}

static void state_loaded_by_insmod(void **state)
{
	(void)state;
	expect_state(KMOD_MODULE_LIVE, NULL, MYMAP_MODULE_LOADED);
}

static void state_unloading(void **state)
{
	(void)state;
	expect_state(KMOD_MODULE_GOING, "/lib/modules/x/mymap.ko", MYMAP_MODULE_UNLOADING);
}

static void state_builtin(void **state)
{
	(void)state;
	expect_state(KMOD_MODULE_BUILTIN, NULL, MYMAP_MODULE_BUILTIN);
}

static void expect_state_error(int error)
{
	enum mymap_module_state state = (enum mymap_module_state)77;

	assert_int_equal(mymap_module_get_state(&state), error);
	assert_int_equal(state, 77);
}

static void state_read_error(void **state)
{
	(void)state;
	fake.initstate = -EIO;
	expect_state_error(-EIO);
}

static void state_odd_answer(void **state)
{
	(void)state;
	fake.initstate = 4711;
	expect_state_error(-EPROTO);
}

static void state_no_context(void **state)
{
	(void)state;
	fake.new_fails = true;
	expect_state_error(-ENOMEM);
}

static void state_no_module(void **state)
{
	(void)state;
	fake.from_name = -ENOMEM;
	expect_state_error(-ENOMEM);
}

static void state_names(void **state)
{
	(void)state;
	assert_string_equal(mymap_module_state_name(MYMAP_MODULE_NOT_INSTALLED), "not installed");
	assert_string_equal(mymap_module_state_name(MYMAP_MODULE_AVAILABLE), "available");
	assert_string_equal(mymap_module_state_name(MYMAP_MODULE_LOADING), "loading");
	assert_string_equal(mymap_module_state_name(MYMAP_MODULE_LOADED), "loaded");
	assert_string_equal(mymap_module_state_name(MYMAP_MODULE_UNLOADING), "unloading");
	assert_string_equal(mymap_module_state_name(MYMAP_MODULE_BUILTIN), "builtin");
	assert_string_equal(mymap_module_state_name((enum mymap_module_state)77), "unknown");
}

/* ----------------------------------------------------------------------- load */

static void expect_load(int probe, int result)
{
	fake.probe[0] = probe;
	assert_int_equal(mymap_module_load(), result);
	assert_int_equal(fake.nr_probed, 1);
	assert_int_equal(fake.probe_flags, KMOD_PROBE_APPLY_BLACKLIST);
	assert_true(fake.log_replaced);
}

static void load_works(void **state)
{
	(void)state;
	expect_load(0, 0);
}

static void load_race(void **state)
{
	(void)state;
	expect_load(-EEXIST, 0);
}

static void load_blacklisted(void **state)
{
	(void)state;
	expect_load(KMOD_PROBE_APPLY_BLACKLIST, -ECANCELED);
}

static void load_not_permitted(void **state)
{
	(void)state;
	expect_load(-EPERM, -EPERM);
}

static void load_signature(void **state)
{
	(void)state;
	expect_load(-EKEYREJECTED, -EKEYREJECTED);
}

static void load_other_kernel(void **state)
{
	(void)state;
	expect_load(-ENOEXEC, -ENOEXEC);
}

static void load_all_found(void **state)
{
	(void)state;
	fake.nr_found = 2;
	assert_int_equal(mymap_module_load(), 0);
	assert_int_equal(fake.nr_probed, 2);
}

static void load_stops_at_error(void **state)
{
	(void)state;
	fake.nr_found = 2;
	expect_load(-EIO, -EIO);
}

static void load_not_installed(void **state)
{
	(void)state;
	fake.nr_found = 0;
	assert_int_equal(mymap_module_load(), -ENOENT);
	assert_int_equal(fake.nr_probed, 0);
}

static void load_lookup_error(void **state)
{
	(void)state;
	fake.lookup = -ENOSYS;
	assert_int_equal(mymap_module_load(), -ENOSYS);
	assert_int_equal(fake.nr_probed, 0);
}

static void load_no_context(void **state)
{
	(void)state;
	fake.new_fails = true;
	assert_int_equal(mymap_module_load(), -ENOMEM);
}

#undef TEST
#define TEST(text, function)	{ text, function, setup, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("module state: nothing known is not installed", state_not_installed),
		TEST("module state: a file and not loaded is available", state_available),
		TEST("module state: coming is loading", state_loading),
		TEST("module state: live is loaded", state_loaded),
		TEST("module state: live without a file is loaded", state_loaded_by_insmod),
		TEST("module state: going is unloading", state_unloading),
		TEST("module state: builtin is builtin", state_builtin),
		TEST("module state: an error in /sys is passed on", state_read_error),
		TEST("module state: an answer from the future is EPROTO", state_odd_answer),
		TEST("module state: no kmod context is ENOMEM", state_no_context),
		TEST("module state: no kmod module is passed on", state_no_module),
		TEST("module state: each has its name", state_names),
		TEST("module load: blacklists hold", load_works),
		TEST("module load: somebody was faster is fine", load_race),
		TEST("module load: blacklisted is ECANCELED", load_blacklisted),
		TEST("module load: EPERM is passed on", load_not_permitted),
		TEST("module load: EKEYREJECTED is passed on", load_signature),
		TEST("module load: ENOEXEC is passed on", load_other_kernel),
		TEST("module load: all that is found is loaded", load_all_found),
		TEST("module load: the first error ends it", load_stops_at_error),
		TEST("module load: nothing found is ENOENT", load_not_installed),
		TEST("module load: an error of the lookup is passed on", load_lookup_error),
		TEST("module load: no kmod context is ENOMEM", load_no_context),
	};

	return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
