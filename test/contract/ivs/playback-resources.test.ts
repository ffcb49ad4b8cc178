import { createHash, generateKeyPairSync } from "node:crypto";
import * as ivs from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { rsaPublicKey } from "../../support/rsa-public-key.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const ARN = "arn:aws:ivs:us-east-1:000000000000";
const MEDIA_TAILOR = "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/ads";

let server: TestServer;
let root: Clients;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
});
afterAll(() => server.close());

function publicKey(namedCurve = "secp384r1"): string {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve });
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

describe("playback key pairs", () => {
  it("are imported as PEM or as base64 of it, three in a Region, and never twice", async () => {
    const [pem, second, third] = [publicKey(), publicKey(), publicKey()];
    const { keyPair } = await root.ivs.send(
      new ivs.ImportPlaybackKeyPairCommand({
        publicKeyMaterial: pem,
        name: "one",
        tags: { team: "a" },
      }),
    );
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
    const digest = createHash("md5").update(der).digest("hex");
    expect(keyPair).toEqual({
      arn: expect.stringMatching(new RegExp(`^${ARN}:playback-key/[A-Za-z0-9]{12}$`)),
      name: "one",
      fingerprint: digest.replace(/..(?=.)/g, "$&:"),
      tags: { team: "a" },
    });
    const { arn } = keyPair ?? {};
    expect((await root.ivs.send(new ivs.GetPlaybackKeyPairCommand({ arn }))).keyPair).toEqual(
      keyPair,
    );
    const again = Buffer.from(pem).toString("base64");
    await expect(
      root.ivs.send(new ivs.ImportPlaybackKeyPairCommand({ publicKeyMaterial: again })),
    ).rejects.toMatchObject({ name: "ConflictException", $metadata: { httpStatusCode: 409 } });
    for (const publicKeyMaterial of [Buffer.from(second).toString("base64"), third])
      await root.ivs.send(new ivs.ImportPlaybackKeyPairCommand({ publicKeyMaterial }));
    await expect(
      root.ivs.send(new ivs.ImportPlaybackKeyPairCommand({ publicKeyMaterial: publicKey() })),
    ).rejects.toMatchObject({ name: "ServiceQuotaExceededException" });
    const { keyPairs } = await root.ivs.send(new ivs.ListPlaybackKeyPairsCommand({}));
    expect(keyPairs?.length).toBe(3);
    expect(keyPairs?.[0]).toEqual({ arn, name: "one", tags: { team: "a" } });
    // Another Region has its own.
    const ireland = server.clients(undefined, "eu-west-1").ivs;
    await ireland.send(new ivs.ImportPlaybackKeyPairCommand({ publicKeyMaterial: pem }));
    const deleted = await root.ivs.send(new ivs.DeletePlaybackKeyPairCommand({ arn }));
    expect(deleted.$metadata.httpStatusCode).toBe(200);
    await expect(root.ivs.send(new ivs.GetPlaybackKeyPairCommand({ arn }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  it.each([
    ["of another curve", publicKey("prime256v1")],
    ["that is RSA", rsaPublicKey()],
    ["that is private", privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
    ["that is no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
    ["that is empty", ""],
    ["that is too long", publicKey().padEnd(5_000)],
  ])("refuse a key %s", async (_what, publicKeyMaterial) => {
    await expect(
      root.ivs.send(new ivs.ImportPlaybackKeyPairCommand({ publicKeyMaterial })),
    ).rejects.toMatchObject({ name: "ValidationException", $metadata: { httpStatusCode: 400 } });
  });
});

describe("playback restriction policies", () => {
  it("have AWS's defaults, change what is sent, and stay while a channel has them", async () => {
    const { playbackRestrictionPolicy: made } = await root.ivs.send(
      new ivs.CreatePlaybackRestrictionPolicyCommand({}),
    );
    const arn = made?.arn ?? "";
    expect(made).toEqual({
      arn: expect.stringMatching(/:playback-restriction-policy\/[A-Za-z0-9]{12}$/),
      name: "",
      allowedCountries: [],
      allowedOrigins: [],
      enableStrictOriginEnforcement: false,
      tags: {},
    });
    const allowedOrigins = ["https://*.example.com", "http://localhost:3000"];
    const { playbackRestrictionPolicy: changed } = await root.ivs.send(
      new ivs.UpdatePlaybackRestrictionPolicyCommand({
        arn,
        allowedCountries: ["DE", "MX"],
        allowedOrigins,
      }),
    );
    expect(changed).toEqual({ ...made, allowedCountries: ["DE", "MX"], allowedOrigins });
    const strict = { arn, enableStrictOriginEnforcement: true, name: "strict" };
    await root.ivs.send(new ivs.UpdatePlaybackRestrictionPolicyCommand(strict));
    const got = await root.ivs.send(new ivs.GetPlaybackRestrictionPolicyCommand({ arn }));
    expect(got.playbackRestrictionPolicy).toEqual({ ...changed, ...strict });

    const { channel } = await root.ivs.send(
      new ivs.CreateChannelCommand({ playbackRestrictionPolicyArn: arn }),
    );
    expect(channel?.playbackRestrictionPolicyArn).toBe(arn);
    const listed = await root.ivs.send(
      new ivs.ListChannelsCommand({ filterByPlaybackRestrictionPolicyArn: arn }),
    );
    expect(listed.channels?.map((each) => each.arn)).toEqual([channel?.arn]);
    const remove = new ivs.DeletePlaybackRestrictionPolicyCommand({ arn });
    await expect(root.ivs.send(remove)).rejects.toMatchObject({ name: "ConflictException" });
    await root.ivs.send(
      new ivs.UpdateChannelCommand({ arn: channel?.arn, playbackRestrictionPolicyArn: "" }),
    );
    expect((await root.ivs.send(remove)).$metadata.httpStatusCode).toBe(204);
    await expect(root.ivs.send(remove)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(
      root.ivs.send(new ivs.CreateChannelCommand({ playbackRestrictionPolicyArn: arn })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("are listed one at a time unless asked otherwise", async () => {
    for (const name of ["a", "b", "c"])
      await root.ivs.send(new ivs.CreatePlaybackRestrictionPolicyCommand({ name }));
    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page: ivs.ListPlaybackRestrictionPoliciesCommandOutput = await root.ivs.send(
        new ivs.ListPlaybackRestrictionPoliciesCommand({ nextToken }),
      );
      expect(page.playbackRestrictionPolicies?.length).toBe(1);
      names.push(page.playbackRestrictionPolicies?.[0]?.name);
      ({ nextToken } = page);
    } while (nextToken);
    expect(names).toEqual(["a", "b", "c"]);
    const all = await root.ivs.send(
      new ivs.ListPlaybackRestrictionPoliciesCommand({ maxResults: 100 }),
    );
    expect(all.playbackRestrictionPolicies?.length).toBe(3);
  });

  it.each([
    [{ allowedCountries: ["DEU"] }],
    [{ allowedCountries: ["de"] }],
    [{ allowedOrigins: ["example.com"] }],
    [{ allowedOrigins: ["https://example.com/path"] }],
    [{ allowedOrigins: [`https://${"x".repeat(121)}`] }],
  ])("refuse %j", async (input) => {
    await expect(
      root.ivs.send(new ivs.CreatePlaybackRestrictionPolicyCommand(input)),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("ad configurations", () => {
  it("are kept, shown, changed and held by their channels", async () => {
    const mediaTailorPlaybackConfigurations = [{ playbackConfigurationArn: MEDIA_TAILOR }];
    const { adConfiguration: made } = await root.ivs.send(
      new ivs.CreateAdConfigurationCommand({ mediaTailorPlaybackConfigurations, name: "ads" }),
    );
    expect(made).toEqual({
      arn: expect.stringMatching(/:ad-configuration\/[A-Za-z0-9]{12}$/),
      name: "ads",
      mediaTailorPlaybackConfigurations,
      postRollConfiguration: { enabled: false, durationSeconds: 15 },
      tags: {},
    });
    const arn = made?.arn ?? "";
    const postRollConfiguration = { enabled: true, durationSeconds: 30 };
    await root.ivs.send(new ivs.UpdateAdConfigurationCommand({ arn, postRollConfiguration }));
    const { adConfiguration } = await root.ivs.send(new ivs.GetAdConfigurationCommand({ arn }));
    expect(adConfiguration).toEqual({
      ...made,
      postRollConfiguration,
    });
    const { adConfigurations } = await root.ivs.send(new ivs.ListAdConfigurationsCommand({}));
    expect(adConfigurations).toEqual([adConfiguration]);
    const { channel } = await root.ivs.send(
      new ivs.CreateChannelCommand({ adConfigurationArn: arn }),
    );
    const remove = new ivs.DeleteAdConfigurationCommand({ arn });
    await expect(root.ivs.send(remove)).rejects.toMatchObject({ name: "ConflictException" });
    await root.ivs.send(new ivs.DeleteChannelCommand({ arn: channel?.arn }));
    expect((await root.ivs.send(remove)).$metadata.httpStatusCode).toBe(204);
  });
});

describe("tags and permissions of what playback needs", () => {
  it("are those of every resource", async () => {
    const { playbackRestrictionPolicy } = await root.ivs.send(
      new ivs.CreatePlaybackRestrictionPolicyCommand({ tags: { team: "a" } }),
    );
    const arn = playbackRestrictionPolicy?.arn;
    await root.ivs.send(new ivs.TagResourceCommand({ resourceArn: arn, tags: { more: "b" } }));
    const { tags } = await root.ivs.send(new ivs.ListTagsForResourceCommand({ resourceArn: arn }));
    expect(tags).toEqual({ team: "a", more: "b" });
    const key = await createUser(root.iam, "team-b", [
      {
        ...allow("ivs:GetPlaybackRestrictionPolicy"),
        Condition: { StringEquals: { "aws:ResourceTag/team": "b" } },
      },
    ]);
    const user = server.clients(key).ivs;
    const get = new ivs.GetPlaybackRestrictionPolicyCommand({ arn });
    await expect(user.send(get)).rejects.toMatchObject({ name: "AccessDeniedException" });
    await root.ivs.send(new ivs.TagResourceCommand({ resourceArn: arn, tags: { team: "b" } }));
    await user.send(get);
    for (const refused of [
      new ivs.ListPlaybackRestrictionPoliciesCommand({}),
      new ivs.ListPlaybackKeyPairsCommand({}),
      new ivs.ListAdConfigurationsCommand({}),
      new ivs.ImportPlaybackKeyPairCommand({ publicKeyMaterial: publicKey() }),
    ] as unknown as ivs.ListPlaybackKeyPairsCommand[])
      await expect(user.send(refused)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("viewer session revocations", () => {
  it("answer with nothing, and a batch with what it couldn't do", async () => {
    const { channel } = await root.ivs.send(new ivs.CreateChannelCommand({ authorized: true }));
    const channelArn = channel?.arn;
    const one = await root.ivs.send(
      new ivs.StartViewerSessionRevocationCommand({ channelArn, viewerId: "alice" }),
    );
    expect(one.$metadata.httpStatusCode).toBe(200);
    const absent = `${ARN}:channel/AbSeNt123456`;
    await expect(
      root.ivs.send(
        new ivs.StartViewerSessionRevocationCommand({ channelArn: absent, viewerId: "alice" }),
      ),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const { errors } = await root.ivs.send(
      new ivs.BatchStartViewerSessionRevocationCommand({
        viewerSessions: [
          { channelArn, viewerId: "bob", viewerSessionVersionsLessThanOrEqualTo: 3 },
          { channelArn: absent, viewerId: "bob" },
        ],
      }),
    );
    expect(errors).toEqual([
      {
        channelArn: absent,
        viewerId: "bob",
        code: "404",
        message: `Resource: ${absent} not found`,
      },
    ]);
  });
});
