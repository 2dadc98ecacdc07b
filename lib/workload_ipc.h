/*
 * For workloads that send messages: a worker and its partner at the two ends of a channel. What differs
 * between pipes, socket pairs and TCP is how a channel is made; all else is here. Like lib/workload.h it
 * needs no symbol of the program.
 *
 * A message of `size` bytes carries its unit's number, and stamps made of it at every 4 KiB and in its last
 * word. The partner checks the stamps and counts the numbers, and where messages go both ways it answers with
 * another number and other stamps, so that no echo passes. A message lost, sent twice, cut, or damaged at a
 * stamp fails the sample.
 *
 * A unit is one message. pattern=roundtrip waits for the answer to each. pattern=stream,way=oneway waits for
 * nothing: a unit ends when the kernel has taken the message, so that a worker may end before its partner has
 * read all. How much that was is the metric under_way_pct; whether all of it arrived is checked in verify.
 * pattern=stream,way=duplex sends ahead of the answers, at most CB_IPC_AHEAD_MAX messages and half of what a
 * direction holds (else both sides might wait for room, for ever); messages larger than that go one by one.
 *
 * Each end exists once, in the file table of the process that uses it; else the end of a file would never be
 * seen, as every fork copies all descriptors. So setup makes the channels and mails their ends: each worker
 * and partner has a socket, its door, behind which its own two descriptors wait (SCM_RIGHTS), and setup
 * closes its copies. Workers and partners exist before they open their doors, so no fork copies what was
 * behind. The same holds for threads. Then whoever dies or leaves closes the channel: a worker ends its
 * partner by closing, and who waits for the other hears of its end at once (end of file, EPIPE, ECONNRESET).
 */
#ifndef CONCBENCH_WORKLOAD_IPC_H
#define CONCBENCH_WORKLOAD_IPC_H

#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workload.h"

#define CB_IPC_LINE      256 /* bytes: two pairs of 64-byte lines, as adjacent-line prefetchers fetch pairs */
#define CB_IPC_STRIDE    4096u /* bytes from stamp to stamp */
#define CB_IPC_AHEAD_MAX 16u   /* messages sent ahead of their answers */
#define CB_IPC_FDS       6     /* a worker: two doors, and in threads both ends */

/* ---- parameters and metrics ------------------------------------------------------------------ */

enum cb_ipc_pattern { CB_IPC_ROUNDTRIP, CB_IPC_STREAM };
enum cb_ipc_way { CB_IPC_ONEWAY, CB_IPC_DUPLEX };
enum cb_ipc_share { CB_IPC_EACH, CB_IPC_ONE };

struct cb_ipc_params {
	unsigned pattern, way, partner, share; /* share stays CB_IPC_EACH where there is no such parameter */
	uint64_t size;
};

static const char *const cb_ipc_patterns[] = { "roundtrip", "stream", NULL };
static const char *const cb_ipc_ways[] = { "oneway", "duplex", NULL };
static const char *const cb_ipc_places[] = { "other", "same", NULL };
static const char *const cb_ipc_shares[] = { "each", "one", NULL };

/* Rows for a table of parameters. */
#define CB_IPC_PARAMS                                                                            \
	{ "pattern", CB_PARAM_ENUM, "", "roundtrip", 0, 0, cb_ipc_patterns,                      \
		"wait for the answer to each message, or send on",                               \
		offsetof(struct cb_ipc_params, pattern) },                                       \
		{ "size", CB_PARAM_SIZE, "bytes", "64", 8, 16777216, NULL, "bytes of a message", \
			offsetof(struct cb_ipc_params, size) },                                  \
		{ "way", CB_PARAM_ENUM, "", "oneway", 0, 0, cb_ipc_ways,                         \
			"pattern=stream: to the partner only, or both ways at once",             \
			offsetof(struct cb_ipc_params, way) },                                   \
	{                                                                                        \
		"partner", CB_PARAM_ENUM, "", "other", 0, 0, cb_ipc_places,                      \
			"CPU of a worker's partner: another one, or the worker's own",           \
			offsetof(struct cb_ipc_params, partner)                                  \
	}
