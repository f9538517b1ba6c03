import FileKit
import JSONKit
import TestSupport
import Testing

/// The units as they are delivered, in a booted systemd.
@Suite(.needsMachine, .serialized, .timeLimit(.minutes(5)))
struct UnitMachineTests {
    @Test func areValidAndHardened() async throws {
        try await WorkerMachine.booted { worker in
            let machine = worker.machine
            let units = try Directory.list(Path.join(Installation.root, "systemd")).map(\.name).sorted()
            #expect(units.count >= 7)
            for unit in units {
                let path = Path.join(Installation.root, "systemd", unit)
                let check = try await machine.run("systemd-analyze", "verify", "--man=no", path)
                #expect(check.status == 0 && check.output == "" && check.errors == "", "\(unit): \(check)")
                guard unit.hasSuffix(".service") else { continue }
                let security = try await machine.run(
                    "systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", path)
                #expect(security.status == 0, "\(unit): \(security.output.suffix(200))")
            }
        }
    }

    /// A worker that is stopped is found out, killed and started again, and its job runs again.
    @Test func theWatchdogEndsAStoppedWorker() async throws {
        try await WorkerMachine.with("sandbox = no") { worker in
            try await worker.dropIn("foqus-worker.service", "[Service]\nWatchdogSec=4", name: "watchdog")
            try await worker.dropIn("foqus-gateway.service", "[Service]\nWatchdogSec=4", name: "watchdog")
            try await worker.machine.shell("systemctl daemon-reload; systemctl restart foqus-gateway foqus-worker")
            try await worker.put(
                "waiting", "touch \(worker.gate)/waiting; until [ -e \(worker.gate)/go ]; do sleep 0.05; done")
            let session = try await worker.start("waiting")
            try await worker.untilThere("waiting")
            // It is fed while a job takes longer than the interval.
            try await worker.machine.succeeding("sleep", "6")
            #expect(try await worker.machine.property("NRestarts", of: "foqus-worker") == "0")
            for unit in ["foqus-worker", "foqus-gateway"] {
                try await worker.machine.succeeding("systemctl", "kill", "--signal=STOP", "--kill-whom=main", unit)
            }
            for unit in ["foqus-worker", "foqus-gateway"] { try await worker.untilRestarted(unit) }
            #expect(
                try await worker.machine.succeeding("journalctl", "-q", "--no-pager", "-u", "foqus-worker")
                    .contains("Watchdog timeout"))
            try worker.open("go")
            #expect(try await worker.outcome(of: session).state == "success")
        }
    }

    /// A drain ends within its own time, also when that is longer than the unit's.
    @Test func aDrainTakesTheTimeOfTheSettings() async throws {
        try await WorkerMachine.with("drain_timeout = 1s\nsandbox = no") { worker in
            try await worker.put(
                "waiting", "touch \(worker.gate)/waiting; until [ -e \(worker.gate)/go ]; do sleep 0.05; done")
            let session = try await worker.start("waiting")
            try await worker.untilThere("waiting")
            try await worker.machine.succeeding("systemctl", "stop", "foqus-worker")
            #expect(try await worker.machine.property("Result", of: "foqus-worker") == "success")
            #expect(try await worker.log().contains("given back: the service stops"))

            try await worker.write(settings: "drain_timeout = 60s\nsandbox = no")
            try await worker.dropIn("foqus-worker.service", "[Service]\nTimeoutStopSec=2", name: "stop")
            try await worker.machine.shell(
                "rm \(worker.gate)/waiting; systemctl daemon-reload; systemctl start foqus-worker")
            try await worker.untilThere("waiting")
            try await worker.machine.succeeding("systemctl", "stop", "--no-block", "foqus-worker")
            try await eventually { try await worker.status().hasPrefix("draining") }
            try await worker.machine.succeeding("sleep", "4")
            #expect(try await worker.machine.property("ActiveState", of: "foqus-worker") == "deactivating")
            try worker.open("go")
            try await eventually(within: .seconds(60)) {
                try await worker.machine.property("ActiveState", of: "foqus-worker") == "inactive"
            }
            #expect(try await worker.machine.property("Result", of: "foqus-worker") == "success")
            #expect(try await worker.outcome(of: session).state == "success")
        }
    }

    /// Changed settings hold for the jobs that begin after the reload; those that run go on.
    @Test func aReloadLosesNoJob() async throws {
        try await WorkerMachine.with("sandbox = no") { worker in
            try await worker.put(
                "waiting", "touch \(worker.gate)/waiting; until [ -e \(worker.gate)/go ]; do sleep 0.05; done")
            let session = try await worker.start("waiting")
            try await worker.untilThere("waiting")
            try await eventually(within: .seconds(30)) {
                try await worker.status() == "1/2 slots busy, 0 queued, outbox 0"
            }

            let settings = """
                sandbox = no
                slots = 3
                job_timeout = 1s
                state_directory = /var/lib/elsewhere
                log_level = debug

                [application.other]
                executor = command
                program = /bin/true
                """
            try await worker.write(settings: settings)
            try await worker.machine.succeeding("systemctl", "reload", "foqus-worker")
            try await eventually(within: .seconds(30)) { try await worker.status().hasPrefix("1/3 slots busy") }
            let log = try await worker.log()
            #expect(log.contains("a changed setting needs a restart setting=\"[worker] state_directory\""), "\(log)")
            #expect(log.contains("settings reloaded"), "\(log)")
            let slow = try await worker.run("slow", "sleep 100")
            #expect(slow.message == "killed: it ran longer than its timeout of 1 s")
            #expect(
                try await worker.outcome(of: try await worker.start("slow", application: "other")).state == "success")

            try await worker.write(settings: "sandbox = no\nslots = many")
            try await worker.machine.succeeding("systemctl", "reload", "foqus-worker")
            try await eventually(within: .seconds(30)) {
                try await worker.log().contains("the settings are not taken over, the ones before stay in force")
            }
            #expect(try await worker.status().contains("/3 slots busy"))
            try worker.open("go")
            #expect(try await worker.outcome(of: session).state == "success")
            #expect(try await worker.machine.property("NRestarts", of: "foqus-worker") == "0")
        }
    }

    /// Instances of the template are workers of their own on one store.
    @Test func theTemplateMakesMoreWorkers() async throws {
        try await WorkerMachine.with("sandbox = no") { worker in
            try await worker.machine.write("FOQUS_WORKER_SLOTS=1\n", to: "/etc/foqus/worker-b.env")
            try await worker.machine.shell("systemctl stop foqus-worker; systemctl start foqus-worker@a foqus-worker@b")
            try await worker.put(
                "two",
                "touch \(worker.gate)/at-$FOQUS_JOB_ID; until [ \"$(ls \(worker.gate)/at-* | wc -l)\" = 3 ]; do sleep 0.05; done"
            )
            // Three slots, of two workers.
            let jobs = try await worker.results(try await worker.start("two", count: 3))
            #expect(jobs.count == 3)
            #expect(jobs.allSatisfy { $0["State"] == "success" }, "\(jobs)")
            #expect(Set(jobs.compactMap { $0["ConsumerId"]?.stringValue }).count == 2)
            for instance in ["a", "b"] {
                try await worker.machine.succeeding(
                    "test", "-e", "/var/lib/foqus-worker/\(instance)/journal.sqlite3")
            }
            #expect(try await worker.status("foqus-worker@b") == "0/1 slots busy, 0 queued, outbox 0")
        }
    }

    /// The gateway is started by its first client, by plain HTTP or with a certificate that the unit was given.
    @Test func theFirstClientStartsTheGateway() async throws {
        try await WorkerMachine.with { worker in
            try await worker.machine.shell(
                """
                systemctl stop foqus-gateway
                systemctl start foqus-gateway.socket
                """)
            #expect(try await worker.machine.property("ActiveState", of: "foqus-gateway.service") == "inactive")
            try await worker.foqusctl("session", "create")
            #expect(try await worker.machine.property("ActiveState", of: "foqus-gateway.service") == "active")
            #expect(try await worker.status("foqus-gateway.service") == "serving http://127.0.0.1:8080")
            // The socket outlives the service.
            try await worker.machine.succeeding("systemctl", "stop", "foqus-gateway.service")
            try await worker.foqusctl("session", "create")

            try await worker.machine.shell(
                """
                systemctl stop foqus-gateway.socket foqus-gateway.service
                mkdir -p /etc/credstore
                openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
                    -addext subjectAltName=IP:127.0.0.1 -keyout /etc/credstore/foqus-gateway.key \
                    -out /etc/credstore/foqus-gateway.crt 2>/dev/null
                chmod 600 /etc/credstore/foqus-gateway.key
                printf '\\n[gateway]\\ntls_certificate = credential:foqus-gateway.crt\\n' >>/etc/foqus/foqus.conf
                printf 'tls_key = credential:foqus-gateway.key\\n' >>/etc/foqus/foqus.conf
                systemctl start foqus-gateway
                """)
            #expect(try await worker.status("foqus-gateway.service") == "serving https://127.0.0.1:8080")
            try await worker.foqusctl(
                "session", "create", "--gateway", "https://127.0.0.1:8080", "--ca-file",
                "/etc/credstore/foqus-gateway.crt")
        }
    }
}
