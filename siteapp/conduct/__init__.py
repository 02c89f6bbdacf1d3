"""How a sitting is conducted, pure: states, timing, seating. `now` is passed in."""
