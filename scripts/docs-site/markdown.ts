import { posix } from "node:path";
import hljs from "highlight.js/lib/common";
import nginx from "highlight.js/lib/languages/nginx";
import { Marked, type Tokens } from "marked";
import { headingId } from "./heading-ids.ts";
import { addressFrom, resolveLink, type Source } from "./pages.ts";

export interface Heading {
  readonly id: string;
  readonly depth: number;
  readonly text: string;
}

/** A heading with the words below it, up to the next one: a document of the search. */
export interface Passage extends Heading {
  words: string;
}

export interface RenderedPage {
  readonly title: string;
  readonly html: string;
  readonly passages: readonly Passage[];
  /**
   * Files that the page shows or leads to and that aren't pages, by their path in the repository.
   */
  readonly files: ReadonlySet<string>;
}

/** Languages by the names that the fences have. A terminal's session is `console`. */
const LANGUAGES: Readonly<Record<string, string>> = { console: "shell", sh: "bash", text: "" };
hljs.registerLanguage("nginx", nginx);

/** The path on the site of a file that isn't a page. */
export function fileTarget(path: string): string {
  return path.startsWith("docs/") ? path.slice("docs/".length) : `files/${path}`;
}

export function renderPage(source: Source, sources: readonly Source[]): RenderedPage {
  const passages: Passage[] = [];
  const files = new Set<string>();
  const ids = new Map<string, number>();
  const markdown = new Marked({
    renderer: {
      heading(token) {
        const heading = {
          id: headingId(token.text, ids),
          depth: token.depth,
          text: plainText(token.tokens),
        };
        passages.push({ ...heading, words: "" });
        return headingHtml(heading, this.parser.parseInline(token.tokens));
      },
      code: ({ text, lang }) => codeHtml(text, lang?.split(" ")[0] ?? ""),
      table(token) {
        const row = (cells: readonly Tokens.TableCell[]) =>
          `<tr>${cells.map((cell) => this.tablecell(cell)).join("")}</tr>`;
        const body = token.rows.map(row).join("\n");
        return `<div class="table"><table><thead>${row(token.header)}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        return `<a href="${escapeHtml(linkTo(href, source, sources, files))}">${inner}</a>`;
      },
      image({ href, text }) {
        const target = escapeHtml(linkTo(href, source, sources, files));
        return `<a class="picture" href="${target}"><img src="${target}" alt="${escapeHtml(text)}"></a>`;
      },
    },
  });
  const tokens = markdown.lexer(source.text);
  const html = tokens
    .map((token) => {
      const part = markdown.parser([token]);
      const passage = passages.at(-1);
      if (passage && token.type !== "heading") passage.words += ` ${wordsOf(part)}`;
      return part;
    })
    .join("");
  const title = passages.find(({ depth }) => depth === 1)?.text;
  if (title === undefined) throw new Error(`${source.path} has no title`);
  return { title, html, passages, files };
}

function linkTo(
  href: string,
  source: Source,
  sources: readonly Source[],
  files: Set<string>,
): string {
  if (/^[a-z]+:/.test(href) || href.startsWith("#")) return href;
  const anchor = href.includes("#") ? href.slice(href.indexOf("#")) : "";
  const page = resolveLink(source.path, href, sources);
  const here = posix.dirname(source.target);
  if (page !== undefined) return addressFrom(source.target, page) + anchor;
  const file = posix.join(posix.dirname(source.path), href.slice(0, href.length - anchor.length));
  files.add(file);
  return posix.relative(here, fileTarget(file));
}

function headingHtml({ id, depth, text }: Heading, inner: string): string {
  if (depth === 1) return `<h1 id="${id}">${inner}</h1>\n`;
  const link = `<a class="anchor" href="#${id}" aria-label="Link to ${escapeHtml(text)}">#</a>`;
  return `<div class="heading"><h${depth} id="${id}">${inner}</h${depth}>${link}</div>\n`;
}

function codeHtml(text: string, fence: string): string {
  const language = LANGUAGES[fence] ?? fence;
  const known = language !== "" && hljs.getLanguage(language);
  const code = known ? hljs.highlight(text, { language }).value : escapeHtml(text);
  return `<div class="code"><pre data-language="${escapeHtml(fence)}"><code>${code}</code></pre></div>\n`;
}

function plainText(tokens: readonly { readonly raw: string }[]): string {
  return tokens
    .map(({ raw }) => raw)
    .join("")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "");
}

function wordsOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
