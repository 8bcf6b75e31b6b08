"""Serves `bench.plain_wsgi` as `madoguchi serve` serves the product."""

from madoguchi.config.commands import serve


def main() -> None:
    serve.main([], application="bench.plain_wsgi:application")


if __name__ == "__main__":
    main()
