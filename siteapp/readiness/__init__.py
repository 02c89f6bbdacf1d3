"""Is it ready? What is measured before the day, what it means, and the report that says so."""
