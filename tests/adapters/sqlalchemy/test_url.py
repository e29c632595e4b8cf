"""URLs of databases: judged before anything connects."""

import pytest

from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.sqlalchemy.url import parsed
from booking_core.domain.kernel.errors import InvalidInput

UNUSABLE = [
    "",
    "hush",
    "postgresql",
    "postgresql:name",
    "postgresql://user:hush@host:port/name",
    "postgresql://user:hush@host:65536/name",
    "mysql://user:hush@host/name",
    "memory://",
    "sqlite://",
    "sqlite:///",
    "sqlite:///:memory:",
    "sqlite://host/file.db",
]


@pytest.mark.parametrize("url", UNUSABLE)
def test_what_is_no_database_is_refused_and_not_repeated(url: str) -> None:
    """It can never work, which is said before anything connects, and without the password."""
    for use in (parsed, SqlStorage.open, migrate):
        with pytest.raises(InvalidInput) as refused:
            use(url)
        assert refused.value.field == "database"
        assert "hush" not in refused.value.message


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://host/name", "postgresql+psycopg"),
        ("postgresql+asyncpg://host/name", "postgresql+psycopg"),
        ("sqlite:///file.db", "sqlite"),
        ("sqlite+aiosqlite:///file.db", "sqlite"),
    ],
)
def test_the_driver_is_ours_whichever_is_named(url: str, driver: str) -> None:
    """A URL that another program of the same host uses works here too."""
    assert parsed(url).drivername == driver
