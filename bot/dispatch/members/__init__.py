"""What members may ask for: to see what is kept, to be erased, to speak off the record; and what goes with time."""
