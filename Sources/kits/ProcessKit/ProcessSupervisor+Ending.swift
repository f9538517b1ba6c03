import EventLoop
import Glibc

/// How whole trees of processes end.
extension ProcessSupervisor {
    /// See `RunningProcess.stop`. Nothing happens for a program that is gone.
    func stop(_ id: UInt64, grace: Duration) {
        guard let child = children[id] else { return }
        guard grace > .zero else { return kill(id) }
        if child.ending == .none {
            child.ending = .graceful
            child.descendants.formUnion(ProcFS.descendants(of: child.pid))
            Self.signal(child, SIGTERM)
            // A stopped process could not take the SIGTERM.
            Self.signal(child, SIGCONT)
        }
        child.timers.append(loop.addTimer(after: grace) { self.assumeIsolated { $0.kill(id) } })
    }

    /// Kills the whole tree, without waiting for its end.
    func kill(_ id: UInt64) {
        guard let child = children[id] else { return }
        child.descendants.formUnion(ProcFS.descendants(of: child.pid))
        force(child)
    }

    /// The program itself has ended; it is still a zombie.
    func programEnded(_ id: UInt64) {
        guard let child = children[id], !child.hasEnded else { return }
        child.hasEnded = true
        // At once: systemd removes a group soon after its last process.
        child.incidents = child.group?.incidents()
        loop.unwatch(child.pidfd)
        // Members of the group that have been told to stop may use the grace; otherwise nothing outlives the program.
        if child.ending == .graceful { sweep(child) } else { force(child) }
    }

    /// The whole group, or the process while it has made none: one that is held may be that early.
    private static func signal(_ child: Child, _ number: CInt) {
        if Glibc.kill(-child.pid, number) != 0 { Glibc.kill(child.pid, number) }
    }

    private func force(_ child: Child) {
        child.ending = .forced
        // The number is the program's, or its zombie's, until `finish`.
        Self.signal(child, SIGKILL)
        child.group?.kill()
        sweep(child)
    }

    /// Signals the orphans of an ending program; finishes it when it has ended and there are none.
    ///
    /// Called again whenever an orphan has ended. Only direct children are signalled, whose numbers nobody else can
    /// have: as one dies its own children come up here.
    private func sweep(_ child: Child) {
        // A process that forks again and again must be caught between two forks, so look again at once. But not for
        // ever: other programs wait for the loop, and each killed orphan brings us back.
        for _ in 0..<64 {
            let owned = ownedOrphans(of: child)
            if owned.isEmpty {
                // The kernel may skip an entry of the list when another one vanishes while it is read.
                if child.ending == .forced, child.hasEnded { child.group?.kill() }
                guard child.hasEnded, !child.hadOrphans || ownedOrphans(of: child).isEmpty else { return }
                if hasUnsettledOrphans { return planLook() }
                return finish(child)
            }
            child.hadOrphans = true
            var sentOne = false
            for pid in owned where signal(pid, of: child) { sentOne = true }
            guard sentOne else { return }
        }
    }

    private func ownedOrphans(of child: Child) -> [pid_t] {
        refreshOrphans()
        return orphans.known.compactMap { pid, orphan in
            orphan.owner == .child(id: child.id) && !orphan.isBeyondUs ? pid : nil
        }
    }

    /// Returns true if the orphan got a signal it had not yet got.
    private func signal(_ pid: pid_t, of child: Child) -> Bool {
        let number = child.ending == .forced ? SIGKILL : SIGTERM
        guard let orphan = orphans.known[pid], orphan.sent != number, orphan.sent != SIGKILL else { return false }
        // Members of the group have got their SIGTERM with it, and a second one means "at once" to some.
        if number == SIGTERM, orphan.group == child.pid { return false }
        orphans.known[pid]?.sent = number
        if Glibc.kill(pid, number) != 0 && errno == EPERM { orphans.known[pid]?.isBeyondUs = true }
        return true
    }

    // MARK: orphans

    private func refreshOrphans() {
        for pid in orphans.refresh() {
            guard let pidfd = orphans.known[pid]?.pidfd else { continue }
            loop.watch(pidfd, events: .readable) { _ in self.assumeIsolated { $0.orphanEnded(pid) } }
        }
        for (pid, orphan) in orphans.known {
            guard case .unsettled = orphan.owner else { continue }
            let membership = ProcFS.membership(of: pid)
            orphans.known[pid]?.owner = owner(of: pid, orphan, membership)
            orphans.known[pid]?.group = membership?.group
        }
    }

    private func owner(
        of pid: pid_t, _ orphan: OrphanList.Orphan, _ membership: ProcFS.Membership?
    ) -> OrphanList.Owner {
        let known = children.values.first { $0.pid == membership?.session || $0.descendants.contains(pid) }
        if let known { return .child(id: known.id) }
        switch ProcFS.variable(Command.cookieVariable, of: pid) {
        case .value(let cookie):
            return children.values.first { $0.cookie == cookie }.map { .child(id: $0.id) } ?? .stranger
        case .missing: return .stranger
        case .noEnvironment: return orphan.owner
        }
    }

    private var hasUnsettledOrphans: Bool {
        orphans.known.values.contains { if case .unsettled = $0.owner { true } else { false } }
    }

    /// Sweeps again in a moment, when an exec under way is over.
    private func planLook() {
        guard !hasLookPlanned else { return }
        hasLookPlanned = true
        loop.addTimer(after: .milliseconds(1)) {
            self.assumeIsolated { supervisor in
                supervisor.hasLookPlanned = false
                supervisor.orphans.countLook()
                supervisor.sweepAll()
            }
        }
    }

    private func orphanEnded(_ pid: pid_t) {
        if let orphan = orphans.known[pid] { loop.unwatch(orphan.pidfd) }
        orphans.reap(pid)
        sweepAll()
    }

    private func sweepAll() {
        for child in Array(children.values) where child.ending != .none { sweep(child) }
    }

    /// Reaps the orphans of long-running programs once a second, as long as there are programs.
    func patrol() {
        guard !isPatrolling else { return }
        isPatrolling = true
        loop.addTimer(after: .seconds(1)) {
            self.assumeIsolated { supervisor in
                supervisor.isPatrolling = false
                guard !supervisor.children.isEmpty else { return }
                supervisor.refreshOrphans()
                supervisor.patrol()
            }
        }
    }
}
