"""What site and headquarters both say of readiness: the checks in words, and a report drawn."""
