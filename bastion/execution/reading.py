"""What a reader sees of a recording: of each cell what they would be shown of it now.

So reading needs no right of its own: who may see a class at a target, by a reviewer's yes, sees it
in recordings of that target as well, and who may not sees it as policy masks it for them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from bastion.core.model import Principal
from bastion.core.policy import common_styles, mask_styles
from bastion.core.rules import Policy
from bastion.core.styles import masked_again
from bastion.execution.granting import Grants
from recordings.heard import MaskFor


class ReadersRights:
    """Tells the rights of readers, by policy and grants of this moment."""

    def __init__(self, policy: Callable[[], Policy], grants: Grants) -> None:
        """Join it to its parts."""
        self._policy = policy
        self._grants = grants

    async def mask_for(self, viewer: Principal, target: str) -> MaskFor:
        """Give what masks cells of a target's recordings for one reader."""
        return functools.partial(
            masked_again,
            chosen=mask_styles(viewer, self._policy()),
            unmasked=await self._grants.unmasked(viewer, target),
        )


def masks_for_anybody(policy: Policy) -> MaskFor:
    """Give what masks cells where nobody knows who reads: each class as for those who see least."""
    return functools.partial(masked_again, chosen=common_styles(policy))
