# The Markdown report as the message of a Slack webhook: jq -Rsf slack.jq report.md
#
# Slack has a Markdown of its own: *bold*, code without a language, no HTML, no backslashes. `<`, `>` and `&` are written as
# entities, so that no name in a database mentions anyone. Slack shows at most 4,000 characters well.

def limit: 3900;

# A line outside of code.
def words:
  gsub("<!-- -->|</?(details|summary)>"; "")
  | gsub("&lt;"; "<") | gsub("&gt;"; ">") | gsub("&amp;"; "&")
  | gsub("(?<!\\\\)\\*\\*"; "*")
  | gsub("\\\\(?<c>[^A-Za-z0-9\\s])"; .c)
  | gsub("``+"; "`");

def is_fence: test("^\\s*```");

reduce split("\n")[] as $line ({code: false, lines: []};
  if $line | is_fence then .code |= not | .lines += ["```"]
  elif .code then .lines += [$line]
  elif $line | test("^\\|[-:|]+$") then .
  else .lines += [$line | words] end)
| .lines | map(gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;")) as $lines
| reduce $lines[] as $line ({left: limit, lines: []};
    .left -= ($line | length) + 1
    | if .left > 0 then .lines += [$line] else . end)
| .lines as $shown
| (($lines | length) - ($shown | length)) as $more
# A block of code that is cut is closed.
| (if ($shown | map(select(is_fence)) | length) % 2 == 1 then ["```"] else [] end) as $close
| (if $more > 0 then ["_\($more) more lines are in the report_"] else [] end) as $rest
| {text: ($shown + $close + $rest | join("\n") | gsub("\n{3,}"; "\n\n"))}
