/*
 * kernel_fault: page faults on fresh anonymous memory. A unit gives the pages of the worker's own region back
 * (MADV_DONTNEED) and writes to each. Faults of threads meet in one address space, and giving pages back
 * interrupts the CPUs where other threads run, whose TLBs may know the pages; processes share the page
 * allocator only. No huge pages: each page is a fault.
 */
#include "lib/workload.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct fault_params {
	uint64_t pages;
};

struct region {
	volatile uint64_t *start;
	size_t page_bytes, bytes;
};

static uint64_t fault_footprint(const void *params, const struct cb_env *env)
{
	return ((const struct fault_params *)params)->pages * (uint64_t)sysconf(_SC_PAGESIZE) * env->workers;
}

static int fault_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct fault_params *p = w->params;
	struct region *region = w->state = calloc(1, sizeof *region);
	void *start;

	if (!region)
		return cb_error_set(err, -ENOMEM, "no memory for a worker's state");
	region->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	region->bytes = p->pages * region->page_bytes;
	start = mmap(NULL, region->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return cb_error_set(err, -errno, "cannot map %zu bytes: %s", region->bytes, strerror(errno));
	madvise(start, region->bytes, MADV_NOHUGEPAGE); /* fails only where there are none */
	region->start = start;
	return 0;
}

/* Writes to each page. False when one still has what the unit before left there: then it was no fault. */
static bool touch(const struct region *region)
{
	size_t step = region->page_bytes / sizeof *region->start;
	volatile uint64_t *end = region->start + region->bytes / sizeof *region->start;

	for (volatile uint64_t *page = region->start; page < end; page += step) {
		page[0] = 1; /* reading first would be a fault of another kind, and this one a second */
		if (page[1])
			return false;
		page[1] = 1;
	}
	return true;
}

static int fault_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct region *region = w->state;

	for (uint64_t i = 0; i < n; i++) {
		if (madvise((void *)region->start, region->bytes, MADV_DONTNEED))
			return cb_error_set(err, -errno, "cannot give pages back: %s", strerror(errno));
		if (!touch(region))
			return cb_error_set(err, -EIO, "a page that was given back is still there");
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

static void fault_worker_fini(struct cb_worker *w)
{
	struct region *region = w->state;

	munmap((void *)region->start, region->bytes);
	free(region);
}

static const struct cb_param fault_table[] = {
	{ "pages", CB_PARAM_U64, "pages", "64", 1, 1ull << 28, NULL, "that a unit faults in",
		offsetof(struct fault_params, pages) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_kernel_fault = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_fault",
	.summary = "page faults on fresh anonymous memory",
	.unit = "madvise, then a fault for each page",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = fault_table,
	.params_size = sizeof(struct fault_params),
	.footprint = fault_footprint,
	.worker_init = fault_worker_init,
	.run = fault_run,
	.expect = cb_expect_units,
	.worker_fini = fault_worker_fini,
};
