import JSONKit
import TestSupport
import Testing

/// What the options of install, update, start and stop do to the unit.
@Suite(.serialized, .needsMachine, .timeLimit(.minutes(5)))
struct ServiceOptionMachineTests {
    private static let installed = "Service installed"
    private static let installing = "Installing service FOQUS-Cloud-Service"

    @Test func startupDecidesWhatABootStarts() async throws {
        try await Machine.withService { machine in
            // Minutes are too long for a test; all else of the timer is as it is delivered.
            try await machine.write(
                "[Timer]\nOnStartupSec=\nOnStartupSec=1s\n",
                to: "/etc/systemd/system/foqus-worker-delayed.timer.d/soon.conf")
            try await machine.service("--startup", "auto", "install", says: Self.installing, Self.installed)
            #expect(try await machine.state() == "inactive")
            try await machine.reboot()
            try await eventually("the boot starts the service") { try await machine.state() == "active" }

            for startup in ["manual", "disabled"] {
                try await machine.service(
                    "--startup", startup, "update", says: "Changing service configuration", "Service updated")
                try await machine.reboot()
                #expect(try await machine.shell("systemctl list-jobs --no-legend").isEmpty)
                #expect(try await machine.state() == "inactive")
                #expect(try await machine.service("status").output.contains("Startup:  \(startup)\n"))
            }
            let disabled = "The service cannot be started, because it is disabled. (1058)"
            try await machine.service("start", fails: "Error starting service: \(disabled)")
            try await machine.service("restart", fails: "Error restarting service: \(disabled)")
            #expect(try await machine.run("systemctl", "start", "FOQUS-Cloud-Service").errors.contains("is masked"))

            try await machine.service(
                "--startup", "delayed", "update", says: "Changing service configuration", "Service updated")
            #expect(try await machine.state() == "inactive")
            try await machine.reboot()
            try await eventually("the timer starts the service") { try await machine.state() == "active" }
            #expect(
                try await machine.property("TriggeredBy", of: "foqus-worker.service") == "foqus-worker-delayed.timer")
            #expect(try await machine.service("status").output.contains("Startup:   delayed\n"))
            try await machine.service("remove", says: "Removing service FOQUS-Cloud-Service", "Service removed")
            #expect(try await machine.property("LoadState", of: "foqus-worker-delayed.timer") == "not-found")
        }
    }

    @Test func updateChangesOnlyWhatIsGiven() async throws {
        try await Machine.withService { machine in
            try await machine.shell("useradd --system --no-create-home engineer && mkdir /var/lib/prometheus")
            try await machine.write(
                "[metrics]\ntextfile = /var/lib/prometheus/foqus.prom\ncounters = foqus_worker_slots\n",
                to: "/root/perf.ini")
            try await machine.service(
                "--startup", "auto", "--username", "engineer", "install", says: Self.installing, Self.installed)
            try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")
            #expect(try await machine.shell("ps -o user= -p $(systemctl show -P MainPID foqus-worker)") == "engineer\n")

            let change = try await machine.service("--perfmonini", "/root/perf.ini", "update")
            #expect(change.status == 0)
            #expect(change.errors.contains("\"foqus-service restart\" makes the change count"))
            #expect(try await machine.property("User", of: "foqus-worker.service") == "engineer")
            #expect(try await machine.shell("systemctl is-enabled foqus-worker") == "enabled\n")
            let environment = try await machine.property("Environment", of: "foqus-worker.service")
            #expect(environment.contains("FOQUS_METRICS_TEXTFILE=/var/lib/prometheus/foqus.prom"))
            #expect(environment.contains("FOQUS_METRICS_COUNTERS=foqus_worker_slots"))

            let account = try await machine.service("--username", "foqus", "--startup", "manual", "update")
            #expect(account.status == 0)
            #expect(try await machine.property("User", of: "foqus-worker.service") == "foqus")
            #expect(try await machine.property("Environment", of: "foqus-worker.service") == environment)
            #expect(try await machine.run("systemctl", "is-enabled", "foqus-worker").output != "enabled\n")
        }
    }

    @Test func theExportWritesTheChosenCounters() async throws {
        try await Machine.withService { machine in
            try await machine.shell("mkdir /var/lib/prometheus && chown foqus /var/lib/prometheus")
            try await machine.write(
                "[metrics]\ntextfile = /var/lib/prometheus/foqus.prom\ncounters = foqus_worker_slots\n",
                to: "/root/perf.ini")
            try await machine.service(
                "--perfmonini", "/root/perf.ini", "install", says: Self.installing, Self.installed)
            try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")
            try await eventually("the file is written", within: .seconds(40)) {
                try await machine.run("test", "-s", "/var/lib/prometheus/foqus.prom").status == 0
            }
            let text = try await machine.succeeding("cat", "/var/lib/prometheus/foqus.prom")
            let names = Set(
                text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " && $0 != "{" } })
            #expect(names == ["foqus_worker_slots"], "\(text)")
        }
    }

    @Test func optionsOfWindowsAreExplained() async throws {
        try await Machine.withService { machine in
            let end = try await machine.service(
                "--password", "s3cret-word", "--perfmondll", "c:\\perf.dll", "--interactive", "install")
            #expect(end.status == 0)
            #expect(end.output == "\(Self.installing)\n\(Self.installed)\n")
            for word in [
                "--password is ignored and not stored", "--perfmondll is ignored",
                "the service reaches the display by DISPLAY=:0",
            ] { #expect(end.errors.contains(word), "\(end)") }
            #expect(!end.errors.contains("s3cret"))
            #expect(
                try await machine.run("grep", "-r", "s3cret", "/etc", "/usr/local", "/run", "/var/lib", "/var/log")
                    .status == 1)
            #expect(try await machine.property("Environment", of: "foqus-worker.service").contains("DISPLAY=:0"))
            #expect(try await machine.property("PrivateTmp", of: "foqus-worker.service") == "no")
            try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")

            let relaxed = try await machine.service("--no-interactive", "update")
            #expect(relaxed.status == 0)
            #expect(try await machine.property("PrivateTmp", of: "foqus-worker.service") == "yes")
            try await machine.service("remove", says: "Removing service FOQUS-Cloud-Service", "Service removed")

            let bad = "The account name is invalid or does not exist. (1057)"
            try await machine.service(#"--username=corp\alice"#, "install", fails: "Error installing service: \(bad)")
            try await machine.service("--username=nobody-here", "install", fails: "Error installing service: \(bad)")
        }
    }

    /// A process that shows nothing of the password: its own command line is blanked.
    @Test func thePasswordIsNotInTheListOfProcesses() async throws {
        try await Machine.withService { machine in
            let seen = try await machine.shell(
                """
                mkfifo /root/slow.ini
                foqus-service --password s3cret --perfmonini /root/slow.ini install >/dev/null 2>&1 & pid=$!
                # It reads the file after it has hidden the password, and waits for it here.
                exec 3>/root/slow.ini
                tr '\\0' ' ' </proc/$pid/cmdline
                echo '[metrics]' >&3; exec 3>&-
                wait $pid || true
                """)
            #expect(seen.contains("--password ****** --perfmonini"), "\(seen)")
        }
    }

    @Test func aStopThatWaitsStopsWhatDependsOnTheService() async throws {
        try await Machine.withService { machine in
            try await machine.write(
                """
                [Unit]
                Requires=foqus-worker.service
                After=foqus-worker.service
                [Service]
                ExecStart=sleep infinity
                """, to: "/etc/systemd/system/report.service")
            try await machine.write(
                "[Unit]\nBindsTo=report.service\nAfter=report.service\n[Service]\nExecStart=sleep infinity\n",
                to: "/etc/systemd/system/mail.service")
            try await machine.service("install", says: Self.installing, Self.installed)
            try await machine.shell("systemctl start mail report foqus-worker")
            try await machine.service("--wait", "20", "stop", says: "Stopping service FOQUS-Cloud-Service")
            for unit in ["mail.service", "report.service", "foqus-worker.service"] {
                #expect(try await machine.state(of: unit) == "inactive")
            }
            let order = try await machine.journal("_PID=1", "CODE_FUNC=job_emit_done_message", "JOB_TYPE=stop")
            #expect(
                order.compactMap { $0["UNIT"]?.stringValue }.suffix(3) == [
                    "mail.service", "report.service", "foqus-worker.service",
                ])

            // One that takes its time is not waited for any longer than was said.
            try await machine.write(
                "[Unit]\nRequires=foqus-worker.service\n[Service]\nExecStart=sleep infinity\nExecStop=sleep 15\n",
                to: "/etc/systemd/system/slow.service")
            try await machine.shell("systemctl daemon-reload; systemctl start slow")
            try await machine.service(
                "--wait", "1", "stop",
                fails:
                    "Error stopping service: The service did not respond to the start or control request in a timely "
                    + "fashion. (1053)")
        }
    }

    @Test func aStartThatTakesTooLongIsToldSo() async throws {
        try await Machine.withService { machine in
            try await machine.service("install", says: Self.installing, Self.installed)
            try await machine.write(
                "[Service]\nExecStartPre=sleep 8\n", to: "/etc/systemd/system/foqus-worker.service.d/99-slow.conf")
            try await machine.shell("systemctl daemon-reload")
            try await machine.service(
                "--wait", "1", "start",
                fails:
                    "Error starting service: The service did not respond to the start or control request in a timely "
                    + "fashion. (1053)")
            #expect(try await machine.state() == "activating")
        }
    }
}
