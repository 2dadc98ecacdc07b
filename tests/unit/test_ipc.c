/*
 * What ipc_pipe, ipc_socketpair and ipc_tcp verify, and how they notice that the other side is gone. Where
 * one side has to do wrong, the test plays it: it opens that side's door and writes what it likes.
 */
#include "lib/workload_ipc.h"
#include "tests/unit/rig.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "lib/base/param.h"
#include "lib/exec/io.h"

extern const struct cb_workload cb_workload_ipc_pipe, cb_workload_ipc_socketpair, cb_workload_ipc_tcp;

static const struct cb_workload *const kinds[] = { &cb_workload_ipc_pipe, &cb_workload_ipc_socketpair,
	&cb_workload_ipc_tcp };

#define PATIENCE_S 20 /* what waits for longer waits for ever: SIGALRM ends the test program */

/* ---- one worker and its partner, hook by hook
 * ---------------------------------------------------------------- */

struct pair {
	const struct cb_workload *workload;
	struct cb_ipc_params params;
	struct cb_env env;
	struct cb_setup setup;
	struct cb_worker worker, partner;
	void *shared;
	struct cb_error err;
	_Alignas(CB_IPC_LINE) char memory[4096];
};

static void *pair_alloc(struct cb_setup *s, size_t bytes)
{
	struct pair *pair = s->opaque;

	assert_in_range(bytes, 1, sizeof pair->memory);
	memset(pair->memory, 0, sizeof pair->memory);
	return pair->memory;
}

static bool works_here(const struct cb_workload *workload)
{
	struct cb_ipc_params params = { .size = 8 };
	struct cb_error err = { 0 };

	if (workload->supported(&params, NULL, &err) != -ENOTSUP)
		return true;
	print_message("%s: %s\n", workload->name, err.text);
	return false;
}

/* Up to both sides' ends behind their doors. */
static void pair_open(struct pair *pair, const struct cb_workload *workload, const char *params)
{
	char text[128];

	*pair = (struct pair){ .workload = workload, .env = { .workers = 1 } };
	snprintf(text, sizeof text, "%s%s%s", workload->name, *params ? ":" : "", params);
	rig_params(workload, text, &pair->params);
	pair->setup = (struct cb_setup){
		.env = &pair->env, .params = &pair->params, .seed = 7, .alloc = pair_alloc, .opaque = pair
	};
	if (workload->setup(&pair->setup, &pair->shared, &pair->err))
		fail_msg("%s: %s", text, pair->err.text);
	pair->worker = pair->partner = (struct cb_worker){ .count = 1,
		.seed = 7,
		.env = &pair->env,
		.params = &pair->params,
		.shared = pair->shared,
		.io = &cb_io_blocking };
}

/* The worker's side is the workload's, the partner's the test's. */
static struct cb_ipc_end open_as_partner(
	struct pair *pair, const struct cb_workload *workload, const char *params)
{
	struct cb_ipc_end end = { -1, -1 };

	pair_open(pair, workload, params);
	assert_int_equal(workload->worker_init(&pair->worker, NULL), 0);
	assert_int_equal(cb_ipc_take_end(&pair->partner, CB_IPC_PARTNER, &end, NULL), 0);
	return end;
}

static struct cb_ipc_end open_as_worker(
	struct pair *pair, const struct cb_workload *workload, const char *params)
{
	struct cb_ipc_end end = { -1, -1 };

	pair_open(pair, workload, params);
	assert_int_equal(cb_ipc_take_end(&pair->worker, CB_IPC_WORKER, &end, NULL), 0);
	return end;
}

static void pair_close(struct pair *pair)
{
	if (pair->worker.state)
		pair->workload->worker_fini(&pair->worker);
	pair->workload->teardown(&pair->params, pair->shared);
}

static void send_number(const struct cb_ipc_end *end, uint64_t size, uint64_t number)
{
	unsigned char message[8192];

	assert_in_range(size, 8, sizeof message);
	memset(message, 0, sizeof message);
	cb_ipc_fill(message, size, number);
	assert_int_equal(cb_ipc_write(&cb_io_blocking, end->out, message, size), 0);
}

/* A message with one byte changed. */
static void send_damaged(const struct cb_ipc_end *end, uint64_t size, uint64_t number, uint64_t at)
{
	unsigned char message[8192] = { 0 };

	assert_in_range(size, 8, sizeof message);
	cb_ipc_fill(message, size, number);
	message[at] ^= 1;
	assert_int_equal(cb_ipc_write(&cb_io_blocking, end->out, message, size), 0);
}

