"""Settings of a test run: the product's own, with every file in a folder that is gone afterwards."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="madoguchi-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["MADOGUCHI_VAR"] = _folder
os.environ["MADOGUCHI_ENV"] = "demo"
for _name in ("FILES_URL", "EMAIL_URL", "CLAMD_URL", "BASE_URL", "SECRET_KEY"):
    os.environ.pop(_name, None)

from madoguchi.config.settings import *  # noqa: E402, F403

# The real hasher is slow by design; the tests that are about it choose it.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]

ROOT = environment.ROOT  # noqa: F405

# Playwright keeps an event loop in the thread of the tests; Django would refuse to query there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
