"""Pixels: pure functions and the limited processes in which every decoder runs. No database, no Qt."""