#define CB_IPC_PARAM_SHARE                                                                                  \
	{                                                                                                   \
		"share", CB_PARAM_ENUM, "", "each", 0, 0, cb_ipc_shares,                                    \
			"a channel for each worker and its partner, or one that all write to and all read " \
			"from",                                                                             \
			offsetof(struct cb_ipc_params, share)                                               \
	}

enum { CB_IPC_METRIC_BYTES, CB_IPC_METRIC_TRIPS, CB_IPC_METRIC_UNDER_WAY };

static const struct cb_metric cb_ipc_metrics[] = {
	{ "gib_per_s", "GiB/s", CB_MERGE_PER_S, 0, 1.0 / (1 << 30), "messages and answers together" },
	{ "roundtrip_ns", "ns", CB_MERGE_NS_PER, 0, 0, "pattern=roundtrip: a message and its answer" },
	{ "under_way_pct", "%", CB_MERGE_PER_UNIT, 0, 100,
		"pattern=stream: messages not yet read, or answered, when their worker ended, of all" },
	{ .name = NULL },
};

/* Whether the partner answers. */
static inline bool cb_ipc_answers(const struct cb_ipc_params *p)
{
	return p->pattern == CB_IPC_ROUNDTRIP || p->way == CB_IPC_DUPLEX;
}

/*
 * For supported(): 0, or -EINVAL with a reason when these values do not go together. whole_bytes: the largest
 * message that this kind of channel keeps in one piece when many write at once.
 */
static inline int cb_ipc_check_params(
	const struct cb_ipc_params *p, uint64_t whole_bytes, struct cb_error *err)
{
	if (p->pattern == CB_IPC_ROUNDTRIP && p->way == CB_IPC_DUPLEX)
		return cb_error_set(err, -EINVAL,
			"way=duplex is for pattern=stream: a round trip goes both ways by itself");
	if (p->share == CB_IPC_ONE && cb_ipc_answers(p))
		return cb_error_set(err, -EINVAL,
			"share=one is for pattern=stream,way=oneway: an answer would reach any of the "
			"workers");
	if (p->share == CB_IPC_ONE && p->size > whole_bytes)
		return cb_error_set(err, -EINVAL,
			"size=%llu is too large for share=one: only up to %llu bytes are kept in one piece "
			"when "
			"many write",
			(unsigned long long)p->size, (unsigned long long)whole_bytes);
	return 0;
}

static inline uint64_t cb_ipc_footprint(const void *params, const struct cb_env *env)
{
	return 2 * env->workers * ((const struct cb_ipc_params *)params)->size;
}

static inline enum cb_partner_place cb_ipc_place(const void *params)
{
	return ((const struct cb_ipc_params *)params)->partner ? CB_PARTNER_SAME : CB_PARTNER_OTHER;
}

/* ---- channels and doors ---------------------------------------------------------------------- */

/* What one side reads from and writes to; the same descriptor twice where it only does one, or a socket. */
struct cb_ipc_end {
	int in, out;
};

enum cb_ipc_side { CB_IPC_WORKER, CB_IPC_PARTNER, CB_IPC_SIDES };

/* Makes a channel. Returns 0, or a negative errno with a reason and nothing left open. */
typedef int cb_ipc_make(
	const struct cb_ipc_params *params, struct cb_ipc_end ret[CB_IPC_SIDES], struct cb_error *err);

/* Of a worker and its partner. Each line is written by one of them. */
struct cb_ipc_lane {
	_Alignas(CB_IPC_LINE) int door[CB_IPC_SIDES]; /* setup's */
	_Alignas(CB_IPC_LINE) uint64_t answers;       /* worker, at its end: right ones to units that count */
	_Alignas(CB_IPC_LINE) _Atomic uint64_t
		received;       /* partner that does not answer: messages, warm-up's too */
	uint64_t units, digest; /* partner, at its end: of those that count */
};

struct cb_ipc_shared {
	unsigned lanes;
	struct cb_ipc_lane lane[];
};

static inline struct cb_ipc_lane *cb_ipc_lane(const struct cb_worker *w)
{
	return ((struct cb_ipc_shared *)w->shared)->lane + w->index;
}

