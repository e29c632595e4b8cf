"""Settings: the environment read once, typed, bounded, and silent about secrets."""

import pickle

import pytest

from booking_adapters.environment import InvalidSetting
from booking_adapters.secret import Secret
from booking_adapters.settings import Settings, read_settings

SECRET = "canary-canary-canary-canary-canary"
MINIMAL = {"BOOKING_DATABASE_URL": "sqlite:///booking.db"}


def test_a_database_is_all_that_must_be_said() -> None:
    """Everything but the database has a default, and the default is a production's."""
    settings = read_settings(MINIMAL)
    assert settings.database.url.reveal() == "sqlite:///booking.db"
    assert settings.is_production
    assert settings.unknown == {}


def test_without_a_database_it_says_what_is_missing() -> None:
    """There is no database by default, and what may have been meant is named."""
    with pytest.raises(InvalidSetting) as refused:
        read_settings({"BOOKING_DATABSE_URL": "sqlite://"})
    assert refused.value.name == "BOOKING_DATABASE_URL"
    assert "BOOKING_DATABSE_URL" in refused.value.message


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("BOOKING_DATABASE_URL", "mysql://db/booking"),
        ("BOOKING_DATABASE_URL", "postgresql:booking"),
        ("BOOKING_DATABASE_URL", "postgresql://db:port/booking"),
        ("BOOKING_DATABASE_URL", "postgresql://[db/booking"),
        ("BOOKING_DATABASE_URL", "sqlite://"),
        ("BOOKING_DATABASE_URL", "sqlite:///:memory:"),
        ("BOOKING_DATABASE_URL", "sqlite://booking.db"),
        ("BOOKING_DATABASE_POOL_SIZE", "0"),
        ("BOOKING_DATABASE_POOL_SIZE", "ten"),
        ("BOOKING_DATABASE_ROLE", "role; DROP TABLE"),
        ("BOOKING_SQLITE_SYNCHRONOUS", "OFF"),
        ("BOOKING_ENVIRONMENT", "prod"),
        ("BOOKING_HTTP_HOST", "a b"),
        ("BOOKING_HTTP_PORT", "65536"),
        ("BOOKING_HTTP_PORT", "80.5"),
        ("BOOKING_HTTP_WORKERS", "-1"),
        ("BOOKING_PUBLIC_URL", "booking.example.com"),
        ("BOOKING_TOKEN_ALGORITHM", "none"),
        ("BOOKING_TOKEN_SECRET", "short"),
        ("BOOKING_TOKEN_PUBLIC_KEY", "not a key"),
        ("BOOKING_TOKEN_JWKS_URL", "file:///etc/passwd"),
        ("BOOKING_PAYMENT_PROVIDER", "barter"),
        ("BOOKING_PAYMENT_WEBHOOK_SECRET", "short"),
        ("BOOKING_SWEEP_EVERY_SECONDS", "-1"),
        ("BOOKING_SWEEP_EVERY_SECONDS", "nan"),
        ("BOOKING_SWEEP_BATCH", "10001"),
        ("BOOKING_LOG_LEVEL", "loud"),
        ("BOOKING_STOP_WITHIN_SECONDS", "0"),
        ("BOOKING_METRICS_PORT", "-1"),
        ("BOOKING_METRICS_HOST", "a b"),
        ("BOOKING_TRACES", "jaeger"),
        ("BOOKING_TRACES_SHARE", "1.5"),
        ("BOOKING_LOG_FORMAT", "xml"),
        ("BOOKING_WEBHOOK_HTTP", "maybe"),
        ("BOOKING_WEBHOOK_NETWORKS", "everywhere"),
        ("BOOKING_WEBHOOK_NETWORKS", "10.0.0.1/8"),
        ("BOOKING_WEBHOOK_NETWORKS", "10.0.0.0/8,"),
        ("BOOKING_WEBHOOK_SECONDS", "0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(name: str, wrong: str) -> None:
    """Whoever reads the message knows which variable to change, and to what."""
    with pytest.raises(InvalidSetting) as refused:
        read_settings({**MINIMAL, name: wrong})
    assert refused.value.name == name
    assert name in refused.value.message
    assert refused.value.expected in refused.value.message


@pytest.mark.parametrize(
    "name", ["BOOKING_DATABASE_URL", "BOOKING_TOKEN_SECRET", "BOOKING_PAYMENT_WEBHOOK_SECRET"]
)
def test_a_wrong_secret_is_named_but_not_shown(name: str) -> None:
    """A message about a secret may be logged, so it does not hold the secret."""
    with pytest.raises(InvalidSetting) as refused:
        read_settings({**MINIMAL, name: "hush"})
    assert "hush" not in refused.value.message


def test_an_empty_variable_is_an_unset_one() -> None:
    """Compose files and CI set variables to nothing; that means the default."""
    settings = read_settings({**MINIMAL, "BOOKING_HTTP_PORT": "", "BOOKING_TOKEN_SECRET": " "})
    assert settings.http.port == 8000
    assert settings.tokens.secret is None


def test_names_that_are_no_settings_are_told_with_what_was_probably_meant() -> None:
    """A misspelt variable does not pass in silence; the test suite's own are left alone."""
    variables = {"BOOKING_HTTP_PRT": "1", "BOOKING_XYZZY": "1", "BOOKING_TEST_DATABASE_URL": "x"}
    unknown = read_settings({**MINIMAL, **variables}).unknown
    assert unknown == {"BOOKING_HTTP_PRT": "BOOKING_HTTP_PORT", "BOOKING_XYZZY": None}


def test_secrets_show_nowhere() -> None:
    """Neither printing nor formatting the settings tells a secret."""
    settings = full_settings()
    for shown in (repr(settings), str(settings), f"{settings.tokens.secret}"):
        assert "canary" not in shown


def test_a_database_is_shown_without_its_password() -> None:
    """What is shown of the database tells host and name, and nothing to log in with."""
    settings = full_settings()
    assert settings.database.shown == "postgresql+psycopg://db:5433/booking"


def test_settings_reach_another_process_whole() -> None:
    """Serving processes get their settings from the first one, secrets included."""
    settings = full_settings()
    again = pickle.loads(pickle.dumps(settings))
    assert again == settings
    assert again.tokens.secret.reveal() == SECRET


def test_the_database_names_of_earlier_deployments_are_fall_backs() -> None:
    """DATABASE_HOST and its kin make a PostgreSQL URL, whatever is in user and password."""
    variables = {
        "DATABASE_HOST": "db",
        "DATABASE_PORT": "5433",
        "DATABASE_NAME": "booking",
        "DATABASE_USER": "us@er",
        "DATABASE_PASSWORD": "p/w:d",
    }
    database = read_settings(variables).database
    assert database.url.reveal() == "postgresql+psycopg://us%40er:p%2Fw%3Ad@db:5433/booking"
    assert read_settings({**variables, **MINIMAL}).database.scheme == "sqlite"


def test_half_a_database_is_not_guessed() -> None:
    """What is missing of host, port and name, or wrong with them, is refused by its name."""
    for variables, name in (
        ({"DATABASE_HOST": "db"}, "DATABASE_NAME"),
        ({"DATABASE_HOST": "db", "DATABASE_NAME": "b", "DATABASE_PORT": "http"}, "DATABASE_PORT"),
    ):
        with pytest.raises(InvalidSetting) as refused:
            read_settings(variables)
        assert refused.value.name == name


def test_an_outside_issuer_is_read_by_its_names() -> None:
    """AUTH0_DOMAIN and AUTH0_AUDIENCE say issuer, keys, audience and algorithm at once."""
    tokens = read_settings(
        {**MINIMAL, "AUTH0_DOMAIN": "us.example.com", "AUTH0_AUDIENCE": "https://api.example.com"}
    ).tokens
    assert tokens.issuer == "https://us.example.com/"
    assert tokens.jwks_url == "https://us.example.com/.well-known/jwks.json"
    assert (tokens.audience, tokens.algorithm) == ("https://api.example.com", "RS256")


def test_where_others_reach_the_service_goes_by_either_name() -> None:
    """BOOKING_PUBLIC_URL goes first, then BOOKING_SERVICE_URL, then where it listens."""
    ours = {"BOOKING_PUBLIC_URL": "https://book.example.com/"}
    theirs = {"BOOKING_SERVICE_URL": "http://booking:80"}
    assert read_settings(MINIMAL).http.address == "http://127.0.0.1:8000"
    assert read_settings({**MINIMAL, **theirs}).http.address == "http://booking:80"
    assert read_settings({**MINIMAL, **theirs, **ours}).http.address == "https://book.example.com"


def test_secrets_compare_by_what_they_hold() -> None:
    """Two secrets are equal exactly if their texts are."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")


def full_settings() -> Settings:
    """Make settings with a canary for every secret."""
    return read_settings(
        {
            "BOOKING_DATABASE_URL": f"postgresql+psycopg://user:{SECRET}@db:5433/booking?x={SECRET}",
            "BOOKING_TOKEN_SECRET": SECRET,
            "BOOKING_PAYMENT_WEBHOOK_SECRET": SECRET,
        }
    )
