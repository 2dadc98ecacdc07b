/*
 * A server that answers late on purpose, for workloads that wait for it. It stands for another machine: a
 * delay counts from when the request was sent, so that the server's turn on the CPU is no part of it. What it
 * makes late nevertheless is in its books, and so is its CPU time.
 *
 * It has no thread a connection: one epoll, one heap of answers that are due, one timer for the first of
 * them. A client has one request under way at a time. Like lib/workload.h it needs no symbol of the program.
 */
#ifndef CONCBENCH_WORKLOAD_SERVER_H
#define CONCBENCH_WORKLOAD_SERVER_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "workload_delay.h"

#define CB_SERVER_EVENTS_MAX 256
#define CB_SERVER_NS_PER_S   UINT64_C(1000000000)
/* An answer that leaves later than this part of the mean delay is a late one. */
#define CB_SERVER_LATE_DIVISOR 10
/* Its CPU time is a system call to read: no more often than this. */
#define CB_SERVER_BOOKS_NS 1000000u

/* What crosses a socket, both ways. */
struct cb_message {
	uint64_t unit;    /* units from CB_WARMUP_UNIT on are in no books */
	uint64_t sent_ns; /* CLOCK_MONOTONIC, by the client */
	uint64_t word;    /* of the answer: cb_unit_random(seed, unit) */
	uint64_t rest[5];
};
_Static_assert(sizeof(struct cb_message) == 64, "a request has 64 bytes");

struct cb_server_usage {
	uint64_t at_ns, cpu_ns;
};

/* What the server did for units that count: of one writer, to be read when it has ended. */
struct cb_server_books {
	uint64_t answers, late;          /* late: by more than the mean delay / CB_SERVER_LATE_DIVISOR */
	double late_sum_ns;              /* of all answers */
	struct cb_server_usage from, to; /* at the first request and at the last answer, to 1 ms */
};

struct cb_server_connection {
	int fd;
	size_t got; /* bytes of the request */
	struct cb_message message;
};

/* What its caller sets: all but the part below. */
struct cb_server {
	int listener;     /* listening; SOCK_NONBLOCK; stays the caller's */
	unsigned clients; /* that will come, each once; serving ends when the last has gone */
	const struct cb_delay *delay;
	uint64_t seed;
	struct cb_server_books *books;

	int epoll_fd, timer_fd;
	uint64_t timer_ns; /* what the timer was last set to */
	unsigned opened, closed;
	struct cb_due_heap due;                   /* [clients] */
	struct cb_server_connection *connections; /* [clients] */
};

/* What epoll hands back for what is no connection. */
#define CB_SERVER_LISTENER (UINT32_MAX - 1)
#define CB_SERVER_TIMER    UINT32_MAX

static inline uint64_t cb_server_clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * CB_SERVER_NS_PER_S + (uint64_t)t.tv_nsec;
}

static inline struct cb_server_usage cb_server_usage(void)
{
	return (struct cb_server_usage){
		.at_ns = cb_server_clock_ns(CLOCK_MONOTONIC),
		.cpu_ns = cb_server_clock_ns(CLOCK_THREAD_CPUTIME_ID),
	};
}

/* Without it, TCP holds small messages back. Sockets that are no TCP refuse it, which does not matter. */
static inline void cb_server_no_delay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static inline int cb_server_watch(struct cb_server *s, int fd, uint32_t who, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = who };

	return fd < 0 || epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static inline int cb_server_accept(struct cb_server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? 0 : -errno;
	if (s->opened == s->clients) { /* no client of ours */
		close(fd);
		return 0;
	}
	cb_server_no_delay(fd);
	s->connections[s->opened].fd = fd;
	return cb_server_watch(s, fd, s->opened++, EPOLLIN);
}

