"""Which images of an archive are asked."""

from __future__ import annotations

import fnmatch

from .archive import Archive, Image
from .request import Request


def chosen(archive: Archive, request: Request, listed: frozenset[int] | None) -> list[Image]:
    """The images that the options choose: by series, and within each in the order of time.

    `latest` is the image at the last step of each series. `since:TIME` takes every image that was
    seen at that time or later, also if only an import found it unchanged.
    """
    word, _, rest = request.images.partition(":")
    images = archive.newest() if word == "latest" else archive.images()
    series = request.conditions.series
    if series is not None:
        images = [image for image in images if image.series == series]
    if request.conditions.image is not None:
        images = [image for image in images if image.name == request.conditions.image]
    if word == "since":
        least = rest.rstrip("Z")
        return [image for image in images if max(image.seen_at, image.last_seen).rstrip("Z") >= least]
    if word == "named":
        return [image for image in images if fnmatch.fnmatchcase(image.name, rest)]
    if word == "listed":
        return [image for image in images if listed is not None and image.image_id in listed]
    return images


def pairs(archive: Archive, images: list[Image]) -> list[tuple[int, Image]]:
    """The step before each image that has one: for questions about two images."""
    by_id = {image.image_id: image for image in images}
    result = []
    for steps in archive.steps().values():
        for before, after in zip(steps, steps[1:]):
            if after in by_id:
                result.append((before, by_id[after]))
    return result
