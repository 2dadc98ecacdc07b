/*
 * A bounded blocking queue in shared memory: many putters, many getters, threads and processes alike. Like
 * lib/workload.h it needs no symbol of the program.
 *
 *   init     by one thread, before others see the memory, which must be zeroed and MAP_SHARED
 *   attach   by each thread that puts or gets, once: gives the number that its calls carry
 *   put get  by attached threads; copy one item in or out
 *   close    by anybody: putters fail from now on, getters drain what is there and then learn of the end
 *   detach   by the thread that attached, or its end; the memory must stay mapped until then
 *
 * Order: items of one putter come out in the order in which it put them. Every item that put accepted comes
 * out once, whoever dies: a user that dies within put or get has either done it or not. The item that a
 * getter was copying when it died is gone with it, just as when it had died right after.
 *
 * How. A ring of cells with sequence numbers: a cell's word holds the position in the stream that it serves
 * next, its state, and who is at work on it. Putting is FREE > PUTTING > FULL, getting FULL > TAKING > FREE
 * of the next round. The claim is one compare-and-swap of the cell's word, so there is no moment at which a
 * cell is claimed and nobody knows by whom; head and tail only follow, and whoever finds one lagging moves it
 * on.
 *
 * Nothing is locked, so the dead leave nothing behind but a claimed cell. Each user holds a robust mutex for
 * as long as it is attached: the kernel marks it when its owner dies, however that happens. Who waits longer
 * than it should for a claimed cell tries that mutex, and when it comes back with EOWNERDEAD sets the cell
 * free: its position is then skipped by all. Robust mutexes alone (one around a plain ring) were refused:
 * both sides would fight for one lock in each call.
 *
 * Waiting is spinning for a while, where the CPUs suffice for that, then a futex, for CB_QUEUE_LOOK_NS at
 * most before the caller looks again by itself: so much later, at worst, it learns that somebody died.
 */
#ifndef CONCBENCH_WORKLOAD_QUEUE_H
#define CONCBENCH_WORKLOAD_QUEUE_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CB_QUEUE_LINE      128u       /* bytes: what one writes is not on what another reads */
#define CB_QUEUE_CELL      64u        /* cells start on multiples of it */
#define CB_QUEUE_SPINS     2000u      /* some 50 us: more than what another CPU needs to answer */
#define CB_QUEUE_LOOK_NS   20000000u  /* longest sleep without looking */
#define CB_QUEUE_FOREVER   UINT64_MAX /* a time-out that never comes */
#define CB_QUEUE_USERS_MAX ((1u << CB_QUEUE_USER_BITS) - 1)

/* A cell's word: position << 20 | user << 2 | state. 44 bits of position last for days at any rate. */
#define CB_QUEUE_USER_BITS 18
enum cb_queue_state { CB_QUEUE_FREE, CB_QUEUE_PUTTING, CB_QUEUE_FULL, CB_QUEUE_TAKING };

struct cb_queue_cell {
	_Atomic uint64_t word;
	unsigned char item[];
};

/* Where one side sleeps. */
struct cb_queue_door {
	_Atomic uint32_t
		asleep; /* how many do, or are about to; too many when some died there, never too few */
	_Atomic uint32_t turn; /* futex; changed by who wakes them */
};

struct cb_queue_user {
	_Alignas(CB_QUEUE_LINE) pthread_mutex_t life; /* robust; its owner is attached */
};

struct cb_queue {
	uint64_t capacity; /* a power of two */
	size_t item_bytes, cell_bytes, cells_offset;
	unsigned users_n;
	_Atomic unsigned spins; /* may be changed at any time */
	/* read by all, seldom written */
	_Alignas(CB_QUEUE_LINE) _Atomic uint32_t closed;
	struct cb_queue_door getters, putters;
	_Atomic uint64_t lost; /* cells that the dead had claimed */
	_Alignas(CB_QUEUE_LINE) _Atomic uint64_t head;
	_Alignas(CB_QUEUE_LINE) _Atomic uint64_t tail;
	struct cb_queue_user users[];
};

/* ---- making ---------------------------------------------------------------------------------- */

/* The capacity that is made of one asked for: the next power of two, at least 1. */
static inline uint64_t cb_queue_capacity(uint64_t capacity)
{
	uint64_t power = 1;

	while (power < capacity)
		power *= 2;
	return power;
}

static inline size_t cb_queue_cell_bytes(size_t item_bytes)
{
	size_t bytes = sizeof(struct cb_queue_cell) + item_bytes;

	return (bytes + CB_QUEUE_CELL - 1) / CB_QUEUE_CELL * CB_QUEUE_CELL;
}

