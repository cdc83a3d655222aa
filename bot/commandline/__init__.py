"""The command line's subcommands that need no running bot: init, doctor, cogs."""
