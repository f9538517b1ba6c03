import Glibc

/// The control group of a process, of either version (cgroups(7)), as anybody may look at it: who is in it, and whether it
/// came up against its limits. The groups themselves are systemd's.
public struct ControlGroup: Sendable, Hashable {
    /// What happened to the processes of a group because of its limits.
    public struct Incidents: Sendable, Hashable {
        /// Processes that were killed when there was no memory left for the group.
        public var memoryKills = 0
        /// Processes and threads that could not be started.
        public var refusedTasks = 0

        public init(memoryKills: Int = 0, refusedTasks: Int = 0) {
            self.memoryKills = memoryKills
            self.refusedTasks = refusedTasks
        }
    }

    /// Where systemd mounts the hierarchies.
    static let root = "/sys/fs/cgroup"

    /// The group's path, from the root of the hierarchies: `/foqus.slice/foqus-jobs.slice/foqus-job-1.scope`.
    public let path: String
    /// Where the list of its processes is.
    let processes: String
    let memory: String?
    let tasks: String?

    /// The group that systemd has the process in. Nil when it is gone, or when there are no control groups.
    public init?(of pid: Int32) {
        self.init(table: String(decoding: ProcFS.content("/proc/\(pid)/cgroup"), as: UTF8.self), root: Self.root)
    }

    /// - Parameter table: as in `/proc/PID/cgroup`: `0::PATH` of version 2, `N:CONTROLLERS:PATH` of version 1.
    init?(table: String, root: String) {
        var paths: [String: String] = [:]
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].isEmpty { paths[""] = String(fields[2]) }
            for controller in fields[1].split(separator: ",") { paths[String(controller)] = String(fields[2]) }
        }
        // systemd keeps its own hierarchy of version 1 where there are others of that version. What is mounted counts: a
        // container may have version 2 alone on a kernel that has both.
        let isUnified = access("\(root)/cgroup.controllers", F_OK) == 0
        if !isUnified, let path = paths["name=systemd"] {
            self.path = path
            processes = "\(root)/systemd\(path)/cgroup.procs"
            memory = paths["memory"].flatMap { $0 == path ? "\(root)/memory\($0)/memory.oom_control" : nil }
            tasks = paths["pids"].flatMap { $0 == path ? "\(root)/pids\($0)/pids.events" : nil }
        } else if let path = paths[""] {
            self.path = path
            processes = "\(root)\(path)/cgroup.procs"
            memory = "\(root)\(path)/memory.events"
            tasks = "\(root)\(path)/pids.events"
        } else {
            return nil
        }
    }

    /// The last part of the path: the name of its unit.
    public var name: String {
        String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
    }

    /// Whether limits of memory hold for this group, and not for one above it only.
    public var limitsMemory: Bool { memory.map { access($0, R_OK) == 0 } ?? false }

    /// What happened until now. Nil when the group is gone, which systemd sees to soon after its last process.
    public func incidents() -> Incidents? {
        guard access(processes, F_OK) == 0 else { return nil }
        var incidents = Incidents()
        incidents.memoryKills = memory.flatMap { Self.count("oom_kill", in: $0) } ?? 0
        incidents.refusedTasks = tasks.flatMap { Self.count("max", in: $0) } ?? 0
        return access(processes, F_OK) == 0 ? incidents : nil
    }

    /// Sends SIGKILL to all processes in it. Call again until there are none: one may have started another meanwhile.
    /// - Returns: how many there were.
    @discardableResult
    func kill() -> Int {
        let members = ProcFS.numbers(ProcFS.content(processes)).filter { $0 > 0 && $0 != getpid() }
        for pid in members { Glibc.kill(pid, SIGKILL) }
        return members.count
    }

    /// The number behind a word at the beginning of a line.
    private static func count(_ word: String, in file: String) -> Int? {
        for line in String(decoding: ProcFS.content(file), as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count == 2, fields[0] == word { return Int(fields[1]) }
        }
        return nil
    }
}