static int run_units(struct pair *pair, uint64_t units)
{
	pair->err = (struct cb_error){ 0 };
	return pair->workload->run(&pair->worker, 0, units, &pair->err);
}

static int verify(struct pair *pair, uint64_t units)
{
	struct cb_verify v = {
		.env = &pair->env, .params = &pair->params, .shared = pair->shared, .seed = 7, .units = units
	};

	pair->err = (struct cb_error){ 0 };
	return pair->workload->verify(&v, &pair->err);
}

static bool gone(int r)
{
	return r == -EPIPE || r == -ECONNRESET;
}

/* ---- messages
 * ------------------------------------------------------------------------------------------------ */

static void test_stamps(void **state)
{
	static const uint64_t sizes[] = { 8, 9, 15, 16, 17, 4095, 4096, 4103, 4104, 4105, 8191, 8192, 20000 };
	static unsigned char message[20000];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(sizes); i++) {
		uint64_t size = sizes[i], last = (size / 8 - 1) * 8;

		cb_ipc_fill(message, size, 42);
		assert_int_equal(cb_ipc_number(message), 42);
		assert_true(cb_ipc_right(message, size, 42));
		assert_false(cb_ipc_right(message, size, 43));
		for (uint64_t at = 0; at + 8 <= size; at += 8) {
			message[at + 7] ^= 0x80;
			assert_int_equal(cb_ipc_right(message, size, 42), at % CB_IPC_STRIDE && at != last);
			message[at + 7] ^= 0x80;
		}
	}
}

static void test_ahead(void **state)
{
	static const struct {
		const char *params;
		uint64_t ahead;
	} rows[] = { { "size=8", 0 }, { "pattern=stream", UINT64_MAX },
		{ "pattern=stream,way=duplex", CB_IPC_AHEAD_MAX - 1 },
		{ "pattern=stream,way=duplex,size=8KiB", 3 }, { "pattern=stream,way=duplex,size=32KiB", 0 },
		{ "pattern=stream,way=duplex,size=1MiB", 0 } };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct pair pair;
		struct cb_ipc_end end = open_as_partner(&pair, kinds[0], rows[i].params);

		if (fcntl(end.in, F_GETPIPE_SZ) != 65536)
			skip();
		assert_int_equal(((struct cb_ipc_worker *)pair.worker.state)->ahead, rows[i].ahead);
		cb_ipc_close(&end);
		pair_close(&pair);
	}
}

/* ---- what the worker notices
 * --------------------------------------------------------------------------------- */

static void check_answer_is_refused(
	const struct cb_workload *kind, const char *params, uint64_t number, uint64_t at)
{
	struct pair pair;
	struct cb_ipc_end end = open_as_partner(&pair, kind, params);

	if (at)
		send_damaged(&end, pair.params.size, number, at);
	else
		send_number(&end, pair.params.size, number);
	assert_int_equal(run_units(&pair, 1), -EBADMSG);
	assert_non_null(strstr(pair.err.text, "the partner's answer to unit 0 is wrong"));
	assert_int_equal(pair.worker.digest, 0);
	cb_ipc_close(&end);
	pair_close(&pair);
}

static void test_wrong_answers(void **state)
{
	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++) {
		if (!works_here(kinds[k]))
			continue;
		check_answer_is_refused(kinds[k], "", 0, 0);               /* an echo */
		check_answer_is_refused(kinds[k], "", cb_mix64(7 ^ 1), 0); /* to another unit */
		check_answer_is_refused(kinds[k], "", cb_mix64(7), 63);
		check_answer_is_refused(kinds[k], "size=8192", cb_mix64(7), 4096);
		check_answer_is_refused(kinds[k], "size=8192", cb_mix64(7), 8191);
	}
}

static void test_right_answer(void **state)
{
	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++) {
		struct pair pair;
		struct cb_ipc_end end;

		if (!works_here(kinds[k]))
			continue;
		end = open_as_partner(&pair, kinds[k], "size=8192");
		send_number(&end, 8192, cb_mix64(7));
		assert_int_equal(run_units(&pair, 1), 0);
		assert_int_equal(pair.worker.digest, cb_units_digest(0, 1));
		cb_ipc_close(&end);
		pair_close(&pair);
	}
}

