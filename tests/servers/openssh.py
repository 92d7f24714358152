"""A private OpenSSH server for the run."""
