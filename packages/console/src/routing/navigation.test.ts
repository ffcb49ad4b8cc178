import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { breadcrumbsOf, findPage } from "../pages/pages.ts";
import { SERVICE_TITLES } from "../service-titles.ts";
import { NAVIGATION } from "./navigation.ts";

const DOCS = join(import.meta.dirname, "../../../../docs");

const sections = NAVIGATION.flatMap((item) => ("items" in item ? [item] : []));
const links = sections.flatMap(({ items }) =>
  items.flatMap((item) => (item.type === "link" ? [item] : [])),
);

test("every service is at the side, by its pages or with its operations in the docs", () => {
  const named = sections.map((section) => ("title" in section ? section.title : section.text));
  const titles = [...named, ...links.map(({ text }) => text)];
  expect(titles).toEqual(expect.arrayContaining(Object.values(SERVICE_TITLES)));
});

test("the addresses at the side are of pages, or of headings in the docs", () => {
  const operations = readFileSync(join(DOCS, "operations.md"), "utf8");
  const headings = [...operations.matchAll(/^## (.*)$/gm)].map(
    ([, title = ""]) => `/_rolecast/docs/operations#${title.toLowerCase().replaceAll(/\s/g, "-")}`,
  );
  const wrong = links.filter(({ href }) =>
    href.startsWith("#")
      ? findPage(href.slice(1)).route.title === "Not found"
      : !headings.includes(href),
  );
  expect(wrong).toEqual([]);
  expect(links.length).toBeGreaterThan(15);
});

test("breadcrumbs begin with the page's service", () => {
  const crumbs = breadcrumbsOf(findPage("/ivs/recordings/films"));
  expect(crumbs.map(({ text }) => text)).toEqual(["IVS", "Recordings", "films"]);
  expect(breadcrumbsOf(findPage("/activity"))[0]).toEqual({ text: "Rolecast", href: "#/" });
});
