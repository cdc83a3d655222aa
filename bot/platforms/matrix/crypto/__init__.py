"""End-to-end encryption: keys, what they open, what waits for them."""
