/*
 * For workloads that read or write files: whether a file system can be trusted to be measured, what of a file
 * is in the page cache, and what of that the device does not have yet. Like lib/workload.h it needs no symbol
 * of the program.
 */
#ifndef CONCBENCH_WORKLOAD_FILE_H
#define CONCBENCH_WORKLOAD_FILE_H

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
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
 * What reads past the page cache must be multiples of, in bytes, on the device that holds path: its logical
 * block, by sysfs. Where path has no such device (btrfs), the file system's block. 0 when neither is known.
 */
static inline uint64_t cb_direct_align_bytes(const char *path)
{
	static const char *const above[] = { "", "../" }; /* a partition has no queue of its own */
	unsigned long bytes = 0;
	char name[80];
	struct statfs fs;
	struct stat st;

	if (stat(path, &st) || statfs(path, &fs))
		return 0;
	for (size_t i = 0; i < sizeof above / sizeof above[0] && !bytes; i++) {
		FILE *file;

		snprintf(name, sizeof name, "/sys/dev/block/%u:%u/%squeue/logical_block_size",
			major(st.st_dev), minor(st.st_dev), above[i]);
		file = fopen(name, "re");
		if (file && fscanf(file, "%lu", &bytes) != 1)
			bytes = 0;
		if (file)
			fclose(file);
	}
	return bytes ? bytes : (uint64_t)fs.f_bsize;
}

/* What of a file the page cache holds. */
struct cb_cached {
	uint64_t pages;          /* all of them */
	uint64_t unsynced_pages; /* dirty or being written: the device does not have them yet */
};

/*
 * Asks that of a file's first bytes, or of all of it for 0. Returns 0 or a negative errno: before Linux 6.5
 * -ENOSYS, and where the call is filtered -EPERM.
 */
static inline int cb_cachestat(int fd, uint64_t bytes, struct cb_cached *ret)
{
	const long number = 451; /* on all architectures; older headers lack it */
	struct {
		uint64_t off, len;
	} range = { 0, bytes };
	struct {
		uint64_t cache, dirty, writeback, evicted, recently_evicted;
	} found;

	if (syscall(number, fd, &range, &found, 0))
		return -errno;
	*ret = (struct cb_cached){ found.cache, found.dirty + found.writeback };
	return 0;
}

/* Those pages by mincore, which tells the truth of files that one owns or may write only; -1: it failed. */
static inline double cb_mincore_pages(int fd, uint64_t bytes, uint64_t pages)
{
	unsigned char *map = malloc(pages);
	void *start = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	bool known = map && start != MAP_FAILED && !mincore(start, bytes, map);
	uint64_t resident = 0;

	for (uint64_t i = 0; i < pages && known; i++)
		resident += map[i] & 1;
	if (start != MAP_FAILED)
		munmap(start, bytes);
	free(map);
	return known ? (double)resident : -1;
}

/*
 * The share of a file's first bytes (at least 1) that is in the page cache, 0..1, and how it was found out:
 * cachestat (Linux 6.5) or mincore. Negative when neither works. ret_how may be NULL. Not for the timed
 * region: mincore takes a byte for each page.
 */
static inline double cb_resident_share(int fd, uint64_t bytes, const char **ret_how)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page;
	struct cb_cached cached = { 0 };
	bool counted = !cb_cachestat(fd, bytes, &cached);

	if (ret_how)
		*ret_how = counted ? "cachestat" : "mincore";
	return (counted ? (double)cached.pages : cb_mincore_pages(fd, bytes, pages)) / (double)pages;
}

#endif
