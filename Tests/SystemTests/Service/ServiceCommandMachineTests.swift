import JSONKit
import TestSupport
import Testing

/// Every command of foqus-service, its words and its numbers.
@Suite(.serialized, .needsMachine, .timeLimit(.minutes(5)))
struct ServiceCommandMachineTests {
    @Test func commandsSayWhatTheWindowsWorkerSays() async throws {
        try await Machine.withService { machine in
            let before = try await machine.unitFiles()
            let notThere = "The specified service does not exist as an installed service. (1060)"
            try await machine.service("start", fails: "Error starting service: \(notThere)")
            try await machine.service("stop", fails: "Error stopping service: \(notThere)")
            try await machine.service("restart", fails: "Error restarting service: \(notThere)")
            try await machine.service("update", fails: "Error changing service configuration: \(notThere)")
            try await machine.service("remove", fails: "Error removing service: \(notThere)")
            #expect(try await machine.service("status").status == 4)

            try await machine.service(
                "install", says: "Installing service FOQUS-Cloud-Service", "Service installed")
            try await machine.service(
                "install", fails: "Error installing service: The specified service already exists. (1073)")
            try await machine.service(
                "stop", fails: "Error stopping service: The service has not been started. (1062)")
            try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")
            #expect(try await machine.state() == "active")
            try await machine.service(
                "start", fails: "Error starting service: An instance of the service is already running. (1056)")
            try await machine.service(
                "debug", fails: "Error debugging service: An instance of the service is already running. (1056)")
            let first = try await machine.property("MainPID", of: "foqus-worker.service")
            try await machine.service("restart", says: "Restarting service FOQUS-Cloud-Service")
            #expect(try await machine.state() == "active")
            #expect(try await machine.property("MainPID", of: "foqus-worker.service") != first)
            // The alias is good for systemctl too.
            #expect(try await machine.property("Id", of: "FOQUS-Cloud-Service") == "foqus-worker.service")
            try await machine.service("--wait", "20", "stop", says: "Stopping service FOQUS-Cloud-Service")
            #expect(try await machine.state() == "inactive")
            try await machine.shell("systemctl start FOQUS-Cloud-Service")
            try await machine.service(
                "update", says: "Changing service configuration", "Service updated")
            try await machine.service("remove", says: "Removing service FOQUS-Cloud-Service", "Service removed")
            #expect(try await machine.state() == "inactive")
            #expect(try await machine.unitFiles() == before)
            #expect(try await machine.property("LoadState", of: "foqus-worker.service") == "not-found")
        }
    }

