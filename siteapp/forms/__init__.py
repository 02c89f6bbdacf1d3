"""Papers that a room prints: what stands on each, out of plan, room plan and journal."""
