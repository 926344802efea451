"""The dialect of OroCommerce: its own authorize and token pipeline over the same store, keys, sessions and pages.

What a client can observe is written down row by row in the documentation ("OroCommerce"); the rows' names (A1 … D9)
stand in the docstrings here. No error of Authlib is translated, because Authlib takes no part in this.
"""
