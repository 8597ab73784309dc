"""The labs of the page: one at a time, each opened when it is first shown, each for itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LOG, Lab

LABS = ("digits", "colours", "points", "temperature", "curve", "text")


def show(lab, name: str) -> None:
    lab.page.locator(f"[data-opens={name}]").click()
    expect(lab.page.locator(f"main[data-lab={name}]")).to_be_visible()
    lab.wait("ready")


def part(lab, name: str):
    """The element of the lab that is shown, by the id it has in every lab."""
    return lab.page.locator(f"main:not([hidden]) [id$={name}]")


@pytest.mark.parametrize("name", LABS)
def test_a_link_opens_its_lab(visit, name):
    with visit(f"#{name}") as lab:
        expect(lab.page.locator(f"main[data-lab={name}]")).to_be_visible()
        assert lab.page.locator("main:visible").count() == 1
        expect(lab.page.locator(f"[data-opens={name}]")).to_have_attribute("aria-current", "page")
        assert lab.page.locator("[aria-current]").count() == 1
        assert re.search(rf"#{name}\?.*seed=", lab.page.url)


def test_an_address_of_no_lab_opens_the_first(visit):
    with visit("#nowhere?x=1") as lab:
        expect(lab.page.locator("main[data-lab=digits]")).to_be_visible()


def test_the_data_of_a_lab_is_fetched_when_it_is_first_shown(context, site):
    first, other, of_other = "points", "digits", "digits-"
    lab = Lab(context.new_page())
    requests: list[str] = []
    lab.page.on("request", lambda request: requests.append(request.url))
    lab.page.goto(f"{site}#{first}")
    lab.wait("ready")
    assert requests and not any(of_other in url for url in requests)
    show(lab, other)
    assert any(of_other in url for url in requests)
    while not any("more-digits" in url for url in requests):
        lab.page.wait_for_timeout(50)
    requests.clear()
    for name in (first, other):
        show(lab, name)
    assert [url for url in requests if url.startswith(site) and "/icons/" not in url] == []
    lab.page.close()


def test_each_lab_keeps_its_settings_and_its_address(visit):
    with visit("#digits?seed=5&hidden=12") as lab:
        show(lab, "points")
        part(lab, "settings").locator("summary").click()
        part(lab, "settings").locator("[name=seed]").fill("77")
        assert "seed=77" in lab.page.url
        show(lab, "digits")
        assert "#digits?" in lab.page.url and "seed=5" in lab.page.url
        expect(part(lab, "settings").locator("[name=seed]")).to_have_value("5")
        lab.page.go_back()
        expect(part(lab, "settings").locator("[name=seed]")).to_have_value("77")
        assert "#points?" in lab.page.url


def test_training_pauses_while_another_lab_is_shown(visit):
    with visit("#digits") as lab:
        lab.train(samples=100)
        show(lab, "temperature")
        before = lab.text("progressLabel")
        lab.page.wait_for_timeout(500)
        assert lab.text("progressLabel") == before
        lab.page.locator("[data-opens=digits]").click()
        lab.wait("training")
        expect(lab.find("progressLabel")).not_to_have_text(before)
        lab.stop()


@pytest.mark.alone
def test_a_pause_is_not_taken_for_slowness(visit):
    def speed(lab) -> float:
        return float(lab.text("throughput").replace(",", ""))

    with visit("#digits?epochs=100") as lab:
        lab.train(samples=20_000)
        before = speed(lab)
        show(lab, "temperature")
        lab.page.wait_for_timeout(4000)
        lab.page.locator("[data-opens=digits]").click()
        lab.wait("training")
        label = lab.text("progressLabel")
        expect(lab.find("progressLabel")).not_to_have_text(label)
        # A machine that is busy otherwise slows training too, but not to a fifth.
        assert speed(lab) > before / 5
        lab.stop()


def test_the_newest_message_stays_in_sight(visit):
    gap = "status => status.scrollHeight - status.scrollTop - status.clientHeight"
    with visit("#digits") as lab:
        for _ in range(20):
            lab.click("reset")
        assert lab.find("status").evaluate("status => status.scrollHeight > status.clientHeight")
        assert lab.find("status").evaluate(gap) < 5
        show(lab, "colours")
        show(lab, "digits")
        assert lab.find("status").evaluate(gap) < 5
        lab.page.set_viewport_size({"width": 390, "height": 844})
        lab.page.wait_for_timeout(200)
        assert lab.find("status").evaluate(gap) < 5
        lab.find("status").evaluate("status => status.scrollTo(0, 0)")
        lab.page.wait_for_timeout(200)
        lab.page.set_viewport_size({"width": 400, "height": 844})
        lab.page.wait_for_timeout(200)
        assert lab.find("status").evaluate("status => status.scrollTop") == 0


@pytest.mark.parametrize("name", ["digits", "colours"])
def test_a_run_that_diverges_says_why_and_train_starts_anew(visit, name):
    link = f"#{name}?optimizer=sgd&decay=none&learningRate=100&loss=categorical_crossentropy"
    with visit(f"{link}&activation=linear&hidden=50,50&trainSamples=3000&engine=numpy") as lab:
        complaint = lab.complaint(lambda: part(lab, "train").click())
        assert "learning rate is too high" in complaint
        lab.wait("ready")
        assert "Train starts over" in part(lab, "plan").text_content()
        part(lab, "settings").locator("[name=learningRate]").fill("0.01")
        part(lab, "train").click()
        expect(part(lab, "epoch")).to_contain_text("1 /")
        lab.wait("ready")
        assert float(part(lab, "loss").text_content()) < 10


def test_each_lab_has_a_log_of_its_own(visit):
    with visit("#digits?epochs=1000") as lab:
        lab.news(lambda: lab.click("reset"), "^A new network, 784-100-10")
        lab.train()
        show(lab, "colours")
        expect(lab.page.locator(LOG)).to_be_visible()
        expect(lab.page.locator(LOG)).to_contain_text("Ready")
        assert not any("784" in line or "Paused" in line for line in lab.messages())
        part(lab, "weightsFile").set_input_files(
            [{"name": "bad.json", "mimeType": "text/plain", "buffer": b"{"}]
        )
        expect(lab.page.locator(f"{LOG} .error")).to_contain_text("bad.json")
        lab.page.locator("[data-opens=digits]").click()
        lab.wait("training")
        assert any("784-100-10" in line for line in lab.messages("news"))
        assert "Paused while another lab was shown" in lab.messages()
        assert lab.messages("error") == []
        lab.stop()


def test_what_began_in_a_lab_is_told_there_even_if_another_is_shown_by_then(visit):
    with visit("#digits") as lab:
        released = []
        lab.page.route("**/dist/best.json", lambda route: released.append(route))
        lab.click("loadBest")
        show(lab, "colours")
        released.pop().continue_()
        log = lab.page.locator("#status")
        expect(log).to_contain_text("Loaded dist/best.json")
        assert not any("Loaded" in line for line in lab.messages())


def test_lines_that_a_chart_repeats_are_folded(visit):
    with visit("#digits?epochs=2&trainSamples=5000") as lab:
        lab.news(lambda: lab.click("train"), "^Training is done")
        folded = lab.page.locator(f"{LOG} details")
        expect(folded).to_have_count(1)
        expect(folded.locator("summary")).to_contain_text("Epoch 2 of 2 done")
        first = folded.locator("p", has_text="Epoch 1, 5,000 samples")
        expect(first).to_be_hidden()
        folded.locator("summary").click()
        expect(first).to_be_visible()


def test_an_error_looks_like_one_and_stays_until_it_is_dismissed(visit):
    with visit("#digits") as lab:
        lab.complaint(lambda: lab.choose("weightsFile", {"bad.json": b"{"}))
        error = lab.page.locator(f"{LOG} .error")
        expect(error).to_have_attribute("role", "alert")
        icon = error.evaluate("line => getComputedStyle(line, '::before').content")
        assert "\u26a0" in icon
        for _ in range(12):
            lab.news(lambda: lab.click("reset"), "^A new network")
        expect(error).to_be_in_viewport()
        assert lab.find("announcement").get_attribute("aria-live") == "polite"
        error.get_by_role("button", name="Dismiss this error").click()
        expect(error).to_have_count(0)


def test_no_two_elements_share_an_id_whatever_has_been_opened(visit):
    with visit() as lab:
        for name in LABS:
            show(lab, name)
        ids = lab.page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
        assert len(ids) == len(set(ids))
        wrong = lab.page.evaluate(
            """() => ["for", "aria-controls", "aria-describedby", "aria-labelledby"].flatMap(
                 (name) => [...document.querySelectorAll(`[${name}]`)].flatMap((one) =>
                   one.getAttribute(name).split(" ").filter((id) => !document.getElementById(id))))
            """
        )
        assert wrong == []


@pytest.mark.parametrize("name", LABS)
def test_weights_of_another_lab_are_refused_in_a_sentence(visit, name):
    with visit(f"#{name}") as lab:
        other = LABS[LABS.index(name) - 1]
        show(lab, other)
        with lab.page.expect_download() as download:
            part(lab, "saveWeights").click()
        show(lab, name)
        before = lab.page.url
        complaint = lab.complaint(
            lambda: part(lab, "weightsFile").set_input_files(download.value.path())
        )
        assert 20 < len(complaint) < 250
        assert lab.page.url == before


def test_a_lab_has_a_title_and_is_shared_by_what_is_unusual_in_it(first_visit):
    with first_visit("#points", permissions=["clipboard-read", "clipboard-write"]) as lab:
        expect(lab.page).to_have_title(re.compile("^Points · nn"))

        def shared() -> str:
            lab.news(lambda: lab.page.locator("#share").click(), "^Copied a link")
            return lab.page.evaluate("navigator.clipboard.readText()")

        assert shared().endswith("/#points")
        lab.page.locator("#points-settings [name=learningRate]").fill("0.07")
        address = shared()
        assert address.endswith("/#points?learningRate=0.07")
        lab.page.goto(address)
        lab.page.reload()
        lab.wait("ready")
        expect(lab.page.locator("#points-settings [name=learningRate]")).to_have_value("0.07")
        file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"x,y,c\n1,2,a\n3,4,b\n"}
        lab.page.locator("#points-tableFile").set_input_files(file)
        expect(lab.page.locator("#points-status")).to_contain_text("mine.csv")
        said = "^Copied a link .*; what you brought or made is not in it: send that as a file"
        lab.news(lambda: lab.page.locator("#share").click(), said)


def test_the_source_is_listed_file_by_file(tab):
    link = tab.page.get_by_role("link", name="Source", exact=True)
    page = tab.page.context.new_page()
    page.goto(link.evaluate("link => link.href"))
    expect(page.get_by_role("heading", name="The source of nn")).to_be_visible()
    for name in ("model.py", "layers/dense.py", "engine/wasm/asm/assembler.py"):
        assert page.locator(f"dt a[href='{name}']").count() == 1
        assert page.request.get(page.url + name).ok
    page.close()


def test_a_phone_has_training_and_answer_always_in_sight(first_visit):
    with first_visit("#digits?epochs=50", viewport={"width": 390, "height": 844}) as lab:
        bar = lab.page.locator("#bar")
        expect(bar).to_be_in_viewport()
        lab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        bar.get_by_role("button", name="Train").click()
        expect(bar.get_by_role("button", name="Stop")).to_be_visible()
        expect(bar.locator("#barAccuracy")).to_have_text(re.compile(r"^\d\d\.\d\d? %$"))
        lab.click("sample")
        expect(bar.locator("#barAnswer")).to_have_text(lab.text("prediction"))
        bar.get_by_role("button", name="Stop").click()
        lab.wait("ready")
        # Nothing of the page stays behind it.
        lab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        last = lab.page.locator("main:not([hidden])").bounding_box()
        assert last["y"] + last["height"] <= bar.bounding_box()["y"]
    with first_visit() as lab:
        expect(lab.page.locator("#bar")).to_be_hidden()