static inline void cb_ipc_close(const struct cb_ipc_end *end)
{
	close(end->in);
	if (end->out != end->in)
		close(end->out);
}

union cb_ipc_mail {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(struct cb_ipc_end))];
};

/* Puts an end behind a door: what is sent from one side of it waits at the other. */
static inline int cb_ipc_mail_end(int door, const struct cb_ipc_end *end)
{
	char byte = 0;
	union cb_ipc_mail mail = { .head = { .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS,
					   .cmsg_len = CMSG_LEN(sizeof *end) } };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = mail.space,
		.msg_controllen = sizeof mail.space };

	memcpy(CMSG_DATA(&mail.head), end, sizeof *end);
	return sendmsg(door, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

/* Takes the end that waits behind the calling worker's or partner's door. */
static inline int cb_ipc_take_end(
	const struct cb_worker *w, enum cb_ipc_side side, struct cb_ipc_end *ret, struct cb_error *err)
{
	char byte;
	union cb_ipc_mail mail;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = mail.space,
		.msg_controllen = sizeof mail.space };
	ssize_t n = recvmsg(cb_ipc_lane(w)->door[side], &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int r = n < 0 ? -errno : -EMFILE;

	if (n == 1 && message.msg_controllen && mail.head.cmsg_len == CMSG_LEN(sizeof *ret)) {
		memcpy(ret, CMSG_DATA(&mail.head), sizeof *ret);
		return 0;
	}
	return cb_error_set(err, r, "cannot take an end of the channel: %s", strerror(-r));
}

static inline int cb_ipc_make_doors(
	struct cb_ipc_lane *lane, const struct cb_ipc_end ends[CB_IPC_SIDES], struct cb_error *err)
{
	int r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lane->door) ? -errno : 0;

	if (!r)
		r = cb_ipc_mail_end(lane->door[CB_IPC_PARTNER], &ends[CB_IPC_WORKER]);
	if (!r)
		r = cb_ipc_mail_end(lane->door[CB_IPC_WORKER], &ends[CB_IPC_PARTNER]);
	return r ? cb_error_set(err, r, "cannot hand over a channel: %s", strerror(-r)) : 0;
}

static inline void cb_ipc_teardown(const void *params, void *shared)
{
	struct cb_ipc_shared *all = shared;

	(void)params;
	for (unsigned i = 0; i < all->lanes; i++)
		for (int side = 0; side < CB_IPC_SIDES; side++)
			if (all->lane[i].door[side] >= 0)
				close(all->lane[i].door[side]);
}

/* For setup(): channels by make, one for each worker or one for all, and their ends behind doors. */
static inline int cb_ipc_setup(struct cb_setup *s, cb_ipc_make *make, void **ret_shared, struct cb_error *err)
{
	const struct cb_ipc_params *p = s->params;
	unsigned n = s->env->workers;
	struct cb_ipc_end ends[CB_IPC_SIDES] = { { -1, -1 }, { -1, -1 } };
	struct cb_ipc_shared *all = s->alloc(s, sizeof *all + n * sizeof all->lane[0]);
	int r = 0;

	if (!all)
		return cb_error_set(err, -ENOMEM, "no memory for the channels of %u workers", n);
	while (all->lanes < n && !r) {
		struct cb_ipc_lane *lane = &all->lane[all->lanes++];

		lane->door[CB_IPC_WORKER] = lane->door[CB_IPC_PARTNER] = -1;
		if (p->share == CB_IPC_EACH || all->lanes == 1)
			r = make(p, ends, err);
		if (r)
			break;
		r = cb_ipc_make_doors(lane, ends, err);
		if (p->share == CB_IPC_EACH || all->lanes == n || r)
			cb_ipc_close(&ends[CB_IPC_WORKER]), cb_ipc_close(&ends[CB_IPC_PARTNER]);
	}
	if (r)
		cb_ipc_teardown(p, all);
	else
		*ret_shared = all;
	return r;
}

/* ---- messages -------------------------------------------------------------------------------- */

/* The stamp at byte `at` of a message whose number is `number`: another one for each of both, at little cost.
 */
