import FileKit
import Glibc
import SystemdKit

extension ServiceError {
    init(_ error: BusError, _ scope: SystemdManager.Scope) {
        if error.isAccessDenied {
            self.init(.accessDenied, hint: Self.privilege(scope))
        } else if error.isDisconnected {
            let remedy =
                scope == .user
                ? "Is there a systemd for this user? After su or sudo there is none: log in, or set XDG_RUNTIME_DIR."
                : "Is this machine run by systemd? \"foqus-service debug\" works without."
            self.init(.other("systemd cannot be reached: \(error.reason)."), hint: remedy)
        } else if error.name == "org.freedesktop.systemd1.UnitMasked" {
            self.init(.disabled)
        } else if error.isNoSuchUnit {
            self.init(.notInstalled)
        } else {
            self.init(
                .other("systemd \(error.operation.isEmpty ? "" : "refused to \(error.operation): ")\(error.reason)."))
        }
    }

    init(_ error: FileError, _ scope: SystemdManager.Scope) {
        switch error.code {
        case EACCES, EPERM: self.init(.accessDenied, hint: "\(error). \(Self.privilege(scope))")
        default: self.init(.other("\(error)."))
        }
    }

    static func privilege(_ scope: SystemdManager.Scope) -> String {
        scope == .system
            ? "Run it as root, or with --user for a service of your own." : "The folder of your units is not yours."
    }
}