/* Memory that a queue needs: of capacity items of item_bytes each, for users threads at a time. */
static inline size_t cb_queue_bytes(uint64_t capacity, size_t item_bytes, unsigned users)
{
	return sizeof(struct cb_queue) + users * sizeof(struct cb_queue_user) +
	       cb_queue_capacity(capacity) * cb_queue_cell_bytes(item_bytes);
}

static inline struct cb_queue_cell *cb_queue_cell(struct cb_queue *q, uint64_t position)
{
	return (struct cb_queue_cell *)(void *)((char *)q + q->cells_offset +
						(position & (q->capacity - 1)) * q->cell_bytes);
}

static inline uint64_t cb_queue_word(uint64_t position, unsigned user, enum cb_queue_state state)
{
	return position << (CB_QUEUE_USER_BITS + 2) | (uint64_t)user << 2 | state;
}

/*
 * Makes a queue in zeroed memory of cb_queue_bytes, aligned to CB_QUEUE_LINE. spins: how often a waiting call
 * looks before it sleeps; CB_QUEUE_SPINS when all users fit the CPUs, else 0, as a spinner then keeps others
 * from running. Returns 0 or a negative errno: -EINVAL for more than CB_QUEUE_USERS_MAX users.
 */
static inline int cb_queue_init(
	struct cb_queue *q, uint64_t capacity, size_t item_bytes, unsigned users, unsigned spins)
{
	pthread_mutexattr_t attr;
	int r = users > CB_QUEUE_USERS_MAX ? EINVAL : pthread_mutexattr_init(&attr);

	if (r)
		return -r;
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	for (unsigned i = 0; i < users && !r; i++)
		r = pthread_mutex_init(&q->users[i].life, &attr);
	pthread_mutexattr_destroy(&attr);
	q->capacity = cb_queue_capacity(capacity);
	q->item_bytes = item_bytes;
	q->cell_bytes = cb_queue_cell_bytes(item_bytes);
	q->cells_offset = sizeof *q + users * sizeof q->users[0];
	q->users_n = users;
	atomic_init(&q->spins, spins);
	for (uint64_t i = 0; i < q->capacity; i++)
		atomic_init(&cb_queue_cell(q, i)->word, cb_queue_word(i, 0, CB_QUEUE_FREE));
	return -r;
}

/* ---- sleeping -------------------------------------------------------------------------------- */

static inline uint64_t cb_queue_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void cb_queue_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static inline void cb_queue_wake(struct cb_queue_door *door, int n)
{
	if (!atomic_load(&door->asleep))
		return;
	atomic_fetch_add(&door->turn, 1);
	syscall(SYS_futex, &door->turn, FUTEX_WAKE, n, NULL, NULL, 0);
}

static inline void cb_queue_sleep(struct cb_queue_door *door, uint32_t turn, uint64_t ns)
{
	struct timespec t = { 0, (long)(ns < CB_QUEUE_LOOK_NS ? ns : CB_QUEUE_LOOK_NS) };

	syscall(SYS_futex, &door->turn, FUTEX_WAIT, turn, &t, NULL, 0);
}

/* ---- the living and the dead ----------------------------------------------------------------- */

/* A claimed cell of the dead serves the next round: nothing was put, or nobody will get it. */
static inline void cb_queue_bury(struct cb_queue *q, unsigned user)
{
	for (uint64_t i = 0; i < q->capacity; i++) {
		_Atomic uint64_t *word = &cb_queue_cell(q, i)->word;
		uint64_t was = atomic_load(word), position = was >> (CB_QUEUE_USER_BITS + 2);
		enum cb_queue_state state = was & 3;

		if ((state != CB_QUEUE_PUTTING && state != CB_QUEUE_TAKING) ||
			(was >> 2 & CB_QUEUE_USERS_MAX) != user)
			continue;
		atomic_fetch_add(&q->lost, 1);
		atomic_store(word, cb_queue_word(position + q->capacity, 0, CB_QUEUE_FREE));
	}
	cb_queue_wake(&q->getters, INT_MAX);
	cb_queue_wake(&q->putters, INT_MAX);
}

/* Makes the caller the owner of a user's place when nobody alive is. Buries a dead one. 0 or -EBUSY. */
static inline int cb_queue_own(struct cb_queue *q, unsigned user)
{
	pthread_mutex_t *life = &q->users[user].life;
	int r = pthread_mutex_trylock(life);

	if (r == EOWNERDEAD) {
		cb_queue_bury(q, user);
		r = pthread_mutex_consistent(life);
	}
	return r ? -EBUSY : 0;
}

