import TestSupport
import Testing

/// Nothing is left over, whatever happens.
@Suite(.serialized, .needsMachine, .timeLimit(.minutes(5)))
struct ServiceSafetyMachineTests {
    @Test func twoHundredStartsLeaveNothing() async throws {
        try await Machine.withService { machine in
            let cycle = "foqus-service --wait 20 start && foqus-service --wait 20 stop"
            let places = """
                find /sys/fs/cgroup -type d -path '*foqus*' | sort
                systemctl list-units --all --no-legend '*.scope' 'foqus*' | awk '{print $1}' | grep -v ^run-
                find /run/systemd /run/dbus /tmp /var/tmp /var/lib/foqus-worker -path '*/units/*' -prune -o -print | sort
                ls /run
                """
            let descriptors =
                "for process in 1 $(pidof dbus-daemon systemd-journald); do ls /proc/$process/fd; done | wc -l"
            try await machine.service("install", says: "Installing service FOQUS-Cloud-Service", "Service installed")
            // The first ones make what stays: state directories, and what systemd keeps for later.
            try await machine.shell("for i in $(seq 5); do \(cycle); done")
            let (before, open) = (try await machine.shell(places), try await machine.shell(descriptors))
            let output = try await machine.shell("for i in $(seq 200); do \(cycle); done")
            #expect(output.split(separator: "\n").count == 400)
            #expect(try await machine.shell(places) == before)
            // The command that counts is being started meanwhile, which takes some.
            let more = (Int(try await machine.shell(descriptors).dropLast()) ?? 0) - (Int(open.dropLast()) ?? 0)
            #expect(more < 10, "\(more) more descriptors after 200 starts")
            #expect(try await machine.property("Result", of: "foqus-worker.service") == "success")
            #expect(try await machine.property("NRestarts", of: "foqus-worker.service") == "0")
        }
    }

    @Test func aKilledInstallCanBeRepeatedOrRemoved() async throws {
        try await Machine.withService { machine in
            let before = try await machine.unitFiles()
            let ends = try await machine.shell(
                """
                killed=0
                for step in $(seq 0 2 40); do
                    timeout -s KILL 0.$(printf %03d $((step * 10 + 5))) foqus-service --startup delayed install >/dev/null 2>&1 \\
                        && ended=yes || { ended=no; killed=$((killed + 1)); }
                    if [ $((step % 4)) = 0 ]; then
                        # Done or half-made: removed. Not begun: nothing to remove.
                        foqus-service remove >/dev/null 2>/root/errors || grep -q '(1060)' /root/errors
                    else
                        foqus-service --startup delayed install >/dev/null 2>/root/errors || { [ $ended = yes ] || \
                            systemctl cat foqus-worker | grep -q 'state = installed'; grep -q '(1073)' /root/errors; }
                        [ "$(systemctl is-enabled foqus-worker-delayed.timer)" = enabled ]
                        foqus-service remove >/dev/null
                    fi
                done
                echo $killed
                """)
            #expect(Int(ends.dropLast()).map { $0 > 3 } == true, "killed \(ends)")
            #expect(try await machine.unitFiles() == before)
        }
    }

    @Test func aKilledUpdateOrRemovalCanBeRepeated() async throws {
        try await Machine.withService { machine in
            let before = try await machine.unitFiles()
            try await machine.shell(
                """
                foqus-service --startup auto install >/dev/null
                for step in $(seq 0 5 30); do
                    for startup in disabled auto; do
                        timeout -s KILL 0.$(printf %03d $((step * 10 + 5))) foqus-service --startup $startup update >/dev/null 2>&1 || true
                        foqus-service --startup $startup update >/dev/null
                        foqus-service status --json >/root/status || true
                        grep -q '"startup":"'$startup'"' /root/status
                    done
                    timeout -s KILL 0.$(printf %03d $((step * 10 + 5))) foqus-service remove >/dev/null 2>&1 || true
                    foqus-service remove >/dev/null 2>/root/errors || grep -q '(1060)' /root/errors
                    foqus-service --startup auto install >/dev/null
                done
                foqus-service remove >/dev/null
                """)
            #expect(try await machine.unitFiles() == before)
        }
    }

    /// With a unit of a package nothing but the record, its alias and systemd's links is made.
    @Test func thePackagesUnitIsUsedAndKept() async throws {
        try await Machine.withService { machine in
            let units = Installation.root + "/systemd"
            try await machine.shell(
                "cp \(units)/foqus-worker.service \(units)/foqus-worker-delayed.timer /lib/systemd/system")
            let before = try await machine.unitFiles()
            for startup in ["auto", "disabled", "delayed", "manual"] {
                try await machine.service(
                    "--startup", startup, "install", says: "Installing service FOQUS-Cloud-Service", "Service installed"
                )
                #expect(
                    try await machine.run("test", "-e", "/usr/local/lib/systemd/system/foqus-worker.service").status
                        == 1)
                if startup != "disabled" {
                    try await machine.service("--wait", "20", "start", says: "Starting service FOQUS-Cloud-Service")
                }
                try await machine.service("remove", says: "Removing service FOQUS-Cloud-Service", "Service removed")
                #expect(try await machine.unitFiles() == before)
            }
            #expect(try await machine.property("LoadState", of: "foqus-worker.service") == "loaded")
        }
    }

    @Test func aUserHasAServiceOfTheirOwn() async throws {
        try await Machine.withService { machine in
            try await machine.addUser("alice")
            func service(_ arguments: String...) async throws -> FinishedCommand {
                try await machine.run(["foqus-service", "--user"] + arguments, as: "alice")
            }
            func expect(_ arguments: [String], _ output: String, _ location: SourceLocation = #_sourceLocation)
                async throws
            {
                let end = try await machine.run(["foqus-service", "--user"] + arguments, as: "alice")
                #expect(
                    end.status == 0 && end.errors.isEmpty && end.output == output, "\(end)", sourceLocation: location)
            }
            #expect(try await service("start").errors.contains("(1060)"))
            try await expect(
                ["--startup", "auto", "install"], "Installing service FOQUS-Cloud-Service\nService installed\n")
            #expect(try await service("install").errors.contains("(1073)"))
            try await expect(["--wait", "20", "start"], "Starting service FOQUS-Cloud-Service\n")
            #expect(try await service("start").errors.contains("(1056)"))
            let status = try await service("status")
            #expect(status.status == 0 && status.output.contains("Account:   alice\n"), "\(status)")
            #expect(status.output.contains("Slots:"), "\(status)")
            try await expect(["restart", "--set", "worker.slots=4"], "Restarting service FOQUS-Cloud-Service\n")
            #expect(try await service("status").output.contains("of 4 busy"))
            try await expect(["--wait", "20", "stop"], "Stopping service FOQUS-Cloud-Service\n")
            #expect(try await service("stop").errors.contains("(1062)"))
            try await expect(["--startup", "disabled", "update"], "Changing service configuration\nService updated\n")
            #expect(try await service("start").errors.contains("(1058)"))
            #expect(try await service("--username", "alice", "update").errors.contains("(1057)"))
            try await expect(["remove"], "Removing service FOQUS-Cloud-Service\nService removed\n")
            let left = try await machine.shell("find /home/alice/.config /home/alice/.local/share -type f -o -type l")
            #expect(left.isEmpty)
            // The machine's service is another one.
            try await machine.service(
                "start",
                fails: "Error starting service: The specified service does not exist as an installed service. (1060)")
        }
    }
}