/* A partner that has closed, or closes in the middle of an answer. */
static void test_closed_partner(void **state)
{
	static const char *const params[] = { "", "pattern=stream", "pattern=stream,way=duplex,size=4KiB" };

	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++)
		for (size_t i = 0; i < CB_COUNT(params) && works_here(kinds[k]); i++) {
			struct pair pair;
			struct cb_ipc_end end = open_as_partner(&pair, kinds[k], params[i]);

			if (cb_ipc_answers(&pair.params))
				assert_int_equal(write(end.out, "half", 4), 4);
			cb_ipc_close(&end);
			assert_true(gone(run_units(&pair, 1000)));
			assert_non_null(strstr(pair.err.text, "the partner is gone"));
			pair_close(&pair);
		}
}

/*
 * A partner process that dies while the worker waits for it: for an answer, or for room. Another process,
 * forked before, lives on; it must not keep the channel open.
 */
static void check_dying_partner(const struct cb_workload *kind, const char *params)
{
	struct pair pair;
	pid_t dying, bystander;
	int status;

	pair_open(&pair, kind, params);
	bystander = fork();
	if (!bystander)
		pause(), _exit(0);
	dying = fork();
	if (!dying) {
		struct cb_ipc_end end;

		if (!cb_ipc_take_end(&pair.partner, CB_IPC_PARTNER, &end, NULL))
			usleep(50000), raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(pair.workload->worker_init(&pair.worker, NULL), 0);
	assert_true(gone(run_units(&pair, 10000000)));
	assert_int_equal(waitpid(dying, &status, 0), dying);
	assert_true(WIFSIGNALED(status));
	kill(bystander, SIGKILL);
	waitpid(bystander, &status, 0);
	pair_close(&pair);
}

static void test_dying_partner(void **state)
{
	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++) {
		if (!works_here(kinds[k]))
			continue;
		check_dying_partner(kinds[k], "");
		check_dying_partner(kinds[k], "pattern=stream,size=4KiB");
		check_dying_partner(kinds[k], "pattern=stream,way=duplex,size=64KiB");
		if (k < 2)
			check_dying_partner(kinds[k], "pattern=stream,share=one");
	}
}

/* ---- what the partner notices
 * -------------------------------------------------------------------------------- */

static int serve(struct pair *pair)
{
	pair->err = (struct cb_error){ 0 };
	return pair->workload->partner(&pair->partner, &pair->err);
}

static void test_damaged_messages(void **state)
{
	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++)
		for (uint64_t at = 15; at < 8192; at = at == 15 ? 4096 : at + 4095) {
			struct pair pair;
			struct cb_ipc_end end;

			if (!works_here(kinds[k]))
				break;
			end = open_as_worker(&pair, kinds[k], at == 15 ? "size=16" : "size=8192");
			send_damaged(&end, pair.params.size, 3, at);
			assert_int_equal(serve(&pair), -EBADMSG);
			assert_non_null(strstr(pair.err.text, "unit 3 is damaged"));
			cb_ipc_close(&end);
			pair_close(&pair);
		}
}

static void test_end_of_file(void **state)
{
	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++)
		for (int half = 0; half < 2 && works_here(kinds[k]); half++) {
			struct pair pair;
			struct cb_ipc_end end = open_as_worker(&pair, kinds[k], "pattern=stream");

			send_number(&end, 64, 0);
			if (half)
				assert_int_equal(write(end.out, "half", 4), 4);
			cb_ipc_close(&end);
			assert_int_equal(serve(&pair), half ? -EPIPE : 0);
			if (half)
				assert_non_null(strstr(pair.err.text, "the worker is gone"));
			assert_int_equal(verify(&pair, 1), 0);
			pair_close(&pair);
		}
}

/* A worker process that dies while its partner waits for it, and a bystander. */
static void test_dying_worker(void **state)
{
	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++) {
		struct pair pair;
		pid_t dying, bystander;
		int status;

		if (!works_here(kinds[k]))
			continue;
		pair_open(&pair, kinds[k], "pattern=stream");
		bystander = fork();
		if (!bystander)
			pause(), _exit(0);
		dying = fork();
		if (!dying) {
			if (!pair.workload->worker_init(&pair.worker, NULL) && !run_units(&pair, 5))
				usleep(50000), raise(SIGKILL);
			_exit(1);
		}
		assert_int_equal(serve(&pair), 0);
		assert_int_equal(waitpid(dying, &status, 0), dying);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(verify(&pair, 5), 0);
		kill(bystander, SIGKILL);
		waitpid(bystander, &status, 0);
		pair_close(&pair);
	}
}

