import FileKit

/// The settings file of a deployment: everything in its own directory, and patience as short as it may be.
struct TestSettings: Sendable {
    /// Jobs of a worker at a time.
    var slots = 2
    /// Seconds.
    var lease = 5
    /// Seconds.
    var jobTimeout = 300
    /// Further sections.
    var more = ""

    func text(directory: String, port: UInt16) throws -> String {
        """
        [store]
        directory = \(Path.join(directory, "store"))

        [gateway]
        listen = 127.0.0.1:\(port)

        [worker]
        state_directory = \(Path.join(directory, "state"))
        slots = \(slots)
        lease = \(lease)s
        job_timeout = \(jobTimeout)s
        cancel_poll = 200ms
        retry_delay = 200ms
        instance = system-test

        [application.foqus]
        python = \(try Installation.python())
        runner = \(Path.join(Installation.root, "Runners"))

        [application.script]
        executor = command
        program = /bin/sh
        arguments = job.sh
        grace = 200ms

        [application.Excel]
        runner = \(Path.join(Installation.root, "Runners"))

        [application.FMU]
        python = \(try Installation.sinterPython())
        runner = \(Path.join(Installation.root, "Runners"))

        [application.program]
        programs = octave-cli, awk, \(try Installation.sinterPython())

        [application.square]
        executor = runner
        program = /usr/bin/python3
        arguments = \(Path.join(Installation.root, "Examples/runner/square.py"))

        \(more)
        """
    }
}
