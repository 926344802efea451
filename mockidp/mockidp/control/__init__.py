"""The control surface: one table of operations, from which come the addresses under `/_mockidp/` and the commands."""
