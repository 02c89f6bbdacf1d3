"""From bare Debian to a site that passes its own checks; the demonstration."""
