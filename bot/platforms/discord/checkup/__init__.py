"""What `folkmoot doctor` finds out about the account, its intents and its permissions."""
