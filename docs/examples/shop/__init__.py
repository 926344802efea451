"""A small shop with two doors: the storefront for customers, the back-office for staff."""
