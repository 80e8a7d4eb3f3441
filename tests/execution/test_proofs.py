"""A decision carries signatures that OpenSSH checks, and none that is not over what was shown."""

from __future__ import annotations

import dataclasses
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from bastion.core.approval import ApprovalState, salted
from bastion.core.scrubbing import scrub_secrets
from bastion.errors import AccessError, ApprovalError
from bastion.execution.ports import PublicKey
from bastion.execution.proofs import own_key, proof_fields, signatures
from bastion.wire.decision import Signed, Word, decision_message, subject_held
from recordings.keys import make_private_key
from recordings.sshsig import DECISION_NAMESPACE, sign_message, verify_message
from tests.fakes.clock import FakeClock
from tests.fakes.store import add_people, draft, opened_desk, principal

KEY = make_private_key()
_SIGNER = verify_message(b"", sign_message(b"", KEY, DECISION_NAMESPACE), DECISION_NAMESPACE)
OWN = PublicKey(
    fingerprint=_SIGNER.fingerprint,
    line=" ".join(_SIGNER.allowed_signers_line("bob", "x").split()[2:]),
)
BOB = dataclasses.replace(principal("bob"), key_fingerprint=OWN.fingerprint)


@pytest.fixture
async def rig(tmp_path):
    async with opened_desk(tmp_path, FakeClock()) as rig:
        await add_people(rig.store)
        await rig.store.add_key("bob", OWN)
        await rig.desk.submit(draft("r1", rig.clock.now()))
        yield rig


def signed(rig, request, *, key=KEY, late=timedelta(0), **changes):
    """Sign as bob's own program does, of what it was shown."""
    words = {"reviewer": "bob", "is_approval": True, "reason": "fine"} | changes
    word = Word(at=rig.clock.now() + late, **words)
    message = decision_message(subject_held(request, shown_text=scrub_secrets(request.text)), word)
    return Signed(signature=sign_message(message, key, DECISION_NAMESPACE), at=word.at)


def openssh_accepts(folder: Path, message: str, by) -> bool:
    (folder / "signers").write_text(by.allowed_signers + "\n")
    (folder / "sig").write_text(by.signature)
    words = ["ssh-keygen", "-Y", "verify", "-n", DECISION_NAMESPACE, "-I", by.principal]
    words += ["-f", str(folder / "signers"), "-s", str(folder / "sig")]
    done = subprocess.run(words, input=message.encode(), capture_output=True, check=False)
    return done.returncode == 0


async def test_both_signatures_of_a_decision_are_accepted_by_openssh_and_kept(rig, tmp_path):
    request = await rig.desk.get(BOB, "r1")
    await rig.desk.decide(BOB, "r1", approve=True, reason="fine", signed=signed(rig, request))
    decided = await rig.desk.get(BOB, "r1")
    (decision,) = decided.decisions
    assert [one.principal for one in signatures(decision)] == ["bastion", "bob"]
    assert own_key(decision) == OWN.fingerprint
    for one in signatures(decision):
        assert openssh_accepts(tmp_path, decision.proof.message, one)
        assert not openssh_accepts(tmp_path, decision.proof.message.replace("yes", "no"), one)
    assert salted(request.statement_sha256, request.salt) in decision.proof.message
    assert '"target":"shop"' in decision.proof.message
    line = next(fields for event, fields in rig.audit.lines if event == "approval.decision")
    assert line["reviewer_signature"] == decision.proof.reviewer_signature
    assert [one["reviewer"] for one in proof_fields(decided)] == ["bob"]


async def test_a_decision_without_an_own_program_is_signed_by_the_bastion_alone(rig, tmp_path):
    await rig.desk.decide(principal("carol"), "r1", approve=False, reason="not today")
    (decision,) = (await rig.desk.get(BOB, "r1")).decisions
    (one,) = signatures(decision)
    assert openssh_accepts(tmp_path, decision.proof.message, one)
    assert '"decision":"no"' in decision.proof.message
    assert not own_key(decision)


