"""Through login and consent without a browser."""
