// node annotate.cjs DENIALS SUMMARY: prints GitHub's annotations for the denials that
// `rolecast explain --last 100` wrote to DENIALS, and adds a table of them to SUMMARY.
const { appendFileSync, readFileSync } = require("node:fs");

/** GitHub shows no more of one step. */
const ANNOTATIONS_MAX = 10;
const [, , denialsFile, summaryFile] = process.argv;

const blocks = readFileSync(denialsFile, "utf8").split(/\n\n(?=\d{4}-\d\d-\d\dT\S+ {2}\S)/);
const denials = new Map();
for (const block of blocks) {
  const [, caller] = /^\S+ {2}(\S+)$/m.exec(block) ?? [];
  const [, what] = /^denied {2}(.+)$/m.exec(block) ?? [];
  const [, reason = ""] = /^ {2}(because .+)$/m.exec(block) ?? [];
  if (caller === undefined || what === undefined) continue;
  const almost = block.match(/^Almost: .+$/gm) ?? [];
  const key = `${caller} ${what}`;
  const times = (denials.get(key)?.times ?? 0) + 1;
  denials.set(key, { caller, what, reason, almost, times });
}

// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
const escaped = (text) => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
const inProperty = (text) => escaped(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
const inCell = (text) => text.replace(/\|/g, "\\|").replace(/\n/g, "<br>");

for (const { caller, what, reason, almost } of [...denials.values()].slice(0, ANNOTATIONS_MAX)) {
  const message = [`${caller} ${reason}`, ...almost].join("\n");
  console.log(`::warning title=${inProperty(`Denied ${what}`)}::${escaped(message)}`);
}
const rows = [...denials.values()].map(
  ({ caller, what, reason, almost, times }) =>
    `| ${[what, caller, [reason, ...almost].join("\n"), String(times)].map(inCell).join(" | ")} |`,
);
const table = ["| denied | to | why | times |", "| --- | --- | --- | --- |", ...rows].join("\n");
const text = rows.length === 0 ? "Nothing was denied." : table;
appendFileSync(summaryFile, `### Rolecast\n\n${text}\n`);
console.log(`Denied: ${denials.size}`);
