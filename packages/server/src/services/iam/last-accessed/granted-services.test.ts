import { describe, expect, it } from "vitest";
import { grantsService } from "./granted-services.ts";

const policy = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statement });

describe("grantsService", () => {
  it.each<[statement: object, grants: boolean]>([
    [{ Effect: "Allow", Action: "*" }, true],
    [{ Effect: "Allow", Action: ["ec2:*", "S3:GetObject"] }, true],
    [{ Effect: "Allow", Action: "s3-object-lambda:*" }, false],
    [{ Effect: "Deny", Action: "s3:*" }, false],
    [
      [
        { Effect: "Deny", Action: "s3:*" },
        { Effect: "Allow", Action: "s3:List*" },
      ],
      true,
    ],
    [{ Effect: "Allow", NotAction: "iam:*" }, true],
    [{ Effect: "Allow", NotAction: ["iam:*", "s3:*"] }, false],
    [{ Effect: "Allow", NotAction: "s3:Delete*" }, true],
    [{ Effect: "Allow", NotAction: "*" }, false],
  ])("%j → %s", (statement, grants) => {
    expect(grantsService(policy(statement), "s3")).toBe(grants);
  });
});
