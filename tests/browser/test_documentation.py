"""The documentation: from the page's header, by itself, and no part of a visit to the page."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import ROOT


def test_it_opens_from_the_header_searches_and_costs_the_page_nothing(context, site, watch):
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site, wait_until="domcontentloaded")
    link = page.get_by_role("link", name="Docs")
    expect(link).to_be_visible()
    expect(page.locator("#engine")).not_to_have_text(re.compile("Loading"), timeout=60_000)
    assert not [url for url in asked if "/docs/" in url]
    worker = (ROOT / "site/service-worker.js").read_text()
    assert 'FILES:["./"' in worker and "docs/" not in worker
    link.click()
    watch.expect("ERR_ABORTED")  # what the page was still fetching
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Neural networks in a"))
    page.get_by_role("searchbox").or_(page.get_by_placeholder("Search")).first.fill("halving")
    results = page.locator(".md-search-result__item")
    expect(results.first).to_contain_text(re.compile("halving", re.IGNORECASE))
    page.goto(f"{site}docs/api/nn/layers/dense.html")
    source = page.get_by_role("link", name="nn/layers/dense.py")
    assert (
        page.request.get(source.evaluate("link => link.href")).text()
        == Path(ROOT / "nn/layers/dense.py").read_text()
    )
    page.close()
