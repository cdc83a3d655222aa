"""What may leave this machine: hosts that platforms declare, a guard that refuses the rest, a seal that proves it."""
