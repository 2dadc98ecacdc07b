/* The queue of lib/workload_queue.h: its calls, many users at once, and users that die in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/workload_queue.h"

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define MS UINT64_C(1000000)

/* An item: who put it, and which of its own it is. */
struct item {
	uint64_t putter, number;
};

static void *shared(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static struct cb_queue *queue(uint64_t capacity, unsigned users)
{
	struct cb_queue *q = shared(cb_queue_bytes(capacity, sizeof(struct item), users));

	assert_int_equal(cb_queue_init(q, capacity, sizeof(struct item), users, 20), 0);
	return q;
}

/* The main thread's places in the queue under test: it must leave them before the memory goes. */
static unsigned mine; /* bits */

static int attach(struct cb_queue *q, unsigned hint)
{
	int user = cb_queue_attach(q, hint);

	if (user >= 0)
		mine |= 1u << user;
	return user;
}

static void queue_free(struct cb_queue *q)
{
	for (unsigned i = 0; i < q->users_n; i++)
		if (mine & 1u << i)
			cb_queue_detach(q, i);
	mine = 0;
	munmap(q, cb_queue_bytes(q->capacity, q->item_bytes, q->users_n));
}

/* ---- calls ----------------------------------------------------------------------------------- */

static void test_capacity_is_the_next_power_of_two(void **state)
{
	(void)state;
	assert_int_equal(cb_queue_capacity(0), 1);
	assert_int_equal(cb_queue_capacity(1), 1);
	assert_int_equal(cb_queue_capacity(3), 4);
	assert_int_equal(cb_queue_capacity(64), 64);
}

static void test_full_and_empty(void **state)
{
	(void)state;
	for (uint64_t capacity = 1; capacity <= 8; capacity *= 2) {
		struct cb_queue *q = queue(capacity, 2);
		struct item item = { 0 };
		unsigned user = (unsigned)attach(q, 0);

		for (unsigned round = 0; round < 5; round++) {
			assert_int_equal(cb_queue_get(q, user, &item, 0), -EAGAIN);
			for (uint64_t i = 0; i < capacity; i++) {
				item.number = 10 * round + i;
				assert_int_equal(cb_queue_put(q, user, &item, 0), 0);
			}
			assert_int_equal(cb_queue_put(q, user, &item, 0), -EAGAIN);
			for (uint64_t i = 0; i < capacity; i++) {
				assert_int_equal(cb_queue_get(q, user, &item, 0), 0);
				assert_int_equal(item.number, 10 * round + i);
			}
		}
		queue_free(q);
	}
}

static void test_items_of_any_size(void **state)
{
	static const size_t sizes[] = { 1, 7, 8, 56, 57, 4096, 100000 };

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		size_t bytes = cb_queue_bytes(4, sizes[s], 1);
		struct cb_queue *q = shared(bytes);
		unsigned char *in = malloc(sizes[s]), *out = malloc(sizes[s]);

		assert_int_equal(cb_queue_init(q, 4, sizes[s], 1, 0), 0);
		assert_int_equal(attach(q, 0), 0);
		for (unsigned k = 0; k < 10; k++) {
			for (size_t i = 0; i < sizes[s]; i++)
				in[i] = (unsigned char)(i * 7 + k);
			assert_int_equal(cb_queue_put(q, 0, in, 0), 0);
			assert_int_equal(cb_queue_get(q, 0, out, 0), 0);
			assert_memory_equal(in, out, sizes[s]);
		}
		cb_queue_detach(q, 0);
		mine = 0;
		free(in);
		free(out);
		munmap(q, bytes);
	}
}

static void test_waiting_ends_by_its_time_out(void **state)
{
	struct cb_queue *q = queue(1, 1);
	struct item item = { 0 };
	uint64_t from = cb_queue_now_ns();

	(void)state;
	assert_int_equal(attach(q, 0), 0);
	assert_int_equal(cb_queue_get(q, 0, &item, 30 * MS), -ETIMEDOUT);
	assert_true(cb_queue_now_ns() - from >= 30 * MS);
	assert_int_equal(cb_queue_put(q, 0, &item, 30 * MS), 0);
	from = cb_queue_now_ns();
	assert_int_equal(cb_queue_put(q, 0, &item, 30 * MS), -ETIMEDOUT);
	assert_true(cb_queue_now_ns() - from >= 30 * MS);
	assert_int_equal(q->getters.asleep, 0);
	assert_int_equal(q->putters.asleep, 0);
	queue_free(q);
}