static inline uint64_t cb_ipc_stamp(uint64_t number, uint64_t at)
{
	return at ? (number ^ at) * 0x9e3779b97f4a7c15u : number;
}

/* The number of the answer to a message. */
static inline uint64_t cb_ipc_answer(const struct cb_worker *w, uint64_t number)
{
	return cb_mix64(w->seed ^ number);
}

/*
 * Stamps are at 0, at every CB_IPC_STRIDE, and in the last whole word. After each switch of contexts the
 * CPU has forgotten how branches go, so there are few of them for a short message, and none that depends on
 * what it holds.
 */
static inline uint64_t cb_ipc_last(uint64_t size)
{
	return size / 8 * 8 - 8;
}

static inline void cb_ipc_put(unsigned char *message, uint64_t number, uint64_t at)
{
	uint64_t stamp = cb_ipc_stamp(number, at);

	memcpy(message + at, &stamp, sizeof stamp);
}

static inline void cb_ipc_fill(unsigned char *message, uint64_t size, uint64_t number)
{
	uint64_t last = cb_ipc_last(size);

	cb_ipc_put(message, number, 0);
	for (uint64_t at = CB_IPC_STRIDE; at < last; at += CB_IPC_STRIDE)
		cb_ipc_put(message, number, at);
	cb_ipc_put(message, number, last);
}

static inline uint64_t cb_ipc_number(const unsigned char *message)
{
	uint64_t number;

	memcpy(&number, message, sizeof number);
	return number;
}

/* 0 where the stamp at byte `at` is that of `number`. */
static inline uint64_t cb_ipc_wrong(const unsigned char *message, uint64_t number, uint64_t at)
{
	uint64_t stamp;

	memcpy(&stamp, message + at, sizeof stamp);
	return stamp ^ cb_ipc_stamp(number, at);
}

/* Whether message is that of `number`. */
static inline bool cb_ipc_right(const unsigned char *message, uint64_t size, uint64_t number)
{
	uint64_t last = cb_ipc_last(size);
	uint64_t wrong = cb_ipc_wrong(message, number, 0) | cb_ipc_wrong(message, number, last);

	for (uint64_t at = CB_IPC_STRIDE; at < last; at += CB_IPC_STRIDE)
		wrong |= cb_ipc_wrong(message, number, at);
	return !wrong;
}

/* Writes a whole message: 0 or a negative errno. */
static inline int cb_ipc_write(const struct cb_io *io, int fd, const unsigned char *message, uint64_t size)
{
	while (size) {
		ssize_t n = io->write(fd, message, size);

		if (n <= 0)
			return n ? (int)n : -EPIPE;
		message += n;
		size -= (uint64_t)n;
	}
	return 0;
}

/* Reads a whole message: 1; 0: the other side has closed and there is none; or a negative errno: -EPIPE: it
 * closed in the middle of one. */
static inline int cb_ipc_read(const struct cb_io *io, int fd, unsigned char *message, uint64_t size)
{
	for (uint64_t done = 0; done < size;) {
		ssize_t n = io->read(fd, message + done, size - done);

		if (n <= 0)
			return n ? (int)n : done ? -EPIPE : 0;
		done += (uint64_t)n;
	}
	return 1;
}

/* The reason why a message could not be passed on, or was not got. who: the other side. */
static inline int cb_ipc_lost(struct cb_error *err, int r, const char *who)
{
	if (r == -EPIPE || r == -ECONNRESET)
		return cb_error_set(
			err, r, "the %s is gone: it closed its end of the channel (%s)", who, strerror(-r));
	return cb_error_set(err, r, "cannot reach the %s: %s", who, strerror(-r));
}

/* ---- the worker ------------------------------------------------------------------------------ */

struct cb_ipc_worker {
	struct cb_ipc_end end;
	uint64_t size, sent, answered;        /* bytes of a message; messages so far */
	uint64_t counting;                    /* of the answered ones: units that count */
	uint64_t ahead;                       /* messages that may lack an answer when the next is sent */
	uint64_t under_way[CB_IPC_AHEAD_MAX]; /* their units, by number of the message */
	unsigned char message[];
};

