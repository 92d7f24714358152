"""Widgets. Each takes its presenter or model by constructor."""
