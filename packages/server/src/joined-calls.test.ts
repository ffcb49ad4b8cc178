import type { CreateAnalyzerCommandOutput } from "@aws-sdk/client-accessanalyzer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createServer } from "./main.ts";
import type { Platform } from "./platform.ts";
import type { RunningServer } from "./running-server.ts";
import { FREE_PORTS, onlooker } from "./testing/onlooker.ts";

/*
 * Operations of Access Analyzer, which keeps findings, and outside of transactions looks at
 * resources in whatever it is asked, called within a transaction. That no operation of a resource
 * type opens another one inside it is held by resource-types.test.ts, of all others by whoever
 * calls them so.
 */

const ACCOUNT = "123456789012";
const BUCKET = "arn:aws:s3:::shared-by-a-test";
const AS_ROOT = {
  principal: { kind: "root", accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
} as const;

let platform: Platform;
let server: RunningServer;

beforeAll(async () => {
  const looking = onlooker((needs) => {
    platform = needs;
  });
  server = await createServer({ data: "memory", ...FREE_PORTS }, { furtherServices: [looking] });
});
afterAll(() => server.close());

function call<Output>(service: string, operation: string, input: object): Promise<Output> {
  return server.invoke<Output>(service, operation, input, { as: AS_ROOT, region: "us-east-1" });
}

function joined(operation: string, input: object): Promise<unknown> {
  const { invoke, store } = platform;
  return store.transaction((transaction) =>
    invoke("accessanalyzer", operation, input, { as: AS_ROOT, region: "us-east-1", transaction }),
  );
}

test.each(["ACCOUNT", "ACCOUNT_UNUSED_ACCESS", "ACCOUNT_INTERNAL_ACCESS"])(
  "operations on an analyzer of type %s join a transaction",
  async (type) => {
    const analyzerName = type.toLowerCase();
    const configuration = {
      internalAccess: { analysisRule: { inclusions: [{ resourceTypes: ["AWS::S3::Bucket"] }] } },
    };
    const more = type === "ACCOUNT_INTERNAL_ACCESS" ? { configuration } : {};
    const input = { analyzerName, type, ...more };
    const made = await call<CreateAnalyzerCommandOutput>("accessanalyzer", "CreateAnalyzer", input);
    const analyzerArn = made.arn;
    if (type === "ACCOUNT") {
      const statement = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::999988887777:root" } };
      const Statement = [{ ...statement, Action: "s3:GetObject", Resource: `${BUCKET}/*` }];
      const Bucket = "shared-by-a-test";
      await call("s3", "CreateBucket", { Bucket });
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      await call("s3", "PutBucketPolicy", { Bucket, Policy });
      // Within a transaction it doesn't look.
      await call("accessanalyzer", "ListFindingsV2", { analyzerArn });
    }
    const filter = { resource: { exists: true } };
    await joined("CreateArchiveRule", { analyzerName, ruleName: "All", filter });
    await joined("ApplyArchiveRule", { analyzerArn, ruleName: "All" });
    await joined("GetAnalyzer", { analyzerName });
    await joined("ListAnalyzers", {});
    await joined("UpdateFindings", { analyzerArn, status: "ACTIVE", resourceArn: BUCKET });
    const listed = await joined("ListFindingsV2", { analyzerArn });
    if (type === "ACCOUNT")
      expect(listed).toMatchObject({ findings: [{ resource: BUCKET, status: "ACTIVE" }] });
    else expect(listed).toMatchObject({ findings: [] });
    await joined("GetFindingsStatistics", { analyzerArn });
    await joined("ListAnalyzedResources", { analyzerArn });
    await joined("DeleteAnalyzer", { analyzerName });
  },
);
