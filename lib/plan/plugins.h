/* The workloads of a run: those built in and those of its plugins. */
#ifndef CB_PLAN_PLUGINS_H
#define CB_PLAN_PLUGINS_H

#include "lib/base/parse.h"

struct cb_plugin_file;

struct cb_plugins {
	struct cb_plugin_file **files;
	unsigned files_n;
	const struct cb_workload **registry; /* all, by ascending name, NULL-terminated */
};

/*
 * Describes each file (see lib/exec/plugin.h) and adds its workloads to those of the NULL-terminated list.
 * Errors: as cb_plugin_file_load; -EEXIST: a name that is there already; -ENOMEM. *ret is untouched then.
 */
int cb_plugins_load(const struct cb_words *paths, const struct cb_workload *const *built_in,
	struct cb_plugins *ret, struct cb_error *err);
/* Zeroed ones and NULL are fine. Plans made of the registry must be gone. */
void cb_plugins_release(struct cb_plugins *plugins);

#endif
