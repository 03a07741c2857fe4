"""The images of a request: what the endpoint would refuse of them, and about how many tokens they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.data_url import image_urls
from workbench.core.image_tokens import image_tokens, patches_over
from workbench.core.images import DETAILS, MOST_BYTES, TYPES
from workbench.core.json_text import describe
from workbench.core.one_line import one_line
from workbench.core.prompt import Role
from workbench.core.usage import size_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.core.findings import Findings
    from workbench.core.images import ImageData
    from workbench.core.json_value import JSON
    from workbench.core.merge import Placed
    from workbench.core.models import ModelRules
    from workbench.core.prompt import Image

_SHOWN = 60


def check_images(
    placed: Sequence[Placed],
    images: Mapping[str, ImageData],
    rules: ModelRules | None,
    model: str,
    findings: Findings,
) -> None:
    """Adds what the endpoint would refuse of the images, and a problem for a file that is not the one attached."""
    shown = [each for each in placed if each.message.images]
    if not shown:
        return
    if rules is not None and rules.images is False:
        findings.problem("messages", f"{model} takes no images: choose another model, or take them off")
    total = 0
    for each in shown:
        if each.message.role is not Role.USER:
            findings.problem(each.where, f"images are taken in user messages only, not in {each.message.role.value}")
        for index, image in enumerate(each.message.images):
            where = f"{each.where}.images[{index}]"
            _check_image(image, images.get(image.source), where, model, findings)
            total += images[image.source].size if image.source in images else 0
    if total > MOST_BYTES:
        findings.problem("messages", f"the images are {size_text(total)} together: at most {size_text(MOST_BYTES)}")


def images_tokens(body: Mapping[str, JSON], model: str, images: Mapping[str, ImageData]) -> int:
    """About how many tokens the images of a request take; those by address, and of unknown models, count nothing."""
    by_url = {data.url: data for data in images.values()}
    shown = [(by_url[url], detail) for url, detail in image_urls(body) if url in by_url] if by_url else []
    return sum(image_tokens(model, data.width, data.height, detail) or 0 for data, detail in shown)


def _check_image(image: Image, data: ImageData | None, where: str, model: str, findings: Findings) -> None:
    name = one_line(image.source, _SHOWN)
    if image.detail and image.detail not in DETAILS:
        findings.problem(f"{where}.detail", f"detail must be {', '.join(DETAILS)}, not {describe(image.detail)}")
    if not image.is_file:
        return
    if data is None:
        findings.problem(where, f"the image {name} was not read: attach it again, or take it off", can_send=False)
        return
    if data.type not in TYPES:
        findings.problem(where, f"{name} is {data.type}: png, jpeg, webp and gif are taken")
    if over := patches_over(model, data.width, data.height, image.detail):
        findings.problem(where, f"{name} is too large for {model} as it is, {over:,} patches: choose detail high")
    # A preset that names a file without knowing what is in it could have any picture of this person's sent.
    if image.digest != data.digest:
        what = "has changed since it was attached" if image.digest else "was named and not attached"
        findings.problem(where, f"{name} {what}: attach it again to send it as it is now", can_send=False)
