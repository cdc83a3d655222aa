"""What is known of servers: channels as conversations, who may do what there."""
