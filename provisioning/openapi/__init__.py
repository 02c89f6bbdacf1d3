"""OpenAPI files of both services: made from their routes and a description by hand."""
