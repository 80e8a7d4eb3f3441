"""``bastion.toml``: every key has a bound, and an error says where and what is nearest."""

from pathlib import Path

import pytest

from bastion.config import (
    Config,
    Paths,
    default_config_text,
    find_paths,
    load_config,
    parse_listen,
)
from bastion.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "bastion.toml"
    path.write_text(text)
    return path


def test_the_text_that_init_writes_means_the_defaults(tmp_path: Path):
    assert load_config(written(tmp_path, default_config_text())) == Config()


def test_a_missing_file_means_the_defaults(tmp_path: Path):
    assert load_config(tmp_path / "none.toml") == Config()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[servr]\n", 'unknown table \\[servr\\]. Did you mean "server"'),
        ('[server]\nlistn = "x"\n', 'key "listn": unknown key. Did you mean "listen"'),
        ("[server]\nlisten = 22\n", "must be text in quotes"),
        ("[server]\nlogin_timeout_s = 1\n", "must be from 5 to 120"),
        ('[server]\nlogin_timeout_s = "30"\n', "must be a number"),
        ("[server]\nunauthenticated_max = 1.5\n", "must be a whole number"),
        ("[server]\nunauthenticated_max = true\n", "must be a whole number"),
        ("[server\n", "not valid TOML"),
        ("server = 1\n", "must be a table"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_remedy(tmp_path: Path, text: str, words: str):
    with pytest.raises(ConfigError, match=words):
        load_config(written(tmp_path, text))


def test_a_value_within_bounds_is_taken(tmp_path: Path):
    config = load_config(written(tmp_path, "[sessions]\nidle_s = 120\n"))
    assert config.sessions.idle_s == 120


def test_state_never_lies_in_the_source_tree():
    source = Path(__file__).parent.parent
    with pytest.raises(ConfigError, match="--dir"):
        find_paths(str(source / "recordings"), {})


def test_the_folder_given_beats_the_environment(tmp_path: Path):
    given, named = tmp_path / "given", tmp_path / "named"
    assert find_paths(str(given), {"BASTION_DIR": str(named)}).state == given
    assert find_paths(None, {"BASTION_DIR": str(named)}).state == named


def test_keys_lie_beside_the_state_unless_named(tmp_path: Path):
    state = tmp_path / "state"
    assert find_paths(str(state), {}).keys == tmp_path / "state.keys"
    assert find_paths(str(state), {"BASTION_KEY_DIR": "/run/k"}).keys == Path("/run/k")


def test_credentials_of_systemd_count_only_where_they_hold_the_keys(tmp_path: Path):
    state, credentials = tmp_path / "state", tmp_path / "credentials"
    credentials.mkdir()
    environment = {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert find_paths(str(state), environment).keys == tmp_path / "state.keys"
    (credentials / "root_key").write_text("x")
    assert find_paths(str(state), environment).keys == credentials


def test_everything_but_keys_lies_in_the_state(tmp_path: Path):
    paths = Paths(tmp_path / "s", tmp_path / "k")
    for path in (paths.store, paths.sessions, paths.audit_log, paths.recording_public_key):
        assert path.parent == tmp_path / "s"
    for path in (paths.host_key, paths.signing_key, paths.root_key):
        assert path.parent == tmp_path / "k"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:2222", ("127.0.0.1", 2222)),
        ("[::1]:22", ("::1", 22)),
        ("bastion.example:0", ("bastion.example", 0)),
    ],
)
def test_an_address_is_host_and_port(text: str, place: tuple[str, int]):
    assert parse_listen(text) == place


@pytest.mark.parametrize("text", ["2222", ":2222", "host:", "host:x", "host:70000", ""])
def test_anything_else_is_no_address(text: str):
    with pytest.raises(ConfigError, match="HOST:PORT"):
        parse_listen(text)
