"""What is kept about members: names, wishes, pseudonyms; showing and erasing it."""
