"""The pages and the answer path: one blueprint a person."""
