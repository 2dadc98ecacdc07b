#include "lib/exec/usage.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/host/clock.h"

/* Reads a small /proc file as text; false when it is not there. */
static bool read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = 0;
	return true;
}

/*
 * The number at *p, behind spaces, and on to what follows it. By hand, as all that a worker calls here: what
 * a process touches of libc is mapped when it first does so and unmapped when it exits, and strtoull alone
 * touches three places.
 */
static uint64_t take_number(const char **p)
{
	uint64_t n = 0;

	while (**p == ' ')
		++*p;
	for (; **p >= '0' && **p <= '9'; ++*p)
		n = n * 10 + (uint64_t)(**p - '0');
	return n;
}

/* What follows the key, or NULL when the text starts with something else. */
static const char *behind(const char *text, const char *key)
{
	while (*key && *text == *key)
		text++, key++;
	return *key ? NULL : text;
}

/* The number behind key in "key: number" lines. */
static uint64_t field(const char *text, const char *key)
{
	const char *found = behind(text, key);

	while (!found && *text)
		if (*text++ == '\n')
			found = behind(text, key);
	return found ? take_number(&found) : CB_NONE;
}

int cb_usage_open(bool alone)
{
	return open(alone ? "/proc/self/schedstat" : "/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

static void read_counters(int schedstat_fd, struct cb_usage *ret)
{
	struct rusage r;
	char text[96];
	ssize_t n = schedstat_fd < 0 ? -1 : pread(schedstat_fd, text, sizeof text - 1, 0);
	const char *p = text;

	ret->run_delay_ns = CB_NONE;
	if (n > 0) {
		text[n] = 0;
		take_number(&p);
		ret->run_delay_ns = take_number(&p);
	}
	getrusage(RUSAGE_THREAD, &r);
	ret->sys_ns = timeval_ns(r.ru_stime);
	ret->ctx_voluntary = (uint64_t)r.ru_nvcsw;
	ret->ctx_involuntary = (uint64_t)r.ru_nivcsw;
	ret->faults_minor = (uint64_t)r.ru_minflt;
	ret->faults_major = (uint64_t)r.ru_majflt;
}

void cb_usage_read_start(int schedstat_fd, struct cb_usage *ret)
{
	read_counters(schedstat_fd, ret);
	ret->cpu_ns = cb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void cb_usage_read_end(int schedstat_fd, struct cb_usage *ret)
{
	ret->cpu_ns = cb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	read_counters(schedstat_fd, ret);
}

void cb_usage_read_io(bool alone, struct cb_usage *ret)
{
	char text[256];

	ret->rchar = ret->wchar = ret->read_bytes = ret->write_bytes = CB_NONE;
	if (!read_text(alone ? "/proc/self/io" : "/proc/thread-self/io", text, sizeof text))
		return;
	ret->rchar = field(text, "rchar:");
	ret->wchar = field(text, "wchar:");
	ret->read_bytes = field(text, "read_bytes:");
	ret->write_bytes = field(text, "write_bytes:");
}

static void since(uint64_t *u, uint64_t now)
{
	*u = *u == CB_NONE || now == CB_NONE ? CB_NONE : now > *u ? now - *u : 0;
}

void cb_usage_since(struct cb_usage *u, const struct cb_usage *now, bool io)
{
	if (io) {
		since(&u->rchar, now->rchar);
		since(&u->wchar, now->wchar);
		since(&u->read_bytes, now->read_bytes);
		since(&u->write_bytes, now->write_bytes);
		return;
	}
	since(&u->cpu_ns, now->cpu_ns);
	since(&u->sys_ns, now->sys_ns);
	since(&u->ctx_voluntary, now->ctx_voluntary);
	since(&u->ctx_involuntary, now->ctx_involuntary);
	since(&u->faults_minor, now->faults_minor);
	since(&u->faults_major, now->faults_major);
	since(&u->run_delay_ns, now->run_delay_ns);
}

void cb_usage_add(struct cb_usage *u, const struct cb_usage *more)
{
	u->cpu_ns += more->cpu_ns;
	u->sys_ns += more->sys_ns;
	u->ctx_voluntary += more->ctx_voluntary;
	u->ctx_involuntary += more->ctx_involuntary;
	u->faults_minor += more->faults_minor;
	u->faults_major += more->faults_major;
	u->run_delay_ns = CB_NONE;
}

uint64_t cb_usage_thread_cpu_ns(int pid, int tid)
{
	char path[64], text[96];
	const char *p = text;

	snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", pid, tid);
	return read_text(path, text, sizeof text) ? take_number(&p) : CB_NONE;
}

uint64_t cb_usage_pss_bytes(int pid)
{
	char path[64], text[2048];
	uint64_t kib;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	if (!read_text(path, text, sizeof text))
		return access("/proc/self/smaps_rollup", R_OK) ? CB_NONE : 0;
	kib = field(text, "Pss:");
	return kib == CB_NONE ? CB_NONE : kib * 1024;
}
