import { posix } from "node:path";
import { DESCRIPTION } from "@rolecast/server";
import { escapeHtml, type Heading, type RenderedPage } from "./markdown.ts";
import { addressFrom, type NavigationEntry, type NavigationSection, type Source } from "./pages.ts";

/** Fewer headings than this need no table of contents. */
const CONTENTS_FROM = 3;

/** How a page names the site's files and pages. */
interface Addresses {
  /** The site's root, without a slash at its end. */
  readonly root: string;
  file(path: string): string;
  page(target: string): string;
}

/** A whole page. Every address in it is relative, so that the site works from any folder. */
export function pageHtml(
  { target }: Source,
  page: RenderedPage,
  navigation: readonly NavigationSection[],
): string {
  const file = (path: string) => posix.relative(posix.dirname(target), path);
  const root = file(".") || ".";
  return html(target, page, navigation, { root, file, page: (to) => addressFrom(target, to) });
}

/**
 * The page for addresses at which there is none. It is served at any of them, so it names the
 * site's root, `base`, which ends with a slash.
 */
export function missingPageHtml(
  target: string,
  page: RenderedPage,
  navigation: readonly NavigationSection[],
  base: string,
): string {
  const file = (path: string) => base + path;
  const address = (to: string) => base + addressFrom("index.html", to).replace(/^\.\/$/, "");
  const whole = html(target, page, navigation, { root: base.slice(0, -1), file, page: address });
  return whole.replace("<html ", "<html data-missing ");
}

function html(
  target: string,
  { title, html: text, passages }: RenderedPage,
  navigation: readonly NavigationSection[],
  { root, file, page }: Addresses,
): string {
  const name = target === "index.html" ? title : `${title} · Rolecast`;
  return `<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${escapeHtml(DESCRIPTION)}">
<title>${escapeHtml(name)}</title>
<link rel="icon" href="${file("assets/icon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${file("assets/site.css")}">
<script src="${file("assets/theme.js")}"></script>
<script src="${file("assets/site.js")}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<a class="home" href="${page("index.html")}">Rolecast</a>
<form role="search" hidden>
<label class="unseen" for="search">Search the documentation</label>
<input id="search" type="search" autocomplete="off" placeholder="Search ( / )">
<div id="found" class="found" hidden><p role="status"></p><ul></ul></div>
</form>
<button id="theme" class="theme" type="button" aria-pressed="false" hidden>Dark mode</button>
<button id="menu" class="menu" type="button" aria-expanded="false" aria-controls="pages" hidden>Pages</button>
</header>
<div class="columns">
<nav id="pages" class="pages" aria-label="Pages">
${navigation.map((section) => sectionHtml(section, target, page)).join("\n")}
</nav>
<main id="content" tabindex="-1">
${text}${neighboursHtml(target, navigation, page)}</main>
${contentsHtml(passages)}
</div>
</body>
</html>
`;
}

type To = (path: string) => string;

function sectionHtml({ title, entries }: NavigationSection, current: string, to: To): string {
  const items = entries.map(({ title: entry, target }) => {
    const here = target === current ? ' aria-current="page"' : "";
    return `<li><a href="${to(target)}"${here}>${escapeHtml(entry)}</a></li>`;
  });
  return `<h2>${escapeHtml(title)}</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
}

function neighboursHtml(current: string, navigation: readonly NavigationSection[], to: To): string {
  const entries = navigation.flatMap((section) => section.entries);
  const at = entries.findIndex(({ target }) => target === current);
  if (at < 0) return "";
  const link = (entry: NavigationEntry | undefined, rel: string, word: string) =>
    entry
      ? `<a rel="${rel}" href="${to(entry.target)}">${word}: ${escapeHtml(entry.title)}</a>`
      : "";
  const links = link(entries[at - 1], "prev", "Before") + link(entries[at + 1], "next", "Next");
  return `<nav class="neighbours" aria-label="Neighbouring pages">${links}</nav>\n`;
}

function contentsHtml(headings: readonly Heading[]): string {
  const shown = headings.filter(({ depth }) => depth === 2);
  if (shown.length < CONTENTS_FROM) return "";
  const items = shown.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join("")}</ul></nav>`;
}
