import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("access_analyzer_boto3.py", import.meta.url));
const run = promisify(execFile);

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  it("checks as AWS's validators do, finds, archives and previews access", async () => {
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint]);
    expect(JSON.parse(stdout)).toEqual({
      identity: [["SECURITY_WARNING", "PASS_ROLE_WITH_STAR_IN_RESOURCE"]],
      trust: [],
      bucket: [
        ["ERROR", "INVALID_ACTION"],
        ["ERROR", "UNSUPPORTED_RESOURCE_ARN_IN_POLICY"],
      ],
      pages: [2, 2, 1],
      refused: ["ValidationException", "ValidationException", 400],
      access: "PASS",
      analyzer: "ACTIVE",
      role: "/aws-service-role/access-analyzer.amazonaws.com/",
      findings: [["ACTIVE", { AWS: "arn:aws:iam::111122223333:root" }, [{ type: "POLICY" }]]],
      details: [["externalAccessDetails"]],
      statistics: 1,
      archived: "ARCHIVED",
      accessPoints: ["us-east-1::films", "us-east-1::films", "::mabc12.mrap"].map((point) => {
        const [region, name] = point.split("::");
        const accessPointArn = `arn:aws:s3:${region}:000000000000:accesspoint/${name}`;
        const role = { AWS: "arn:aws:iam::123456789123:role/MyOtherRole" };
        return ["COMPLETED", [role, [{ type: "S3_ACCESS_POINT", detail: { accessPointArn } }]]];
      }),
      noNetwork: "ValidationException",
      preview: [["NEW", true]],
      generation: "SUCCEEDED",
      denied: {
        ListFindings: "allowed",
        GetFinding: "AccessDeniedException",
        DeleteAnalyzer: "AccessDeniedException",
        CreateAccessPreview: "AccessDeniedException",
        StartPolicyGeneration: "AccessDeniedException",
      },
      missing: [
        "ResourceNotFoundException",
        "ConflictException",
        "ServiceQuotaExceededException",
        "ValidationException",
      ],
      left: 0,
    });
  });
});
