"""What else the homeserver knows: members' reports to it, lists of people whom others have banned."""
