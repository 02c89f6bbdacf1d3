"""The marking desk: several assessors who do not see each other's marks."""
