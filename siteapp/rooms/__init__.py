"""The site's rooms: their plan, which machine stands at which seat, sheets in and out."""
