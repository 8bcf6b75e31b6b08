"""Publishes the reference procedure in the database of the settings."""

from pathlib import Path

from madoguchi.config.commands import start_django

SOURCE = Path(__file__).resolve().parents[1] / "madoguchi/procedures/samples/residence_certificate.yaml"


def main() -> None:
    start_django()
    from madoguchi.common import clock
    from madoguchi.procedures import actions

    actions.publish(source=SOURCE.read_text(), by="bench:author", approved_by="bench:second", now=clock.now())


if __name__ == "__main__":
    main()
