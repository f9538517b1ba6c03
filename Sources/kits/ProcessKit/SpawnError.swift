import CPlatform
import Glibc

/// A program could not be started. Nothing is left of the attempt.
public struct SpawnError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What failed.
    public enum Step: Sendable, Hashable {
        /// A string with a NUL byte, or a variable's name that is empty or contains "=".
        case arguments
        /// Finding or executing the program.
        case program
        case directory
        case inputFile
        case outputFile
        /// A pipe or another descriptor.
        case descriptors
        case limits
        /// Making the process.
        case process
    }

    public let step: Step
    /// The file or directory concerned, else the program.
    public let path: String
    /// The errno.
    public let code: CInt

    init(_ step: Step, _ path: String, _ code: CInt) {
        self.step = step
        self.path = path
        self.code = code
    }

    init(_ step: cp_spawn_step, _ code: CInt, program: String, directory: String?) {
        switch step {
        case CP_SPAWN_EXEC: self.init(.program, program, code)
        case CP_SPAWN_DIRECTORY: self.init(.directory, directory ?? ".", code)
        case CP_SPAWN_LIMITS: self.init(.limits, program, code)
        case CP_SPAWN_PREPARE: self.init(.descriptors, program, code)
        default: self.init(.process, program, code)
        }
    }

    /// Whether the machine lacks something now that it may have later: processes, memory, descriptors.
    public var isTransient: Bool { [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, ETXTBSY].contains(code) }

    public var description: String {
        let reason = String(cString: strerror(code))
        return switch step {
        case .arguments: "cannot start \(path): an argument or variable contains a NUL byte or a bad name"
        case .program:
            if code == ENOENT && path.contains("/") && access(path, F_OK) == 0 {
                "\(path): its interpreter (the #! line) or loader is missing"
            } else {
                "\(path): \(reason)"
            }
        case .directory: "cannot change to the directory \(path): \(reason)"
        case .inputFile: "cannot read standard input from \(path): \(reason)"
        case .outputFile: "cannot write output to \(path): \(reason)"
        case .limits: "cannot set the resource limits of \(path): \(reason); a limit above the parent's needs privilege"
        case .descriptors: "cannot start \(path): \(reason)\(remedy)"
        case .process: "cannot start \(path): \(reason)\(remedy)"
        }
    }

    private var remedy: String {
        switch code {
        case EAGAIN: "; too many processes: raise TasksMax= of the unit, or the user's process limit"
        case EMFILE: "; too many open files: raise LimitNOFILE= of the unit"
        default: ""
        }
    }
}
