#include "lib/result/host_json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Memory may run out at any key: the first failure is kept, and the whole is dropped in the end. */
struct object {
	cJSON *node;
	bool failed;
};

static void put(struct object *o, const char *key, cJSON *item)
{
	if (cJSON_AddItemToObject(o->node, key, item))
		return;
	cJSON_Delete(item);
	o->failed = true;
}

static void put_text(struct object *o, const char *key, const char *text)
{
	if (text[0])
		put(o, key, cJSON_CreateString(text));
}

static void put_count(struct object *o, const char *key, uint64_t value)
{
	if (value != CB_NONE)
		put(o, key, cJSON_CreateNumber((double)value));
}

/* Sizes of which 0 means that they are not known. */
static void put_size(struct object *o, const char *key, uint64_t bytes)
{
	put_count(o, key, bytes ? bytes : CB_NONE);
}

/* With three decimals, which is more than any of these is good for. Negative: absent. */
static void put_measure(struct object *o, const char *key, double value)
{
	if (value >= 0)
		put(o, key, cJSON_CreateNumber(round(value * 1000) / 1000));
}

static void put_bool(struct object *o, const char *key, bool value)
{
	put(o, key, cJSON_CreateBool(value));
}

static void put_identity(struct object *o, const struct cb_host *host)
{
	put_text(o, "fingerprint", host->fingerprint);
	put_text(o, "hostname", host->hostname);
	put_text(o, "cpu_model", host->cpu_model);
	put_text(o, "arch", host->arch);
	put_text(o, "os", host->os);
	put_text(o, "kernel", host->kernel);
	put_bool(o, "virtualized", host->virtualized);
	put_text(o, "hypervisor", host->hypervisor);
	put_text(o, "governor", host->governor);
	if (host->boost >= 0)
		put_bool(o, "boost", host->boost);
}

static void put_allowance(struct object *o, const struct cb_allowance *a)
{
	cJSON *cpus = cJSON_CreateArray();

	put_count(o, "cpus_online", a->configured);
	for (unsigned i = 0; i < a->mask_n; i++)
		if (!cJSON_AddItemToArray(cpus, cJSON_CreateNumber(a->mask[i])))
			o->failed = true;
	put(o, "cpus_allowed", cpus);
	put_count(o, "cpus_usable", a->usable);
	if (a->quota_cpus > 0)
		put_measure(o, "quota_cpus", a->quota_cpus);
	put_text(o, "quota_file", a->quota_from);
}

static void put_topology(struct object *o, const struct cb_topology *t)
{
	put_count(o, "packages", t->packages);
	put_count(o, "numa_nodes", t->numa_nodes);
	put_count(o, "cores", t->cores);
	put_count(o, "smt", t->smt);
	put_count(o, "last_level_caches", t->llcs);
	put_size(o, "l1d_bytes", t->l1d_bytes);
	put_size(o, "l2_bytes", t->l2_bytes);
	put_size(o, "llc_bytes", t->llc_bytes);
	put_text(o, "topology_unknown", t->flat);
}

static void put_measured(struct object *o, const struct cb_host *host, double capacity)
{
	put_size(o, "memory_bytes", host->memory_bytes);
	put_count(o, "memory_free_bytes", host->memory_free_bytes);
	put_measure(o, "load_1min", host->load1);
	put_measure(o, "clock_ns", host->clock_ns);
	put_bool(o, "steal_clock", host->has_steal);
	put_bool(o, "schedstat", host->has_schedstat);
	put_bool(o, "io_accounting", host->has_io_accounting);
	put_bool(o, "cachestat", host->has_cachestat);
	put_measure(o, "capacity", capacity);
}

/* Gives the object away, or NULL when something is missing in it. */
static cJSON *finish(struct object *o)
{
	if (!o->failed)
		return o->node;
	cJSON_Delete(o->node);
	return NULL;
}

static void put_host(struct object *o, const struct cb_host *host, double capacity)
{
	put_identity(o, host);
	put_allowance(o, &host->allowance);
	put_topology(o, &host->topology);
	put_measured(o, host, capacity);
}

struct cJSON *cb_host_json(const struct cb_host *host, double capacity)
{
	struct object o = { .node = cJSON_CreateObject() };

	put_host(&o, host, capacity);
	return finish(&o);
}

static void add_sentence(void *arg, const char *sentence)
{
	cJSON_AddItemToArray(arg, cJSON_CreateString(sentence));
}

char *cb_host_json_text(const struct cb_host *host, const struct cb_capacity *capacity)
{
	struct object o = { .node = cJSON_CreateObject() };
	cJSON *sentences = cJSON_CreateArray(), *node;
	char *text, *line = NULL;

	put_text(&o, "schema", "concbench.host/1");
	put_host(&o, host, capacity->probes ? capacity->median : -1);
	if (capacity->probes) {
		put_measure(&o, "capacity_min", capacity->min);
		put_measure(&o, "capacity_max", capacity->max);
		put_count(&o, "capacity_probes", capacity->probes);
	}
	if (sentences)
		cb_host_disturbances(host, add_sentence, sentences);
	put(&o, "disturbances", sentences);
	node = finish(&o);
	text = node ? cJSON_Print(node) : NULL;
	cJSON_Delete(node);
	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	cJSON_free(text);
	return line;
}