static void test_closed_drains_then_ends(void **state)
{
	struct cb_queue *q = queue(4, 1);
	struct item item = { 1, 2 };

	(void)state;
	assert_int_equal(attach(q, 0), 0);
	assert_int_equal(cb_queue_put(q, 0, &item, 0), 0);
	cb_queue_close(q);
	cb_queue_close(q);
	assert_int_equal(cb_queue_put(q, 0, &item, CB_QUEUE_FOREVER), -EPIPE);
	assert_int_equal(cb_queue_get(q, 0, &item, CB_QUEUE_FOREVER), 0);
	assert_int_equal(item.number, 2);
	assert_int_equal(cb_queue_get(q, 0, &item, CB_QUEUE_FOREVER), -EPIPE);
	assert_int_equal(cb_queue_get(q, 0, &item, 0), -EPIPE);
	queue_free(q);
}

static void test_places_are_limited_and_come_back(void **state)
{
	struct cb_queue *q = queue(1, 2);

	(void)state;
	assert_int_equal(attach(q, 1), 1);
	assert_int_equal(attach(q, 1), 0);
	assert_int_equal(attach(q, 0), -EUSERS);
	cb_queue_detach(q, 1);
	mine &= ~2u;
	assert_int_equal(attach(q, 0), 1);
	queue_free(q);
}

/* ---- waking ---------------------------------------------------------------------------------- */

struct sleeper {
	struct cb_queue *q;
	unsigned hint;
	bool put;
	int result;
};

static void *sleep_in_queue(void *arg)
{
	struct sleeper *s = arg;
	unsigned user = (unsigned)cb_queue_attach(s->q, s->hint);
	struct item item = { 0 };

	s->result = s->put ? cb_queue_put(s->q, user, &item, CB_QUEUE_FOREVER)
			   : cb_queue_get(s->q, user, &item, CB_QUEUE_FOREVER);
	cb_queue_detach(s->q, user);
	return NULL;
}

static void await_sleepers(struct cb_queue_door *door, unsigned n)
{
	while (atomic_load(&door->asleep) != n)
		sched_yield();
}

static void test_close_wakes_all_sleepers(void **state)
{
	(void)state;
	for (int put = 0; put < 2; put++) {
		struct cb_queue *q = queue(1, 4);
		struct sleeper sleepers[3];
		struct item item = { 0 };
		pthread_t ids[3];

		assert_int_equal(attach(q, 3), 3);
		if (put)
			assert_int_equal(cb_queue_put(q, 3, &item, 0), 0);
		for (unsigned i = 0; i < 3; i++) {
			sleepers[i] = (struct sleeper){ .q = q, .hint = i, .put = put };
			assert_int_equal(pthread_create(&ids[i], NULL, sleep_in_queue, &sleepers[i]), 0);
		}
		await_sleepers(put ? &q->putters : &q->getters, 3);
		cb_queue_close(q);
		for (unsigned i = 0; i < 3; i++) {
			pthread_join(ids[i], NULL);
			assert_int_equal(sleepers[i].result, -EPIPE);
		}
		queue_free(q);
	}
}

static void test_a_sleeper_is_woken_by_the_other_side(void **state)
{
	(void)state;
	for (int put = 0; put < 2; put++) {
		struct cb_queue *q = queue(1, 2);
		struct sleeper sleeper = { .q = q, .put = put };
		struct item item = { 0 };
		pthread_t id;

		assert_int_equal(attach(q, 1), 1);
		if (put)
			assert_int_equal(cb_queue_put(q, 1, &item, 0), 0);
		assert_int_equal(pthread_create(&id, NULL, sleep_in_queue, &sleeper), 0);
		await_sleepers(put ? &q->putters : &q->getters, 1);
		assert_int_equal(put ? cb_queue_get(q, 1, &item, 0) : cb_queue_put(q, 1, &item, 0), 0);
		assert_int_equal((put ? &q->putters : &q->getters)->turn, 1); /* else it woke by itself */
		pthread_join(id, NULL);
		assert_int_equal(sleeper.result, 0);
		queue_free(q);
	}
}

/* ---- many at once ---------------------------------------------------------------------------- */

#define PUTTERS 3u
#define GETTERS 3u
#define EACH    20000u

struct crowd {
	struct cb_queue *q;
	_Atomic unsigned next;                    /* contexts number themselves */
	_Atomic unsigned putting;                 /* putters that are not done */
	_Atomic uint8_t got[PUTTERS][EACH];       /* how often each item came out */
	_Atomic uint32_t accepted[PUTTERS][EACH]; /* put returned 0 */
	_Atomic unsigned wrong;                   /* items out of order */
};

