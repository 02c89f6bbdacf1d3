"""What people watch: the board of a day, who is missing, incidents, results, receipts, audit."""
