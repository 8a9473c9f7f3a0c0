# The Markdown report as an Adaptive Card for the webhook of a Teams workflow: jq -Rsf teams.jq report.md
#
# A card knows bold text and lists, but no code and no HTML: each line is a block of text, those of code with letters of one
# width. Teams refuses messages of more than 28 KB.

def limit: 16000;

# What a card would read as Markdown.
def escaped: gsub("(?<c>[\\\\*_\\[\\]()~`])"; "\\\(.c)");

# A line outside of blocks of code.
def words:
  gsub("<!-- -->|</?(details|summary)>"; "")
  | gsub("(?<!\\\\)(?<mark>`+)(?<code>.+?)(?<!`)\\k<mark>(?!`)"; .code | escaped)
  | gsub("&lt;"; "<") | gsub("&gt;"; ">") | gsub("&amp;"; "&");

reduce split("\n")[] as $line ({code: false, blocks: []};
  if $line | test("^\\s*```") then .code |= not
  elif $line | test("^\\s*$|^\\|[-:|]+$") then .
  elif .code then .blocks += [{text: ($line | escaped), fontType: "Monospace", spacing: "None"}]
  else .blocks += [{text: ($line | words)}] end)
| .blocks as $blocks
| reduce $blocks[] as $block ({left: limit, blocks: []};
    .left -= ($block.text | utf8bytelength) + 70
    | if .left > 0 then .blocks += [$block] else . end)
| .blocks as $shown
| (($blocks | length) - ($shown | length)) as $more
| ($shown + if $more > 0 then [{text: "\($more) more lines are in the report", isSubtle: true}] else [] end) as $body
| {
    type: "message",
    attachments: [{
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        msteams: {width: "Full"},
        body: ($body | map({type: "TextBlock", wrap: true, spacing: "Small"} + .))
      }
    }]
  }
