"""The site: one small server that runs the sitting in the room."""
