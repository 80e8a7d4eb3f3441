"""What shows, outside the bastion, that a decision was made: signatures that OpenSSH can check."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime

from bastion.core.approval import Approval, Decision, Proof
from bastion.errors import ApprovalError
from bastion.wire.decision import CLOCK_SLACK, Signed
from recordings.errors import FormatError
from recordings.sshsig import DECISION_NAMESPACE, PRINCIPAL, Signer, verify_message


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """One signature over a decision, with all that checking it takes."""

    principal: str
    fingerprint: str
    signature: str
    allowed_signers: str
    """The line for ``ssh-keygen -Y verify -f``; compare its key with one from elsewhere."""


def check_signature(message: bytes, signed: Signed, *, key: str, keys: Set[str]) -> None:
    """Check a reviewer's own signature over a decision.

    Args:
        key: fingerprint of the key that the reviewer has logged in with.
        keys: fingerprints of the account's keys, now.

    Raises:
        ApprovalError: it is over anything else, or by another key.
    """
    try:
        signer = verify_message(message, signed.signature, DECISION_NAMESPACE)
    except FormatError as error:
        raise ApprovalError(
            "Your signature does not fit this request as it is now. Open it again and decide anew.",
            detail=str(error),
        ) from error
    # The key of this login: it alone has passed the options of its line, as from= and expiry-time=.
    if signer.fingerprint != key or key not in keys:
        raise ApprovalError(
            "A decision is signed with the key that you have logged in with, while it is your"
            " account's. Log in again and decide anew."
        )


def check_time(at: datetime, now: datetime) -> None:
    """Check the time that a reviewer has signed.

    Raises:
        ApprovalError: it is too far from the server's.
    """
    if abs(at - now) > CLOCK_SLACK:
        raise ApprovalError(
            "The time in your signature is not now. Check your machine's clock and decide anew."
        )


def signatures(decision: Decision) -> tuple[SignedBy, ...]:
    """List who has signed a decision: the bastion first."""
    proof = decision.proof
    if proof is None:
        return ()
    found = [_signed_by(proof, PRINCIPAL, proof.bastion_signature)]
    if proof.reviewer_signature:
        found.append(_signed_by(proof, decision.reviewer, proof.reviewer_signature))
    return tuple(found)


def own_key(decision: Decision) -> str:
    """Give the fingerprint of the key that the reviewer has signed with; empty without one."""
    proof = decision.proof
    if proof is None or not proof.reviewer_signature:
        return ""
    return _signer(proof, proof.reviewer_signature).fingerprint


def proof_fields(approval: Approval) -> Iterator[dict[str, str]]:
    """Give the proof of each decision on a request as it goes into a transcript."""
    for decision in approval.decisions:
        if decision.proof is not None:
            yield {
                "request_id": approval.id,
                "reviewer": decision.reviewer,
                "message": decision.proof.message,
                "bastion_signature": decision.proof.bastion_signature,
                "reviewer_signature": decision.proof.reviewer_signature,
            }


def _signed_by(proof: Proof, principal: str, signature: str) -> SignedBy:
    signer = _signer(proof, signature)
    return SignedBy(
        principal=principal,
        fingerprint=signer.fingerprint,
        signature=signature,
        allowed_signers=signer.allowed_signers_line(principal, DECISION_NAMESPACE),
    )


def _signer(proof: Proof, signature: str) -> Signer:
    """Find the key of a stored signature; it is checked again, as the store may be a restored one.

    Raises:
        ApprovalError: it does not fit.
    """
    try:
        return verify_message(proof.message.encode(), signature, DECISION_NAMESPACE)
    except FormatError as error:
        raise ApprovalError(
            "A signature in the store does not fit its decision. Tell an administrator.",
            detail=str(error),
        ) from error
