"""The `booking` command; `python -m booking_cli` is the same."""

import sys


def main() -> None:
    """Run the command line, or exit with the name of the extra it needs.

    A bare install has the script but not its libraries, so they are imported only here.
    """
    try:
        from booking_cli.main import cli
    except ModuleNotFoundError as missing:
        if missing.name not in {"click", "rich"}:
            raise
        sys.exit('The command line needs click and rich: pip install "booking-core[cli]"')
    cli()


if __name__ == "__main__":
    main()
