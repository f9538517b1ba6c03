import FOQUSModel
import ProcessKit

extension JobLimits {
    /// Why a job failed, when that is because of a limit: a sentence for its user. Nil when it is not.
    ///
    /// - Parameters:
    ///   - incidents: of its control group; nil when that was gone already.
    ///   - wasKilled: it ended by SIGKILL, which nobody here has sent.
    func excess(_ incidents: ControlGroup.Incidents?, wasKilled: Bool) -> String? {
        if let memory {
            let limit = "its memory limit of \(memory >> 20) MiB (job_memory)"
            if let incidents, incidents.memoryKills > 0 { return "the job ran out of \(limit)" }
            if incidents == nil, wasKilled { return "the job was killed, most likely because it ran out of \(limit)" }
        } else if let incidents, incidents.memoryKills > 0 {
            return "the job was killed because the machine, or all jobs together, ran out of memory"
        }
        if let tasks, let incidents, incidents.refusedTasks > 0 {
            return "the job reached its limit of \(tasks) processes and threads (job_tasks)"
        }
        return nil
    }
}
