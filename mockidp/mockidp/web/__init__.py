"""What pages, forms, redirects and errors are made of, whatever they are about."""
