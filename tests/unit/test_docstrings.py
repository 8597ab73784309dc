"""The examples in docstrings give what they say."""

import doctest
import importlib
import pkgutil

import pytest

import nn

MODULES = [
    module.name
    for module in pkgutil.walk_packages(nn.__path__, "nn.")
    # The page's modules can be imported in a browser only.
    if not module.name.startswith("nn.web.") and module.name != "nn.__main__"
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", nn.__all__)
def test_a_public_name_has_an_example(name):
    assert ">>> " in (getattr(nn, name).__doc__ or "")
