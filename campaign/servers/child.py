"""A process that this one is the parent of, with all that it starts in turn."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STOP_SECONDS = 30.0
GONE_SECONDS = 10.0
POLL_SECONDS = 0.01

_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """Whatever a killed child leaves behind becomes this process's own, which then reaps it."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Child:
    """Started any number of times, one at a time; to be used by the main thread alone.

    It dies with its parent, so that a campaign that is killed leaves nothing behind.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self._command, self._log, self._env, self._user = command, log, env, user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin; what it prints is added to its log."""
        assert not self.is_running
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=None if self._env is None else dict(self._env),
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
                cwd=self._log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """All that it has printed."""
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL for all of it at one moment; nothing of it is left when this returns."""
        if self._process is None:
            return
        family = self.freeze()
        for pid in family:
            _signal(pid, signal.SIGKILL)
        self._process.wait()
        for pid in family[1:]:
            _reap(pid)

    def freeze(self) -> list[int]:
        """SIGSTOP for all of it, its first process first: then it starts no others. Their ids."""
        assert self._process is not None
        if not self.is_running:
            return [self._process.pid]
        _signal(self._process.pid, signal.SIGSTOP)
        family = [self._process.pid, *_descendants(self._process.pid)]
        for pid in family[1:]:
            _signal(pid, signal.SIGSTOP)
        return family

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None and self.is_running:
            for pid in (*_descendants(self._process.pid), self._process.pid):
                _signal(pid, signal.SIGCONT)

    def stop(self, seconds: float = STOP_SECONDS) -> int | None:
        """SIGTERM, and its exit status; killed where it takes longer."""
        if self._process is None:
            return None
        self.thaw()
        if self.is_running:
            self._process.terminate()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.returncode


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _reap(pid: int) -> None:
    """Wait until it is gone; only a parent can make sure, and orphans come to the subreaper."""
    until = time.monotonic() + GONE_SECONDS
    while time.monotonic() < until and Path(f"/proc/{pid}").exists():
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return
        time.sleep(POLL_SECONDS)


def _descendants(pid: int) -> list[int]:
    """Parents before their children."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # It has ended meanwhile.
            # The command's name stands in brackets, and may have any characters in it.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, ())
    return found[1:]
