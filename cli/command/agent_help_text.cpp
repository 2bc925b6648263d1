#include "cli/command/agent_help_text.hpp"

namespace agenta::cli {

std::string_view agent_help_text() {
  return R"(# agenta-tools for agents

agenta-tools runs tools of third-party services (GitHub, Gmail, Slack and about a thousand more) on the accounts
that your human has connected. You find a tool, read what it takes, and run it. You never see a credential.

## The loop

    agenta-tools tools search create github issue --json
    agenta-tools tools schema GITHUB_CREATE_AN_ISSUE
    agenta-tools execute GITHUB_CREATE_AN_ISSUE owner=acme repo=site title=Broken --json

Search by what you want done. Each hit says whether its service is connected. Read the schema before the first call:
arguments that do not fit are refused with what is wrong and the nearest right name, and nothing is sent.
Arguments: K=text, K:=JSON, a.b=V for a member of an object, K=@FILE for a file's text, or all of them at once:

    agenta-tools execute GITHUB_CREATE_AN_ISSUE -d '{"owner":"acme","repo":"site","title":"Broken"}' --json
    agenta-tools execute GITHUB_LIST_REPOSITORY_ISSUES owner=acme repo=site --select /issues/0/number --json

Large results: --select /json/pointer takes one value, --max-bytes N says how the rest is made up. The whole result
stays in the history and can be read again:

    agenta-tools history result 0193a1b2-c3d4-7e5f-8a9b-000000000001 --select /issues/0 --json

## What comes back

stdout is the result and nothing else, JSON with --json or in a pipe. stderr is for people. Give --json always:
then a failure is one document on stdout in place of the result:

    {"error":{"code":"NOT_CONNECTED","message":"…","retryable":false,"context":{},"next_step":["agenta-tools","connect","github"]}}

`next_step` is the command that goes on from here, word by word. Run it as it is, but for `login`, `connect`,
`session add` and `approvals …`: these are for a person. Do not run them, hand them over (of `connect`, the link:
see below). `retryable` says whether the same call may be repeated: true, false, or "unknown". Exit codes:

    0 done                          8 rate limited
    1 the tool said no              9 timed out, nothing ran
    2 wrong arguments or usage     10 it may have run: do not repeat it, look first
    3 the network or the provider  11 the daemon cannot be reached
    4 not connected                12 blocked by a sandbox or by permissions
    5 refused, or needs approval   14 input needed, and nobody to ask
    6 no such tool or connection   16 a login is pending
    7 ambiguous: say which one     70 a bug; the rest: agenta-tools help exit-codes

After exit code 10 see what became of it before you do anything that cannot be undone:

    agenta-tools history list --json

To make a repeat harmless, give the call a key. The same key with the same arguments returns the first result:

    agenta-tools execute SLACK_SEND_MESSAGE channel=general text=done --idempotency-key deploy-42 --json

## Connecting, with your human

    agenta-tools connections list --json
    agenta-tools connect github --no-wait --json

The second prints a `redirect_url`. Give it to your human, then wait for them with the `id` it printed:

    agenta-tools connect --resume 0193a1b2-c3d4-7e5f-8a9b-000000000001 --wait 5m --json

Never ask for a password or a key in the conversation. Where a service wants one, your human runs `agenta-tools
connect SERVICE` in a terminal of theirs. With several accounts of a service name one: -c work.

## Sessions and approvals

A session is a set of tools, the connections they run on, and a policy. Your human makes it; you work in it:

    agenta-tools session create triage --tools github,SLACK_SEND_MESSAGE --connection github=work --ttl 8h
    agenta-tools execute GITHUB_CREATE_AN_ISSUE owner=acme repo=site title=Broken --session triage --json

Without another policy, tools that only read run and everything else asks. A call that asks waits for an answer;
your human sees the tool, the account and the arguments, and types the answer in another shell, never you:

    agenta-tools approvals list --json
    agenta-tools approvals approve 0193a1b2-c3d4-7e5f-8a9b-000000000001

You cannot approve your own calls. POLICY_DENIED is final: say what you wanted to do, and do not look for a way
around. To learn beforehand what a policy says of a call:

    agenta-tools policy explain GITHUB_CREATE_AN_ISSUE owner=acme --session triage --json

Where AGENTA_TOOLS_SOCKET is set, you are at a session's own socket. It has that session and nothing else; leave --session
out. There are `tools list|show|search|schema`, `integrations list|show|search`, `connections list`, `execute`,
`history list|show|result`, `session show` and `mcp`. Everything else (`connect`, `approvals`, `policy`, `batch`, …) is
FORBIDDEN there, exit code 5: say to your human what you need.

## Trying things out

    agenta-tools execute GITHUB_CREATE_AN_ISSUE owner=acme repo=site title=Broken --dry-run --json
    agenta-tools --sandbox execute HACKERNEWS_GET_USER user_id=ann_sandbox --json

--dry-run checks everything and sends nothing. --sandbox runs against an offline server in a world of its own.

## Files

    agenta-tools execute GMAIL_SEND_EMAIL recipient_email=a@example.com body=Hello --file attachment=report.pdf --json
    agenta-tools execute GMAIL_GET_ATTACHMENT -d @arguments.json --download out --json

Files that hold keys or credentials are refused. Leave that to your human.

## Many calls

One JSON object a line in, one out as each is done, with the `id` of its line:

    agenta-tools batch calls.ndjson --keep-going --json

A line is {"id":"a","tool":"SLACK_SEND_MESSAGE","arguments":{"channel":"general","text":"hi"}}.

## More

    agenta-tools help execute
    agenta-tools tools list github --read-only --json
    agenta-tools mcp install claude-code --session triage
)";
}

}  // namespace agenta::cli