/* ---- what verify notices
 * ------------------------------------------------------------------------------------- */

static void check_verify(const struct cb_workload *kind, const char *params, const uint64_t *numbers,
	unsigned n, const char *reason)
{
	struct pair pair;
	struct cb_ipc_end end = open_as_worker(&pair, kind, params);

	for (unsigned i = 0; i < n; i++)
		send_number(&end, pair.params.size, numbers[i]);
	close(end.out);
	if (!cb_ipc_answers(&pair.params))
		close(end.in); /* a second descriptor of the same end */
	assert_int_equal(serve(&pair), 0);
	assert_int_equal(verify(&pair, 3), *reason ? -EBADMSG : 0);
	assert_non_null(strstr(pair.err.text, reason));
	if (cb_ipc_answers(&pair.params))
		close(end.in);
	pair_close(&pair);
}

static void test_verify(void **state)
{
	static const uint64_t all[] = { CB_WARMUP_UNIT + 5, 2, 0, 1, CB_WARMUP_UNIT }, twice[] = { 0, 1, 1 };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		check_verify(kinds[k], "pattern=stream", all, 5, "");
		check_verify(kinds[k], "pattern=stream", all, 3, "2 messages were received, and 3 sent");
		check_verify(kinds[k], "pattern=stream", twice, 3, "are not those of the messages sent");
	}
	check_verify(kinds[0], "", all, 5, "0 of 3 messages were answered");
}

/* ---- calls that do less than asked
 * --------------------------------------------------------------------------- */

static ssize_t short_read(int fd, void *buf, size_t bytes)
{
	return cb_io_blocking.read(fd, buf, bytes > 3 ? 3 : bytes);
}

static ssize_t short_write(int fd, const void *buf, size_t bytes)
{
	return cb_io_blocking.write(fd, buf, bytes > 3 ? 3 : bytes);
}

