import CPlatform
import Glibc

/// The processes this program has adopted: descendants whose parents are gone. On the loop only.
///
/// The kernel gives orphans to the main thread of the subreaper, while programs are started by event loops' threads. So
/// the main thread's list of children is empty most of the time, and reading it costs a microsecond.
struct OrphanList {
    struct Orphan {
        let pidfd: CInt
        var owner = Owner.unsettled(looks: 0)
        /// The process group it was in when first seen.
        var group: pid_t?
        /// The last signal it was sent; 0: none.
        var sent: CInt = 0
        /// The kernel refuses to let us kill it: it runs with another user's rights.
        var isBeyondUs = false
    }

    enum Owner: Equatable {
        case child(id: UInt64)
        /// Of none of our programs, as far as can be told.
        case stranger
        /// It showed no environment. That may last, or be the moment of an exec: look again.
        case unsettled(looks: Int)
    }

    var known: [pid_t: Orphan] = [:]
    private var listFD: CInt = -1

    /// Reaps the orphans that have ended, and adds new living ones to `known`.
    /// - Returns: the new ones.
    mutating func refresh() -> [pid_t] {
        if listFD < 0 { listFD = open("/proc/self/task/\(getpid())/children", O_RDONLY | O_CLOEXEC) }
        guard listFD >= 0 else { return [] }
        var new: [pid_t] = []
        var reapedOne: Bool
        repeat {
            // What ends meanwhile leaves its children to us: look again.
            reapedOne = false
            for pid in ProcFS.numbers(ProcFS.readAll(listFD)) where known[pid] == nil {
                var exit = cp_exit()
                let code = cp_reap_pid(pid, &exit)
                if code == 1 { reapedOne = true }
                guard code == 0 else { continue }
                // Without a descriptor left it is seen again at the next look.
                let pidfd = cp_pidfd_open(pid)
                guard pidfd >= 0 else { continue }
                known[pid] = Orphan(pidfd: pidfd)
                new.append(pid)
            }
        } while reapedOne
        return new
    }

    /// Takes an orphan that has shown no environment for some looks for one without.
    mutating func countLook() {
        for (pid, orphan) in known {
            guard case .unsettled(let looks) = orphan.owner else { continue }
            known[pid]?.owner = looks < 5 ? .unsettled(looks: looks + 1) : .stranger
        }
    }

    /// Reaps an orphan whose pidfd is readable, and closes that.
    mutating func reap(_ pid: pid_t) {
        guard let orphan = known.removeValue(forKey: pid) else { return }
        var exit = cp_exit()
        _ = cp_reap_pidfd(orphan.pidfd, &exit)
        close(orphan.pidfd)
    }

    /// For the end of the owner, with nothing watched any more.
    func closeAll() {
        for orphan in known.values { close(orphan.pidfd) }
        if listFD >= 0 { close(listFD) }
    }
}
