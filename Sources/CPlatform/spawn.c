#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc's clone() by the name that no sanitizer intercepts: ThreadSanitizer takes a clone() for a fork() and, as the
// memory is shared, marks the parent as a forked child.
extern int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define NO_SANITIZE __attribute__((no_sanitize("thread", "address"), disable_sanitizer_instrumentation))
#endif
#endif
#ifndef NO_SANITIZE
#define NO_SANITIZE
#endif

// Of linux/close_range.h, which newer headers clash with.
static const unsigned close_range_cloexec = 1U << 2;

// The kernel's struct sigaction, for rt_sigaction(2).
struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

struct child {
    const struct cp_spawn *spawn;
    pid_t parent;
    // Written by the child and read by the parent: they share memory.
    volatile enum cp_spawn_step step;
    volatile int error;
};

// Runs in the child, on its own stack but in the parent's memory: raw system calls only, as the C library's functions
// may take locks or, under a sanitizer, change the parent's bookkeeping.
NO_SANITIZE static int run_child(void *argument) {
    struct child *child = argument;
    const struct cp_spawn *spawn = child->spawn;
    child->step = CP_SPAWN_PREPARE;

    // A handler of the parent must not run here, and what the parent ignores (SIGPIPE) the program may want.
    const struct kernel_sigaction initial = {0};  // SIG_DFL
    for (int number = 1; number <= 64; number++)
        if (number != SIGKILL && number != SIGSTOP)
            syscall(SYS_rt_sigaction, number, &initial, NULL, sizeof initial.mask);

    if (syscall(SYS_setsid) < 0) goto fail;
    if (spawn->death_signal != 0) {
        if (syscall(SYS_prctl, PR_SET_PDEATHSIG, spawn->death_signal, 0, 0, 0) < 0) goto fail;
        // The parent may have ended just before.
        if (syscall(SYS_getppid) != child->parent) {
            errno = ESRCH;
            goto fail;
        }
    }

    // First out of the way of the three targets, then into place.
    int source[3];
    for (int fd = 0; fd < 3; fd++) {
        source[fd] = spawn->fds[fd];
        if (source[fd] < 3) source[fd] = (int)syscall(SYS_fcntl, source[fd], F_DUPFD_CLOEXEC, 3);
        if (source[fd] < 0) goto fail;
    }
    for (int fd = 0; fd < 3; fd++)
        if (syscall(SYS_dup3, source[fd], fd, 0) < 0) goto fail;
    if (syscall(SYS_close_range, 3U, ~0U, close_range_cloexec) < 0) goto fail;

    child->step = CP_SPAWN_DIRECTORY;
    if (spawn->directory && syscall(SYS_chdir, spawn->directory) < 0) goto fail;

    child->step = CP_SPAWN_LIMITS;
    for (size_t index = 0; index < spawn->limit_count; index++) {
        const struct cp_limit *limit = &spawn->limits[index];
        if (syscall(SYS_prlimit64, 0, limit->resource, &limit->value, NULL) < 0) goto fail;
    }

    if (spawn->gate >= 0) {
        char go;
        child->step = CP_SPAWN_CLONE;
        // What the parent has open must not stay open for as long as this waits: a file that is being written cannot be
        // executed by anybody.
        const unsigned low = spawn->gate < spawn->report ? spawn->gate : spawn->report;
        const unsigned high = spawn->gate < spawn->report ? spawn->report : spawn->gate;
        if (low > 3) syscall(SYS_close_range, 3U, low - 1, 0);
        if (high - low > 1) syscall(SYS_close_range, low + 1, high - 1, 0);
        syscall(SYS_close_range, high + 1, ~0U, 0);
        if (syscall(SYS_read, spawn->gate, &go, 1) != 1) goto fail;
    }

    child->step = CP_SPAWN_EXEC;
    const uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
    syscall(SYS_execve, spawn->path, spawn->argv, spawn->envp);
fail:
    child->error = errno;
    if (spawn->gate >= 0) {
        const struct cp_spawn_failure failure = {child->step, child->error};
        syscall(SYS_write, spawn->report, &failure, sizeof failure);
    }
    syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

int cp_read_report(int report, enum cp_spawn_step *step) {
    struct cp_spawn_failure failure;
    ssize_t count;
    do count = read(report, &failure, sizeof failure); while (count < 0 && errno == EINTR);
    if (count < 0) return errno;
    if (count < (ssize_t)sizeof failure) return 0;
    *step = failure.step;
    return failure.error;
}

int cp_spawn(const struct cp_spawn *spawn, pid_t *pid, int *pidfd, enum cp_spawn_step *step) {
    // The child makes only shallow calls. This thread's own stack holds still meanwhile, so no mapping is needed.
    _Alignas(16) char stack[16 * 1024];
    struct child child = {.spawn = spawn, .parent = getpid(), .step = CP_SPAWN_CLONE};
    sigset_t all, before;
    int cancel_state, fd = -1;

    sigfillset(&all);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // One that waits must not hold up the parent, so it gets memory of its own.
    const int sharing = spawn->gate < 0 ? CLONE_VM | CLONE_VFORK : 0;
    pid_t child_pid = __clone(run_child, stack + sizeof stack, sharing | CLONE_PIDFD | SIGCHLD, &child, &fd);
    // With memory of its own the child's error is not seen here: `child.error` stays 0.
    int error = child_pid < 0 ? errno : child.error;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setcancelstate(cancel_state, NULL);

    *step = child.step;
    if (child_pid >= 0 && error != 0) {
        // It has left our memory and is about to end.
        while (waitpid(child_pid, NULL, 0) < 0 && errno == EINTR) {}
        close(fd);
    }
    if (error == 0) {
        *pid = child_pid;
        *pidfd = fd;
    }
    return error;
}