async def test_taking_a_yes_back_is_signed_as_well(rig, tmp_path):
    await rig.desk.decide(principal("carol"), "r1", approve=True, reason="fine")
    request = await rig.desk.get(BOB, "r1")
    for other in ({"is_approval": False}, {"is_approval": True}):
        with pytest.raises(ApprovalError):
            await rig.desk.revoke(BOB, "r1", "fine", signed=signed(rig, request, **other))
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.APPROVED
    own = signed(rig, request, is_approval=False, is_revocation=True, reason="wrong table")
    await rig.desk.revoke(BOB, "r1", " wrong table ", signed=own)
    revoked = await rig.desk.get(BOB, "r1")
    assert (revoked.state, revoked.approved_by) == (ApprovalState.REVOKED, ("carol",))
    decision = revoked.decisions[-1]
    assert '"decision":"taken back"' in decision.proof.message
    assert own_key(decision) == OWN.fingerprint
    for one in signatures(decision):
        assert openssh_accepts(tmp_path, decision.proof.message, one)
    line = next(fields for event, fields in rig.audit.lines if event == "approval.revoked")
    assert line["reviewer_signature"] == decision.proof.reviewer_signature
    assert [one["reviewer"] for one in proof_fields(revoked)] == ["carol", "bob"]


async def test_a_signed_no_is_not_taken_for_taking_back(rig):
    """The words differ, so neither signature can stand for the other."""
    request = await rig.desk.get(BOB, "r1")
    back = signed(rig, request, is_approval=False, is_revocation=True)
    with pytest.raises(ApprovalError):
        await rig.desk.decide(BOB, "r1", approve=False, reason="fine", signed=back)


@pytest.mark.parametrize(
    "changes",
    [
        {"is_approval": False},
        {"reason": "another"},
        {"reviewer": "carol"},
        {"key": make_private_key()},
        {"late": timedelta(minutes=6)},
        {"late": -timedelta(minutes=6)},
    ],
    ids=[
        "another answer",
        "another reason",
        "another name",
        "another key",
        "too late",
        "too early",
    ],
)
async def test_a_signature_over_anything_else_does_not_count(rig, changes):
    request = await rig.desk.get(BOB, "r1")
    with pytest.raises(ApprovalError):
        await rig.desk.decide(
            BOB, "r1", approve=True, reason="fine", signed=signed(rig, request, **changes)
        )
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.PENDING
    assert "approval.decision" not in rig.audit.events()


@pytest.mark.parametrize("part", ["id", "text", "target", "role", "rows", "parameters"])
async def test_a_signature_over_another_request_does_not_count(rig, part):
    request = await rig.desk.get(BOB, "r1")
    other = {
        "id": lambda: {"id": "r2"},
        "text": lambda: {"text": "delete from orders"},
        "target": lambda: {"context": dataclasses.replace(request.context, target="wiki")},
        "role": lambda: {"context": dataclasses.replace(request.context, role="owner")},
        "rows": lambda: {"impact": dataclasses.replace(request.impact, rows=1)},
        "parameters": lambda: {"parameters": (b"1",)},
    }[part]()
    shown = dataclasses.replace(request, **other)
    with pytest.raises(ApprovalError, match="does not fit"):
        await rig.desk.decide(BOB, "r1", approve=True, reason="fine", signed=signed(rig, shown))


async def test_a_key_that_was_taken_from_the_account_does_not_sign_any_more(rig):
    request = await rig.desk.get(BOB, "r1")
    await rig.store.remove_key("bob", OWN.fingerprint)
    with pytest.raises(AccessError, match="was removed"):
        await rig.desk.decide(BOB, "r1", approve=True, reason="fine", signed=signed(rig, request))


async def test_a_key_that_the_reviewer_did_not_log_in_with_does_not_sign(rig):
    request = await rig.desk.get(BOB, "r1")
    other = principal("bob")
    with pytest.raises(ApprovalError, match="logged in with"):
        await rig.desk.decide(other, "r1", approve=True, reason="fine", signed=signed(rig, request))


async def test_a_password_in_the_statement_is_in_no_message_and_still_covered(rig):
    text = "create user x password 'canary'"
    await rig.desk.submit(draft("r2", rig.clock.now(), text=text))
    request = await rig.desk.get(BOB, "r2")
    await rig.desk.decide(BOB, "r2", approve=True, reason="fine", signed=signed(rig, request))
    (decision,) = (await rig.desk.get(BOB, "r2")).decisions
    assert "canary" not in decision.proof.message
    assert salted(request.statement_sha256, request.salt) in decision.proof.message
