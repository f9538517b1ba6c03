import CPlatform
import Glibc

/// The descriptors of one spawn: the child's, and our ends of the pipes. On the loop only.
struct Plumbing {
    enum Reader {
        case lines(CInt)
        case drain(OutputDrain)
    }

    private(set) var childFDs: (stdin: CInt, stdout: CInt, stderr: CInt) = (0, 1, 2)
    private(set) var input: CInt?
    private(set) var output: Reader?
    private(set) var errors: Reader?
    /// Opened for the child, of no use to us once it runs.
    private var childOnly: [CInt] = []

    /// Opens all that `command` asks for.
    /// - Parameter null: a descriptor of /dev/null.
    init(_ command: Command, null: CInt) throws(SpawnError) {
        do throws(SpawnError) {
            childFDs.stdin = try openInput(command, null)
            (childFDs.stdout, output) = try openOutput(command.stdout, inherited: STDOUT_FILENO, command, null)
            switch command.stderr {
            case .sameAsStdout: childFDs.stderr = childFDs.stdout
            case .separate(let stderr):
                (childFDs.stderr, errors) = try openOutput(stderr, inherited: STDERR_FILENO, command, null)
            }
        } catch {
            closeAll()
            throw error
        }
    }

    mutating func closeChildEnds() {
        for fd in childOnly { close(fd) }
        childOnly = []
    }

    /// For a spawn that failed.
    mutating func closeAll() {
        closeChildEnds()
        if let input { close(input) }
        for reader in [output, errors] {
            switch reader {
            case .lines(let fd): close(fd)
            case .drain(let drain): drain.abandon()
            case nil: break
            }
        }
    }

    private mutating func openInput(_ command: Command, _ null: CInt) throws(SpawnError) -> CInt {
        switch command.stdin {
        case .null: return null
        case .file(let path):
            let fd = open(path, O_RDONLY | O_CLOEXEC)
            guard fd >= 0 else { throw SpawnError(.inputFile, path, errno) }
            childOnly.append(fd)
            return fd
        case .pipe:
            let (reader, writer) = try pipe(for: command)
            childOnly.append(reader)
            setNonBlocking(writer)
            input = writer
            return reader
        }
    }

    private mutating func openOutput(
        _ output: Command.Output, inherited: CInt, _ command: Command, _ null: CInt
    ) throws(SpawnError) -> (CInt, Reader?) {
        switch output {
        case .null: return (null, nil)
        case .inherit: return (inherited, nil)
        case .file(let path, limit: nil):
            let file = try openFile(path)
            childOnly.append(file)
            return (file, nil)
        case .file(let path, let limit?):
            let file = try openFile(path)
            do throws(SpawnError) {
                let (reader, writer) = try outputPipe(for: command)
                return (writer, .drain(OutputDrain(fd: reader, sink: .file(file), limit: limit)))
            } catch {
                close(file)
                throw error
            }
        case .capture(let limit):
            let (reader, writer) = try outputPipe(for: command)
            return (writer, .drain(OutputDrain(fd: reader, sink: .memory, limit: limit)))
        case .pipe:
            let (reader, writer) = try outputPipe(for: command)
            return (writer, .lines(reader))
        }
    }

    private func openFile(_ path: String) throws(SpawnError) -> CInt {
        // Appending, so that two programs with the same file do not overwrite each other's lines.
        let fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
        guard fd >= 0 else { throw SpawnError(.outputFile, path, errno) }
        return fd
    }

    private mutating func outputPipe(for command: Command) throws(SpawnError) -> (reader: CInt, writer: CInt) {
        let (reader, writer) = try pipe(for: command)
        childOnly.append(writer)
        setNonBlocking(reader)
        return (reader, writer)
    }

    private func pipe(for command: Command) throws(SpawnError) -> (reader: CInt, writer: CInt) {
        var reader: CInt = -1
        var writer: CInt = -1
        guard cp_pipe(&reader, &writer) == 0 else { throw SpawnError(.descriptors, command.path, errno) }
        return (reader, writer)
    }

    /// Of a pipe's end: the other end is another file description and stays blocking for the program.
    private func setNonBlocking(_ fd: CInt) { _ = fcntl(fd, F_SETFL, O_NONBLOCK) }
}
