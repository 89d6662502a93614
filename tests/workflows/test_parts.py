"""The processes of a world one by one, as systemd starts them."""

from pathlib import Path

from workflows.world import World


def test_a_desk_that_was_never_served_gets_a_port_when_it_is_started_alone(tmp_path: Path) -> None:
    world = World(tmp_path, ("sonhai", "bobien"), 4200, None)
    world.save()
    served = world.with_web_port("sonhai")
    assert World.load(tmp_path) == served
    assert served.with_web_port("sonhai") == served
    assert served.with_web_port("prefect") == served
    names = {child.name for child in served.children()}
    assert "web-sonhai" in names
    assert "web-bobien" not in names