    @Test func argumentsOfAStartHoldForThatStart() async throws {
        try await Machine.withService { machine in
            try await machine.service("install", says: "Installing service FOQUS-Cloud-Service", "Service installed")
            let odd = #"worker.instance=a b$HOME%n"q'"#
            try await machine.service(
                "start", "--set", odd, "--set", "worker.slots=9", says: "Starting service FOQUS-Cloud-Service")
            let running = try await machine.shell(
                "tr '\\0' '\\n' </proc/$(systemctl show -P MainPID foqus-worker)/cmdline")
            #expect(
                running.split(separator: "\n").map(String.init) == [
                    "/usr/bin/foqus-worker", "run", "--settings", "/etc/foqus/foqus.conf", "--set", odd, "--set",
                    "worker.slots=9",
                ])
            let status = try JSON.parse(try await machine.service("status", "--json").output)
            #expect(status["worker"]?["slots"] == 9)
            try await machine.service("restart", says: "Restarting service FOQUS-Cloud-Service")
            let plain = try JSON.parse(try await machine.service("status", "--json").output)
            #expect(plain["worker"]?["slots"] == 3)
            #expect(try await machine.property("NeedDaemonReload", of: "foqus-worker.service") == "no")
            // One that the worker does not know ends it; what systemd starts then is as ever.
            try await machine.service(
                "restart", "--no-such-option",
                fails: "Error restarting service: The process terminated unexpectedly. (1067)")
            try await eventually("systemd starts it again") { try await machine.state() == "active" }
            let again = try JSON.parse(try await machine.service("status", "--json").output)
            #expect(again["worker"]?["slots"] == 3)
        }
    }

    @Test func statusTellsHowTheWorkerIs() async throws {
        try await Machine.withService { machine in
            try await machine.service(
                "--startup", "auto", "install", says: "Installing service FOQUS-Cloud-Service", "Service installed")
            let stopped = try await machine.service("status")
            #expect(stopped.status == 3)
            #expect(stopped.output.hasPrefix("FOQUS-Cloud-Service (foqus-worker.service)\n  State:    stopped\n"))
            try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")
            let running = try await machine.service("status")
            #expect(running.status == 0 && running.errors.isEmpty)
            for line in [
                "State:     running since ", "Startup:   auto\n", "Account:   foqus\n", "Slots:     0 of 3 busy\n",
                "Queue:     0 waiting\n", "Outbox:    0 to deliver\n", "Finished:  0 since the start\n",
                "Last job:  none\n",
            ] { #expect(running.output.contains("  " + line), "\(line): \(running.output)") }
            let json = try JSON.parse(try await machine.service("status", "--json").output)
            #expect(json["state"] == "active" && json["startup"] == "auto" && json["account"] == "foqus")
            #expect(json["worker"]?["busy"] == 0 && json["worker"]?["outbox"] == 0)

            // Who may not ask the worker is told so, and what systemd knows.
            try await machine.addUser("alice")
            let other = try await machine.run(["foqus-service", "status"], as: "alice")
            #expect(other.status == 0)
            #expect(
                other.output.contains(
                    "Note:     the worker cannot be asked, this is what systemd knows: Permission denied"),
                "\(other)")

            try await machine.shell("echo nonsense >/etc/foqus/foqus.conf")
            try await machine.service(
                "restart", fails: "Error restarting service: The process terminated unexpectedly. (1067)")
            let failed = try await machine.service("status")
            #expect(failed.status == 3)
            #expect(failed.output.contains("Last end:  Its settings are wrong (status 78)"), "\(failed)")
        }
    }

    @Test func debugRunsHereAsTheServiceWould() async throws {
        try await Machine.withService { machine in
            try await machine.service("install", says: "Installing service FOQUS-Cloud-Service", "Service installed")
            let log = try await machine.shell(
                """
                foqus-service debug --set worker.slots=5 >/root/log 2>&1 & debug=$!
                until grep -q 'worker started' /root/log; do kill -0 $debug; sleep 0.05; done
                ps -o user= -p $debug
                kill -INT $debug
                wait $debug && echo "status $?"
                cat /root/log
                """)
            let lines = log.split(separator: "\n")
            #expect(lines.first == "foqus" && lines.dropFirst().first == "status 0", "\(log)")
            #expect(lines.contains("Debugging service FOQUS-Cloud-Service - press Ctrl+C to stop."))
            #expect(lines.contains { $0.contains("worker started") && $0.contains("slots=5") })
            #expect(lines.contains { $0.contains("draining") })
            // What it left belongs to the service's account, so that the service can go on with it.
            try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")
        }
    }

    @Test func othersAreDeniedAccess() async throws {
        try await Machine.withService { machine in
            try await machine.addUser("alice")
            let denied = "Access is denied. (5)"
            try await machine.service("install", as: "alice", fails: "Error installing service: \(denied)")
            try await machine.service("install", says: "Installing service FOQUS-Cloud-Service", "Service installed")
            try await machine.service("update", as: "alice", fails: "Error changing service configuration: \(denied)")
            try await machine.service("remove", as: "alice", fails: "Error removing service: \(denied)")
            try await machine.service("start", as: "alice", fails: "Error starting service: \(denied)")
            try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")
            try await machine.service("stop", as: "alice", fails: "Error stopping service: \(denied)")
            try await machine.service("restart", as: "alice", fails: "Error restarting service: \(denied)")
            #expect(try await machine.state() == "active")
        }
    }

    /// With requirements that need no network: all else is as for the real ones.
    @Test func theEngineIsInstalledByTheScriptOfThePackage() async throws {
        try await Machine.withService { machine in
            let missing = try await machine.service("engine", "install")
            #expect(missing.status == 1)
            #expect(missing.errors.hasPrefix("Error installing the engine: make-venv is neither beside"), "\(missing)")

            try await machine.shell(
                """
                install -D \(Installation.root)/packaging/make-venv /usr/lib/foqus-worker/make-venv
                mkdir -p /usr/share/foqus-worker/runners && cd /usr/share/foqus-worker/runners
                echo '# none' | tee requirements.txt requirements-fmu.txt >requirements-foqus.txt
                """)
            let made = try await machine.service("engine", "install")
            #expect(made.status == 0, "\(made)")
            let lines = made.output.split(separator: "\n")
            #expect(lines.first == "Installing the FOQUS engine" && lines.last == "Engine installed", "\(made)")
            #expect(lines.contains("make-venv: installing FOQUS"), "\(made)")
            try await machine.succeeding("/usr/lib/foqus-worker/venv/bin/python3", "-c", "import pip")
            let again = try await machine.service("engine", "install")
            #expect(again.output.contains("/usr/lib/foqus-worker/venv is up to date"), "\(again)")

            try await machine.shell("echo no-such-package-here >/usr/share/foqus-worker/runners/requirements.txt")
            let failed = try await machine.run(
                ["foqus-service", "engine", "install", "--path", "/opt/venv"],
                environment: ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/var/empty"])
            #expect(failed.status == 1)
            #expect(failed.errors.contains("make-venv: pip could not install the packages"), "\(failed)")
            #expect(failed.errors.hasSuffix("Error installing the engine: make-venv failed; it said why above.\n"))
        }
    }
}
