import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { marked, type Tokens } from "marked";

/**
 * A Markdown file and the page of the site that is made of it; paths are relative to their roots.
 */
export interface Source {
  readonly path: string;
  readonly target: string;
  readonly text: string;
}

export interface NavigationEntry {
  readonly title: string;
  readonly target: string;
}

export interface NavigationSection {
  readonly title: string;
  readonly entries: readonly NavigationEntry[];
}

const INDEX = "docs/index.md";

/** The pages of `docs/` with its decisions, and those at the root of the repository. */
export function readSources(root: string): readonly Source[] {
  return ["", "docs", "docs/adr"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => {
        const path = posix.join(folder, name);
        return { path, target: targetOf(path), text: readFileSync(join(root, path), "utf8") };
      }),
  );
}

/** `docs/adr/README.md` → `adr/index.html`, `ARCHITECTURE.md` → `architecture.html`. */
function targetOf(path: string): string {
  const inDocs = path.startsWith("docs/");
  const name = inDocs ? path.slice("docs/".length).replace(/README\.md$/, "index.md") : path;
  return (inDocs ? name : name.toLowerCase()).replace(/\.md$/, ".html");
}

/**
 * The address of a page as another one links to it: without `.html`, a folder's index by the
 * folder's name. `adr/0001-one-bundle.html` links to `index.html` as `../`.
 */
export function addressFrom(from: string, target: string): string {
  const path = posix.relative(posix.dirname(from), target);
  return path.replace(/(?<=^|\/)index\.html$/, "").replace(/\.html$/, "") || "./";
}

/** The index is the navigation: its sections, and the first link of each entry in their lists. */
export function readNavigation(sources: readonly Source[]): readonly NavigationSection[] {
  const index = sources.find(({ path }) => path === INDEX);
  if (!index) throw new Error(`${INDEX} is missing`);
  const sections: { title: string; entries: NavigationEntry[] }[] = [];
  for (const token of marked.lexer(index.text)) {
    if (token.type === "heading" && token.depth === 2) {
      sections.push({ title: token.text, entries: [] });
    }
    if (token.type !== "list") continue;
    for (const item of (token as Tokens.List).items) {
      const link = firstLink(item);
      const target = link && resolveLink(INDEX, link.href, sources);
      if (link && target) sections.at(-1)?.entries.push({ title: link.text, target });
    }
  }
  return sections.filter(({ entries }) => entries.length > 0);
}

function firstLink(item: Tokens.ListItem): Tokens.Link | undefined {
  const found: Tokens.Link[] = [];
  marked.walkTokens([item], (token) => {
    if (token.type === "link") found.push(token as Tokens.Link);
  });
  return found[0];
}

/** The page that a link in a Markdown file leads to, without its anchor; undefined outside. */
export function resolveLink(
  from: string,
  href: string,
  sources: readonly Source[],
): string | undefined {
  const [path = ""] = href.split("#");
  const wanted = path === "" ? from : posix.join(posix.dirname(from), path).replace(/\/$/, "");
  const found = sources.find((source) => [wanted, `${wanted}/README.md`].includes(source.path));
  return found?.target;
}
