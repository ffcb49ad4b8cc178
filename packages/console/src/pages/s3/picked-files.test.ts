import { expect, test } from "vitest";
import { droppedFiles } from "./picked-files.ts";

type Tree = { readonly [name: string]: Tree | string };

/** A folder or file as browsers give it; folders give two entries at a time. */
function entry(name: string, content: Tree | string): FileSystemEntry {
  if (typeof content === "string") {
    const file = (done: (file: File) => void) => done(new File([content], name));
    return { name, isFile: true, isDirectory: false, file } as unknown as FileSystemEntry;
  }
  const createReader = () => {
    const children = Object.entries(content).map(([child, below]) => entry(child, below));
    return { readEntries: (done: (some: object[]) => void) => done(children.splice(0, 2)) };
  };
  return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry;
}

function drop(tree: Tree, max?: number) {
  const items = Object.entries(tree).map(([name, content]) => ({
    webkitGetAsEntry: () => entry(name, content),
  }));
  return droppedFiles([...items, { webkitGetAsEntry: () => null }], max);
}

test("folders are read to their ends, with the places of their files", async () => {
  const files = await drop({
    "note.txt": "1",
    photos: { a: "2", b: "3", "2026": { c: "4", empty: {} }, d: "5", e: "6" },
  });
  const named = await Promise.all(
    files.map(async ({ path, file }) => `${path} ${await file.text()}`),
  );
  expect(named.toSorted()).toEqual([
    "note.txt 1",
    "photos/2026/c 4",
    "photos/a 2",
    "photos/b 3",
    "photos/d 5",
    "photos/e 6",
  ]);
});

test("more files than a page should send are refused", async () => {
  const many = { a: "", b: { c: "", d: "" } };
  expect(await drop(many, 3)).toHaveLength(3);
  await expect(drop(many, 2)).rejects.toThrow("More than 2 files");
});
