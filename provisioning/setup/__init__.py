"""From a machine with the package on it to a site: steps that can be looked at, done and undone."""
