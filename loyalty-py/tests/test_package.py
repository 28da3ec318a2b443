"""What the package says of itself to people and to registries, without the repository at hand."""

import pathlib
import re
import tomllib

HERE = pathlib.Path(__file__).resolve().parents[1]
ROOT = HERE.parent
LICENSES = ["LICENSE-MIT", "LICENSE-APACHE"]


def test_both_licences_go_with_every_copy() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license-files"] == LICENSES
    for name in LICENSES:
        assert (HERE / name).read_bytes() == (ROOT / name).read_bytes(), name


def test_no_link_leads_out_of_the_package() -> None:
    page = (HERE / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((?!https:|#)[^)]*\)", page) == []


def test_the_address_is_that_of_the_repository() -> None:
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"] == {"Repository": cargo["repository"]} and project["license"] == cargo["license"]
