#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Headers that Swift's Glibc module lacks; importing CPlatform makes them visible.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>

#ifdef __cplusplus
extern "C" {
#endif

/// prctl(2) is variadic, so Swift cannot call it. At most 15 bytes are shown.
void cp_set_thread_name(const char *_Nonnull name);

/// pipe2(2) with O_CLOEXEC, which pthread programs need and Swift's Glibc module lacks. -1 with errno on failure.
int cp_pipe(int *_Nonnull reader, int *_Nonnull writer);

/// accept4(2) with SOCK_CLOEXEC: the connection, or -1 with errno.
int cp_accept(int listening);

/// Who has connected a local stream socket (SO_PEERCRED of unix(7)). 0, or -1 with errno.
int cp_peer(int connection, pid_t *_Nonnull process, uid_t *_Nonnull user);

/// Makes the calling process adopt the orphans among its descendants. Returns 0 or an errno.
int cp_adopt_orphans(void);

/// pidfd_open(2): the descriptor, or -1 with errno. glibc 2.36 declares it where Swift cannot see it.
int cp_pidfd_open(pid_t pid);

/// pidfd_send_signal(2): 0, or -1 with errno.
int cp_pidfd_signal(int pidfd, int signal);

/// How a child ended, and what it used.
struct cp_exit {
    bool signaled;             ///< ended by a signal
    int code;                  ///< the exit code, or the number of the signal
    int64_t user_us;           ///< CPU time in user mode, with that of the descendants it waited for
    int64_t system_us;         ///< CPU time in the kernel, likewise
    int64_t max_resident_kib;  ///< the largest resident set
};

/// Reaps a child that has ended, without waiting: 1 if it was reaped, 0 if it still runs, -1 if it is no child (any
/// more). The raw waitid(2) gives the resource usage, which glibc's function drops.
int cp_reap_pidfd(int pidfd, struct cp_exit *_Nonnull result);
int cp_reap_pid(pid_t pid, struct cp_exit *_Nonnull result);

/// One setrlimit(2).
struct cp_limit {
    int resource;
    struct rlimit value;
};

/// What a child process is to look like. It always gets a session, and with it a process group, of its own.
struct cp_spawn {
    const char *_Nonnull path;              ///< the program; a relative path is taken from `directory`
    char *_Nullable const *_Nonnull argv;   ///< NULL-terminated
    char *_Nullable const *_Nonnull envp;   ///< NULL-terminated
    const char *_Nullable directory;        ///< NULL: the parent's
    int fds[3];                             ///< what becomes stdin, stdout and stderr; all others are closed
    const struct cp_limit *_Nullable limits;
    size_t limit_count;
    int death_signal;                       ///< sent when the spawning *thread* ends; 0: none
    /// The child waits before the program until a byte can be read here, and ends when there is none; -1: it does not
    /// wait. A child that waits has a copy of the parent's memory, which costs about a third of a millisecond.
    int gate;
    int report;                             ///< where a child that waits writes a `cp_spawn_failure` if it fails
};

/// Where a spawn failed.
enum cp_spawn_step {
    CP_SPAWN_CLONE,
    CP_SPAWN_PREPARE,
    CP_SPAWN_DIRECTORY,
    CP_SPAWN_LIMITS,
    CP_SPAWN_EXEC,
};

/// What a child that waited at its gate tells of its failure. One that succeeds closes the pipe by executing the program.
struct cp_spawn_failure {
    enum cp_spawn_step step;
    int error;
};

/// Starts a program by clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD) and execve: no page table is copied, so the cost
/// does not grow with the memory of the parent, and the errno of the exec comes back.
///
/// Returns 0 with `pid` and `pidfd` (close-on-exec) set, or an errno with `step` set and nothing left behind. The
/// calling thread waits until the child has left its memory.
int cp_spawn(
    const struct cp_spawn *_Nonnull spawn, pid_t *_Nonnull pid, int *_Nonnull pidfd, enum cp_spawn_step *_Nonnull step);

/// Reads what a child that was let through its gate reports: 0 when the program runs, else an errno with `step` set.
/// Waits until either is certain.
int cp_read_report(int report, enum cp_spawn_step *_Nonnull step);

/// Unmaps the pages of all loaded code and constants (MADV_DONTNEED); those in use come back by themselves.
/// Returns the bytes that were asked for.
size_t cp_release_code(void);

#ifdef __cplusplus
}
#endif
