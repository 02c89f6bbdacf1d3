"""What stays at the site after headquarters has everything, and how it goes."""
