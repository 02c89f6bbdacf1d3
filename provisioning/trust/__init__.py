"""Trust in the room: a CA of the site's own that can certify this box and nothing else."""
