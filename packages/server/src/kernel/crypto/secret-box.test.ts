import { describe, expect, it } from "vitest";
import { SecretBox } from "./secret-box.ts";

const key = new Uint8Array(32).fill(1);
const box = new SecretBox(key, "test");

describe("a sealed secret", () => {
  it("opens for the same key and label, and shows nothing of itself", () => {
    const sealed = box.seal("secret", "AKIA1");
    expect(new SecretBox(key, "test").open(sealed, "AKIA1")).toBe("secret");
    expect(Buffer.from(sealed, "base64").toString("latin1")).not.toContain("secret");
    expect(box.seal("secret", "AKIA1")).not.toBe(sealed);
  });

  it("opens neither for another access key nor with another data folder's key", () => {
    const sealed = box.seal("secret", "AKIA1");
    expect(() => box.open(sealed, "AKIA2")).toThrow();
    expect(() => new SecretBox(new Uint8Array(32).fill(2), "test").open(sealed, "AKIA1")).toThrow();
  });
});
