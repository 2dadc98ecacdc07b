/*
 * talk pipe|socketpair fork|thread ROUNDS CPU CPU: ns a round trip of 64 bytes takes between two processes or
 * threads, each pinned to its CPU, over ROUNDS of them after a warm-up of 20 ms. As ipc_pipe's and
 * ipc_socketpair's messages, each carries its number and the answer another one.
 */
#include "tests/bench/bare.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE_BYTES 64

/* What a side reads from and writes to. */
struct side {
	int in, out, cpu;
};

static uint64_t answer_to(uint64_t n)
{
	return ~n * 3;
}

/* Answers until the other side closes. */
static void *serve(void *arg)
{
	const struct side *side = arg;
	char message[MESSAGE_BYTES] = { 0 };
	uint64_t n;

	pin_to(side->cpu);
	while (read(side->in, message, sizeof message) == sizeof message) {
		memcpy(&n, message, sizeof n);
		n = answer_to(n);
		memcpy(message, &n, sizeof n);
		if (write(side->out, message, sizeof message) != sizeof message)
			break;
	}
	return NULL;
}

/* Rounds first..first+n-1. */
static void talk(const struct side *side, uint64_t first, uint64_t n)
{
	char message[MESSAGE_BYTES] = { 0 };
	uint64_t answer;

	for (uint64_t i = first; i < first + n; i++) {
		memcpy(message, &i, sizeof i);
		if (write(side->out, message, sizeof message) != sizeof message ||
			read(side->in, message, sizeof message) != sizeof message)
			exit((perror("talk"), 1));
		memcpy(&answer, message, sizeof answer);
		if (answer != answer_to(i))
			exit((fputs("a wrong answer\n", stderr), 1));
	}
}

static int open_sides(const char *kind, struct side *ours, struct side *theirs)
{
	int there[2], back[2];

	if (!strcmp(kind, "socketpair")) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, there))
			return perror("socketpair"), -1;
		ours->in = ours->out = there[0];
		theirs->in = theirs->out = there[1];
		return 0;
	}
	if (pipe(there) || pipe(back))
		return perror("pipe"), -1;
	ours->out = there[1];
	theirs->in = there[0];
	theirs->out = back[1];
	ours->in = back[0];
	return 0;
}

static void measure(const struct side *side, unsigned long rounds)
{
	uint64_t from, first = 0, until;

	pin_to(side->cpu);
	until = now_ns() + 20000000;
	while (now_ns() < until) {
		talk(side, first, 100);
		first += 100;
	}
	from = now_ns();
	talk(side, first, rounds);
	printf("%.1f\n", (double)(now_ns() - from) / (double)rounds);
}

/* Both sides are closed by each process that does not use them, so that the server sees the end of the file.
 */
static void close_side(const struct side *side)
{
	close(side->in);
	if (side->out != side->in)
		close(side->out);
}

static int between_processes(const struct side *ours, struct side *theirs, unsigned long rounds)
{
	pid_t pid = fork();

	if (pid < 0)
		return perror("fork"), 1;
	if (!pid) {
		close_side(ours);
		serve(theirs);
		_exit(0);
	}
	close_side(theirs);
	measure(ours, rounds);
	close_side(ours);
	waitpid(pid, NULL, 0);
	return 0;
}

static int between_threads(const struct side *ours, struct side *theirs, unsigned long rounds)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, serve, theirs))
		return perror("pthread_create"), 1;
	measure(ours, rounds);
	close_side(ours);
	pthread_join(thread, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	struct side ours, theirs;

	if (argc != 6)
		return fprintf(stderr, "usage: talk pipe|socketpair fork|thread ROUNDS CPU CPU\n"), 2;
	signal(SIGPIPE, SIG_IGN);
	if (open_sides(argv[1], &ours, &theirs))
		return 1;
	ours.cpu = atoi(argv[4]);
	theirs.cpu = atoi(argv[5]);
	return (strcmp(argv[2], "thread") ? between_processes : between_threads)(
		&ours, &theirs, number(argv[3]));
}
