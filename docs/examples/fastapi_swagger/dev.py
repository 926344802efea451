"""The app as it runs on your own machine, beside `mockidp serve --config mockidp.toml`."""

from .app import create_app, realms

app = create_app(realms("http://127.0.0.1:8800", trust_mock=True))
