"""The commands of the console script: a module for each, with `main(argv) -> exit code`."""

import os
import signal

SUPERVISED = "MADOGUCHI_SUPERVISED"


def start_django(process: str = "command") -> None:
    """Load settings and rooms; `process` tells the settings what this process is for."""
    os.environ["MADOGUCHI_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    import django

    django.setup()


def end_with_parent() -> None:
    """Started by `madoguchi run`: have Linux send SIGTERM should that process vanish, whatever ended it."""
    if os.environ.pop(SUPERVISED, ""):
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1: PR_SET_PDEATHSIG