static void put_all(struct crowd *c, unsigned user, unsigned putter)
{
	struct item item = { .putter = putter };

	for (; item.number < EACH; item.number++)
		if (!cb_queue_put(c->q, user, &item, CB_QUEUE_FOREVER))
			atomic_store(&c->accepted[putter][item.number], 1);
	if (atomic_fetch_sub(&c->putting, 1) == 1)
		cb_queue_close(c->q);
}

static void get_all(struct crowd *c, unsigned user)
{
	uint64_t next[PUTTERS] = { 0 };
	struct item item;

	while (!cb_queue_get(c->q, user, &item, CB_QUEUE_FOREVER)) {
		if (item.putter >= PUTTERS || item.number >= EACH || item.number < next[item.putter]) {
			atomic_fetch_add(&c->wrong, 1);
			continue;
		}
		next[item.putter] = item.number + 1;
		atomic_fetch_add(&c->got[item.putter][item.number], 1);
	}
}

static void *one_of_crowd(void *arg)
{
	struct crowd *c = arg;
	unsigned me = atomic_fetch_add(&c->next, 1), user = (unsigned)cb_queue_attach(c->q, me);

	if (me < PUTTERS)
		put_all(c, user, me);
	else
		get_all(c, user);
	cb_queue_detach(c->q, user);
	return NULL;
}

static void check_crowd(const struct crowd *c)
{
	assert_int_equal(c->wrong, 0);
	for (unsigned p = 0; p < PUTTERS; p++)
		for (unsigned i = 0; i < EACH; i++)
			if (c->got[p][i] != 1)
				fail_msg("item %u of putter %u came %u times", i, p, c->got[p][i]);
}

static const uint64_t capacities[] = { 1, 2, 16, 1024 };

static struct crowd *crowd(uint64_t capacity)
{
	struct crowd *c = shared(sizeof *c);

	c->q = queue(capacity, PUTTERS + GETTERS);
	c->putting = PUTTERS;
	return c;
}

static void crowd_free(struct crowd *c)
{
	queue_free(c->q);
	munmap(c, sizeof *c);
}

static void test_threads_lose_and_double_nothing(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof capacities / sizeof capacities[0]; k++) {
		struct crowd *c = crowd(capacities[k]);
		pthread_t ids[PUTTERS + GETTERS];

		for (unsigned i = 0; i < PUTTERS + GETTERS; i++)
			assert_int_equal(pthread_create(&ids[i], NULL, one_of_crowd, c), 0);
		for (unsigned i = 0; i < PUTTERS + GETTERS; i++)
			pthread_join(ids[i], NULL);
		check_crowd(c);
		crowd_free(c);
	}
}

static pid_t fork_one(void *(*body)(void *), void *arg)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		body(arg);
		_exit(0);
	}
	return pid;
}

static void test_processes_lose_and_double_nothing(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof capacities / sizeof capacities[0]; k++) {
		struct crowd *c = crowd(capacities[k]);
		int status;

		for (unsigned i = 0; i < PUTTERS + GETTERS; i++)
			fork_one(one_of_crowd, c);
		for (unsigned i = 0; i < PUTTERS + GETTERS; i++) {
			assert_true(wait(&status) > 0);
			assert_int_equal(status, 0);
		}
		check_crowd(c);
		crowd_free(c);
	}
}

/* ---- deaths ---------------------------------------------------------------------------------- */

/* A claim by somebody who is dead now: what a kill between claim and publication leaves. */
struct claim {
	struct cb_queue *q;
	bool put;
};

static void *claim_and_die(void *arg)
{
	const struct claim *c = arg;
	unsigned user = (unsigned)cb_queue_attach(c->q, 0);
	uint64_t position, word;

	if (c->put)
		cb_queue_claim(c->q, &c->q->tail, user, CB_QUEUE_FREE, CB_QUEUE_PUTTING, &position, &word);
	else
		cb_queue_claim(c->q, &c->q->head, user, CB_QUEUE_FULL, CB_QUEUE_TAKING, &position, &word);
	kill(getpid(), SIGKILL);
	return NULL;
}

/* Waits for its death, but leaves it a zombie: nobody may rely on its being reaped. */
static pid_t let_die(struct claim *c)
{
	pid_t pid = fork_one(claim_and_die, c);
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	return pid;
}

