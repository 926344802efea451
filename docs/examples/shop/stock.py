"""What the shop has: products, people who work here, and orders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: str
    name: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: str
    customer: str
    product: str
    quantity: int
    state: str


PRODUCTS = (
    Product(id="mug", name="Enamel mug", price="14.00 EUR"),
    Product(id="apron", name="Linen apron", price="39.00 EUR"),
    Product(id="spoon", name="Walnut spoon", price="11.50 EUR"),
)

USERS = (
    User(id="1", name="Alex Admin", email="admin@example.com"),
    User(id="2", name="Chris Clerk", email="clerk@example.com"),
)

ORDERS = (
    Order(id="1001", customer="customer@example.com", product="mug", quantity=2, state="shipped"),
    Order(id="1002", customer="buyer@example.com", product="apron", quantity=1, state="paid"),
    Order(id="1003", customer="customer@example.com", product="spoon", quantity=4, state="packing"),
)
