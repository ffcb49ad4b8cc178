import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Tokens } from "marked";

export const ROOT = join(import.meta.dirname, "../..");

/**
 * A fenced block of a page. What follows the language says what a test does with it: `run` executes
 * it, `fails` expects it to fail, `file=NAME` writes it where the page's other blocks run, a block
 * of `text output` is what the block before it prints, with `…` for anything, `test=FILE` names
 * the test that runs it, and `skip="REASON"` says why none does.
 */
export interface Snippet {
  readonly page: string;
  readonly language: string;
  readonly flags: readonly string[];
  readonly text: string;
}

export interface Page {
  readonly path: string;
  readonly snippets: readonly Snippet[];
  /** Code in the middle of sentences. */
  readonly inline: readonly string[];
}

/** Every page of the docs, and those at the root. */
export function readPages(): readonly Page[] {
  const listed = execFileSync("git", ["ls-files", "*.md"], { cwd: ROOT, encoding: "utf8" });
  return listed
    .split("\n")
    .filter((path) => path !== "")
    .map(readPage);
}

function readPage(path: string): Page {
  const snippets: Snippet[] = [];
  const inline: string[] = [];
  marked.walkTokens(marked.lexer(readFileSync(join(ROOT, path), "utf8")), (token) => {
    if (token.type === "codespan") inline.push((token as Tokens.Codespan).text);
    if (token.type !== "code") return;
    const { lang = "", text } = token as Tokens.Code;
    const [language = "", ...flags] = lang.match(/[^\s"]+(?:"[^"]*")?/g) ?? [];
    snippets.push({ page: path, language, flags, text });
  });
  return { path, snippets, inline };
}

/**
 * The commands that a person types: of a terminal's session only the lines after a prompt and their
 * continuations.
 */
export function commandsOf({ language, text }: Snippet): string {
  if (language === "sh") return text;
  const typed: string[] = [];
  let continues = false;
  for (const line of text.split("\n")) {
    const starts = line.startsWith("$ ");
    if (starts || continues) typed.push(starts ? line.slice(2) : line);
    continues = (starts || continues) && line.endsWith("\\");
  }
  return typed.join("\n");
}

export function fileNameOf(snippet: Snippet): string | undefined {
  return flagValue(snippet, "file");
}

/** The value of a flag: `file=app.json`, `skip="needs a browser"`. */
export function flagValue({ flags }: Snippet, name: string): string | undefined {
  const found = flags.find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);
  return found?.replaceAll('"', "");
}
