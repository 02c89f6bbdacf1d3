"""What needs somebody now: found from facts, kept until its cause is gone."""
