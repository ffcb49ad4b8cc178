import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { breadcrumbsOf, findPage } from "../pages/pages.ts";
import { SERVICE_TITLES } from "../service-titles.ts";
import { groupsIn } from "./folded-groups.ts";
import { type FoldedGroups, navigationOf } from "./navigation.ts";

const DOCS = join(import.meta.dirname, "../../../../docs");

const side = navigationOf("#/", {});
const sections = side.flatMap((item) => (item.type === "section" ? [item] : []));
const links = [...side, ...sections.flatMap(({ items }) => items)].flatMap((item) =>
  item.type === "link" ? [item] : [],
);

test("Overview and Activity stand first, then every service in a group of its own", () => {
  expect(side.slice(0, 2)).toMatchObject([{ text: "Overview" }, { text: "Activity" }]);
  const titles = [...sections, ...links].map(({ text }) => text);
  expect(titles).toEqual(expect.arrayContaining(Object.values(SERVICE_TITLES)));
});

test("a group is open where its page is shown, and stays as somebody left it", () => {
  const openIn = (href: string, chosen: FoldedGroups) =>
    navigationOf(href, chosen).flatMap((item) =>
      item.type === "section" && item.defaultExpanded === true ? [item.text] : [],
    );
  expect(openIn("#/", {})).toEqual(["IVS", "IAM"]);
  expect(openIn("#/s3/buckets", {})).toEqual(["IVS", "IAM", "S3"]);
  expect(openIn("#/", { IVS: false, S3: true })).toEqual(["IAM", "S3"]);
  expect(openIn("#/ivs/channels", { IVS: false })).toEqual(["IAM"]);
});

test("what a browser has stored can't keep the console from starting", () => {
  expect(groupsIn('{"IVS":false,"S3":true,"KMS":"open"}')).toEqual({ IVS: false, S3: true });
  for (const text of ["", "{", "null", "3", '"IVS"', "[]"]) expect(groupsIn(text)).toEqual({});
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
