"""Django settings, read from the environment once; a wrong value stops the start and is named.

What an operator may set is in `env.REGISTRY` (docs/settings.md lists it). CRMLLM_ENV=production refuses to start with
debug, made-up secrets or an unencrypted database connection.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import structlog
from django.core.exceptions import ImproperlyConfigured

from crmllm.core.logs import without_values
from crmllm.core.runtime.home import home
from crmllm.settings import env

django_stubs_ext.monkeypatch()  # lets fields and querysets be subscripted with their types

BASE_DIR = Path(__file__).resolve().parents[2]

# --- mode, place and secrets

env.group("Installation")
ENVIRONMENT = env.text(
    "CRMLLM_ENV",
    "development",
    "production refuses unsafe settings.",
    choices=("development", "production"),
)
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG", False, "Django's debug pages; never in production.")
env.text(
    "CRMLLM_HOME",
    ".crmllm",
    "Folder for databases, models, files, logs and made-up secrets.",
)
HOME = home().root
PORT = env.integer("PORT", 8000, "Port of the web server.", low=1, high=65535)
BIND = env.text("BIND", "127.0.0.1", "Address that the web server listens on.")


def _secret(name: str, made: str, help: str) -> str:
    value = env.secret(name, "", help)
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set in production.")
    return value or home().secret(made)  # type: ignore[arg-type]


SECRET_KEY = _secret("SECRET_KEY", "django_secret_key", "Signs sessions and forms.")
MASTER_KEY = _secret(
    "MASTER_KEY",
    "master_key",
    "Wraps all content keys: 32 bytes as URL-safe base64. Lost means lost.",
)
env.key("MASTER_KEY", MASTER_KEY)
AUDIT_KEY = _secret("AUDIT_KEY", "audit_key", "Chains the audit trail: 32 bytes as URL-safe base64.")
env.key("AUDIT_KEY", AUDIT_KEY)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on; production refuses to start with it.")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], "Host names of the site.")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [], "Origins behind a proxy: https://crm.example.com.")
HTTPS = env.flag(
    "HTTPS",
    PRODUCTION,
    "The site is reached through HTTPS (by a proxy that sets X-Forwarded-Proto); in production by default.",
)

PROXIES = env.integer(
    "PROXIES",
    0,
    "Proxies of ours in front of the site; that many X-Forwarded-For entries are believed.",
    high=9,
)

# --- databases

env.group("Databases")


def _databases() -> dict[str, Any]:
    main_help = "PostgreSQL 15+ with pgvector; without it an embedded PostgreSQL 18 is used."
    keys_help = "Database of the content keys; by default one named <name>_keys beside the main one."
    if env.secret("DATABASE_URL", "", main_help):
        main = env.database("DATABASE_URL", "", main_help)
        keys = main | {"NAME": f"{main['NAME']}_keys"}
        if env.secret("KEYS_DATABASE_URL", "", keys_help):
            keys = env.database("KEYS_DATABASE_URL", "", keys_help)
    else:
        from crmllm.core.runtime.postgres import use_database

        main = env.database("DATABASE_URL", use_database().url(), main_help)
        keys = env.database("KEYS_DATABASE_URL", use_database("crmllm_keys").url(), keys_help)
    for name, database in (("DATABASE_URL", main), ("KEYS_DATABASE_URL", keys)):
        if PRODUCTION and not env.is_encrypted_or_local(database):
            raise ImproperlyConfigured(f"{name} is neither a Unix socket nor encrypted; add ?sslmode=verify-full.")
        database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    # The first rows of the main database need keys already, in tests too.
    main["TEST"], keys["TEST"] = {"DEPENDENCIES": ["keys"]}, {"DEPENDENCIES": []}
    return {"default": main, "keys": keys}


DATABASES = _databases()
DATABASE_ROUTERS = ["crmllm.core.keys.router.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- applications

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "social_django",
    "csp",
    "crmllm.core",
    "crmllm.core.keys",
    "crmllm.access",
    "crmllm.privacy",
    "crmllm.notifications",
    "crmllm.jobs",
    "django_q",  # after crmllm.jobs, whose qcluster command is the one to use
    "crmllm.crm",
    "crmllm.connectors",
    "crmllm.ingestion",
    "crmllm.llm",
    "crmllm.experiments",
    "crmllm.extraction",
    "crmllm.matching",
    "crmllm.proposals",
    "crmllm.writeback",
    "crmllm.evaluation",
    "crmllm.monitoring",
    "crmllm.api",
    "review",
    "review.looks",
    "review.policies",
    "review.rollback",
    "review.queues",
    "review.bulk",
    "review.figures",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every view wants somebody who is signed in, unless it says @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crmllm.core.middleware.SessionEndMiddleware",
    "crmllm.core.middleware.ErrorMiddleware",
    "crmllm.access.sso.SsoErrorMiddleware",
    "crmllm.core.middleware.AccessLogMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "crmllm.urls"
WSGI_APPLICATION = "crmllm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crmllm.core.context.shell",
            ],
            "builtins": ["crmllm.core.templatetags.ui"],
        },
    }
]

# --- people

env.group("Log-in")
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = env.integer("LOGIN_FAILURES", 5, "Failed log-ins before a login is locked.", low=1, high=100)
LOGIN_FAILURES_PER_ADDRESS = env.integer(
    "LOGIN_FAILURES_PER_ADDRESS",
    50,
    "Failed log-ins from one address, whatever the login, before it has to wait.",
    low=1,
    high=10_000,
)
AXES_COOLOFF_TIME = timedelta(
    minutes=env.integer("LOGIN_LOCK_MINUTES", 15, "How long such a lock lasts.", low=1, high=1440)
)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "crmllm.access.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "crmllm.core.address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

OIDC_ENDPOINT = env.url(
    "OIDC_ENDPOINT",
    "",
    "Issuer of an OpenID Connect provider, of Keycloak the realm's address: switches single sign-on on.",
)
OIDC_NAME = env.text("OIDC_NAME", "Single sign-on", "What the log-in button says.")
OIDC_ROLES_CLAIM = env.text(
    "OIDC_ROLES_CLAIM",
    "realm_access.roles",
    "Path of the claim that lists a person's roles.",
)
OIDC_ROLE_PREFIX = env.text(
    "OIDC_ROLE_PREFIX",
    "crmllm-",
    "Role names in the claim start with this: crmllm-reviewer.",
)
SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = OIDC_ENDPOINT
SOCIAL_AUTH_OIDC_KEY = env.text("OIDC_CLIENT_ID", "", "Our client id there.")
SOCIAL_AUTH_OIDC_SECRET = env.secret("OIDC_CLIENT_SECRET", "", "Our client secret there.")
OIDC_ORIGINS = env.words(
    "OIDC_ORIGINS",
    [],
    "Further origins that a log-in passes through, if the provider hands people on: https://login.example.com.",
)
if OIDC_ENDPOINT and not SOCIAL_AUTH_OIDC_KEY:
    raise ImproperlyConfigured("OIDC_ENDPOINT is set, so OIDC_CLIENT_ID must be set too.")
if PRODUCTION and OIDC_ENDPOINT.startswith("http:"):
    raise ImproperlyConfigured("OIDC_ENDPOINT must start with https:// in production.")
SOCIAL_AUTH_OIDC_SCOPE = ["openid", "profile", "email"]
SOCIAL_AUTH_OIDC_USE_PKCE = True
SOCIAL_AUTH_PIPELINE = (
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "crmllm.access.sso.only_strangers",
    "social_core.pipeline.social_auth.social_user",
    "crmllm.access.sso.read_role",
    "crmllm.access.sso.find_person",
    "crmllm.access.sso.create_person",
    "social_core.pipeline.social_auth.associate_user",
    "crmllm.access.sso.refresh_person",
)
SOCIAL_AUTH_LOGIN_ERROR_URL = "login"
SOCIAL_AUTH_RAISE_EXCEPTIONS = False
SOCIAL_AUTH_REDIRECT_IS_HTTPS = HTTPS
SOCIAL_AUTH_JSONFIELD_ENABLED = True
SOCIAL_AUTH_URL_NAMESPACE = "social"
SOCIAL_AUTH_USER_MODEL = AUTH_USER_MODEL
if OIDC_ENDPOINT:
    AUTHENTICATION_BACKENDS.append("crmllm.access.sso.OidcBackend")


def _sso_origins() -> list[str]:
    if not OIDC_ENDPOINT:
        return []
    parts = urlsplit(OIDC_ENDPOINT)
    return [f"{parts.scheme}://{parts.netloc}", *OIDC_ORIGINS]


# --- web

env.group("Web")
CSRF_FAILURE_VIEW = "crmllm.core.middleware.csrf_failure"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        # Browsers hold the redirect that follows the log-in form to this, too.
        "form-action": ["'self'", *_sso_origins()],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = f"crmllm_session_{PORT}" if not PRODUCTION else "crmllm_session"
CSRF_COOKIE_NAME = f"crmllm_csrf_{PORT}" if not PRODUCTION else "crmllm_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DETECTORS = env.flag(
    "DETECTORS", True, "Look for hidden text, words aimed at machines and unsafe links, and warn reviewers of them."
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # a folder of .eml files dropped on the upload field
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_MB", 512, "Largest upload, in MB.", low=1, high=4096) * 2**20

# --- language, time, money

env.group("Company")
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/Amsterdam", "The company's time zone.")
BASE_CURRENCY = env.matching(
    "BASE_CURRENCY",
    "EUR",
    "The company's currency, ISO 4217.",
    pattern="[A-Z]{3}",
    wanted="three capital letters",
)
FISCAL_YEAR_START = env.integer("FISCAL_YEAR_START", 1, "First month of the fiscal year.", low=1, high=12)
COMPANY_NAME = env.text("COMPANY_NAME", "", "Our company's name; never proposed as a customer.")
OWN_DOMAINS = env.words("OWN_DOMAINS", [], "Mail domains of our own people.")
DEFAULT_REGION = env.matching(
    "DEFAULT_REGION",
    "NL",
    "Country of phone numbers written without one, ISO 3166.",
    pattern="[A-Z]{2}",
    wanted="two capital letters",
)
DEMO_PASSWORD = env.secret(
    "DEMO_PASSWORD",
    "" if PRODUCTION else "crmllm-demo-2026",
    "Password of the demo logins; a known one outside production.",
)

# --- telling people

env.group("Notifications")
SITE_URL = env.url(
    "SITE_URL", f"http://localhost:{PORT}", "Address of the site, for links in mails and webhooks."
).rstrip("/")
EMAIL_HOST = env.text("EMAIL_HOST", "", "Mail server for notifications; without one no mail is sent.")
EMAIL_PORT = env.integer("EMAIL_PORT", 587, "Its port.", low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_USER", "", "Login there.")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD", "", "Its password.")
_email_security = env.text(
    "EMAIL_SECURITY", "starttls", "How the connection is encrypted.", choices=("starttls", "tls", "none")
)
EMAIL_USE_TLS, EMAIL_USE_SSL = _email_security == "starttls", _email_security == "tls"
EMAIL_TIMEOUT = 10
EMAIL_FROM = DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "crmllm@localhost", "Sender of notifications.")
WEBHOOK_URL = env.url("WEBHOOK_URL", "", "Gets every notification as signed JSON.")
WEBHOOK_SECRET = env.secret("WEBHOOK_SECRET", "", "Signs what is sent there.")
if WEBHOOK_URL and not WEBHOOK_SECRET:
    raise ImproperlyConfigured("WEBHOOK_URL is set, but WEBHOOK_SECRET is not: its receiver could not trust it.")

# --- jobs

env.group("Jobs")
Q_CLUSTER: dict[str, Any] = {
    "name": "default",
    "orm": "default",
    "workers": env.integer("WORKERS", 2, "Processes of the default job cluster.", low=1, high=64),
    # A drain stops after five minutes; a task is presented again only when it must be dead (timeout < retry).
    "timeout": 600,
    "retry": 900,
    "max_attempts": 3,
    "ack_failures": True,
    "poll": 1.0,
    "bulk": 1,
    "queue_limit": 10,
    "save_limit": 50,
    "catch_up": False,
    "label": "Jobs",
    "ALT_CLUSTERS": {
        "llm": {
            "workers": 1,
            "timeout": 600,
            "retry": 900,
            "max_attempts": 3,
            "poll": 1.0,
            "bulk": 1,
        }
    },
}

LEASE_SECONDS = env.integer(
    "LEASE_SECONDS", 120, "How long a worker may hold an item before another takes it over.", low=10, high=3600
)

# --- CRMs

env.group("CRMs")
CRM_NETWORKS = env.words(
    "CRM_NETWORKS", [], "Private networks in which a CRM may be asked: 10.0.0.0/8. All others are refused."
)
CONNECTOR_FOLDERS = env.words("CONNECTOR_FOLDERS", [], "Folders with declarations of CRMs of your own (*.yaml).")

# --- model

env.group("Model")
LLM = env.text("LLM", "cpu", "Which vLLM build `make run` starts.", choices=("cpu", "gpu", "none"))
LLM_BASE_URL = env.url(
    "LLM_BASE_URL",
    "",
    "An OpenAI-compatible server in place of our own: http://host:port/v1.",
)
LLM_MODEL = env.text("LLM_MODEL", "", "Model name to ask that server for.")
LLM_API_KEY = env.secret("LLM_API_KEY", "", "Its key.")
LLM_ASK = env.text(
    "LLM_ASK",
    "needed",
    "Which items the model is asked about: those where its answer could change something, or all.",
    choices=("needed", "always"),
)
LLM_CONCURRENCY = env.integer("LLM_CONCURRENCY", 16, "Requests kept in flight.", low=1, high=512)
LLM_TIMEOUT = env.integer("LLM_TIMEOUT", 120, "Seconds that one request may take.", low=5, high=3600)
CONTEXT_TOKENS = env.integer(
    "CONTEXT_TOKENS",
    600,
    "Tokens of a question about an item that may tell what the CRM knows of its customer; 0: nothing is told.",
    high=8000,
)

# Read by `make setup`, `make run` and the model server, and listed here because there is one list.
env.group("Start")
env.integer("WEB_WORKERS", 2, "Processes of the web server.", low=1, high=64)
env.integer("WEB_THREADS", 8, "Threads in each of them.", low=1, high=64)
env.text("LLM_MODEL_PATH", "", "Model that our own server serves: a folder, or a name that vLLM can fetch.")
env.integer("LLM_CONTEXT", 8192, "Tokens that one request to our own model server may have.", low=512, high=2**20)
env.integer("LLM_MEMORY_GB", 2, "Its attention cache without a GPU.", low=1, high=1024)
LLM_ADAPTERS = env.words(
    "LLM_ADAPTERS", [], "Adapters that it serves: name=folder. Empty: those trained here. Or: none."
)
env.text("CRMLLM_MODELS", "", "Folder of model files, if several installations share one; else in CRMLLM_HOME.")
env.text("TORCH_WHEELS", "", "Where pip finds torch's CPU build: PyTorch's index of CPU wheels, or a folder.")

# --- API

env.group("API")
_RATE = "[1-9][0-9]{0,8}/(sec|min|hour|day)"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crmllm.api.auth.BearerToken",
        "crmllm.api.auth.Session",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "crmllm.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "crmllm.api.throttling.PerPerson",
        "crmllm.api.throttling.PerAddress",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "person": env.matching(
            "API_RATE",
            "6000/min",
            "Requests that one person may send to the API.",
            pattern=_RATE,
            wanted="a rate such as 100/min (sec, min, hour, day)",
        ),
        "address": env.matching(
            "API_ANON_RATE",
            "60/min",
            "Requests from one address without a token.",
            pattern=_RATE,
            wanted="a rate such as 100/min (sec, min, hour, day)",
        ),
    },
    "NUM_PROXIES": PROXIES,
    "EXCEPTION_HANDLER": "crmllm.api.errors.handle",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "crmllm",
    "DESCRIPTION": "Interactions in, proposals out, decisions and writes in between.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "ProposalState": "crmllm.proposals.choices.State",
        "WritebackState": "crmllm.writeback.choices.State",
        "InteractionStatus": "crmllm.ingestion.choices.Status",
        "RunState": "crmllm.jobs.choices.RunState",
        "SyncRunKind": "crmllm.connectors.choices.RunKind",
        "InteractionKind": "crmllm.ingestion.choices.Kind",
    },
}

# --- logs: one JSON line an event, no personal data, no query strings

env.group("Logs")
METRICS_TOKEN = env.secret(
    "METRICS_TOKEN",
    "",
    "Bearer token for /metrics; without one only this machine may read it.",
)
LOG_LEVEL = env.text(
    "LOG_LEVEL",
    "INFO",
    "Least severe level logged.",
    choices=("DEBUG", "INFO", "WARNING", "ERROR"),
)
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_values,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        "vobject": {"level": "CRITICAL"},  # it quotes the lines that it cannot read
    },
}
