"""What comes in from sites: verified at the edge, kept once, receipted, archived, opened."""
