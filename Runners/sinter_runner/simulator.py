"""What a simulator offers to the runner's loop, and what it raises.

Texts of errors are for the person who sent the job: they say what failed and
where, and what to do about it, without paths of this machine.
"""

from __future__ import annotations

import abc
import threading
from dataclasses import dataclass, field
from typing import Any, Optional

from .variables import Variable


@dataclass(frozen=True)
class Load:
    """A simulation. ``directory`` is others' too: nothing may be written there."""

    directory: str
    model: str  # the path of the model's file
    application: str
    variables: tuple[Variable, ...]
    model_name: str = ""  # its path below the folder as the configuration has it; empty for the same
    interrupted: threading.Event = field(default_factory=threading.Event, compare=False)

    def with_role(self, *roles: str) -> tuple[Variable, ...]:
        """In the configuration's order."""
        return tuple(variable for variable in self.variables if variable.role in roles)


@dataclass(frozen=True)
class Run:
    """A job. Its folder is there and can be written, its input is checked and complete."""

    id: str
    jobdir: str
    #: By the variables' names: int, float, str, or lists of them; of dynamic inputs, in a dynamic run, lists over times.
    input: dict[str, Any]
    times: Optional[list[float]]  # of a dynamic run, rising
    timeout: Optional[float]  # seconds; the loop keeps it
    reset: bool  # whether the model must be as its file has it
    initialize: bool = False  # whether a run with the defaults comes first; the loop sees to it
    #: Set before ``Simulator.interrupt`` is called: look at it before starting anything that takes long.
    interrupted: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass(frozen=True)
class Result:
    """A success: a value for each output by name, Sinter's status (0, or 2 with warnings) and what the model said."""

    output: dict[str, Any]
    code: int = 0
    messages: list[str] = field(default_factory=list)


class LoadError(Exception):
    """The simulation cannot be used as it is."""


class ModelError(Exception):
    """The model failed, and would again: Sinter's status and what the model said come with it."""

    def __init__(self, message: str, code: int = 1, messages: Optional[list[str]] = None) -> None:
        super().__init__(message)
        self.code = code
        self.messages = messages or []


class InvalidInput(Exception):
    """The input is refused; nothing ran."""


class Crash(Exception):
    """The model took its process down."""


class FilesError(Exception):
    """The job's folder cannot be written: the machine's fault."""


class Unavailable(Exception):
    """The simulator cannot be used now: the machine's fault, to be tried again."""


class Simulator(abc.ABC):
    """Runs one job at a time. All but ``interrupt`` are called in one thread, which is not the main one.

    What makes it (``make(workdir)`` of its module) raises Unavailable when something is not installed.
    """

    #: Name and version of what runs the models, known after ``start``.
    engine: str

    def start(self) -> None:
        """Makes ready for the first load; raises Unavailable, which ends the runner."""

    @abc.abstractmethod
    def load(self, load: Load) -> None:
        """Takes a simulation in place of the one before; raises LoadError or Unavailable."""

    @abc.abstractmethod
    def run(self, run: Run) -> Result:
        """Raises ModelError, InvalidInput, Crash, FilesError or Unavailable. After an interrupt anything will do."""

    @abc.abstractmethod
    def interrupt(self) -> None:
        """Makes start, load or run return soon. Called in another thread, at any time; must not block.

        What does not return within some seconds ends with the runner's process.
        """

    def memory_kb(self) -> int:
        """What the processes take that it keeps beside this one, in KiB. Called in the main thread after a run."""
        return 0

    def close(self) -> None:
        """Ends what is running, in order. What is left is killed."""
