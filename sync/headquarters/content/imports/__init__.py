"""Items from spreadsheets, QTI, Moodle and GIFT: read whole, refused by file, item and line."""
