"""The room's network: this server is announced; the machines in it are found, in one list."""
