"""Benchmarks: figures with their calibration, against a fresh database, as one line of JSON each."""
