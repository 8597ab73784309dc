"""What the page runs once Python is up: read the data, then open the lab."""

from pyscript.js_modules import glue

from nn.datasets import read_images
from nn.engine import default_engine
from nn.web import dom
from nn.web.digits import DigitsLab


async def main() -> None:
    glue.loading("Reading 70,000 pictures", 0.95)
    try:
        files = {name: data.to_memoryview() for name, data in await glue.mnist}
        images = read_images(files)
    except Exception as error:
        glue.fail(
            f"The pictures could not be read ({error}). Run `make serve` again in the project's "
            "folder, then reload the page."
        )
        return
    glue.enable()
    DigitsLab(images)
    dom.show("engine", default_engine().name)
    dom.announce("Ready: press Train, and draw a digit meanwhile")


dom.start(main)
