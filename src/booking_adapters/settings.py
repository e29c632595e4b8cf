"""All settings of a process, read once from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from attrs import field, frozen

from booking_adapters.brokers.settings import BrokerSettings, read_broker
from booking_adapters.consumers.heard import Heard, read_heard
from booking_adapters.consumers.registry import CONSUMERS
from booking_adapters.consumers.settings import ConsumerSettings, read_consumers
from booking_adapters.environment import Asked, Environment, InvalidSetting
from booking_adapters.messages.settings import MessageSettings, read_messages
from booking_adapters.secret import Secret
from booking_adapters.telemetry.settings import TelemetrySettings, read_telemetry
from booking_adapters.webhooks.settings import WebhookSettings, read_webhooks

SCHEMES = ("sqlite", "postgresql", "memory")
URL_NAME = "BOOKING_DATABASE_URL"
DEVELOPMENT, PRODUCTION = "development", "production"


@frozen(kw_only=True)
class DatabaseSettings:
    """`url` is a secret because it may hold a password; `role` is what PostgreSQL acts as."""

    url: Secret
    pool_size: int = 10
    role: str | None = None
    sqlite_synchronous: str = "FULL"

    @property
    def scheme(self) -> str:
        """Which database it is: sqlite, postgresql or memory."""
        return urlsplit(self.url.reveal()).scheme.partition("+")[0]

    @property
    def shown(self) -> str:
        """The URL for people and logs: without user, password and options."""
        parts = urlsplit(self.url.reveal())
        place = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{place}{parts.path}"


@frozen(kw_only=True)
class HttpSettings:
    """Where to listen, and under which address the outside reaches us (None: where we listen)."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    public_url: str | None = None
    stop_within_seconds: int = 25

    @property
    def address(self) -> str:
        """The URL to send people to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


@frozen(kw_only=True)
class TokenSettings:
    """By what a bearer token is judged: one algorithm, issuer and audience, and the key.

    `secret` signs and checks HS256; `public_key` (PEM) or `jwks_url` check the other two.
    """

    algorithm: str = "HS256"
    issuer: str = "booking"
    audience: str = "booking"
    secret: Secret | None = None
    public_key: str | None = None
    jwks_url: str | None = None

    @property
    def can_check(self) -> bool:
        """Whether there is a key that fits the algorithm."""
        if self.algorithm == "HS256":
            return self.secret is not None
        return self.public_key is not None or self.jwks_url is not None


@frozen(kw_only=True)
class PaymentSettings:
    """Who takes the money; `webhook_secret` signs what the provider tells us.

    `simulated_file` is what the processes of the simulated provider share; None: one process.
    """

    provider: str = "simulated"
    webhook_secret: Secret | None = None
    simulated_file: str | None = None


@frozen(kw_only=True)
class SweepSettings:
    """How often a serving process expires overdue holds; every 0 seconds means never."""

    every_seconds: float = 1.0
    batch: int = 1000


@frozen(kw_only=True)
class Settings:
    """`unknown`: BOOKING_* variables that are no settings, each with the one probably meant.

    Without a `broker` nobody else is told what happens.
    """

    database: DatabaseSettings
    environment: str = PRODUCTION
    http: HttpSettings = field(factory=HttpSettings)
    tokens: TokenSettings = field(factory=TokenSettings)
    payments: PaymentSettings = field(factory=PaymentSettings)
    sweep: SweepSettings = field(factory=SweepSettings)
    broker: BrokerSettings | None = None
    messages: MessageSettings = field(factory=MessageSettings)
    consumers: ConsumerSettings = field(factory=ConsumerSettings)
    heard: Mapping[str, Heard] = field(factory=dict)
    webhooks: WebhookSettings = field(factory=WebhookSettings)
    telemetry: TelemetrySettings = field(factory=TelemetrySettings)
    log_level: str = "info"
    unknown: Mapping[str, str | None] = field(factory=dict)
    asked: tuple[Asked, ...] = field(default=(), repr=False)

    @property
    def is_production(self) -> bool:
        """Whether real customers and real money are at stake."""
        return self.environment == PRODUCTION


def read_settings(variables: Mapping[str, str]) -> Settings:
    """The settings in these variables (such as os.environ), or InvalidSetting naming the one."""
    environment = Environment(variables)
    name = environment.choice("BOOKING_ENVIRONMENT", (PRODUCTION, DEVELOPMENT), PRODUCTION)
    http = _http(environment)
    tokens = _tokens(environment)
    payments = PaymentSettings(
        provider=environment.choice("BOOKING_PAYMENT_PROVIDER", ("simulated",), "simulated"),
        webhook_secret=_long_secret(environment, "BOOKING_PAYMENT_WEBHOOK_SECRET"),
        simulated_file=environment.text(
            "BOOKING_SIMULATED_FILE", "the file that the simulated provider's processes share", None
        ),
    )
    sweep = SweepSettings(
        every_seconds=environment.seconds("BOOKING_SWEEP_EVERY_SECONDS", 0, 3600, 1.0),
        batch=environment.integer("BOOKING_SWEEP_BATCH", 1, 10_000, 1000),
    )
    broker = read_broker(environment, tuple(CONSUMERS))
    consumers = read_consumers(environment)
    heard = read_heard(environment)
    messages = read_messages(environment)
    webhooks = read_webhooks(environment)
    telemetry = read_telemetry(environment)
    log_level = environment.choice(
        "BOOKING_LOG_LEVEL", ("debug", "info", "warning", "error"), "info"
    )
    return Settings(
        environment=name,
        http=http,
        tokens=tokens,
        payments=payments,
        sweep=sweep,
        broker=broker,
        messages=messages,
        consumers=consumers,
        heard=heard,
        webhooks=webhooks,
        telemetry=telemetry,
        log_level=log_level,
        database=_database(
            environment
        ),  # Last: it may be missing, and then tells of misspelt ones.
        unknown={name: environment.nearest(name) for name in environment.unknown()},
        asked=tuple(environment.asked),
    )


def _database(environment: Environment) -> DatabaseSettings:
    expected = "a URL such as sqlite:///booking.db or postgresql://user:password@host/name"
    url = environment.secret(URL_NAME, expected, _is_database)
    url = _seeds_database(environment) if url is None else url
    pool_size = environment.integer("BOOKING_DATABASE_POOL_SIZE", 1, 1000, 10)
    role = environment.matching(
        "BOOKING_DATABASE_ROLE",
        "the PostgreSQL role to act as",
        r"[A-Za-z_][A-Za-z0-9_$]{0,62}",
        None,
    )
    synchronous = environment.choice("BOOKING_SQLITE_SYNCHRONOUS", ("FULL", "NORMAL"), "FULL")
    if url is None:
        found = ", but ".join(("nothing", *environment.unknown()))
        raise InvalidSetting(URL_NAME, expected, found)
    return DatabaseSettings(url=url, pool_size=pool_size, role=role, sqlite_synchronous=synchronous)


def _seeds_database(environment: Environment) -> Secret | None:
    """PostgreSQL by the names that earlier deployments use."""
    host = environment.matching("DATABASE_HOST", "a host name", r"[A-Za-z0-9._:\[\]-]+", None)
    port = environment.integer("DATABASE_PORT", 1, 65_535, 5432)
    name = environment.text("DATABASE_NAME", "the name of a database", None)
    user = environment.text("DATABASE_USER", "the name of a user", None)
    password = environment.secret("DATABASE_PASSWORD", "the user's password", bool)
    if host is None:
        return None
    if name is None:
        raise InvalidSetting(
            "DATABASE_NAME", "the name of a database, as there is a host", "nothing"
        )
    login = "" if user is None else quote(user, safe="")
    if user is not None and password is not None:
        login += ":" + quote(password.reveal(), safe="")
    place = f"{login}@{host}:{port}" if login else f"{host}:{port}"
    return Secret(f"postgresql+psycopg://{place}/{quote(name, safe='')}")


def _http(environment: Environment) -> HttpSettings:
    expected = "the http or https URL under which others reach the service"
    return HttpSettings(
        host=environment.matching(
            "BOOKING_HTTP_HOST", "a host name or address", r"[A-Za-z0-9._:-]+", "127.0.0.1"
        ),
        port=environment.integer("BOOKING_HTTP_PORT", 0, 65_535, 8000),
        workers=environment.integer("BOOKING_HTTP_WORKERS", 1, 256, 1),
        public_url=environment.url(
            "BOOKING_PUBLIC_URL", expected, environment.url("BOOKING_SERVICE_URL", expected, None)
        ),
        stop_within_seconds=environment.integer("BOOKING_STOP_WITHIN_SECONDS", 1, 600, 25),
    )


def _tokens(environment: Environment) -> TokenSettings:
    domain = environment.matching(
        "AUTH0_DOMAIN", "the domain of an outside issuer", r"[A-Za-z0-9.-]+", None
    )
    audience = environment.text(
        "AUTH0_AUDIENCE", "whom the tokens of that issuer are for", "booking"
    )
    issuer = "booking" if domain is None else f"https://{domain}/"
    keys = None if domain is None else f"https://{domain}/.well-known/jwks.json"
    algorithm = "HS256" if domain is None else "RS256"
    return TokenSettings(
        algorithm=environment.choice(
            "BOOKING_TOKEN_ALGORITHM", ("HS256", "RS256", "ES256"), algorithm
        ),
        issuer=environment.text("BOOKING_TOKEN_ISSUER", "who issues tokens", issuer),
        audience=environment.text("BOOKING_TOKEN_AUDIENCE", "whom tokens are for", audience),
        secret=_long_secret(environment, "BOOKING_TOKEN_SECRET"),
        public_key=environment.matching(
            "BOOKING_TOKEN_PUBLIC_KEY",
            "a public key in PEM",
            r"(?s)-----BEGIN .*PUBLIC KEY-----.*",
            None,
        ),
        jwks_url=environment.url(
            "BOOKING_TOKEN_JWKS_URL", "the http or https URL of the issuer's keys", keys
        ),
    )


def _long_secret(environment: Environment, name: str) -> Secret | None:
    return environment.secret(name, "32 characters or more", lambda text: len(text) >= 32)


def _is_database(text: str) -> bool:
    """Whether it is a URL of a kind that we know; ValueError where a port is no number."""
    parts = urlsplit(text)
    scheme = parts.scheme.partition("+")[0]
    if parts.port == 0 or not text.startswith(f"{parts.scheme}://"):
        return False
    if scheme == "sqlite":
        return not parts.netloc and parts.path not in {"", "/", "/:memory:"}
    return scheme in SCHEMES
