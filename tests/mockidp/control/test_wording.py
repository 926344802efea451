import pytest

from mockidp.control.openapi import document
from mockidp.control.table import OPERATIONS
from mockidp.control.wording import sentence


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_argument_is_described_and_so_in_the_openapi(name: str) -> None:
    operation = OPERATIONS[name]
    schema = document()["components"]["schemas"][operation.takes.__name__]
    for field in operation.takes.__struct_fields__:
        assert sentence(operation, field).endswith(".")
        assert schema["properties"][field]["description"] == sentence(operation, field)
