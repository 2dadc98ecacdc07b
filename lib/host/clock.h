/* The clocks. Safe in the timed region. */
#ifndef CB_HOST_CLOCK_H
#define CB_HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t cb_clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* CLOCK_MONOTONIC in ns. */
static inline uint64_t cb_now_ns(void)
{
	return cb_clock_ns(CLOCK_MONOTONIC);
}

#endif
