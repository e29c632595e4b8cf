"""What `import booking_core` costs beside `python -c pass`: `python -m bench.import_core`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

SIDES = {
    "python -c pass": "pass",
    "import booking_core": "import booking_core",
    "import booking_core.engine": "import booking_core.engine",
}
ROUNDS = 15


def main() -> None:
    """Measure in turn, and print the medians."""
    told: dict[str, list[float]] = {name: [] for name in SIDES}
    for _ in range(ROUNDS):
        for name, code in SIDES.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-I", "-c", code], check=True)
            told[name].append((time.perf_counter() - began) * 1000)
    base = statistics.median(told["python -c pass"])
    print("| side | ms | more than nothing |\n| --- | ---: | ---: |")
    for name, times in told.items():
        print(
            f"| {name} | {statistics.median(times):.0f} | {statistics.median(times) - base:.0f} |"
        )


if __name__ == "__main__":
    main()
