import {
  BatchGetChannelCommand,
  BatchGetStreamKeyCommand,
  BatchStartViewerSessionRevocationCommand,
  CreateChannelCommand,
  DeleteChannelCommand,
  GetChannelCommand,
  ListChannelsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUser } from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { makeBucket, makeRecordingConfiguration } from "./recording-bucket.ts";

let server: TestServer;
let root: Clients;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
});
afterAll(() => server.close());

async function makeChannel(tags: Record<string, string> = {}) {
  const made = await root.ivs.send(new CreateChannelCommand({ tags }));
  return { arn: made.channel?.arn ?? "", keyArn: made.streamKey?.arn ?? "" };
}

describe("tags", () => {
  it("are the same operations for channels, stream keys and recording configurations", async () => {
    const { arn, keyArn } = await makeChannel();
    const configuration = await makeRecordingConfiguration(root, await makeBucket(root));
    for (const resourceArn of [arn, keyArn, configuration.arn]) {
      const list = async () =>
        (await root.ivs.send(new ListTagsForResourceCommand({ resourceArn }))).tags;
      // A tag named like a member of the API is a tag and is not measured as that member.
      const tags = { team: "a b", name: "two words", Ünicode: "ok" };
      await root.ivs.send(new TagResourceCommand({ resourceArn, tags }));
      await root.ivs.send(new TagResourceCommand({ resourceArn, tags: { team: "c" } }));
      expect(await list()).toEqual({ ...tags, team: "c" });
      await root.ivs.send(
        new UntagResourceCommand({ resourceArn, tagKeys: ["team", "name", "never"] }),
      );
      expect(await list()).toEqual({ Ünicode: "ok" });
    }
  });

  it.each([
    ["encoded", encodeURIComponent],
    ["with encoded colons only", (arn: string) => arn.replaceAll(":", "%3A")],
    ["as it is", (arn: string) => arn],
  ])("are found by an ARN in the path %s", async (_how, inPath) => {
    const { arn } = await makeChannel({ team: "a" });
    const raw = { method: "GET", path: `/tags/${inPath(arn)}` };
    const answer = await sendSigned(server.endpoint, raw, { service: "ivs" });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { tags: { team: "a" } }]);
  });

  it.each([
    ["a reserved key", { "aws:team": "a" }],
    ["a key with a character that isn't allowed", { "team!": "a" }],
    ["a value that is too long", { team: "a".repeat(257) }],
    ["a key that is too long", { ["k".repeat(129)]: "a" }],
    ["too many", Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ""]))],
    [
      "one too many",
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, ""])),
    ],
  ])("are refused with %s", async (_what, tags) => {
    const { arn: resourceArn } = await makeChannel({ present: "" });
    await expect(
      root.ivs.send(new TagResourceCommand({ resourceArn, tags })),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("of a resource that isn't there answer 404", async () => {
    const resourceArn = "arn:aws:ivs:us-east-1:000000000000:channel/AbSeNt123456";
    await expect(
      root.ivs.send(new ListTagsForResourceCommand({ resourceArn })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("permissions", () => {
  it("are decided by the tags of the resource and of the request", async () => {
    const mine = await makeChannel({ team: "a" });
    const other = await makeChannel({ team: "b" });
    const key = await createUser(root.iam, "by-tag", [
      {
        Effect: "Allow",
        Action: ["ivs:GetChannel", "ivs:DeleteChannel"],
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/team": "a" } },
      },
      {
        Effect: "Allow",
        Action: "ivs:CreateChannel",
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestTag/team": "a" } },
      },
    ]);
    const user = server.clients(key).ivs;
    await user.send(new GetChannelCommand({ arn: mine.arn }));
    await expect(user.send(new GetChannelCommand({ arn: other.arn }))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message:
        "User: arn:aws:iam::000000000000:user/by-tag is not authorized to perform: " +
        `ivs:GetChannel on resource: ${other.arn} because no identity-based policy allows the ` +
        "ivs:GetChannel action",
    });
    await user.send(new CreateChannelCommand({ tags: { team: "a" } }));
    await expect(
      user.send(new CreateChannelCommand({ tags: { team: "b" } })),
    ).rejects.toMatchObject({ name: "AccessDeniedException" });
    // Its stream key goes with it, and that one has no tag.
    await expect(user.send(new DeleteChannelCommand({ arn: mine.arn }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await root.ivs.send(new TagResourceCommand({ resourceArn: mine.keyArn, tags: { team: "a" } }));
    await user.send(new DeleteChannelCommand({ arn: mine.arn }));
  });

  it("are decided by the keys of the tags that are sent or removed", async () => {
    const { arn: resourceArn } = await makeChannel({ team: "a", cost: "b" });
    const key = await createUser(root.iam, "by-tag-key", [
      {
        Effect: "Allow",
        Action: ["ivs:CreateChannel", "ivs:TagResource", "ivs:UntagResource"],
        Resource: "*",
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } },
      },
    ]);
    const user = server.clients(key).ivs;
    const denied = { name: "AccessDeniedException" };
    await user.send(new CreateChannelCommand({ tags: { team: "a" } }));
    await user.send(new TagResourceCommand({ resourceArn, tags: { team: "c" } }));
    await user.send(new UntagResourceCommand({ resourceArn, tagKeys: ["team"] }));
    for (const attempt of [
      () => user.send(new CreateChannelCommand({ tags: { team: "a", cost: "b" } })),
      () => user.send(new TagResourceCommand({ resourceArn, tags: { cost: "c" } })),
      () => user.send(new UntagResourceCommand({ resourceArn, tagKeys: ["team", "cost"] })),
    ])
      await expect(attempt()).rejects.toMatchObject(denied);
  });

  it("decide the items of a batch one by one; where none is allowed, the call", async () => {
    const mine = await makeChannel({ team: "batch" });
    const other = await makeChannel({ team: "other" });
    const absent = `${other.arn.slice(0, -12)}AbSeNt123456`;
    const all = { Effect: "Allow", Action: "ivs:Batch*", Resource: "*" };
    const tagged = (team: string) => ({ StringEquals: { "aws:ResourceTag/team": team } });
    const key = await createUser(root.iam, "batch", [
      { ...all, Condition: tagged("batch") },
      { ...all, Resource: absent },
    ]);
    const user = server.clients(key).ivs;
    const { channels, errors } = await user.send(
      new BatchGetChannelCommand({ arns: [other.arn, mine.arn, absent] }),
    );
    expect(channels?.map((channel) => channel.arn)).toEqual([mine.arn]);
    expect(errors).toEqual([
      { arn: other.arn, code: "403", message: "not authorized" },
      { arn: absent, code: "404", message: `Resource: ${absent} not found` },
    ]);
    await expect(
      user.send(new BatchGetChannelCommand({ arns: [other.arn] })),
    ).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(
      user.send(new BatchGetStreamKeyCommand({ arns: [mine.keyArn] })),
    ).rejects.toMatchObject({ name: "AccessDeniedException" });
    const viewers = (...arns: string[]) =>
      new BatchStartViewerSessionRevocationCommand({
        viewerSessions: arns.map((channelArn) => ({ channelArn, viewerId: "v" })),
      });
    expect((await user.send(viewers(mine.arn, other.arn))).errors).toEqual([
      { channelArn: other.arn, viewerId: "v", code: "403", message: "not authorized" },
    ]);
    await expect(user.send(viewers(other.arn, other.arn))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(other.arn),
    });
  });

  it("on one resource reach no list", async () => {
    const { arn } = await makeChannel();
    const key = await createUser(root.iam, "one", [
      { Effect: "Allow", Action: "ivs:*", Resource: arn },
    ]);
    const user = server.clients(key).ivs;
    await user.send(new GetChannelCommand({ arn }));
    await expect(user.send(new ListChannelsCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });
});
