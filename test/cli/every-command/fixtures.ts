import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateRoleCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { chatOf } from "../../contract/ivs-chat/support.ts";
import { realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { createUser, policyOf } from "../../support/principals.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import { type Clients, clientsAt } from "../../support/test-server.ts";

/** The id of the one recording that there is. */
export const RECORDING = "ann-2026-01-02T03-04-05Z";

const GUARDRAILS = `organization: ./organization
tests:
  - name: roles stay
    principal: arn:aws:iam::222222222222:user/ann
    action: [iam:DeleteServiceLinkedRole]
    expect: deny
`;

/** Writes the files that the rows of the table name. */
export function writeFiles(dir: string): void {
  const allow = (Action: string) => policyOf([{ Effect: "Allow", Action, Resource: "*" }]);
  const deny = { Effect: "Deny", Action: "iam:DeleteServiceLinkedRole", Resource: "*" };
  const files = {
    "policy.json": allow("s3:GetObject"),
    "template.yaml": "Resources:\n  Films: { Type: AWS::S3::Bucket }\n",
    "tests.yml": GUARDRAILS,
    "organization/organization.yml": 'id: o-a1b2c3d4e5\nmanagementAccount: "111111111111"\n',
    "organization/prod/keep.scp.json": policyOf([deny]),
    "organization/prod/222222222222/README.md": "",
  };
  for (const [name, text] of Object.entries(files)) {
    const file = join(dir, name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Puts on the server whatever the rows of the table name. */
export async function fill(endpoint: string, { iam, s3, ivs }: Clients, dir: string) {
  const trust = { Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" };
  await iam.send(
    new CreateRoleCommand({ RoleName: "app", AssumeRolePolicyDocument: policyOf([trust]) }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: "films" }));
  await ivs.send(new CreateChannelCommand({ name: "studio", type: "BASIC" }));
  await chatOf({ endpoint }).createRoom({ name: "lobby" });
  const realTime = realTimeOf({ endpoint });
  await realTime.createStage({ name: "second" });
  const { stage } = await realTime.createStage({ name: "rehearsal" });
  const surroundings = { env: { AWS_ENDPOINT_URL: endpoint, HOME: dir }, cwd: dir };
  for (const args of [
    ["stage", "record", "rehearsal", "films"],
    ["stack", "deploy", "there", "--template", "template.yaml"],
  ]) {
    const { code, err } = await rolecast(args, surroundings);
    if (code !== 0) throw new Error(`rolecast ${args.join(" ")}: ${err}`);
  }
  await putRecording(s3, stage?.arn ?? "");
  // A denial, for those who explain one.
  const nobody = clientsAt(endpoint)(await createUser(iam, "nobody"));
  await expect(nobody.iam.send(new ListRolesCommand({}))).rejects.toThrow("not authorized");
}

/** A participant's recording where IVS puts it. */
async function putRecording(s3: Clients["s3"], stageArn: string): Promise<void> {
  const prefix = `${stageArn.split("/")[1]}/st-Session123456/ann/2026-01-02T03-04-05Z`;
  const hls = { duration_ms: 7, path: "media/hls", playlist: "multivariant.m3u8", renditions: [] };
  const metadata = {
    ...{ stage_arn: stageArn, participant_id: "ann", recording_status: "RECORDING_ENDED" },
    ...{ recording_started_at: "2026-01-02T03:04:05Z", media: { hls } },
  };
  const objects = {
    "events/recording-ended.json": JSON.stringify(metadata),
    "media/hls/multivariant.m3u8": "#EXTM3U\n",
  };
  for (const [key, Body] of Object.entries(objects))
    await s3.send(new PutObjectCommand({ Bucket: "films", Key: `${prefix}/${key}`, Body }));
}
