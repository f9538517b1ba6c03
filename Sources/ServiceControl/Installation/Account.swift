import Glibc

/// An account of this machine.
struct Account: Hashable, Sendable {
    let name: String
    let user: uid_t
    let group: gid_t
    let home: String

    /// Nil when there is none of that name.
    init?(_ name: String) {
        guard let entry = getpwnam(name)?.pointee else { return nil }
        self.name = name
        user = entry.pw_uid
        group = entry.pw_gid
        home = String(cString: entry.pw_dir)
    }

    static func name(of user: uid_t) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)"
    }

    /// What `--username` names. Accounts of Windows have a domain in front, which no account here has.
    init(option name: String) throws(ServiceError) {
        if let backslash = name.lastIndex(of: "\\") {
            let local = name[name.index(after: backslash)...]
            throw ServiceError(
                .badAccount,
                hint:
                    "\"\(name)\": accounts have no domain here. Leave it out: --username \(local.isEmpty ? "NAME" : local)."
            )
        }
        guard let account = Account(name) else {
            throw ServiceError(
                .badAccount, hint: "There is no account \"\(name)\" here. Make it: useradd --system \(name).")
        }
        self = account
    }

    /// Makes this process one of the account's, for good.
    func become() throws(ServiceError) {
        guard initgroups(name, group) == 0, setgid(group) == 0, setuid(user) == 0 else {
            throw ServiceError(.other("cannot work as \(name): \(String(cString: strerror(errno)))."))
        }
        setenv("HOME", home, 1)
        setenv("USER", name, 1)
    }
}
