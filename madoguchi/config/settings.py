"""Django's settings, all from `environment`. Nothing above this room knows which database or store it is."""

import os
import sys

from madoguchi.config import environment

PRODUCTION = environment.is_production()
if PRODUCTION:
    environment.check_production()
DEMO = not PRODUCTION
DEBUG = False

SECRET_KEY = environment.secret_key()
SECRET_KEY_FALLBACKS = environment.secret_key_fallbacks()
BASE_URL = environment.read("BASE_URL").rstrip("/")
SECURE = BASE_URL.startswith("https://")
VAR = environment.var()

CITY_NAME = environment.read("CITY_NAME")
CITY_CODE = environment.city_code()
CITY_PHONE = environment.read("CITY_PHONE")
CITY_EMAIL = environment.read("CITY_EMAIL")
CITY_HOURS = environment.city_hours()
SECURITY_CONTACT = environment.security_contact()

ALLOWED_HOSTS = ["*"] if DEMO else [BASE_URL.split("//", 1)[1].split("/")[0].split(":")[0]]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if SECURE else []
TRUSTED_PROXIES = environment.whole_number("TRUSTED_PROXIES", low=0, high=10)
ATTEMPT_LIMITS = environment.read("ATTEMPT_LIMITS") == "on"

INSTALLED_APPS = [
    "madoguchi.common",
    "madoguchi.audit",
    "madoguchi.identity",
    "madoguchi.organization",
    "madoguchi.notices",
    "madoguchi.procedures",
    "madoguchi.plan",
    "madoguchi.applications",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "madoguchi.common.middleware.SafetyHeadersMiddleware",
    "madoguchi.common.middleware.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "madoguchi.common.middleware.StoreAwayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "madoguchi.common.middleware.DeskLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "madoguchi.common.access.AccessMiddleware",
    "madoguchi.common.middleware.FaultPagesMiddleware",
]

ROOT_URLCONF = "madoguchi.config.urls"
WSGI_APPLICATION = "madoguchi.config.wsgi.application"

TEMPLATES = [
    {
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "madoguchi.common.jinja2env.environment"},
    }
]

# The pool belongs to web processes: elsewhere its threads hold up the end of the process.
DATABASES = {"default": environment.database(pooled=os.environ.get("MADOGUCHI_PROCESS") == "web")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions hold only capabilities (which drafts, which receipts, which staff session) and live in a signed
# cookie: no row to write for a visitor, nothing two processes could disagree on.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "madoguchi_session"
# A day longer than a draft lasts: the cookie is renewed with the first save of a day (`capabilities.go_on_holding`).
HANDOVER_FOLDER = environment.read("HANDOVER_FOLDER")
DRAFT_DAYS = environment.whole_number("DRAFT_DAYS", low=1, high=365)
SESSION_COOKIE_AGE = 60 * 60 * 24 * (DRAFT_DAYS + 1)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "madoguchi_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "madoguchi.common.views.token_expired"
LANGUAGE_COOKIE_NAME = "madoguchi_language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 63_072_000 if SECURE else 0
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("ja-easy", "やさしい日本語"), ("en", "English")]
LOCALE_PATHS = [environment.ROOT / "madoguchi" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

FILES_URL = environment.read("FILES_URL") or f"file://{VAR / 'files'}"
CLAMD_URL = environment.read("CLAMD_URL")
EMAIL_URL = environment.read("EMAIL_URL") or f"folder://{VAR / 'mail'}"
EMAIL_FROM = environment.read("EMAIL_FROM")
BACKUP_PASSPHRASE = environment.read("BACKUP_PASSPHRASE")

# One request carries at most this much; files are counted again while they are read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
REQUEST_MAX_BYTES = DATA_UPLOAD_MAX_NUMBER_FILES * 10 * 1024 * 1024 + 2 * DATA_UPLOAD_MAX_MEMORY_SIZE

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "madoguchi.common.logs.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "madoguchi": {"level": "INFO"},
        # Whoever tries hosts that are not ours gets a page; a traceback for each would only fill the log.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W019"]
