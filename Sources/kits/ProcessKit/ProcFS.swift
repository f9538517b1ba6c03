import Glibc

/// What /proc tells of processes. Nothing for those that are gone or not ours to see.
enum ProcFS {
    /// The children of one process, those of all its threads.
    static func children(of pid: pid_t) -> [pid_t] {
        guard let directory = opendir("/proc/\(pid)/task") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let thread = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { atol($0) }
            }
            // "." and ".." read as 0.
            if thread > 0 { found += numbers(content("/proc/\(pid)/task/\(thread)/children")) }
        }
        return found
    }

    /// All that descend from one process without a gap.
    static func descendants(of pid: pid_t) -> Set<pid_t> {
        var found: Set<pid_t> = []
        var open = [pid]
        while let next = open.popLast() {
            for child in children(of: next) where found.insert(child).inserted { open.append(child) }
        }
        return found
    }

    struct Membership {
        let group: pid_t
        let session: pid_t
    }

    static func membership(of pid: pid_t) -> Membership? {
        let line = content("/proc/\(pid)/stat")
        // pid (name) state parent group session …; the name may contain anything.
        guard let nameEnd = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[(nameEnd + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 4)
        guard fields.count == 5, let group = numbers(fields[2]).first, let session = numbers(fields[3]).first else {
            return nil
        }
        return Membership(group: group, session: session)
    }

    enum Variable: Equatable {
        case value(String)
        /// The environment has no such variable.
        case missing
        /// There is no environment: cleared, or the process is just ending or executing another program.
        case noEnvironment
    }

    /// A variable of the environment the process was started with.
    static func variable(_ name: String, of pid: pid_t) -> Variable {
        let bytes = content("/proc/\(pid)/environ")
        guard !bytes.isEmpty else { return .noEnvironment }
        let prefix = Array("\(name)=".utf8)
        let entry = bytes.split(separator: 0).first { $0.starts(with: prefix) }
        return entry.map { .value(String(decoding: $0.dropFirst(prefix.count), as: UTF8.self)) } ?? .missing
    }

    /// The decimal numbers in a text.
    static func numbers(_ text: some Sequence<UInt8>) -> [pid_t] {
        var numbers: [pid_t] = []
        var current: pid_t?
        for byte in text {
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                current = (current ?? 0) &* 10 &+ pid_t(byte - UInt8(ascii: "0"))
            } else if let number = current {
                numbers.append(number)
                current = nil
            }
        }
        if let current { numbers.append(current) }
        return numbers
    }

    /// A whole file of /proc or another file system of the kernel's; empty when it cannot be read.
    static func content(_ path: String) -> [UInt8] {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return [] }
        defer { close(fd) }
        return readAll(fd)
    }

    /// From the beginning, however long it is.
    static func readAll(_ fd: CInt) -> [UInt8] {
        var bytes: [UInt8] = []
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            while true {
                let count = pread(fd, buffer.baseAddress!, buffer.count, bytes.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                bytes.append(contentsOf: buffer[..<count])
            }
        }
        return bytes
    }
}