static void test_a_putter_that_died_is_passed_by(void **state)
{
	struct cb_queue *q = queue(2, 2);
	struct item item = { 1, 1 };
	pid_t pid = let_die(&(struct claim){ .q = q, .put = true });

	(void)state;
	assert_int_equal(attach(q, 1), 1);
	assert_int_equal(cb_queue_put(q, 1, &item, 0), 0); /* behind it */
	assert_int_equal(cb_queue_get(q, 1, &item, 0), 0);
	assert_int_equal(item.putter, 1);
	assert_int_equal(cb_queue_get(q, 1, &item, 0), -EAGAIN);
	assert_int_equal(q->lost, 1);
	assert_int_equal(attach(q, 0), 0); /* its place is free again */
	waitpid(pid, NULL, 0);
	queue_free(q);
}

static void test_a_getter_that_died_frees_its_cell(void **state)
{
	struct cb_queue *q = queue(1, 2);
	struct item item = { 1, 1 };
	pid_t pid;

	(void)state;
	assert_int_equal(attach(q, 1), 1);
	assert_int_equal(cb_queue_put(q, 1, &item, 0), 0);
	pid = let_die(&(struct claim){ .q = q });
	assert_int_equal(cb_queue_put(q, 1, &item, CB_QUEUE_FOREVER), 0);
	assert_int_equal(cb_queue_get(q, 1, &item, 0), 0);
	assert_int_equal(q->lost, 1);
	waitpid(pid, NULL, 0);
	queue_free(q);
}

static void test_a_thread_that_ended_is_dead_too(void **state)
{
	struct cb_queue *q = queue(1, 1);
	struct item item = { 0 };
	pid_t pid = let_die(&(struct claim){ .q = q, .put = true });

	(void)state;
	assert_int_equal(attach(q, 0), 0); /* takes the place over, and frees what it had claimed */
	assert_int_equal(cb_queue_put(q, 0, &item, 0), 0);
	waitpid(pid, NULL, 0);
	queue_free(q);
}

static void test_the_living_are_waited_for(void **state)
{
	struct cb_queue *q = queue(1, 2);
	struct item item = { 0 };
	uint64_t position, word;

	(void)state;
	assert_int_equal(attach(q, 0), 0);
	cb_queue_claim(q, &q->tail, 0, CB_QUEUE_FREE, CB_QUEUE_PUTTING, &position, &word);
	assert_int_equal(attach(q, 1), 1);
	assert_int_equal(cb_queue_get(q, 1, &item, 50 * MS), -ETIMEDOUT);
	cb_queue_close(q);
	assert_int_equal(cb_queue_get(q, 1, &item, 0), -EAGAIN); /* its item may still come */
	assert_int_equal(q->lost, 0);
	queue_free(q);
}

#define LARGE 33554432u /* copying that many bytes takes milliseconds */

struct large {
	struct cb_queue *q;
	unsigned char *item;
	int result;
};

static void *put_large(void *arg)
{
	struct large *l = arg;
	unsigned user = (unsigned)cb_queue_attach(l->q, 1);

	l->result = cb_queue_put(l->q, user, l->item, CB_QUEUE_FOREVER);
	cb_queue_detach(l->q, user);
	return NULL;
}

/* Closes while an item is copied in, once; whether that came in time is told by the result. */
static int close_meanwhile(struct large *l)
{
	size_t bytes = cb_queue_bytes(1, LARGE, 2);
	pthread_t id;

	l->q = shared(bytes);
	assert_int_equal(cb_queue_init(l->q, 1, LARGE, 2, 0), 0);
	assert_int_equal(cb_queue_attach(l->q, 0), 0);
	assert_int_equal(pthread_create(&id, NULL, put_large, l), 0);
	while ((atomic_load(&cb_queue_cell(l->q, 0)->word) & 3) == CB_QUEUE_FREE)
		sched_yield();
	cb_queue_close(l->q);
	pthread_join(id, NULL);
	assert_int_equal(cb_queue_get(l->q, 0, l->item, 0), l->result); /* both or neither */
	cb_queue_detach(l->q, 0);
	munmap(l->q, bytes);
	return l->result;
}

/* A closed queue takes an item back that was being put meanwhile. */
static void test_an_item_put_while_closing_is_taken_back(void **state)
{
	struct large large = { .item = calloc(1, LARGE) };
	int result = 0;

	(void)state;
	assert_non_null(large.item);
	for (unsigned i = 0; i < 50 && result == 0; i++)
		result = close_meanwhile(&large);
	assert_int_equal(result, -EPIPE);
	free(large.item);
}

