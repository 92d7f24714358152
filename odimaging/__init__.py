"""odimaging: a desktop imaging manager for dental offices. ARCHITECTURE.md tells how it is built."""
