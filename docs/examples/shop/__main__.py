"""The demo: starts the mock provider and the shop next to each other, until Ctrl-C."""

import argparse
import socket
import sys
from contextlib import suppress

import uvicorn

from mockidp import MockIdp

from .app import create_app

HOST = "127.0.0.1"

WELCOME = """
  The shop      {shop}/    <- open this one
  The provider  {provider}/    its users, clients and addresses

Ctrl-C stops both.
"""


def main() -> None:
    arguments = parse_arguments()
    check_free(arguments.idp_port, "DEMO_IDP_PORT")
    door = listen(arguments.port, "DEMO_PORT")
    shop = f"http://{HOST}:{arguments.port}"
    lifetime = arguments.access_token_lifetime
    with door, MockIdp(host=HOST, port=arguments.idp_port, access_token_lifetime=lifetime) as idp:
        print(WELCOME.format(shop=shop, provider=idp.base_url), flush=True)
        serve(door, shop=shop, provider=idp.base_url)
    print("Both stopped.")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m shop", description=__doc__)
    parser.add_argument("--port", type=int, default=8900, help="port of the shop")
    parser.add_argument("--idp-port", type=int, default=8800, help="port of the provider")
    parser.add_argument("--access-token-lifetime", default="1h", help="such as 30s, 5m or 1h")
    return parser.parse_args()


def listen(port: int, setting: str) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        cure = f"Choose another port: make demo {setting}={port + 1}"
        sys.exit(f"Cannot listen on {HOST}:{port} ({error.strerror}). {cure}")


def check_free(port: int, setting: str) -> None:
    listen(port, setting).close()


def serve(door: socket.socket, **addresses: str) -> None:
    app = create_app(**addresses)
    config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main()
