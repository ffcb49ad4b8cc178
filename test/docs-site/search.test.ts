import { join } from "node:path";
import { expect, test } from "vitest";
import { rankedSearch } from "../../scripts/docs-site/browser/ranked-search.ts";
import { documentsOf, indexOf } from "../../scripts/docs-site/build-site.ts";
import { renderPage } from "../../scripts/docs-site/markdown.ts";
import { readSources } from "../../scripts/docs-site/pages.ts";

const sources = readSources(join(import.meta.dirname, "../.."));
const index = indexOf(
  sources.flatMap((source) => documentsOf(source, renderPage(source, sources))),
);
const found = (question: string) => rankedSearch(index, question).map(({ id }) => String(id));

test.each([
  ["a title", "private playback", "private-playback"],
  ["a title among stop words", "How do I use the console?", "console"],
  ["another form of a title's word", "benchmarking", "benchmarks"],
  ["a word that the title has another one for", "how do I install it", "start"],
  ["a heading", "why was my request refused", "audit#why-a-request-was-refused"],
  ["two words of two headings", "TLS certificate OBS", "publish#the-certificate"],
  ["a name by its beginning", "ListRolePol", "operations#iam"],
  ["a name with a slip", "GetStreemSession", "operations#ivs"],
  ["words that nothing has together", "xylophone service-linked roles", "service-linked-roles"],
  ["a title in other words", "multiple accounts", "several-accounts"],
  ["a database by its name", "postgresql", "database"],
  [
    "what fails before other texts",
    "access denied",
    "when-something-fails#a-request-is-denied-accessdenied",
  ],
  ["a code of an error", "AccessDenied", "when-something-fails#a-request-is-denied-accessdenied"],
  ["a heading before mentions", "presigned url", "s3#presigned-urls"],
  ["a decision by its title", "0014 SRT is spoken by our own code", "adr/0014-srt-in-typescript"],
])("the search finds %s: %s", (_, question, address) => {
  expect(found(question).slice(0, /[A-Z][a-z]+[A-Z]/.test(question) ? 5 : 1)).toContain(address);
});

test.each(["workers processes", "console pages that may call", "why is a role protected"])(
  "pages for those who work on Rolecast are the last that are found: %s",
  (question) => {
    const isOfWorkshop = found(question).map((id) =>
      /^(?:adr\/|(?:changelog|contributing|architecture|style|releasing|benchmarks)(?:#|$))/.test(
        id,
      ),
    );
    expect(isOfWorkshop).toContain(true);
    expect(isOfWorkshop).toEqual([...isOfWorkshop].sort());
  },
);

test("stop words alone, and words that no page has, find nothing", () => {
  expect(found("what is this")).toEqual([]);
  expect(found("xylophone")).toEqual([]);
  expect(found("")).toEqual([]);
});
