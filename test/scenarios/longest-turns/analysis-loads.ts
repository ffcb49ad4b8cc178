import {
  AccessAnalyzerClient,
  CreateAnalyzerCommand,
  DeleteAnalyzerCommand,
  ListFindingsV2Command,
} from "@aws-sdk/client-accessanalyzer";
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { ROOT, type TestServer } from "../../support/test-server.ts";
import type { Load } from "./loads.ts";

const Bucket = "turns-analyzed";
const STATEMENTS = 40;

/** A policy whose statements all have to be held against each other, another one each time. */
function policyOf(run: number): string {
  const statements = Array.from({ length: STATEMENTS }, (_, at) => ({
    ...{ Effect: at % 2 ? "Deny" : "Allow", Principal: "*", Action: "s3:*Object" },
    Resource: `arn:aws:s3:::${Bucket}/*a*${at}*${run}`,
    Condition: { StringLike: { "aws:PrincipalTag/a": `*${at}*`, "aws:SourceVpc": `v*${at}` } },
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const clientOf = ({ endpoint }: TestServer) =>
  new AccessAnalyzerClient({ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 });

let runs = 0;

const BUCKETS = 20;
const ACCOUNTS = 49;

/** A policy of some 20 KB that makes a finding of each account. */
function sharedWithMany(bucket: string): string {
  const statements = Array.from({ length: ACCOUNTS }, (_, at) => ({
    ...{
      Effect: "Allow",
      Principal: { AWS: String(210_000_000_000 + at) },
      Action: "s3:GetObject",
    },
    Resource: `arn:aws:s3:::${bucket}/${"a".repeat(200)}/${at}/*`,
    Condition: { StringLike: { "aws:SourceVpc": `v*${at}` } },
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export const ANALYSIS_LOADS: readonly Load[] = [
  {
    name: "an analyzer proves who gets to a bucket",
    async prepare(server) {
      const { s3 } = server.clients();
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
      const create = { analyzerName: "turns", type: "ACCOUNT" } as const;
      await clientOf(server).send(new CreateAnalyzerCommand(create));
    },
    async work(server) {
      runs += 1;
      const Policy = policyOf(runs);
      await server.clients().s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      const analyzerArn = "arn:aws:access-analyzer:us-east-1:000000000000:analyzer/turns";
      const list = new ListFindingsV2Command({ analyzerArn });
      const { findings } = await clientOf(server).send(list);
      if (!findings?.length) throw new Error("Nothing was found.");
    },
  },
  {
    name: "an analyzer finds a thousand accounts in twenty buckets",
    async prepare(server) {
      const { s3 } = server.clients();
      for (let at = 0; at < BUCKETS; at++) {
        const Bucket = `turns-shared-${at}`;
        await s3.send(new CreateBucketCommand({ Bucket }));
        await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
        await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: sharedWithMany(Bucket) }));
      }
    },
    async work(server) {
      runs += 1;
      const client = clientOf(server);
      // One of its kind is all that an account and Region may have.
      await client.send(new DeleteAnalyzerCommand({ analyzerName: "turns" }));
      await client.send(new CreateAnalyzerCommand({ analyzerName: "turns", type: "ACCOUNT" }));
      const analyzerArn = "arn:aws:access-analyzer:us-east-1:000000000000:analyzer/turns";
      const list = new ListFindingsV2Command({ analyzerArn, maxResults: 100 });
      const { findings } = await client.send(list);
      if (!findings?.length) throw new Error("Nothing was found.");
    },
  },
];
