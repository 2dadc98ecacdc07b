#include "lib/plan/plugins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/exec/plugin.h"
#include "lib/plan/registry.h"

static int no_memory(struct cb_error *err)
{
	return cb_error_set(err, -ENOMEM, "no memory for plugins");
}

static size_t count(const struct cb_workload *const *registry)
{
	size_t n = 0;

	while (registry[n])
		n++;
	return n;
}

static int is_taken(const char *path, const struct cb_workload *by, struct cb_error *err)
{
	const struct cb_file *file = cb_workload_file(by);
	char quoted[96], other[96];

	return cb_error_set(err, -EEXIST,
		"cannot use '%s': there is a workload '%s' already, %s%s%s: rename one",
		cb_quote(path, quoted, sizeof quoted), by->name, file ? "of '" : "built in",
		file ? cb_quote(file->path, other, sizeof other) : "", file ? "'" : "");
}

/* Puts workload where its name belongs; room for it must be there. */
static void insert(const struct cb_workload **registry, const struct cb_workload *workload)
{
	size_t i = count(registry);

	registry[i + 1] = NULL;
	for (; i > 0 && strcmp(registry[i - 1]->name, workload->name) > 0; i--)
		registry[i] = registry[i - 1];
	registry[i] = workload;
}

static int add_file(struct cb_plugins *plugins, const char *path, struct cb_error *err)
{
	struct cb_plugin_file **file = &plugins->files[plugins->files_n];
	const struct cb_workload *workload;
	int r = cb_plugin_file_load(path, file, err);

	if (r)
		return r;
	plugins->files_n++;
	for (unsigned i = 0; (workload = cb_plugin_file_workload(*file, i)); i++) {
		const struct cb_workload *same = cb_registry_find_in(plugins->registry, workload->name);

		if (same)
			return is_taken(path, same, err);
		insert(plugins->registry, workload);
	}
	return 0;
}

int cb_plugins_load(const struct cb_words *paths, const struct cb_workload *const *built_in,
	struct cb_plugins *ret, struct cb_error *err)
{
	size_t n = count(built_in), most = n + paths->n * CB_PLUGIN_WORKLOADS_MAX;
	struct cb_plugins plugins = { .files = calloc(paths->n + 1, sizeof *plugins.files),
		.registry = calloc(most + 1, sizeof *plugins.registry) };
	int r = plugins.files && plugins.registry ? 0 : no_memory(err);

	if (!r)
		memcpy(plugins.registry, built_in, n * sizeof *built_in);
	for (size_t i = 0; i < paths->n && !r; i++)
		r = add_file(&plugins, paths->v[i], err);
	if (r)
		cb_plugins_release(&plugins);
	else
		*ret = plugins;
	return r;
}

void cb_plugins_release(struct cb_plugins *plugins)
{
	if (!plugins)
		return;
	for (unsigned i = 0; i < plugins->files_n; i++)
		cb_plugin_file_free(plugins->files[i]);
	free(plugins->files);
	free(plugins->registry);
	*plugins = (struct cb_plugins){ 0 };
}
