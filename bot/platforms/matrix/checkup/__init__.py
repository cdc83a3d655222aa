"""What can be found out about the bot's account and rooms from outside, while it runs or not: for `folkmoot doctor`."""
