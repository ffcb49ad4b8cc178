import { expect, test } from "vitest";
import { sentAs, shownInput } from "./shown-inputs.ts";

test("a part is sent as it is, and shown otherwise, in a list too", () => {
  const part = sentAs({ Key: "Password", Value: "hidden" }, { Key: "Password", Value: "…" });
  expect(part.Value).toBe("hidden");
  expect(shownInput({ Name: "show", Parts: [part, 1], Part: part })).toEqual({
    Name: "show",
    Parts: [{ Key: "Password", Value: "…" }, 1],
    Part: { Key: "Password", Value: "…" },
  });
});
