"""Tests of the house as a whole: its rules, and journeys in a browser."""
