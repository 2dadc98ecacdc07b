/*
 * For workloads that read or write files: whether a file system can be trusted to be measured, and what of a
 * file is in the page cache. Like lib/workload.h it needs no symbol of the program.
 */
#ifndef CONCBENCH_WORKLOAD_FILE_H
#define CONCBENCH_WORKLOAD_FILE_H

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "workload.h"

/*
 * The name of path's file system when it is one whose page cache can be evicted and checked, and whose reads
 * and writes the kernel accounts; else NULL (tmpfs, overlayfs, network and unknown ones: there cachestat may
 * look at another cache than the one that serves the reads).
 */
static inline const char *cb_file_system(const char *path)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} known[] = { { 0xef53, "ext4" }, { 0x58465342, "xfs" }, { 0x9123683e, "btrfs" },
		{ 0xf2f52010, "f2fs" } };
	struct statfs fs;

	if (statfs(path, &fs))
		return NULL;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].magic == ((unsigned long)fs.f_type & 0xffffffff))
			return known[i].name;
	return NULL;
}

/* For supported() of file workloads: 0, or -ENOTSUP with a reason when path's file system is not one of
 * those.
 */
static inline int cb_check_file_system(const char *path, const struct cb_env *env, struct cb_error *err)
{
	if (env->allow_unverified || cb_file_system(path))
		return 0;
	return cb_error_set(err, -ENOTSUP,
		"'%.100s' is not on ext4, xfs, btrfs or f2fs: whether its reads and writes reach a device "
		"cannot be "
		"checked (choose another --dir, or --allow-unverified)",
		path);
}

/*
 * The share of a file's first bytes (at least 1) that is in the page cache, 0..1, and how it was found out:
 * cachestat (Linux 6.5) or mincore, which tells the truth of files that one owns or may write only. Negative
 * when neither works. ret_how may be NULL. Not for the timed region: mincore takes a byte for each page.
 */
static inline double cb_resident_share(int fd, uint64_t bytes, const char **ret_how)
{
	const long number = 451; /* of cachestat, on all architectures; older headers lack it */
	struct {
		uint64_t off, len;
	} range = { 0, bytes };
	struct {
		uint64_t cache, dirty, writeback, evicted, recently_evicted;
	} found;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page, resident = 0;
	unsigned char *map;
	void *start;

	if (ret_how)
		*ret_how = "cachestat";
	if (!syscall(number, fd, &range, &found, 0))
		return (double)found.cache / (double)pages;
	if (ret_how)
		*ret_how = "mincore";
	map = malloc(pages);
	start = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (!map || start == MAP_FAILED || mincore(start, bytes, map))
		pages = 0;
	for (uint64_t i = 0; i < pages; i++)
		resident += map[i] & 1;
	if (start != MAP_FAILED)
		munmap(start, bytes);
	free(map);
	return pages ? (double)resident / (double)pages : -1;
}

#endif
