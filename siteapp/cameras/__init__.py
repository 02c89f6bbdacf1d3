"""Cameras and recorders of the rooms: found, listed, looked at. What they say is hostile."""