static inline void cb_queue_detach(struct cb_queue *q, unsigned user)
{
	pthread_mutex_unlock(&q->users[user].life);
}

/* Returns the calling thread's number; the first that is tried is hint. -EUSERS: all places are taken. */
static inline int cb_queue_attach(struct cb_queue *q, unsigned hint)
{
	for (unsigned i = 0; i < q->users_n; i++)
		if (!cb_queue_own(q, (hint + i) % q->users_n))
			return (int)((hint + i) % q->users_n);
	return -EUSERS;
}

/* Whether the user of that number has detached, or ended, or died. Not for a number never attached. */
static inline _Bool cb_queue_gone(struct cb_queue *q, unsigned user)
{
	if (cb_queue_own(q, user))
		return 0;
	cb_queue_detach(q, user);
	return 1;
}

/* ---- one attempt ----------------------------------------------------------------------------- */

/* Moves head or tail on from a position that is done with; somebody else may have. */
static inline void cb_queue_follow(_Atomic uint64_t *end, uint64_t position)
{
	atomic_compare_exchange_strong(end, &position, position + 1);
}

static inline _Bool cb_queue_claimed(uint64_t word)
{
	return word & 1; /* PUTTING or TAKING */
}

/*
 * Claims the cell at *end, going from state from to state to. Returns the cell and its position; NULL when it
 * is not that far: *ret_word tells its word.
 */
static inline struct cb_queue_cell *cb_queue_claim(struct cb_queue *q, _Atomic uint64_t *end, unsigned user,
	enum cb_queue_state from, enum cb_queue_state to, uint64_t *ret_position, uint64_t *ret_word)
{
	*ret_word = 0;
	for (;;) {
		uint64_t position = atomic_load(end);
		struct cb_queue_cell *cell = cb_queue_cell(q, position);
		uint64_t word = atomic_load(&cell->word), at = word >> (CB_QUEUE_USER_BITS + 2);

		if (at < position || (at == position && (word & 3) < from)) {
			*ret_word = word;
			return NULL;
		}
		if (at == position && (word & 3) == from) {
			if (!atomic_compare_exchange_strong(
				    &cell->word, &word, cb_queue_word(position, user, to)))
				continue;
			*ret_position = position;
			cb_queue_follow(end, position);
			return cell;
		}
		cb_queue_follow(end, position);
	}
}

static inline void cb_queue_release(struct cb_queue *q, struct cb_queue_cell *cell, uint64_t position)
{
	atomic_store(&cell->word, cb_queue_word(position + q->capacity, 0, CB_QUEUE_FREE));
	cb_queue_wake(&q->putters, 1);
}

/*
 * 0; -EAGAIN: full, or *ret_word is a claimed cell; -EPIPE: closed. An item that was put while the queue was
 * closed is taken back, unless somebody has got it: getters may have left without having seen it.
 */
static inline int cb_queue_try_put(struct cb_queue *q, unsigned user, const void *item, uint64_t *ret_word)
{
	struct cb_queue_cell *cell;
	uint64_t position, full;

	if (atomic_load(&q->closed))
		return -EPIPE;
	cell = cb_queue_claim(q, &q->tail, user, CB_QUEUE_FREE, CB_QUEUE_PUTTING, &position, ret_word);
	if (!cell)
		return -EAGAIN;
	memcpy(cell->item, item, q->item_bytes);
	full = cb_queue_word(position, 0, CB_QUEUE_FULL);
	atomic_store(&cell->word, full);
	cb_queue_wake(&q->getters, 1);
	if (!atomic_load(&q->closed) || !atomic_compare_exchange_strong(&cell->word, &full,
						cb_queue_word(position, user, CB_QUEUE_TAKING)))
		return 0;
	cb_queue_release(q, cell, position);
	return -EPIPE;
}

