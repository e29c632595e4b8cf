"""Documents are decoded by many threads from the first moment on."""

import subprocess
import sys

# In a process of its own, because what is looked for kills the interpreter.
RACE = """
import dataclasses, sys, threading
from booking_adapters.sqlalchemy.codec import decode

sys.setswitchinterval(1e-6)
for _ in range(100):
    part = dataclasses.make_dataclass("Part", [(f"a{n}", int) for n in range(20)])
    whole = dataclasses.make_dataclass("Whole", [(f"b{n}", tuple[part, ...]) for n in range(5)])
    parts = "[{" + ",".join(f'"a{n}":1' for n in range(20)) + "}]"
    text = "{" + ",".join(f'"b{n}":{parts}' for n in range(5)) + "}"
    together = threading.Barrier(8)
    threads = [
        threading.Thread(target=lambda: (together.wait(), decode(text, whole))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("alive")
"""


def test_threads_that_meet_a_type_for_the_first_time_at_once_live_on() -> None:
    """A service's very first requests come at once, and each reads the catalogue."""
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")
