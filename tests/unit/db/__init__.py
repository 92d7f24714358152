"""Tests of `odimaging.db` on SQLite files and plain values."""
