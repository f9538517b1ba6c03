import FOQUSModel
import TestSupport
import Testing

/// The Debian packages on a fresh Debian.
@Suite(.needsMachine, .serialized, .timeLimit(.minutes(10)))
struct PackageTests {
    @Test func anInstallationStartsNothingAndTakesJobsWhenStarted() async throws {
        try await FreshDebian.with { debian in
            let machine = debian.machine
            try await debian.apt("install ./foqus-worker_*.deb")
            #expect(try await machine.property("ActiveState", of: "foqus-worker.service") == "inactive")
            #expect(try await machine.property("UnitFileState", of: "foqus-worker.service") == "disabled")
            // As root, who leaves no files behind that the worker cannot use.
            #expect(try await machine.run("foqus-worker", "check-config").output.contains("ok    store"))

            let said = try await machine.shell(
                "foqus-service --startup auto install && foqus-service --wait 10 start")
            #expect(said.contains("Service installed\n"), "\(said)")
            #expect(try await machine.property("ActiveState", of: "foqus-worker.service") == "active")
            #expect(try await machine.property("User", of: "foqus-worker.service") == "foqus")

            try await debian.apt("install ./foqus-gateway_*.deb ./foqusctl_*.deb")
            #expect(try await machine.property("ActiveState", of: "foqus-gateway.service") == "inactive")
            try await debian.prepareJobs(seconds: 0)
            try await machine.shell("systemctl start foqus-gateway && systemctl restart foqus-worker")
            try await debian.putSimulation()
            #expect(try await debian.finish(debian.submit(4)) == ["success": 4])

            try await machine.reboot()
            #expect(try await machine.property("ActiveState", of: "foqus-worker.service") == "active")
            #expect(try await machine.property("ActiveState", of: "foqus-gateway.service") == "inactive")
        }
    }

    @Test func anUpgradeUnderLoadRunsEachJobOnce() async throws {
        try await FreshDebian.with { debian in
            let machine = debian.machine
            try await debian.apt("install --no-install-recommends ./*.deb")
            try await debian.prepareJobs(seconds: 0.5)
            // Neither is enabled, and one of them does not run.
            try await machine.shell("systemctl start foqus-gateway foqus-worker@one && systemctl stop foqus-worker@two")
            try await debian.putSimulation()

            let session = try await debian.submit(60)
            try await eventually("some jobs have ended") {
                try await debian.states(of: session)["success", default: 0] > 2
            }
            let firstProcess = try await machine.property("MainPID", of: "foqus-worker@one.service")
            let said = try await debian.apt("install --no-install-recommends ./*.deb", .new)
            #expect(said.contains(" foqus-worker@one.service"), "\(said)")
            #expect(try await debian.states(of: session)["success", default: 0] < 60, "it was not under load")

            for unit in ["foqus-gateway.service", "foqus-worker@one.service"] {
                #expect(try await machine.property("ActiveState", of: unit) == "active")
                #expect(try await machine.property("UnitFileState", of: unit) == "disabled")
            }
            #expect(try await machine.property("MainPID", of: "foqus-worker@one.service") != firstProcess)
            for unit in ["foqus-worker.service", "foqus-worker@two.service"] {
                #expect(try await machine.property("ActiveState", of: unit) == "inactive")
            }
            for package in ["foqus-worker", "foqus-worker-aws", "foqus-gateway", "foqusctl", "foqus-sinter"] {
                #expect(try await debian.installedVersion(of: package).hasSuffix("+1"))
            }

            #expect(try await debian.finish(session) == ["success": 60])
            try await machine.shell("systemctl stop foqus-worker@one foqus-gateway")
            let states = try await debian.publishedStates()
            #expect(states.count == 60)
            #expect(states.values.allSatisfy { $0.count { $0 == .running } == 1 })
            #expect(states.values.allSatisfy { $0.filter(\.isFinal) == [.success] })
        }
    }

    @Test func aRemovalKeepsDataAndAPurgeLeavesNothing() async throws {
        try await FreshDebian.with { debian in
            let machine = debian.machine
            #expect(try await debian.leftovers() == [])
            try await debian.apt("install --no-install-recommends ./*.deb")
            try await debian.prepareJobs(seconds: 0)
            try await machine.shell(
                """
                systemctl enable --now foqus-gateway foqus-worker@one
                foqus-service --startup delayed install && foqus-service --wait 10 start
                mkdir -p /usr/lib/foqus-worker/venv/bin && touch /usr/lib/foqus-worker/venv/pyvenv.cfg
                """)
            try await debian.putSimulation()
            #expect(try await debian.finish(debian.submit(2)) == ["success": 2])

            try await debian.apt("remove foqus-worker foqus-gateway foqus-worker-aws foqusctl foqus-sinter")
            #expect(try await machine.shell("pgrep -l foqus || true") == "")
            #expect(try await machine.shell("ls -d /usr/lib/foqus-worker /usr/bin/foqus* 2>/dev/null || true") == "")
            try await machine.shell("grep -q pause /etc/foqus/foqus.conf && test -s /var/lib/foqus/foqus.sqlite3")

            // Jobs and results stay unless one says otherwise.
            try await debian.apt("purge foqus-worker foqus-gateway foqus-worker-aws foqusctl")
            #expect(try await machine.shell("ls -A /etc/foqus /var/lib/foqus-worker 2>/dev/null || true") == "")
            try await machine.shell("test -s /var/lib/foqus/foqus.sqlite3")
            try await debian.apt("install --no-install-recommends ./*.deb")
            try await machine.shell(
                "echo 'foqus-worker foqus-worker/remove-jobs boolean true' | debconf-set-selections")
            try await debian.apt("purge foqus-worker foqus-gateway foqus-worker-aws foqusctl foqus-sinter")
            #expect(try await debian.leftovers() == [])
        }
    }
}
