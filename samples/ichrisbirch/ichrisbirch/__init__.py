"""Tasks that grow urgent by themselves."""
