"""The installation stick: made at headquarters, verified and taken in at a site."""
