"""What site and headquarters agree on, and how it travels. Imports nothing of siteapp."""
