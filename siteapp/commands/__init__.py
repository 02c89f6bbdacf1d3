"""Groups of commands of `examsite`; `siteapp.cli` puts them together."""
