"""A private MariaDB server for the run."""
