"""The `congvan` command: one module a subcommand."""
