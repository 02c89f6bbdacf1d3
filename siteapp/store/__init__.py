"""Every SQL statement of the site, behind one writer."""
