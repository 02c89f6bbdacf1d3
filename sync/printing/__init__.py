"""Printed papers of the whole product: one template is page and PDF (docs/design/printing.md)."""