static void test_short_counts(void **state)
{
	struct cb_io io = cb_io_blocking;

	(void)state;
	io.read = short_read;
	io.write = short_write;
	for (size_t k = 0; k < CB_COUNT(kinds); k++) {
		struct pair pair;
		int status;
		pid_t pid;

		if (!works_here(kinds[k]))
			continue;
		pair_open(&pair, kinds[k], "size=100");
		pair.worker.io = pair.partner.io = &io;
		pid = fork();
		if (!pid)
			_exit(serve(&pair) ? 1 : 0);
		assert_int_equal(pair.workload->worker_init(&pair.worker, NULL), 0);
		assert_int_equal(run_units(&pair, 20), 0);
		pair_close(&pair);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* ---- in samples
 * ---------------------------------------------------------------------------------------------- */

static const struct rig_shape shapes[] = { { "serial", 1, 1 }, { "processes", 3, 1 }, { "threads", 1, 3 },
	{ "hybrid", 2, 2 } };

static void run_sample(const struct cb_workload *kind, const char *params, struct rig_shape shape,
	uint64_t units, struct cb_sample *ret)
{
	struct cb_ipc_params p;
	struct cb_sample_spec spec = rig_spec(kind, shape, units);
	char text[128];

	snprintf(text, sizeof text, "%s%s%s", kind->name, *params ? ":" : "", params);
	rig_params(kind, text, &p);
	spec.params = &p;
	assert_int_equal(rig_run(&spec, ret), 0);
	if (ret->status != CB_OK)
		fail_msg("%s, %s: %s: %s", text, shape.mode, cb_status_names[ret->status], ret->reason);
}

static void test_samples(void **state)
{
	static const char *const params[] = { "", "size=8", "size=100001", "pattern=stream",
		"pattern=stream,size=4097", "pattern=stream,way=duplex",
		"pattern=stream,way=duplex,size=5000", "pattern=stream,way=duplex,size=300000",
		"pattern=stream,share=one", "pattern=stream,share=one,size=4KiB",
		"pattern=stream,share=one,size=9" };
	const uint64_t units = 333;
	struct cb_sample sample;

	(void)state;
	for (size_t k = 0; k < CB_COUNT(kinds); k++)
		for (size_t i = 0; i < CB_COUNT(params) && works_here(kinds[k]); i++)
			for (size_t s = 0; s < CB_COUNT(shapes); s++) {
				bool stream = strstr(params[i], "stream");

				if (kinds[k] == &cb_workload_ipc_tcp && strstr(params[i], "share"))
					continue;
				run_sample(kinds[k], params[i], shapes[s], units, &sample);
				assert_int_equal(sample.units, units);
				assert_int_equal(sample.digest, cb_units_digest(0, units));
				assert_true(sample.metrics[CB_IPC_METRIC_BYTES] > 0);
				assert_int_equal(isnan(sample.metrics[CB_IPC_METRIC_TRIPS]), stream);
				assert_int_equal(isnan(sample.metrics[CB_IPC_METRIC_UNDER_WAY]), !stream);
			}
	rig_assert_alone();
}

/* A partner that fails is the reason told, not the worker that lost it. */
static int bad_partner(struct cb_worker *w, struct cb_error *err)
{
	struct cb_ipc_end end = { -1, -1 };
	unsigned char message[64];

	if (cb_ipc_take_end(w, CB_IPC_PARTNER, &end, err))
		return -EIO;
	cb_ipc_read(w->io, end.in, message, sizeof message);
	cb_error_set(err, -EILSEQ, "asked to fail");
	cb_ipc_close(&end);
	usleep(20000); /* the worker has told its tale by now */
	return -EILSEQ;
}

/* One that dies takes the status with it, though the worker hears of it first: a process closes, then dies.
 */
static int killed_partner(struct cb_worker *w, struct cb_error *err)
{
	struct cb_ipc_end end = { -1, -1 };
	unsigned char message[64];

	if (cb_ipc_take_end(w, CB_IPC_PARTNER, &end, err))
		return -EIO;
	cb_ipc_read(w->io, end.in, message, sizeof message);
	if (getpid() == gettid()) {
		cb_ipc_close(&end);
		usleep(20000);
	}
	raise(SIGKILL);
	return 0;
}

static void test_cause_is_told(void **state)
{
	struct cb_ipc_params p;
	struct cb_sample sample;

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		struct cb_workload w = cb_workload_ipc_pipe;
		struct cb_sample_spec spec = rig_spec(&w, shapes[s], 1000);

		rig_params(&w, "ipc_pipe", &p);
		spec.params = &p;
		w.partner = bad_partner;
		rig_run(&spec, &sample);
		rig_assert_sample(
			&sample, CB_FAILED, "^the partner of worker [0-3] failed in run: asked to fail$");
		w.partner = killed_partner;
		rig_run(&spec, &sample);
		rig_assert_sample(&sample, CB_CRASHED, "was killed by SIGKILL");
		rig_assert_alone();
	}
}

/* ---- values that do not go together
 * -------------------------------------------------------------------------- */

static void test_refusals(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "ipc_pipe:way=duplex", "way=duplex is for pattern=stream" },
		{ "ipc_pipe:share=one", "an answer would reach any" },
		{ "ipc_socketpair:share=one,pattern=stream,way=duplex", "an answer would reach any" },
		{ "ipc_pipe:share=one,pattern=stream,size=4097", "only up to 4096 bytes" },
		{ "ipc_socketpair:share=one,pattern=stream,size=65537", "only up to 65536 bytes" },
		{ "ipc_pipe:share=one,pattern=stream,size=4096", "" },
		{ "ipc_socketpair:share=one,pattern=stream,size=65536", "" },
		{ "ipc_socketpair:pattern=stream,way=duplex,size=16MiB", "" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		const struct cb_workload *kind = kinds[rows[i].text[4] == 's'];
		struct cb_error err = { 0 };
		struct cb_ipc_params p;

		rig_params(kind, rows[i].text, &p);
		assert_int_equal(kind->supported(&p, NULL, &err), *rows[i].reason ? -EINVAL : 0);
		assert_non_null(strstr(err.text, rows[i].reason));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_wrong_answers),
		cmocka_unit_test(test_right_answer),
		cmocka_unit_test(test_closed_partner),
		cmocka_unit_test(test_dying_partner),
		cmocka_unit_test(test_damaged_messages),
		cmocka_unit_test(test_end_of_file),
		cmocka_unit_test(test_dying_worker),
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_short_counts),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_cause_is_told),
		cmocka_unit_test(test_refusals),
	};

	signal(SIGPIPE, SIG_IGN);
	alarm(6 * PATIENCE_S);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
