"""From the received journal to results: scoring, reconciliation, sheets."""
