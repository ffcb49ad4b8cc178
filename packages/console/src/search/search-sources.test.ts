import { expect, test } from "vitest";
import { documentationEntries } from "./search-sources.ts";

test("headings of the documentation come out of its own index", () => {
  const index = {
    documentIds: { 0: "s3.html", 1: "s3.html#limits" },
    storedFields: {
      0: { page: "S3", heading: "S3" },
      1: { page: "S3", heading: "Limits" },
    },
  };
  const script = `globalThis.rolecastSearchIndex = ${JSON.stringify(JSON.stringify(index))};\n`;
  expect(documentationEntries(script)).toEqual([
    { kind: "Documentation", name: "S3", href: "/_rolecast/docs/s3.html", external: true },
    {
      kind: "Documentation",
      name: "Limits",
      detail: "S3",
      href: "/_rolecast/docs/s3.html#limits",
      external: true,
    },
  ]);
});
