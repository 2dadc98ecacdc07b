/*
 * walltime RUNS COMMAND [ARGUMENT]...: ns from before the command is started until it has ended, its output
 * thrown away; a line a run.
 */
#include "tests/bench/bare.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t to_null;
	int status = 0;

	if (argc < 3)
		return fprintf(stderr, "usage: walltime RUNS COMMAND [ARGUMENT]...\n"), 2;
	posix_spawn_file_actions_init(&to_null);
	posix_spawn_file_actions_addopen(&to_null, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	for (unsigned long left = number(argv[1]); left && !status; left--) {
		uint64_t from = now_ns();
		pid_t pid;

		if (posix_spawn(&pid, argv[2], &to_null, NULL, argv + 2, environ))
			return perror(argv[2]), 1;
		waitpid(pid, &status, 0);
		printf("%llu\n", (unsigned long long)(now_ns() - from));
	}
	return status != 0;
}
