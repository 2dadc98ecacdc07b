#include "lib/exec/disturb.h"

#include "lib/base/rng.h"
#include "lib/exec/kill.h"
#include "lib/host/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB           ((size_t)1 << 20)
#define BUFFER_BYTES  (256 * MIB)
#define FILE_BYTES    (64 * MIB)
#define WRITE_BYTES   MIB
#define PERIOD_MAX_NS 500000000u

const char *const cb_disturbance_names[] = {
	[CB_DISTURB_NONE] = "none",
	[CB_DISTURB_SPINNER] = "spinner",
	[CB_DISTURB_MEMORY] = "memory",
	[CB_DISTURB_DISK] = "disk",
	[CB_DISTURBANCES] = NULL,
};

/* ---- what each does: returns where it cannot go on ---- */

static void spin_until(uint64_t end_ns)
{
	while (cb_now_ns() < end_ns)
		;
}

static void sleep_ns(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u) };

	nanosleep(&t, NULL);
}

static void spinner(unsigned cpu, const char *dir)
{
	struct cb_rng rng;
	uint64_t seed;
	cpu_set_t set;

	(void)dir;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set) || cb_random_seed(&seed))
		return;
	cb_rng_seed(&rng, seed);
	for (;;) {
		spin_until(cb_now_ns() + cb_rng_below(&rng, PERIOD_MAX_NS));
		sleep_ns(cb_rng_below(&rng, PERIOD_MAX_NS));
	}
}

static void memory(unsigned cpu, const char *dir)
{
	size_t bytes = BUFFER_BYTES;
	char *buffer = MAP_FAILED;

	(void)cpu, (void)dir;
	while (bytes >= MIB && buffer == MAP_FAILED) {
		buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		bytes = buffer == MAP_FAILED ? bytes / 2 : bytes;
	}
	if (buffer == MAP_FAILED)
		return;
	for (;;) {
		memset(buffer, 1, bytes / 2);
		memcpy(buffer + bytes / 2, buffer, bytes / 2);
	}
}

/* A file that is gone when it is closed. Returns its descriptor, or -1. */
static int nameless_file(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	char *path;

	if (fd >= 0 || asprintf(&path, "%s/concbench-disturb-XXXXXX", dir) < 0)
		return fd;
	fd = mkostemp(path, O_CLOEXEC); /* on file systems without such files */
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

static void disk(unsigned cpu, const char *dir)
{
	int fd = nameless_file(dir);
	char *block = malloc(WRITE_BYTES);

	(void)cpu;
	if (block)
		memset(block, 1, WRITE_BYTES);
	for (size_t at = 0; fd >= 0 && block; at = (at + WRITE_BYTES) % FILE_BYTES)
		if (pwrite(fd, block, WRITE_BYTES, (off_t)at) < 0 || fdatasync(fd))
			break;
	free(block);
}

static void (*const kinds[])(unsigned cpu, const char *dir) = {
	[CB_DISTURB_SPINNER] = spinner,
	[CB_DISTURB_MEMORY] = memory,
	[CB_DISTURB_DISK] = disk,
};

/* ---- the process ---- */

static _Noreturn void be(enum cb_disturbance kind, unsigned cpu, const char *dir, int go, pid_t harness)
{
	char word;

	cb_die_with_parent(SIGKILL, harness);
	if (read(go, &word, 1) == 1)
		kinds[kind](cpu, dir);
	_exit(1);
}

int cb_disturb_start(enum cb_disturbance kind, unsigned cpu, const char *dir, struct cb_disturber *ret,
	struct cb_error *err)
{
	struct cb_disturber disturber = { 0 };
	pid_t harness = getpid();
	int fds[2], r = 0;

	if (kind == CB_DISTURB_NONE) {
		*ret = disturber;
		return 0;
	}
	if (pipe2(fds, O_CLOEXEC))
		return cb_error_set(err, -errno, "cannot disturb: %s", strerror(errno));
	disturber.pid = fork();
	if (disturber.pid < 0)
		r = -errno;
	if (!disturber.pid) {
		close(fds[1]);
		be(kind, cpu, dir, fds[0], harness);
	}
	close(fds[0]);
	disturber.go = fds[1];
	if (r) {
		close(fds[1]);
		return cb_error_set(err, r, "cannot disturb: %s", strerror(-r));
	}
	*ret = disturber;
	return 0;
}

void cb_disturb_go(struct cb_disturber *disturber)
{
	if (disturber->pid)
		(void)!write(disturber->go, "g", 1);
}

bool cb_disturb_lives(const struct cb_disturber *disturber)
{
	siginfo_t info = { .si_pid = 0 };

	if (!disturber->pid)
		return true;
	return !waitid(P_PID, (id_t)disturber->pid, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid;
}

void cb_disturb_stop(struct cb_disturber *disturber)
{
	if (!disturber->pid)
		return;
	close(disturber->go);
	kill(disturber->pid, SIGKILL);
	while (waitpid(disturber->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*disturber = (struct cb_disturber){ 0 };
}
