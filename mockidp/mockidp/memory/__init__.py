"""What is remembered between two requests."""
