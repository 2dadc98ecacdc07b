/*
 * wait_server: a request over a socket to a server that answers after a delay: waiting as a client of
 * databases and services does it. All workers of a sample have one server, always in a process of its own, so
 * that it is the same server in every mode (lib/workload_server.h). A server that cannot keep up would be
 * what is measured: the sample then fails.
 */
#include <arpa/inet.h>
#include <sys/un.h>

#include "lib/workload.h"
#include "lib/workload_server.h"

/* A server that runs for more than this share of the time has no reserve for two answers that are due at
 * once. */
#define SERVER_BUSY 0.85
/*
 * When server and workers together take this much of the CPUs and most answers are late, the delay is not
 * held for lack of CPU.
 */
#define ALL_BUSY  0.3
#define LATE_MOST 0.5
/* What the kernel holds for the two ends of a connection, generously. */
#define SOCKETS_BYTES 8192u

enum { TRANSPORT_UNIX, TRANSPORT_TCP };

struct server_params {
	struct cb_delay delay;
	unsigned transport;
};

struct server_shared {
	int listener;
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
	} address;
	socklen_t address_size;
	struct cb_server_books books;
};

/* ---- the client ---------------------------------------------------------------------------------- */

static int open_socket(unsigned transport, int flags)
{
	int fd = socket(
		transport == TRANSPORT_TCP ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (fd >= 0)
		cb_server_no_delay(fd);
	return fd;
}

/* No worker waits for an answer that cannot come. */
static int server_gone(ssize_t rc, struct cb_error *err)
{
	rc = rc < 0 ? rc : -EPIPE;
	return cb_error_set(err, (int)rc, "the server does not answer: %s", strerror((int)-rc));
}

/* All bytes of a message that fill says move, or why not. */
static ssize_t move_all(const struct cb_worker *w, struct cb_message *m, bool sending)
{
	int fd = (int)(intptr_t)w->state;
	size_t done = 0;

	while (done < sizeof *m) {
		char *at = (char *)m + done;
		ssize_t rc = sending ? w->io->send(fd, at, sizeof *m - done, 0)
				     : w->io->recv(fd, at, sizeof *m - done, 0);

		if (rc <= 0)
			return rc;
		done += (size_t)rc;
	}
	return (ssize_t)done;
}

static int client_init(struct cb_worker *w, struct cb_error *err)
{
	const struct server_params *p = w->params;
	const struct server_shared *shared = w->shared;
	int fd = open_socket(p->transport, 0), rc;

	w->state = (void *)(intptr_t)fd;
	if (fd >= 0 && !connect(fd, &shared->address.any, shared->address_size))
		return 0;
	rc = -errno;
	if (fd >= 0)
		close(fd);
	return cb_error_set(err, rc, "cannot connect to the server: %s", strerror(-rc));
}

static int client_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct server_params *p = w->params;

	for (uint64_t unit = first; unit < first + n; unit++) {
		struct cb_message m = { .unit = unit, .sent_ns = w->io->now_ns() };
		uint64_t sent_ns = m.sent_ns;
		ssize_t rc = move_all(w, &m, true);

		if (rc > 0)
			rc = move_all(w, &m, false);
		if (rc <= 0)
			return server_gone(rc, err);
		if (m.unit != unit || w->io->now_ns() - sent_ns < cb_delay_ns(&p->delay, w->seed, unit))
			return cb_error_set(err, -EPROTO,
				"the server answered another request or before its time (unit %llu to %llu)",
				(unsigned long long)m.unit, (unsigned long long)unit);
		w->digest += m.word;
	}
	return 0;
}

static void client_fini(struct cb_worker *w)
{
	close((int)(intptr_t)w->state);
}

/* ---- the server ---------------------------------------------------------------------------------- */

static int server_partner(struct cb_worker *w, struct cb_error *err)
{
	struct server_shared *shared = w->shared;
	struct cb_server server = {
		.listener = shared->listener,
		.clients = w->count,
		.delay = &((const struct server_params *)w->params)->delay,
		.seed = w->seed,
		.books = &shared->books,
	};
	int r = cb_server_run(&server);

	return r ? cb_error_set(err, r, "the server cannot go on: %s", strerror(-r)) : 0;
}

/* ---- around them --------------------------------------------------------------------------------- */

/* Port 0: the kernel finds one. */
static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
}

static int server_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct server_params *p = s->params;
	struct server_shared *shared = s->alloc(s, sizeof *shared);
	int r = 0;

	if (!shared)
		return cb_error_set(err, -ENOMEM, "no memory for the server's books");
	shared->listener = open_socket(p->transport, SOCK_NONBLOCK);
	if (p->transport == TRANSPORT_TCP) {
		shared->address.in = loopback(0);
		shared->address_size = sizeof shared->address.in;
	} else { /* the family alone: the kernel finds an abstract name, so that there is no file */
		shared->address.un.sun_family = AF_UNIX;
		shared->address_size = sizeof(sa_family_t);
	}
	if (shared->listener < 0 || bind(shared->listener, &shared->address.any, shared->address_size))
		r = -errno;
	shared->address_size = sizeof shared->address;
	if (!r && (listen(shared->listener, (int)s->env->workers) ||
			  getsockname(shared->listener, &shared->address.any, &shared->address_size)))
		r = -errno;
	if (r) {
		close(shared->listener);
		return cb_error_set(err, r, "cannot listen for requests: %s", strerror(-r));
	}
	*ret_shared = shared;
	return 0;
}

static void server_teardown(const void *params, void *shared)
{
	(void)params;
	close(((const struct server_shared *)shared)->listener);
}

