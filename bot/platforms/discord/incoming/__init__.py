"""What comes in: gateway events and history as events of ours, in order and with marks to resume by."""
