"""Documents as Discord shows them. Pure."""
