"""One LibreOffice process: its start, its end, and the way to talk to it."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import threading
import time
import uuid
from typing import Any, Optional

import uno
import unohelper
from com.sun.star.connection import NoConnectException
from com.sun.star.frame import TerminationVetoException, XTerminateListener
from com.sun.star.uno import Exception as UnoException

from foqus_runner import linux
from foqus_runner.messages import describe_exit

from ..processes import kill_children
from ..simulator import Unavailable
from . import profile

NOT_INSTALLED = "LibreOffice is not installed: apt-get install libreoffice-calc-nogui python3-uno"
START_SECONDS = 120.0
#: How often a new office is asked whether it answers; nothing tells when it does.
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") >> 10
_TICK_MS = 10
_END_SECONDS = 1.0
_START_AGAIN = (79, 81)  # exit statuses


def find_program() -> str:
    """The program itself, without the scripts that start it again when it ends; raises Unavailable."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        raise Unavailable(NOT_INSTALLED)
    program = os.path.join(os.path.dirname(os.path.realpath(found)), "soffice.bin")
    return program if os.access(program, os.X_OK) else found


class _Stays(unohelper.Base, XTerminateListener):  # type: ignore[misc]
    """Refuses to have the office ended by a macro (Application.Quit, or the last workbook closed): others come."""

    def queryTermination(self, event: Any) -> None:
        raise TerminationVetoException("jobs follow", None)

    def notifyTermination(self, event: Any) -> None:
        pass

    def disposing(self, event: Any) -> None:
        pass


class Office:
    """An office of this runner alone, below ``folder``. Whoever makes it starts it."""

    def __init__(self, folder: str, current_folder: str) -> None:
        self._folder = folder
        self._current_folder = current_folder
        self._pipe = f"sinter{uuid.uuid4().hex}"
        self._lock = threading.Lock()
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._killed = False
        self._stays = _Stays()
        self.desktop: Any = None
        self.version = ""

    def start(self) -> None:
        """Returns when the office answers; raises Unavailable."""
        program = find_program()
        home, temporary = os.path.join(self._folder, "home"), os.path.join(self._folder, "tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            for folder in (home, temporary, self._current_folder):
                os.makedirs(folder, exist_ok=True)
            profile.write(os.path.join(self._folder, "profile"), program)
        except OSError as error:
            raise Unavailable(f"the runner's work folder cannot be used: {error.strerror}") from None
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment.update(HOME=home, TMPDIR=temporary, SAL_USE_VCLPLUGIN="svp", LC_ALL="C.UTF-8")
        while True:
            with self._lock:
                if self._killed:
                    raise Unavailable("LibreOffice was ended while it started")
                self._process = self._spawn(program, environment)
            if self._connect(self._process):
                return

    def _spawn(self, program: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command(program),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=self._current_folder,
                start_new_session=True,
                preexec_fn=_dies_with(os.getpid()),
            )
        except OSError as error:
            raise Unavailable(f"LibreOffice did not start: {error.strerror}") from None

    def _command(self, program: str) -> list[str]:
        return [
            program,
            "--headless",
            "--invisible",
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nofirststartwizard",
            "--nolockcheck",
            f"-env:UserInstallation={uno.systemPathToFileUrl(os.path.join(self._folder, 'profile'))}",
            f"--accept=pipe,name={self._pipe};urp;StarOffice.ComponentContext",
        ]

    def _connect(self, process: subprocess.Popen[bytes]) -> bool:
        """False when the office, having set its profile up, wants to be started again."""
        context = uno.getComponentContext()
        resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
        deadline = time.monotonic() + START_SECONDS
        death = os.pidfd_open(process.pid)
        poll = select.poll()
        poll.register(death, select.POLLIN)
        try:
            while True:
                try:
                    remote = resolver.resolve(f"uno:pipe,name={self._pipe};urp;StarOffice.ComponentContext")
                    break
                except NoConnectException:
                    if poll.poll(_TICK_MS):
                        if process.wait() in _START_AGAIN:
                            return False
                        raise Unavailable(f"LibreOffice did not start: {self.describe_end()}") from None
                    if time.monotonic() > deadline:
                        self.kill()
                        raise Unavailable(f"LibreOffice did not answer in {START_SECONDS:g} s") from None
            self.desktop = remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
            self.version = _version(remote)
            _remove_pipes(process.pid)
            self.desktop.addTerminateListener(self._stays)
            return True
        except UnoException as error:
            self.kill()
            raise Unavailable(f"LibreOffice did not start: {error}") from None
        finally:
            os.close(death)

    @property
    def is_alive(self) -> bool:
        return self._process is not None and not self._killed and self._process.poll() is None

    def answers(self) -> bool:
        """Whether it can still be talked to: not when it ends, even if its process is still there."""
        if self.desktop is None or not self.is_alive:
            return False
        try:
            self.desktop.getCurrentComponent()
            return True
        except UnoException:
            return False

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def memory_kb(self) -> int:
        """Its resident memory; 0 when it is gone. It is one process: the starter has become it."""
        process = self._process
        if process is None:  # a run that was ended before it had an office
            return 0
        try:
            with open(f"/proc/{process.pid}/statm", "rb") as file:
                return int(file.read().split()[1]) * _PAGE_KB
        except (OSError, IndexError):  # the file of one that is not reaped yet is empty
            return 0

    def describe_end(self) -> str:
        """How the process ended; waits for it, as it closes its connections some time before."""
        assert self._process is not None
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        return describe_exit(-code if code < 0 else code << 8)

    def kill(self) -> None:
        """Ends it at once; can be called in any thread."""
        with self._lock:
            self._killed = True
            if self._process is not None and self._process.returncode is None:
                try:
                    os.killpg(self._process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def close(self) -> None:
        """Asks it to end, ends it when it does not, and ends what models have started."""
        if self.is_alive:
            try:
                self.desktop.removeTerminateListener(self._stays)
                self.desktop.terminate()
            except (UnoException, AttributeError):
                pass
        self.clean_up(_END_SECONDS)

    def clean_up(self, patience: float = 0.0) -> None:
        """After its end, which is awaited for ``patience`` seconds and then brought about."""
        process = self._process
        if process is None:
            return
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            process.wait()
        self.kill()
        kill_children()


def _dies_with(parent: int) -> Any:
    return lambda: linux.die_with_parent(parent)


def _remove_pipes(pid: int) -> None:
    """Removes the names of an office's unix sockets, which are in /tmp wherever TMPDIR is.

    Nobody connects to them any more, and an office that is killed would leave them.
    """
    inodes, names = set(), set()
    try:
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):
                inodes.add(os.readlink(f"/proc/{pid}/fd/{descriptor}"))
        with open(f"/proc/{pid}/net/unix", encoding="utf-8", errors="replace") as file:
            for fields in (line.split(maxsplit=7) for line in file):
                if len(fields) == 8 and f"socket:[{fields[6]}]" in inodes and "/OSL_PIPE_" in fields[7]:
                    names.add(fields[7].strip())
    except OSError:  # a sandbox that does not show them has a /tmp of its own
        return
    for name in names:
        with contextlib.suppress(OSError):
            os.unlink(name)


def _version(context: Any) -> str:
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    node = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    node.Name, node.Value = "nodepath", "/org.openoffice.Setup/Product"
    product = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (node,))
    return f"LibreOffice {product.getByName('ooSetupVersionAboutBox') or product.getByName('ooSetupVersion')}"
