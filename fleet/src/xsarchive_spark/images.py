"""Which images of an archive are asked."""

from __future__ import annotations

import fnmatch

from .archive import Archive, Image
from .request import Request

# The images that a list chooses: the id of each, and when it was seen.
Listed = frozenset[tuple[int, str]]


def chosen(archive: Archive, request: Request, listed: Listed | None) -> list[Image]:
    """The images that the options choose: by series, and within each in the order of time.

    `latest` is the image at the last step of each series. `since:TIME` takes every image that was
    seen at that time or later, also if only an import found it unchanged.
    """
    word, _, rest = request.images.partition(":")
    if word == "latest":
        return [image for image in archive.newest() if _meets(image, request, listed)]
    return [image for image in archive.images() if _meets(image, request, listed)]


def chosen_steps(archive: Archive, request: Request, listed: Listed | None) -> list[tuple[Image | None, Image]]:
    """The steps that the options choose, each after the step before it; `latest` are the last ones."""
    steps = archive.moments()
    if request.images == "latest":
        last = {image.series: place for place, (_, image) in enumerate(steps)}
        steps = [steps[place] for place in last.values()]
    return [(before, image) for before, image in steps if _meets(image, request, listed)]


def _meets(image: Image, request: Request, listed: Listed | None) -> bool:
    conditions = request.conditions
    if conditions.series is not None and image.series != conditions.series:
        return False
    if conditions.image is not None and image.name != conditions.image:
        return False
    word, _, rest = request.images.partition(":")
    if word == "since":
        return max(image.seen_at, image.last_seen).rstrip("Z") >= rest.rstrip("Z")
    if word == "named":
        return fnmatch.fnmatchcase(image.name, rest)
    if word == "listed":
        return listed is not None and (image.image_id, image.seen_at) in listed
    return True


def pairs(archive: Archive, images: list[Image]) -> list[tuple[int, Image]]:
    """The step before each image that has one: for questions about two images."""
    by_id = {image.image_id: image for image in images}
    result = []
    for steps in archive.steps().values():
        for before, after in zip(steps, steps[1:]):
            if after in by_id:
                result.append((before, by_id[after]))
    return result
