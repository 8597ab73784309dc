"""After one visit the page opens without a network, all labs included."""

from __future__ import annotations

import pytest

from tests.browser.conftest import browsing, visiting
from tests.browser.lab import Lab


@pytest.fixture(autouse=True)
def without_a_network(watch):
    yield
    watch.expect("ERR_INTERNET_DISCONNECTED", "failed: ")  # each page is asked for first


LABS = ("digits", "colours", "points", "temperature", "curve", "text")


@pytest.fixture(scope="module")
def kept(browser, watch, site):
    """A browser that has visited the page once, and has no network now."""
    with browsing(browser, watch, site, service_workers="allow") as context:
        with visiting(context, site) as lab:
            lab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        context.set_offline(True)
        yield context
        context.set_offline(False)


@pytest.mark.parametrize("name", LABS)
def test_each_lab_opens_and_trains(kept, site, name):
    page = kept.new_page()
    page.goto(f"{site}#{name}")
    page.wait_for_function(
        f"document.querySelector('main[data-lab={name}]').dataset.state === 'ready'"
    )
    prefix = "" if name == "digits" else f"{name}-"
    page.click(f"#{prefix}train")
    page.wait_for_function(
        f"/sample|epoch/i.test(document.getElementById('{prefix}progressLabel').textContent)"
    )
    if name == "temperature":
        page.click(f"#{prefix}train")
        page.click(f"#{prefix}codeTab")
        page.click(f"#{prefix}codeRun")
        page.wait_for_selector(f"#{prefix}codeOutput:has-text('test loss')")
        page.wait_for_selector(f"#{prefix}code .cm-content")
    page.close()


def test_shipped_networks_load(kept, site):
    lab = Lab(kept.new_page())
    lab.page.goto(site)
    lab.wait("ready")
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.page.close()


def test_it_takes_little_of_the_disk(kept, site):
    page = kept.new_page()
    page.goto(site)
    used = page.evaluate("navigator.storage.estimate().then(each => each.usageDetails.caches)")
    assert 20e6 < used < 80e6
    page.close()


def test_it_can_be_installed(kept, site):
    page = kept.new_page()
    page.goto(site)
    manifest = page.evaluate(
        "fetch(document.querySelector('link[rel=manifest]').href).then(each => each.json())"
    )
    assert manifest["display"] == "standalone" and manifest["start_url"] == "./"
    for icon in manifest["icons"]:
        assert page.evaluate("src => fetch(src).then(({ ok }) => ok)", icon["src"])
    page.close()