static void test_what_was_accepted_while_closing_comes_out(void **state)
{
	struct crowd *c = crowd(4);
	unsigned accepted = 0, got = 0;

	(void)state;
	for (unsigned i = 0; i < PUTTERS + 1; i++)
		fork_one(one_of_crowd, c);
	usleep(2000);
	cb_queue_close(c->q);
	while (wait(NULL) > 0)
		;
	for (unsigned p = 0; p < PUTTERS; p++)
		for (unsigned i = 0; i < EACH; i++) {
			accepted += c->accepted[p][i];
			got += c->got[p][i];
			assert_int_equal(c->accepted[p][i], c->got[p][i]);
		}
	assert_int_equal(accepted, got);
	crowd_free(c);
}

/* Puts or gets for ever, until it is killed. */
static void *put_for_ever(void *arg)
{
	struct crowd *c = arg;
	int user = cb_queue_attach(c->q, 0);
	struct item item = { .putter = 0 };

	if (user < 0)
		return NULL;
	for (;;)
		cb_queue_put(c->q, (unsigned)user, &item, CB_QUEUE_FOREVER);
}

static void *get_for_ever(void *arg)
{
	struct crowd *c = arg;
	int user = cb_queue_attach(c->q, 1);
	struct item item;

	if (user < 0)
		return NULL;
	for (;;)
		cb_queue_get(c->q, (unsigned)user, &item, CB_QUEUE_FOREVER);
}

/*
 * Putters and getters are killed again and again, wherever they happen to be; one putter and one getter live
 * and must get on. The dead ones' items are told from the survivor's by their putter.
 */
static void *live_putter(void *arg)
{
	struct crowd *c = arg;
	unsigned user = (unsigned)cb_queue_attach(c->q, 2);
	struct item item = { .putter = 1 };

	for (; item.number < EACH; item.number++)
		cb_queue_put(c->q, user, &item, CB_QUEUE_FOREVER);
	atomic_store(&c->putting, 0);
	return NULL;
}

#define KILLS 300u

static void kill_some(struct crowd *c)
{
	for (unsigned i = 0; i < KILLS; i++) {
		pid_t putter = fork_one(put_for_ever, c), getter = fork_one(get_for_ever, c);

		usleep((useconds_t)(rand() % 1000));
		kill(putter, SIGKILL);
		kill(getter, SIGKILL);
		waitpid(putter, NULL, 0);
		waitpid(getter, NULL, 0);
	}
}

/* All that is left comes out, in order, and the queue still works. */
static void check_survived(struct crowd *c)
{
	unsigned user = (unsigned)attach(c->q, 3);
	struct item item = { .putter = 2 };

	while (!cb_queue_get(c->q, user, &item, 0))
		;
	for (uint64_t i = 0; i < 5 * c->q->capacity; i++) {
		item.number = i;
		assert_int_equal(cb_queue_put(c->q, user, &item, 0), 0);
		item.number = 0;
		assert_int_equal(cb_queue_get(c->q, user, &item, 0), 0);
		assert_int_equal(item.number, i);
	}
	assert_int_equal(cb_queue_get(c->q, user, &item, 0), -EAGAIN);
}

static void test_kills_at_random_points_stop_nobody(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof capacities / sizeof capacities[0]; k++) {
		struct crowd *c = crowd(capacities[k]);
		pid_t getter, putter;

		putter = fork_one(live_putter, c);
		getter = fork_one(get_for_ever, c);
		kill_some(c);
		waitpid(putter, NULL, 0); /* it got rid of all: nobody who died stood in its way */
		kill(getter, SIGKILL);
		waitpid(getter, NULL, 0);
		assert_int_equal(c->putting, 0);
		check_survived(c);
		crowd_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capacity_is_the_next_power_of_two),
		cmocka_unit_test(test_full_and_empty),
		cmocka_unit_test(test_items_of_any_size),
		cmocka_unit_test(test_waiting_ends_by_its_time_out),
		cmocka_unit_test(test_closed_drains_then_ends),
		cmocka_unit_test(test_places_are_limited_and_come_back),
		cmocka_unit_test(test_close_wakes_all_sleepers),
		cmocka_unit_test(test_a_sleeper_is_woken_by_the_other_side),
		cmocka_unit_test(test_threads_lose_and_double_nothing),
		cmocka_unit_test(test_processes_lose_and_double_nothing),
		cmocka_unit_test(test_a_putter_that_died_is_passed_by),
		cmocka_unit_test(test_a_getter_that_died_frees_its_cell),
		cmocka_unit_test(test_a_thread_that_ended_is_dead_too),
		cmocka_unit_test(test_the_living_are_waited_for),
		cmocka_unit_test(test_an_item_put_while_closing_is_taken_back),
		cmocka_unit_test(test_what_was_accepted_while_closing_comes_out),
		cmocka_unit_test(test_kills_at_random_points_stop_nobody),
	};

	alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
