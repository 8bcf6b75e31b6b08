"""Madoguchi (窓口): open-source software for a thoroughly convenient city hall."""
