"""The whole city in one encrypted archive, and back."""

from madoguchi.common.backup.commands import main, main_backup, main_restore

__all__ = ["main", "main_backup", "main_restore"]
