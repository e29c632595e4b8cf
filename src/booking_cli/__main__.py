"""The `booking` command; `python -m booking_cli` is the same."""

import sys

# Which extra brings a library; whatever else is missing is a fault of ours.
EXTRAS = {
    "click": "cli",
    "rich": "cli",
    "attrs": "cli",
    "dependency_injector": "cli",
    "sqlalchemy": "sql",
    "alembic": "sql",
    "psycopg": "postgres",
    "litestar": "http",
    "uvicorn": "http",
    "jwt": "auth",
}


def main() -> None:
    """Run the command line, or exit with the name of the extra it needs.

    A bare install has the script but not its libraries, so they are imported only here.
    """
    try:
        from booking_cli.main import cli

        cli()
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get(missing.name or "")
        if extra is None:
            raise
        sys.exit(f'This needs {missing.name}: pip install "booking-core[{extra}]"')


if __name__ == "__main__":
    main()
