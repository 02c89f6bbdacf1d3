"""The examination itself, pure: no clock, socket, Flask, SQL; of crypto only hashlib."""
