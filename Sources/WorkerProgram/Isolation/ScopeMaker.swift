import Executors
import FOQUSModel
import SystemdKit
import Threading

/// Makes a transient scope for each job: a unit of systemd's whose processes are ours (ADR 19).
struct ScopeMaker: JobCages {
    static let slice = "foqus-jobs.slice"

    let manager: SystemdManager
    /// Whose jobs these are, for people and for who looks for them later.
    let owner: String
    /// Unknown before systemd 253, which leaves the other processes of a scope alone as we want it.
    private let hasOOMPolicy = Locked(true)

    init(manager: SystemdManager, owner: String) {
        self.manager = manager
        self.owner = owner
    }

    func enclose(
        _ processes: [Int32], name: String, description: String, limits: JobLimits
    ) async throws(JobCageError) {
        let properties = properties(processes, "\(description) (\(owner))", limits)
        do throws(BusError) {
            if hasOOMPolicy.withLock({ $0 }) {
                do throws(BusError) {
                    return try await start(name, properties + [("OOMPolicy", .string("continue"))])
                } catch {
                    guard error.name.hasSuffix("PropertyReadOnly") || error.name.hasSuffix("UnknownProperty")
                    else { throw error }
                    hasOOMPolicy.withLock { $0 = false }
                }
            }
            try await start(name, properties)
        } catch {
            throw JobCageError("systemd makes no scope: \(error)")
        }
    }

    private func start(_ name: String, _ properties: [(name: String, value: BusValue)]) async throws(BusError) {
        let result = try await manager.startTransient("\(name).scope", properties: properties)
        guard result.isSuccess else {
            throw BusError(
                name: "", reason: "the job of its start ended as \(result.rawValue)", operation: "start \(name).scope")
        }
    }

    private func properties(
        _ processes: [Int32], _ description: String, _ limits: JobLimits
    ) -> [(name: String, value: BusValue)] {
        var properties: [(name: String, value: BusValue)] = [
            ("PIDs", .array(of: "u", processes.map { .uint32(UInt32($0)) })),
            ("Description", .string(description)),
            ("Slice", .string(Self.slice)),
            // A shutdown stops the worker, which drains; the scopes must not be stopped beside it.
            ("DefaultDependencies", .bool(false)),
            ("CollectMode", .string("inactive-or-failed")),
            ("KillSignal", .int32(9)),
            ("MemoryAccounting", .bool(true)), ("TasksAccounting", .bool(true)),
        ]
        if let memory = limits.memory {
            properties.append(("MemoryMax", .uint64(UInt64(memory))))
            // Swapping a job that is over its limit would only make it slow.
            properties.append(("MemorySwapMax", .uint64(0)))
        }
        // Processes that do not run the job's program are ours and do not count.
        if let tasks = limits.tasks { properties.append(("TasksMax", .uint64(UInt64(tasks + processes.count - 1)))) }
        if let percent = limits.processor {
            properties.append(("CPUQuotaPerSecUSec", .uint64(UInt64(percent) * 10_000)))
        }
        if let time = limits.time {
            // Behind the worker's own timeout, for the case that it cannot see to it.
            let microseconds = (time + .seconds(60)).components.seconds.multipliedReportingOverflow(by: 1_000_000)
            if !microseconds.overflow {
                properties.append(("RuntimeMaxUSec", .uint64(UInt64(microseconds.partialValue))))
            }
        }
        return properties
    }
}