/* How far a worker may send ahead of the answers. */
static inline uint64_t cb_ipc_ahead(const struct cb_ipc_params *p, int fd)
{
	int holds = fcntl(fd, F_GETPIPE_SZ);
	socklen_t bytes = sizeof holds;
	uint64_t fit;

	if (p->pattern == CB_IPC_ROUNDTRIP)
		return 0;
	if (p->way == CB_IPC_ONEWAY)
		return UINT64_MAX;
	if (holds < 0 && getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &holds, &bytes))
		return 0;
	fit = (uint64_t)holds / 2 / p->size;
	return fit > CB_IPC_AHEAD_MAX ? CB_IPC_AHEAD_MAX - 1 : fit ? fit - 1 : 0;
}

static inline int cb_ipc_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct cb_ipc_params *p = w->params;
	struct cb_ipc_worker *self = calloc(1, sizeof *self + p->size);
	int r;

	if (!self)
		return cb_error_set(err, -ENOMEM, "no memory for a message");
	r = cb_ipc_take_end(w, CB_IPC_WORKER, &self->end, err);
	if (r) {
		free(self);
		return r;
	}
	memset(self->message, 'm', p->size); /* all pages are there */
	self->size = p->size;
	self->ahead = cb_ipc_ahead(p, self->end.out);
	w->state = self;
	return 0;
}

/* Waits for the answer to the earliest message that lacks one. */
__attribute__((always_inline)) static inline int cb_ipc_take_answer(struct cb_worker *w, struct cb_error *err)
{
	struct cb_ipc_worker *self = w->state;
	uint64_t unit = self->under_way[self->answered % CB_IPC_AHEAD_MAX];
	int r = cb_ipc_read(w->io, self->end.in, self->message, self->size);

	if (r <= 0)
		return cb_ipc_lost(err, r ? r : -EPIPE, "partner");
	if (!cb_ipc_right(self->message, self->size, cb_ipc_answer(w, unit)))
		return cb_error_set(err, -EBADMSG, "the partner's answer to unit %llu is wrong",
			(unsigned long long)unit);
	self->answered++;
	self->counting += unit < CB_WARMUP_UNIT;
	return 0;
}

static inline void cb_ipc_measure(struct cb_worker *w, uint64_t n)
{
	const struct cb_ipc_params *p = w->params;
	const struct cb_ipc_worker *self = w->state;
	uint64_t there = cb_ipc_answers(p)
				 ? self->answered
				 : atomic_load_explicit(&cb_ipc_lane(w)->received, memory_order_relaxed);

	w->metric[CB_IPC_METRIC_BYTES] += (double)(n * p->size * (cb_ipc_answers(p) ? 2 : 1));
	if (p->pattern == CB_IPC_ROUNDTRIP)
		w->metric[CB_IPC_METRIC_TRIPS] += (double)n / w->count;
	/* with share=one partners may have read what others sent: only the sum over all means something */
	w->metric[CB_IPC_METRIC_UNDER_WAY] = p->pattern == CB_IPC_ROUNDTRIP
						     ? NAN
						     : (double)(int64_t)(self->sent - there);
}

static inline int cb_ipc_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct cb_ipc_worker *self = w->state;
	int r;

	for (uint64_t unit = first; unit < first + n; unit++) {
		cb_ipc_fill(self->message, self->size, unit);
		r = cb_ipc_write(w->io, self->end.out, self->message, self->size);
		if (r)
			return cb_ipc_lost(err, r, "partner");
		self->under_way[self->sent++ % CB_IPC_AHEAD_MAX] = unit;
		while (self->sent - self->answered > self->ahead) {
			r = cb_ipc_take_answer(w, err);
			if (r)
				return r;
		}
	}
	w->digest += cb_units_digest(first, n);
	cb_ipc_measure(w, n);
	return 0;
}

/* Takes the answers that are still to come, and ends the partner by closing. What is missing then shows in
 * verify. */
static inline void cb_ipc_worker_fini(struct cb_worker *w)
{
	struct cb_ipc_worker *self = w->state;

	while (cb_ipc_answers(w->params) && self->answered < self->sent)
		if (cb_ipc_take_answer(w, NULL))
			break;
	cb_ipc_lane(w)->answers = self->counting;
	cb_ipc_close(&self->end);
	free(self);
}

