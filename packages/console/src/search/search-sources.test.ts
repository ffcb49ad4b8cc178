import { expect, test } from "vitest";
import type { AwsClients } from "../wire/aws-clients.ts";
import { documentationEntries, type Searched, searchEntries } from "./search-sources.ts";

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

test("what one list has is found before the others are read, in the same order", async () => {
  const named = (name: string) => ({ kind: "User", name, href: `#/${name}` });
  let readSlow = (): void => undefined;
  const slow = new Promise<void>((resolve) => {
    readSlow = resolve;
  });
  const shown: Searched[] = [];
  searchEntries({} as AwsClients, (searched) => shown.push(searched), {
    slow: () => slow.then(() => [named("ann")]),
    quick: async () => [named("bob")],
    refused: () => Promise.reject(new Error("no")),
  });
  const users = () => shown.at(-1)?.entries.filter(({ kind }) => kind === "User");
  await expect.poll(() => shown.length).toBe(3);
  expect(users()).toEqual([named("bob")]);
  expect(shown.at(-1)).toMatchObject({ missing: ["refused"], reading: true });
  readSlow();
  await expect.poll(() => shown.length).toBe(4);
  expect(users()).toEqual([named("ann"), named("bob")]);
  expect(shown.at(-1)).toMatchObject({ missing: ["refused"], reading: false });
});