/* 0; -EAGAIN: empty, or *ret_word is a claimed cell; -EPIPE: closed and drained. */
static inline int cb_queue_try_get(struct cb_queue *q, unsigned user, void *item, uint64_t *ret_word)
{
	_Bool closed = atomic_load(&q->closed); /* before the cell: whoever puts later will see it, too */
	struct cb_queue_cell *cell;
	uint64_t position;

	cell = cb_queue_claim(q, &q->head, user, CB_QUEUE_FULL, CB_QUEUE_TAKING, &position, ret_word);
	if (!cell)
		return closed && (*ret_word & 3) != CB_QUEUE_PUTTING ? -EPIPE : -EAGAIN;
	memcpy(item, cell->item, q->item_bytes);
	cb_queue_release(q, cell, position);
	return 0;
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* An attempt of either side. */
struct cb_queue_call {
	struct cb_queue *q;
	unsigned user;
	const void *in; /* put */
	void *out;      /* get */
};

static inline int cb_queue_attempt(const struct cb_queue_call *c, uint64_t *ret_word)
{
	return c->in ? cb_queue_try_put(c->q, c->user, c->in, ret_word)
		     : cb_queue_try_get(c->q, c->user, c->out, ret_word);
}

/* Tries again when what is in the way is a dead user's. */
static inline int cb_queue_insist(const struct cb_queue_call *c)
{
	uint64_t word;
	int r;

	do
		r = cb_queue_attempt(c, &word);
	while (r == -EAGAIN && cb_queue_claimed(word) && cb_queue_gone(c->q, word >> 2 & CB_QUEUE_USERS_MAX));
	return r;
}

/* One sleep, unless the attempt before it succeeds: then there was something to wake for already. */
static inline int cb_queue_nap(const struct cb_queue_call *c, uint64_t until_ns)
{
	struct cb_queue_door *door = c->in ? &c->q->putters : &c->q->getters;
	uint64_t now, word;
	uint32_t turn;
	int r;

	atomic_fetch_add(&door->asleep, 1);
	turn = atomic_load(&door->turn);
	r = cb_queue_attempt(c, &word);
	now = r == -EAGAIN ? cb_queue_now_ns() : until_ns;
	if (now < until_ns)
		cb_queue_sleep(door, turn, until_ns - now);
	atomic_fetch_sub(&door->asleep, 1);
	return r;
}

__attribute__((noinline, unused)) static int cb_queue_wait(const struct cb_queue_call *c, uint64_t timeout_ns)
{
	uint64_t word, now, until;
	unsigned spins = atomic_load_explicit(&c->q->spins, memory_order_relaxed);
	int r = -EAGAIN;

	if (!timeout_ns)
		return cb_queue_insist(c);
	for (unsigned i = 0; i < spins; i++) {
		cb_queue_relax();
		r = cb_queue_attempt(c, &word);
		if (r != -EAGAIN)
			return r;
	}
	now = cb_queue_now_ns();
	until = now + timeout_ns < now ? UINT64_MAX : now + timeout_ns;
	for (;;) {
		r = cb_queue_nap(c, until);
		if (r == -EAGAIN)
			r = cb_queue_insist(c);
		if (r != -EAGAIN)
			return r;
		if (cb_queue_now_ns() >= until)
			return -ETIMEDOUT;
	}
}

/*
 * Copies an item of item_bytes into the queue. timeout_ns: 0 does not wait, CB_QUEUE_FOREVER waits without
 * end. Returns 0; -EAGAIN (0 only): it is full; -ETIMEDOUT: it was full all the time; -EPIPE: it is closed,
 * and nobody gets this item.
 */
static inline int cb_queue_put(struct cb_queue *q, unsigned user, const void *item, uint64_t timeout_ns)
{
	const struct cb_queue_call call = { .q = q, .user = user, .in = item };
	uint64_t word;
	int r = cb_queue_try_put(q, user, item, &word);

	return r == -EAGAIN ? cb_queue_wait(&call, timeout_ns) : r;
}

/* Copies the oldest item out. As cb_queue_put: empty for full; -EPIPE: it is closed, and nothing is left. */
static inline int cb_queue_get(struct cb_queue *q, unsigned user, void *item, uint64_t timeout_ns)
{
	const struct cb_queue_call call = { .q = q, .user = user, .out = item };
	uint64_t word;
	int r = cb_queue_try_get(q, user, item, &word);

	return r == -EAGAIN ? cb_queue_wait(&call, timeout_ns) : r;
}

/* How many items are in it, about. */
static inline uint64_t cb_queue_length(struct cb_queue *q)
{
	uint64_t head = atomic_load(&q->head), tail = atomic_load(&q->tail);

	return tail > head ? tail - head : 0;
}

/* For good; again does nothing. */
static inline void cb_queue_close(struct cb_queue *q)
{
	atomic_store(&q->closed, 1);
	cb_queue_wake(&q->getters, INT_MAX);
	cb_queue_wake(&q->putters, INT_MAX);
}

#endif
