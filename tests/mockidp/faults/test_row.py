from mockidp.faults.row import stranger


def test_a_stranger_is_the_same_for_the_whole_process() -> None:
    assert stranger("ES256") is stranger("ES256")
    assert stranger("ES256").algorithm == "ES256"
