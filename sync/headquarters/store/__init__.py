"""What headquarters keeps: the tables, the bytes, and the folder or database they lie in."""
