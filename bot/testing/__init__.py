"""What tests need: a clock to turn, builders, a fake platform, contract suites; shipped for people who write cogs."""
