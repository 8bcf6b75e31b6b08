"""Settings of a test run: the product's own, with every file in a folder that is gone afterwards."""

import atexit
import os
import shutil
import tempfile

from madoguchi.config import environment

# Whoever runs the tests may have settings of their own; only the choice of the database counts here.
for _setting in environment.SETTINGS:
    if _setting.name != "DATABASE_URL":
        os.environ.pop(_setting.name, None)
_folder = tempfile.mkdtemp(prefix="madoguchi-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["MADOGUCHI_VAR"] = _folder

from madoguchi.config.settings import *  # noqa: E402, F403

# The real hasher is slow by design; the tests that are about it choose it.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]

STATIC_ROOT.mkdir()  # noqa: F405  # WhiteNoise warns when it is not there

# Static files come straight from the rooms, under their own names.
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True

ROOT = environment.ROOT

# Playwright keeps an event loop in the thread of the tests; Django would refuse to query there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
