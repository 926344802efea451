"""API and page as they run on your own machine, beside `mockidp serve --config mockidp.toml`."""

from .api import create_api, realms
from .page import create_page

api = create_api(realms("http://127.0.0.1:8800", trust_mock=True), page="http://127.0.0.1:8901")
page = create_page(api="http://127.0.0.1:8900", issuer="http://127.0.0.1:8800/storefront")
