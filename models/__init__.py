"""Models: plain text in, plain values out; synchronous; imports neither bot nor cogs."""