/* ---- the partner ----------------------------------------------------------------------------- */

/*
 * Checks, counts and answers messages until there is no writer left. What it counts stays in registers: a
 * round trip through the kernel leaves few lines in the cache, and each that is written then is one more to
 * fetch.
 */
static inline int cb_ipc_serve(
	struct cb_worker *w, const struct cb_ipc_end *end, unsigned char *message, struct cb_error *err)
{
	struct cb_ipc_lane *lane = cb_ipc_lane(w);
	const struct cb_io *io = w->io;
	const bool answers = cb_ipc_answers(w->params);
	const uint64_t size = ((const struct cb_ipc_params *)w->params)->size;
	uint64_t received = 0, units = 0, digest = 0, unit;
	int r;

	while ((r = cb_ipc_read(io, end->in, message, size)) > 0) {
		unit = cb_ipc_number(message);
		if (!cb_ipc_right(message, size, unit))
			return cb_error_set(err, -EBADMSG, "the message of unit %llu is damaged",
				(unsigned long long)unit);
		if (unit < CB_WARMUP_UNIT) {
			units++;
			digest += cb_units_digest(unit, 1);
		}
		if (!answers) {
			atomic_store_explicit(&lane->received, ++received, memory_order_relaxed);
			continue;
		}
		cb_ipc_fill(message, size, cb_ipc_answer(w, unit));
		r = cb_ipc_write(io, end->out, message, size);
		if (r)
			break;
	}
	lane->units = units;
	lane->digest = digest;
	return r ? cb_ipc_lost(err, r, "worker") : 0;
}

static inline int cb_ipc_partner(struct cb_worker *w, struct cb_error *err)
{
	const struct cb_ipc_params *p = w->params;
	unsigned char *message = calloc(1, p->size);
	struct cb_ipc_end end = { -1, -1 };
	int r = message ? cb_ipc_take_end(w, CB_IPC_PARTNER, &end, err)
			: cb_error_set(err, -ENOMEM, "no memory for a message");

	if (!r) {
		r = cb_ipc_serve(w, &end, message, err);
		cb_ipc_close(&end);
	}
	free(message);
	return r;
}

/* Whether partners got every unit once, and workers an answer to each where there are answers. */
static inline int cb_ipc_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct cb_ipc_shared *all = v->shared;
	uint64_t units = 0, digest = 0, answers = 0;

	for (unsigned i = 0; i < all->lanes; i++) {
		units += all->lane[i].units;
		digest += all->lane[i].digest;
		answers += all->lane[i].answers;
	}
	if (units != v->units)
		return cb_error_set(err, -EBADMSG, "%llu messages were received, and %llu sent",
			(unsigned long long)units, (unsigned long long)v->units);
	if (digest != cb_units_digest(0, v->units))
		return cb_error_set(err, -EBADMSG,
			"the numbers of the messages received are not those of the messages sent");
	if (cb_ipc_answers(v->params) && answers != v->units)
		return cb_error_set(err, -EBADMSG, "%llu of %llu messages were answered",
			(unsigned long long)answers, (unsigned long long)v->units);
	return 0;
}

/*
 * What is the same in every workload that talks in this way: a record of its own has abi, size, name,
 * summary, version, params, supported and setup beside it.
 */
#define CB_IPC_REST                                                                                  \
	.unit = "message", .class = CB_CLASS_IPC,                                                    \
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE,                      \
	.partners = CB_PARTNERS_PER_WORKER, .fds_per_worker = CB_IPC_FDS, .metrics = cb_ipc_metrics, \
	.params_size = sizeof(struct cb_ipc_params), .footprint = cb_ipc_footprint,                  \
	.partner_place = cb_ipc_place, .worker_init = cb_ipc_worker_init, .run = cb_ipc_run,         \
	.partner = cb_ipc_partner, .expect = cb_expect_units, .verify = cb_ipc_verify,               \
	.worker_fini = cb_ipc_worker_fini, .teardown = cb_ipc_teardown

#endif
