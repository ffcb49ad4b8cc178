import { expect, test } from "vitest";
import { knowsHyperlinks } from "./hyperlinks.ts";

test.each<[NodeJS.ProcessEnv, boolean]>([
  [{ TERM: "xterm-256color" }, false],
  [{ TERM: "xterm-kitty" }, true],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "vscode" }, true],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "Apple_Terminal" }, false],
  [{ TERM: "xterm-256color", VTE_VERSION: "7600" }, true],
  [{ TERM: "xterm-256color", VTE_VERSION: "4800" }, false],
  [{ TERM: "tmux-256color", TMUX: "/tmp/tmux-0/default,1,0", TERM_PROGRAM: "vscode" }, false],
  [{ TERM: "screen", KITTY_WINDOW_ID: "1" }, false],
  [{ WT_SESSION: "1" }, true],
  [{ TERM: "dumb", FORCE_HYPERLINK: "1" }, true],
  [{ TERM: "xterm-kitty", FORCE_HYPERLINK: "0" }, false],
  [{}, false],
])("a terminal with %j shows links: %s", (env, expected) => {
  expect(knowsHyperlinks(env)).toBe(expected);
});
