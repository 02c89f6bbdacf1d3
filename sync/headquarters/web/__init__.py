"""The couriers' API and the staff's pages."""
