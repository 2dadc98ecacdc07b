/*
 * kernel_mmap: map anonymous memory, touch some of its first pages, unmap it. Threads have one address space
 * and queue at its lock, for writing both times; processes have one each. Once pages were touched, unmapping
 * must also interrupt the CPUs where other threads run, whose TLBs may know the pages. Huge pages are
 * switched off, so that `touch` pages are as many faults.
 */
#include "lib/workload.h"
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

struct mmap_params {
	uint64_t size_bytes, touch_pages;
};

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int mmap_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	const struct mmap_params *p = params;

	(void)env;
	if (p->touch_pages <= p->size_bytes / page_bytes())
		return 0;
	return cb_error_set(err, -EINVAL, "size has fewer pages of %zu bytes than touch says", page_bytes());
}

static uint64_t mmap_footprint(const void *params, const struct cb_env *env)
{
	const struct mmap_params *p = params;

	return p->touch_pages * page_bytes() * env->workers;
}

static int mmap_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	(void)s, (void)err;
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); /* fails only where there are none */
	*ret_shared = NULL;
	return 0;
}

/* Writes to each page; -EIO when one was not zero, that is, not new. */
static int touch(volatile char *start, uint64_t pages, size_t page)
{
	for (uint64_t i = 0; i < pages; i++, start += page) {
		start[0] = 1;
		if (start[1])
			return -EIO;
		start[1] = 1;
	}
	return 0;
}

/* Whether the page is mapped; warm-up looks at the last one. */
static int check_mapped(char *page_start, size_t page)
{
	unsigned char resident;

	return mincore(page_start, page, &resident) ? -errno : 0;
}

static int mmap_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct mmap_params *p = w->params;
	size_t page = page_bytes();

	for (uint64_t unit = first; unit < first + n; unit++) {
		char *start = mmap(
			NULL, p->size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		int rc;

		if (start == MAP_FAILED)
			return cb_error_set(err, -errno, "cannot map %llu bytes: %s",
				(unsigned long long)p->size_bytes, strerror(errno));
		rc = touch(start, p->touch_pages, page);
		if (!rc && unit >= CB_WARMUP_UNIT)
			rc = check_mapped(start + (p->size_bytes - 1) / page * page, page);
		if (munmap(start, p->size_bytes) && !rc)
			rc = -errno;
		if (rc)
			return cb_error_set(err, rc, "what was mapped is not new memory: %s", strerror(-rc));
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

static const struct cb_param mmap_table[] = {
	{ "size", CB_PARAM_SIZE, "bytes", "128MiB", 4096, 1ull << 40, NULL, "what a unit maps",
		offsetof(struct mmap_params, size_bytes) },
	{ "touch", CB_PARAM_U64, "pages", "0", 0, 1ull << 28, NULL,
		"written to before unmapping, from the start", offsetof(struct mmap_params, touch_pages) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_kernel_mmap = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_mmap",
	.summary = "map anonymous memory and unmap it: the address space and its lock",
	.unit = "mmap and munmap",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = mmap_table,
	.params_size = sizeof(struct mmap_params),
	.supported = mmap_supported,
	.footprint = mmap_footprint,
	.setup = mmap_setup,
	.run = mmap_run,
	.expect = cb_expect_units,
};
