#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int cp_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == 0 ? 0 : errno; }

int cp_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int cp_pidfd_signal(int pidfd, int signal) { return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0); }

static int64_t microseconds(struct timeval time) { return (int64_t)time.tv_sec * 1000000 + time.tv_usec; }

static int reap(int type, int id, struct cp_exit *result) {
    siginfo_t info = {0};
    struct rusage usage = {0};
    if (syscall(SYS_waitid, type, id, &info, WEXITED | WNOHANG, &usage) < 0) return -1;
    if (info.si_pid == 0) return 0;
    result->signaled = info.si_code != CLD_EXITED;
    result->code = info.si_status;
    result->user_us = microseconds(usage.ru_utime);
    result->system_us = microseconds(usage.ru_stime);
    result->max_resident_kib = usage.ru_maxrss;
    return 1;
}

int cp_reap_pidfd(int pidfd, struct cp_exit *result) { return reap(P_PIDFD, pidfd, result); }

int cp_reap_pid(pid_t pid, struct cp_exit *result) { return reap(P_PID, pid, result); }
