import { describe, expect, it } from "vitest";
import { pageOf } from "./pagination.ts";

const letters = ["a", "b", "c", "d", "e"];
const pageFrom = (input: { Marker?: string; MaxItems?: number }) =>
  pageOf(input, letters, (letter) => letter);

describe("a page", () => {
  it("says where the next one begins, and the last one says nothing", async () => {
    const first = await pageFrom({ MaxItems: 3 });
    expect(first.items).toEqual(["a", "b", "c"]);
    const Marker = first.output.Marker ?? "";
    const second = await pageFrom({ MaxItems: 3, Marker });
    expect(second).toEqual({ items: ["d", "e"], output: { IsTruncated: false } });
  });

  it("that is exactly full and the last isn't truncated", async () => {
    const page = await pageFrom({ MaxItems: 5 });
    expect(page.output).toEqual({ IsTruncated: false });
  });

  it.each(["", "2YQ", "1YQ==", "1Y Q", "einfach"])("refuses the marker %j", async (Marker) => {
    await expect(pageFrom({ Marker })).rejects.toThrow("Invalid Marker.");
  });
});
