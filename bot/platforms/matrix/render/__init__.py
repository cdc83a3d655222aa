"""From documents to a message's plain and HTML bodies, and back."""
