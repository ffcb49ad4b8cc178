import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { findOnPath } from "../../packages/cli/src/demo/find-program.ts";
import { awsCli, hasAwsCli } from "../support/aws-cli.ts";
import { here, runPage } from "../support/snippet-session.ts";
import { readPages } from "../support/snippets.ts";
import { startTestServer } from "../support/test-server.ts";

const pages = readPages();
const snippets = pages.flatMap((page) => page.snippets);
const runnable = pages.filter((page) => page.snippets.some(({ flags }) => flags.includes("run")));
const missing = ["aws", "ffmpeg", "curl", "openssl", "python3"].filter(
  (name) => findOnPath(name) === undefined,
);
/** A stream is recorded in real time, on a machine that does other things too. */
const SLOW_MS = 240_000;

describe.skipIf(missing.length > 0)(
  `blocks that are marked to run do (skipped without ${missing.join(", ") || "their programs"})`,
  () => {
    test("there are some, in each language", () => {
      const marked = snippets.filter(({ flags }) => flags.includes("run"));
      const languages = new Set(marked.map(({ language }) => language));
      expect([...languages]).toEqual(expect.arrayContaining(["sh", "python", "ts"]));
      expect(marked.length).toBeGreaterThan(20);
    });

    for (const page of runnable) {
      test.concurrent(
        page.path,
        async ({ onTestFinished }) => {
          const { endpoint, server, close } = await startTestServer();
          onTestFinished(close);
          const commands = hasAwsCli ? [dirname(await awsCli())] : [];
          const place = { endpoint, rtmpsPort: server.ports.rtmps, commands };
          const { code, ran } = await runPage(page, place);
          expect(code, `the last block's output: ${ran.at(-1)?.output}`).toBe(0);
          for (const { snippet, output } of ran) {
            const next = page.snippets[page.snippets.indexOf(snippet) + 1];
            if (!next?.flags.includes("output")) continue;
            expect(spaced(output)).toMatch(patternOf(here(next.text, place)));
          }
        },
        SLOW_MS,
      );
    }
  },
);

/** Columns move with their contents. */
function spaced(text: string): string {
  return text.replace(/ +/g, " ").trim();
}

function patternOf(expected: string): RegExp {
  const parts = spaced(expected).split("…");
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join("[^]*?")}$`);
}
