"""Compute Django's settings from the operator's configuration (house/configuration.py)."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.csp import CSP

from esmero.house.configuration import find_home, read_configuration, read_secret

HOME = find_home()
ESMERO = read_configuration(HOME)
PACKAGE = Path(__file__).parent

SECRET_KEY = read_secret(HOME)
DEBUG = ESMERO.debug
CUSTOMER_HOST = urlsplit(ESMERO.customer_url).hostname or ""
ALLOWED_HOSTS = ["*"] if ESMERO.demo else [*ESMERO.hosts, *([CUSTOMER_HOST] if CUSTOMER_HOST else [])]
CSRF_TRUSTED_ORIGINS = [url for url in (ESMERO.public_url, ESMERO.customer_url) if url.startswith("https")]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "esmero.apps.EsmeroConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "esmero.web.files.request_limits.CompressionMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "esmero.web.portal.site.SiteMiddleware",  # before sessions and cookies, whose kind it decides
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "esmero.web.console.reader_locale.ReadingMiddleware",
    "esmero.web.portal.access.CustomerAccountMiddleware",
    "esmero.web.portal.site.CustomerLanguageMiddleware",
    "esmero.web.files.request_limits.UploadLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    # The last of the list is asked first about an exception.
    "esmero.web.public.refusals.PublicRefusalMiddleware",
    "esmero.web.console.refusal_notes.RefusalMiddleware",
]
ROOT_URLCONF = "esmero.urls"
WSGI_APPLICATION = "esmero.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "esmero.web.portal.site.describe_area",
                "esmero.web.shells.rights_context.provide_rights",
            ],
            # Known in every template without {% load %}.
            "builtins": [
                "django.contrib.humanize.templatetags.humanize",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "esmero.web.labels.template_tags",
                "esmero.web.parts.components.template_tags",
                "esmero.web.parts.tags.cards",
                "esmero.web.parts.tags.fields",
                "esmero.web.parts.tags.links",
                "esmero.web.parts.tags.table_cells",
            ],
        },
    }
]
# The parts draw states by these tables (web/parts/labels.py).
LABEL_TABLES = "esmero.web.labels.registry.TABLES"
FORM_RENDERER = "esmero.web.parts.components.forms.Renderer"


def _database(url: str) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "esmero.work.sqlite",
            "NAME": str(HOME / "esmero.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
                "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
            },
            # Tests use a file too, because a database in memory has no write-ahead log.
            "TEST": {"NAME": str(HOME / "test.sqlite3")},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"database_url must begin with postgresql://, not {parts.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "")
        or dict(q.split("=", 1) for q in parts.query.split("&") if q).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


DATABASES = {"default": _database(ESMERO.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "KEY_FUNCTION": "esmero.house.sign_in.kinds.make_cache_key",
    }
}
AUTH_USER_MODEL = "esmero.User"
AUTHENTICATION_BACKENDS = ["esmero.house.sign_in.backend.KindBackend"]
SESSION_ENGINE = "esmero.house.sign_in.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# A user name is of customers alone: the database refuses one of staff.
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "esmero.mailroom.transactional.account_messages.AccountAdapter"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # otherwise anybody could make us send mail to any address
ACCOUNT_FORMS = {
    "login": "esmero.web.console.login_forms.SignInForm",
    "reset_password": "esmero.web.console.login_forms.ResetPasswordForm",
    "reset_password_from_key": "esmero.web.console.login_forms.NewPasswordForm",
    "change_password": "esmero.web.console.login_forms.ChangePasswordForm",
    "reauthenticate": "esmero.web.console.login_forms.ReauthenticateForm",
}
MFA_ADAPTER = "esmero.mailroom.transactional.account_messages.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "esmero.web.console.login_forms.SecondFactorForm",
    "reauthenticate": "esmero.web.console.login_forms.SecondFactorAgainForm",
    "activate_totp": "esmero.web.console.login_forms.ActivateAppForm",
    "add_webauthn": "esmero.web.console.login_forms.AddKeyForm",
    "edit_webauthn": "esmero.web.console.login_forms.RenameKeyForm",
}
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an address is unique among users of one kind, and each site asks one kind
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # staff are invited at an address that a colleague entered
MFA_TOTP_ISSUER = "Esmero"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ESMERO.debug or ESMERO.demo
USERSESSIONS_TRACK_ACTIVITY = False  # it would cost a write for each page; the address of the login is enough
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
LOGOUT_REDIRECT_URL = "account_login"

LANGUAGE_CODE = ESMERO.language
LANGUAGES = [("es", "Español"), ("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ESMERO.time_zone
QUIET_HOURS = ESMERO.quiet_hours

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "esmero.web.parts.static_files.HashedStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ESMERO.secure
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ESMERO.secure else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}, "mail.log": {"level": "WARNING"}},
}
