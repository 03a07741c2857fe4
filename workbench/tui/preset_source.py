"""Which preset file the prompt on the desk is from; kept with the draft, so that the next start knows it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.preset import Kind, OpenedPreset, Place

if TYPE_CHECKING:
    from workbench.adapters.presets.library import PresetLibrary
    from workbench.core.json_value import JSON

_KEY = "preset"


class PresetSource(NamedTuple):
    """A prompt's file as it was when it was opened or saved last."""

    slug: str
    place: Place
    digest: str
    comments: int = 0

    @classmethod
    def of(cls, kept: OpenedPreset) -> PresetSource | None:
        """Of a preset that was opened; None for one that lies in none of the three places."""
        return None if kept.place is None else cls(kept.slug, kept.place, kept.digest, kept.comments)

    @classmethod
    def from_view(cls, view: dict[str, JSON] | None) -> PresetSource | None:
        """What `to_view` made; None where the draft is from no file, or from one that an older version described."""
        kept = (view or {}).get(_KEY)
        match kept:
            case {"slug": str(slug), "place": str(place), "digest": str(digest), "comments": int(comments)}:
                return cls(slug, Place(place), digest, comments) if place in list(Place) else None
        return None

    def to_view(self) -> dict[str, JSON]:
        """For the draft."""
        fields: dict[str, JSON] = {
            "slug": self.slug,
            "place": self.place.value,
            "digest": self.digest,
            "comments": self.comments,
        }
        return {_KEY: fields}

    def read(self, presets: PresetLibrary) -> OpenedPreset:
        """The file as it is now, also where another place has one of that slug. InputError."""
        return presets.open_path(presets.path_for(self.place, Kind.PROMPT, self.slug))
