import { describe, expect, test } from "vitest";
import { overriddenBy, sessionTags } from "./session-tags.ts";

const inherited = [{ key: "Team", value: "video" }];

describe("session tags", () => {
  test("join what is passed with what is inherited, which stays transitive", () => {
    expect(sessionTags([{ Key: "Job", Value: "1" }], ["job"], inherited)).toEqual({
      tags: [...inherited, { key: "Job", value: "1" }],
      transitiveTagKeys: ["Team", "Job"],
    });
  });

  test.each([
    [[{ Key: "a" }, { Key: "A" }], undefined, /^Duplicate tag keys found/],
    [[{ Key: "team", Value: "x" }], undefined, /conflicts with a transitive tag key/],
    [[{ Key: "a" }], ["b"], /must be included in the requested tags/],
    [[{ Key: "aws:x" }], undefined, /reserved/],
  ])("%j with transitive keys %j are refused", (tags, transitive, message) => {
    expect(() =>
      sessionTags(
        tags.map((tag) => ({ Value: "", ...tag })),
        transitive,
        inherited,
      ),
    ).toThrow(
      expect.objectContaining({
        code: "InvalidParameterValue",
        message: expect.stringMatching(message),
      }),
    );
  });

  test("override the role's tags irrespective of case", () => {
    expect(
      overriddenBy({ Department: "a", Other: "b" }, [{ key: "department", value: "c" }]),
    ).toEqual([
      { key: "department", value: "c" },
      { key: "Other", value: "b" },
    ]);
  });
});