static uint64_t server_expect(const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	uint64_t sum = 0;

	(void)params;
	(void)prepared;
	for (uint64_t unit = 0; unit < units; unit++)
		sum += cb_unit_random(seed, unit);
	return sum;
}

enum { METRIC_CPU, METRIC_LATE };

/* What the server and the load on it took, as shares. */
struct server_load {
	double server;  /* of one CPU */
	double all;     /* server and workers, of the workers' CPUs */
	double late;    /* of the answers: those that left later than a tenth of the delay */
	double late_ns; /* mean of all answers */
};

static struct server_load server_load(const struct cb_verify *v, const struct cb_server_books *b)
{
	double wall_ns = (double)(b->to.at_ns - b->from.at_ns),
	       cpu_ns = (double)(b->to.cpu_ns - b->from.cpu_ns);
	unsigned cpus = v->env->cpus ? v->env->cpus : 1;

	wall_ns = wall_ns > 0 ? wall_ns : 1;
	return (struct server_load){
		.server = cpu_ns / wall_ns,
		.all = (cpu_ns + (double)v->cpu_ns) / (wall_ns * cpus),
		.late = (double)b->late / (double)b->answers,
		.late_ns = b->late_sum_ns / (double)b->answers,
	};
}

/* Answers that are late though the sample left CPUs idle are the host's doing: the metric tells of them. */
static int server_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct cb_server_books *b = &((const struct server_shared *)v->shared)->books;
	struct server_load load;

	if (b->answers != v->units)
		return cb_error_set(err, -EPROTO, "the server gave %llu answers to %llu requests",
			(unsigned long long)b->answers, (unsigned long long)v->units);
	load = server_load(v, b);
	v->metric(v, METRIC_CPU, load.server);
	v->metric(v, METRIC_LATE, load.late_ns);
	if (load.server <= SERVER_BUSY && (load.all <= ALL_BUSY || load.late <= LATE_MOST))
		return 0;
	if (load.late <= LATE_MOST)
		return cb_error_set(err, -EBUSY,
			"the server used %.0f %% of a CPU: what was measured may be the server; take a "
			"longer delay, "
			"fewer workers or more CPUs",
			load.server * 100);
	return cb_error_set(err, -EBUSY,
		"the server is saturated: it used %.0f %% of a CPU, and %.0f %% of its answers left later "
		"than a "
		"tenth of the delay (%.0f us on average); take a longer delay, fewer workers or more CPUs",
		load.server * 100, load.late * 100, load.late_ns / 1e3);
}

/* Connecting a datagram socket sends nothing, but needs a way there. */
static int server_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	struct sockaddr_in in = loopback(1);
	int fd, r;

	(void)env;
	if (((const struct server_params *)params)->transport != TRANSPORT_TCP)
		return 0;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r = fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof in) ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return r ? cb_error_set(err, r,
			   "there is no loopback interface here (%s): bring it up, or take transport=unix",
			   strerror(-r))
		 : 0;
}

static uint64_t server_footprint(const void *params, const struct cb_env *env)
{
	(void)params;
	return (uint64_t)env->workers *
	       (sizeof(struct cb_server_connection) + sizeof(struct cb_due) + SOCKETS_BYTES);
}

#define AT(field) offsetof(struct server_params, field)

static const char *const transports[] = { "unix", "tcp", NULL };
static const char *const distributions[] = { "fixed", "exponential", "bimodal", NULL };
static const struct cb_param server_table[] = {
	{ "delay", CB_PARAM_DURATION, "", "10ms", 1e3, 60e9, NULL,
		"mean time from sending a request to its answer", AT(delay.mean_ns) },
	{ "distribution", CB_PARAM_ENUM, "", "fixed", 0, 0, distributions,
		"of delays: all the same, exponential, or two kinds; delay= is the mean of each",
		AT(delay.distribution) },
	{ "slow", CB_PARAM_DOUBLE, "%", "5", 0, 100, NULL,
		"distribution=bimodal: share of requests that are slow", AT(delay.slow_pct) },
	{ "factor", CB_PARAM_DOUBLE, "", "10", 1, 1e6, NULL,
		"distribution=bimodal: a slow request takes this many times as long as another",
		AT(delay.slow_factor) },
	{ "transport", CB_PARAM_ENUM, "", "unix", 0, 0, transports, "sockets: UNIX, or TCP over loopback",
		AT(transport) },
	{ .name = NULL },
};

static const struct cb_metric server_metrics[] = {
	[METRIC_CPU] = { "server_cpu", "of a CPU", CB_MERGE_VERIFY, 0, 1,
		"CPU time of the server over elapsed time; a sample is invalid above 0.85" },
	[METRIC_LATE] = { "answers_late_ns", "ns", CB_MERGE_VERIFY, 0, 1,
		"mean time by which answers left the server late; a sample is invalid when most are later "
		"than a "
		"tenth of the delay and its own load is the reason" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_wait_server = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "wait_server",
	.summary = "requests to a server that answers after a delay: waiting for peers",
	.unit = "request",
	.version = 1,
	.class = CB_CLASS_WAIT,
	.caps = CB_CAN_BLOCKING | CB_CAN_ASYNC | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE |
		CB_PARTNER_PROCESS,
	.partners = CB_PARTNERS_PER_SAMPLE,
	.fds_per_worker = 1,
	.params = server_table,
	.metrics = server_metrics,
	.params_size = sizeof(struct server_params),
	.supported = server_supported,
	.footprint = server_footprint,
	.setup = server_setup,
	.worker_init = client_init,
	.run = client_run,
	.partner = server_partner,
	.expect = server_expect,
	.verify = server_verify,
	.worker_fini = client_fini,
	.teardown = server_teardown,
};
