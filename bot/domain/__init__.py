"""What Folkmoot talks about: frozen values without I/O."""
