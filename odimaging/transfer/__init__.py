"""The way out: SFTP, host keys, the operating system's vault."""
