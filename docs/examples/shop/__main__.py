"""The demo: starts the mock provider and the shop next to each other, until Ctrl-C."""

import argparse
import socket
import sys
from contextlib import suppress

import uvicorn

from mockidp import ConfigError, MockIdp

from .app import create_app

HOST = "127.0.0.1"

WELCOME = """
  The shop      {shop}/    <- open this one
  The provider  {provider}/    its users, clients and addresses

Ctrl-C stops both.
"""


def main() -> None:
    arguments = parse_arguments()
    try:
        door = socket.create_server((HOST, arguments.port))
        idp = MockIdp(
            host=HOST,
            port=arguments.idp_port,
            access_token_lifetime=arguments.access_token_lifetime,
            dialect=arguments.dialect,
        )
    except OSError as error:
        sys.exit(f"{error.strerror or error}. Choose other ports: make demo DEMO_PORT=8901 DEMO_IDP_PORT=8801")
    except (ConfigError, OverflowError) as error:
        sys.exit(str(error))
    shop = f"http://{HOST}:{door.getsockname()[1]}"
    with door, idp:
        print(WELCOME.format(shop=shop, provider=idp.base_url), flush=True)
        serve(door, shop=shop, provider=idp.base_url, dialect=arguments.dialect)
    print("Both stopped.")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m shop", description=__doc__)
    parser.add_argument("--port", type=int, default=8900, help="port of the shop")
    parser.add_argument("--idp-port", type=int, default=8800, help="port of the provider")
    parser.add_argument("--access-token-lifetime", default="1h", help="such as 30s, 5m or 1h")
    parser.add_argument("--dialect", default="standard", choices=["standard", "orocommerce"], help="how it talks")
    return parser.parse_args()


def serve(door: socket.socket, **settings: str) -> None:
    app = create_app(**settings)
    config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main()