/* Reads what is there of a request; when it is whole its answer becomes due. */
static inline void cb_server_receive(struct cb_server *s, uint32_t who)
{
	struct cb_server_connection *c = &s->connections[who];
	ssize_t n = recv(c->fd, (char *)&c->message + c->got, sizeof c->message - c->got, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(c->fd);
		s->closed++;
		return;
	}
	c->got += (size_t)n;
	if (c->got < sizeof c->message)
		return;
	c->got = 0;
	if (c->message.unit < CB_WARMUP_UNIT && !s->books->from.at_ns)
		s->books->from = cb_server_usage();
	cb_due_push(&s->due, c->message.sent_ns + cb_delay_ns(s->delay, s->seed, c->message.unit), who);
}

static inline void cb_server_answer(struct cb_server *s, struct cb_due due, uint64_t now_ns)
{
	struct cb_server_connection *c = &s->connections[due.who];
	uint64_t late_ns = now_ns - due.at_ns;

	if (c->message.unit < CB_WARMUP_UNIT) {
		s->books->answers++;
		s->books->late += late_ns > s->delay->mean_ns / CB_SERVER_LATE_DIVISOR;
		s->books->late_sum_ns += (double)late_ns;
	}
	c->message.word = cb_unit_random(s->seed, c->message.unit);
	/* an empty socket takes 64 bytes, unless the client is gone: then the next read tells */
	(void)!send(c->fd, &c->message, sizeof c->message, MSG_NOSIGNAL);
}

/* Sets the timer to what is due next. Only its edges are looked at, so it is never read. */
static inline void cb_server_set_timer(struct cb_server *s)
{
	struct itimerspec timer = { 0 };

	if (!s->due.n || s->due.v[0].at_ns == s->timer_ns)
		return;
	s->timer_ns = s->due.v[0].at_ns;
	timer.it_value.tv_sec = (time_t)(s->timer_ns / CB_SERVER_NS_PER_S);
	timer.it_value.tv_nsec = (long)(s->timer_ns % CB_SERVER_NS_PER_S);
	timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

static inline void cb_server_answer_due(struct cb_server *s)
{
	uint64_t now_ns = 0, before = s->books->answers;

	while (s->due.n && s->due.v[0].at_ns <= (now_ns = cb_server_clock_ns(CLOCK_MONOTONIC)))
		cb_server_answer(s, cb_due_pop(&s->due), now_ns);
	if (s->books->answers != before && now_ns - s->books->to.at_ns > CB_SERVER_BOOKS_NS)
		s->books->to = cb_server_usage();
	cb_server_set_timer(s);
}

static inline int cb_server_loop(struct cb_server *s)
{
	struct epoll_event events[CB_SERVER_EVENTS_MAX];
	int n, r = 0;

	while (!r && s->closed < s->clients) {
		n = epoll_wait(s->epoll_fd, events, CB_SERVER_EVENTS_MAX, -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && !r; i++) {
			if (events[i].data.u32 == CB_SERVER_LISTENER)
				r = cb_server_accept(s);
			else if (events[i].data.u32 != CB_SERVER_TIMER)
				cb_server_receive(s, events[i].data.u32);
		}
		cb_server_answer_due(s);
	}
	return r;
}

/*
 * Serves until all clients have come and gone. Returns 0 or a negative errno: no memory, no descriptors. For
 * a partner that has a process to itself.
 */
static inline int cb_server_run(struct cb_server *s)
{
	int r = -ENOMEM;

	s->due.v = calloc(s->clients, sizeof *s->due.v);
	s->connections = calloc(s->clients, sizeof *s->connections);
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->epoll_fd < 0 || s->timer_fd < 0)
		r = -errno;
	else if (s->due.v && s->connections)
		r = cb_server_watch(s, s->listener, CB_SERVER_LISTENER, EPOLLIN);
	if (!r)
		r = cb_server_watch(s, s->timer_fd, CB_SERVER_TIMER, EPOLLIN | EPOLLET);
	if (!r)
		r = cb_server_loop(s);
	close(s->timer_fd);
	close(s->epoll_fd);
	free(s->due.v);
	free(s->connections);
	return r;
}

#endif
