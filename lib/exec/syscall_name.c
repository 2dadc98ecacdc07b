/* Names of the system calls that workers may be found waiting in, and of some that they spend their time in.
 */
#include "lib/exec/task_state.h"

#include <sys/syscall.h>

#define ROW(name)                 \
	{                         \
		SYS_##name, #name \
	}

static const struct {
	long number;
	const char *name;
} rows[] = {
	ROW(accept),
	ROW(accept4),
	ROW(clock_nanosleep),
	ROW(clone),
	ROW(close),
	ROW(connect),
	ROW(epoll_pwait),
	ROW(execve),
	ROW(exit),
	ROW(exit_group),
	ROW(fallocate),
	ROW(fcntl),
	ROW(fdatasync),
	ROW(flock),
	ROW(fsync),
	ROW(ftruncate),
	ROW(futex),
	ROW(getppid),
	ROW(ioctl),
	ROW(io_getevents),
	ROW(kill),
	ROW(madvise),
	ROW(mmap),
	ROW(mprotect),
	ROW(mq_timedreceive),
	ROW(mq_timedsend),
	ROW(msgrcv),
	ROW(msgsnd),
	ROW(msync),
	ROW(munmap),
	ROW(nanosleep),
	ROW(openat),
	ROW(ppoll),
	ROW(pread64),
	ROW(preadv),
	ROW(pselect6),
	ROW(pwrite64),
	ROW(pwritev),
	ROW(read),
	ROW(readv),
	ROW(recvfrom),
	ROW(recvmmsg),
	ROW(recvmsg),
	ROW(renameat2),
	ROW(restart_syscall),
	ROW(rt_sigsuspend),
	ROW(rt_sigtimedwait),
	ROW(sched_yield),
	ROW(semop),
	ROW(semtimedop),
	ROW(sendfile),
	ROW(sendmmsg),
	ROW(sendmsg),
	ROW(sendto),
	ROW(splice),
	ROW(sync),
	ROW(tgkill),
	ROW(unlinkat),
	ROW(wait4),
	ROW(waitid),
	ROW(write),
	ROW(writev),
/* what not every machine or set of headers has */
#ifdef SYS_clone3
	ROW(clone3),
#endif
#ifdef SYS_epoll_wait
	ROW(epoll_wait),
#endif
#ifdef SYS_fork
	ROW(fork),
#endif
#ifdef SYS_futex_waitv
	ROW(futex_waitv),
#endif
#ifdef SYS_io_uring_enter
	ROW(io_uring_enter),
#endif
#ifdef SYS_open
	ROW(open),
#endif
#ifdef SYS_pause
	ROW(pause),
#endif
#ifdef SYS_poll
	ROW(poll),
#endif
#ifdef SYS_rename
	ROW(rename),
#endif
#ifdef SYS_select
	ROW(select),
#endif
#ifdef SYS_unlink
	ROW(unlink),
#endif
#ifdef SYS_vfork
	ROW(vfork),
#endif
};

char *cb_syscall_name(long number, char *buf, size_t size)
{
	for (size_t i = 0; i < CB_COUNT(rows); i++)
		if (rows[i].number == number) {
			snprintf(buf, size, "%s", rows[i].name);
			return buf;
		}
	snprintf(buf, size, "system call %ld", number);
	return buf;
}
