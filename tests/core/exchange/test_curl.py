from __future__ import annotations

import json

import pytest

from tests.core.exchange.support import KEY, body_of, contents, imported, says
from workbench.core.errors import InputError
from workbench.core.json_value import JSON

BODY: dict[str, JSON] = {
    "model": "gpt-4.1",
    "messages": [{"role": "system", "content": "친절하게"}, {"role": "user", "content": 'it\'s "so" $HOME \\n\n끝'}],
    "temperature": 0.2,
}
TEXT = json.dumps(BODY, ensure_ascii=False)
QUOTED = TEXT.replace("'", "'\\''")


@pytest.mark.parametrize(
    "command",
    [
        f"curl https://api.openai.com/v1/chat/completions -H 'Content-Type: application/json' -d '{QUOTED}'",
        f"curl -X POST \\\n  --url https://x.test/v1/chat/completions \\\n  --data-raw '{QUOTED}'",
        f"$ curl https://x.test -sSN --json '{QUOTED}' | jq .choices",
        f"OPENAI_API_KEY=abc curl https://x.test -d'{QUOTED}' > out.json",
        "curl https://x.test --data-binary $'"
        + TEXT.replace("\\", "\\\\").replace("'", "\\'").replace("친", "\\uce5c")
        + "'",
        'curl https://x.test -d "' + TEXT.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"',
        f"curl -s https://x.test --data @- <<'EOF'\n{TEXT}\nEOF\necho done",
        f"curl -s https://x.test -d @- <<EOF | jq\n{TEXT}\nEOF\n",
        f"curl -s https://x.test -d @- <<< '{QUOTED}'",
        f"# first\nexport A=1\n/usr/bin/curl https://x.test -d '{QUOTED}'  # after\n",
        f"```bash\ncurl https://x.test -d '{QUOTED}'\n```\n",
    ],
)
def test_the_body_comes_over_as_it_is(command: str) -> None:
    found = imported(command)
    assert found.what == "a curl command"
    assert body_of(found) == BODY


def test_the_windows_prompt() -> None:
    escaped = TEXT.replace("\\", "\\\\").replace('"', '\\"')
    caret = "".join(f"^{c}" if c in '"\\$&|<>^%' else c for c in f'"{escaped}"')
    found = imported(f'curl ^"https://x.test/v1^" ^\r\n  -H ^"Authorization: Bearer {KEY}^" ^\r\n  --data-raw {caret}')
    assert body_of(found) == BODY
    assert says(found, "a key was left out")


def test_no_key_is_kept_and_what_is_left_out_is_said() -> None:
    found = imported(
        f'curl "https://me:{KEY}@api.example.test:8443/v1/chat/completions" -H "Authorization: Bearer {KEY}"'
        f" -H 'x-api-key: {KEY}' -u me:{KEY} -H 'OpenAI-Project: proj_1' -H 'X-Trace: 1' -m 30 -d '{QUOTED}'"
    )
    assert found.notes.count("a key was left out: keys come from the environment or a .env file") == 1
    assert says(found, "api.example.test:8443", "settings file")
    assert says(found, "OpenAI-Project", "left out")
    assert says(found, "X-Trace", "left out")
    assert found.prompt.parameters["timeout"] == 30


def test_a_variable_of_the_shell_in_the_data_stays_text() -> None:
    text = '{\\"messages\\": [{\\"role\\": \\"user\\", \\"content\\": \\"$QUESTION\\"}]}'
    found = imported(f'curl https://x.test -H "Authorization: Bearer $OPENAI_API_KEY" -d "{text}"')
    assert contents(found) == [("user", "$QUESTION")]
    assert says(found, "$NAME", "kept as text")
    assert not says(imported(f"curl https://x.test -H \"A: $X\" -d '{QUOTED}'"), "$NAME")


def test_an_azure_deployment_is_the_model() -> None:
    url = "https://x.test/openai/deployments/my%20gpt/chat/completions?api-version=1"
    found = imported(f'curl "{url}" -d \'{{"messages": [{{"role": "user", "content": "x"}}]}}\'')
    assert found.prompt.model == "my gpt"


def test_only_the_first_of_several_commands() -> None:
    found = imported(f"curl https://x.test -d '{QUOTED}'\ncurl https://y.test -d '{{}}'\n")
    assert body_of(found) == BODY
    assert says(found, "more curl commands", "first")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("curl https://x.test/v1/models", "the curl command sends no data"),
        ("curl https://x.test -d @body.json", "takes its data from the file body.json"),
        ("echo '{}' | curl https://x.test -d @-", "nothing that can be imported"),
        ("echo '{}' |\ncurl https://x.test -d @-", "takes its data from standard input"),
        ('curl https://x.test -d \'{"model": ', "a quote that is never closed"),
        ("curl https://x.test -d 'a=1' -d 'b=2'", "the data of the curl command is not JSON"),
        ("curl https://x.test -d '[1]'", "not a JSON object"),
        ('curl https://x.test -d \'{"model": "m"}\'', "the request has no messages, its keys are model"),
    ],
)
def test_what_cannot_be_read_is_said(command: str, message: str) -> None:
    with pytest.raises(InputError) as fault:
        imported(command)
    assert message in fault.value.line
    assert "\n" not in fault.value.line
