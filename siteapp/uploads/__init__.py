"""Files that candidates upload: taken in parts, kept whole, sealed and sent after the sitting."""
