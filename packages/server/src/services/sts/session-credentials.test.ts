import { describe, expect, test } from "vitest";
import { randomIds } from "../../kernel/ids.ts";
import type { IdentityDirectory, PolicyDocument, RoleRecord } from "../../kernel/ports/identity.ts";
import type { Store } from "../../kernel/store.ts";
import type { Session } from "./session.ts";
import { SessionCredentials } from "./session-credentials.ts";

const accountId = "000000000000";
const roleArn = `arn:aws:iam::${accountId}:role/app/worker`;
const policyArn = `arn:aws:iam::${accountId}:policy/narrow`;
const startMs = Date.parse("2026-11-24T12:00:00.500Z");

/** A directory of one role and one policy, which tests change. */
class World {
  nowMs = startMs;
  generation = 1;
  lookups = 0;
  role: RoleRecord | undefined = {
    accountId,
    arn: roleArn,
    roleId: "AROAONE",
    roleName: "worker",
    trustPolicy: "{}",
    maxSessionDurationSeconds: 3600,
    linkedService: undefined,
    isBeingDeleted: false,
    tags: { Team: "audio", Stage: "test" },
  };
  policy: PolicyDocument | undefined = { id: policyArn, managed: true, text: "{}" };
  userArn: string | undefined = `arn:aws:iam::${accountId}:user/bob`;

  readonly directory: IdentityDirectory = {
    refresh: async () => {},
    generation: () => this.generation,
    policiesOf: async () => ({ identity: [], boundary: undefined }),
    findRole: async () => {
      this.lookups += 1;
      return this.role;
    },
    findPrincipalId: async () => undefined,
    findPrincipalArn: async () => this.userArn,
    principalTags: async () => ({ Team: "audio" }),
    findManagedPolicy: async () => this.policy,
    isServicePrincipal: () => true,
    noteAccess: () => {},
    noteRoleUsed: () => {},
  };

  credentials(): SessionCredentials {
    return new SessionCredentials({
      // The directory above reads no database.
      store: {} as Store,
      clock: { nowMs: () => this.nowMs },
      ids: randomIds,
      directory: this.directory,
      sealingKey: new Uint8Array(32).fill(1),
    });
  }
}

const session: Session = {
  identity: {
    kind: "role",
    accountId,
    roleArn,
    roleId: "AROAONE",
    roleName: "worker",
    sessionName: "job-1",
  },
  issuedAtMs: startMs,
  expiresAtMs: startMs + 3_600_000,
  policy: '{"Statement":[]}',
  policyArns: [policyArn],
  tags: [{ key: "team", value: "video" }],
  transitiveTagKeys: ["team"],
  sourceIdentity: "alice",
  multiFactorAuth: false,
  context: [],
};

async function found(world: World, of: Session = session) {
  const credentials = world.credentials();
  const { accessKeyId, sessionToken, secretAccessKey } = credentials.issue(of, 0);
  return {
    secretAccessKey,
    find: () => credentials.findCredential(accessKeyId, sessionToken),
    findAfterRestart: () => world.credentials().findCredential(accessKeyId, sessionToken),
  };
}

describe("temporary credentials", () => {
  test("have everything that decisions need of a role's session, after a restart too", async () => {
    const { secretAccessKey, findAfterRestart } = await found(new World());
    expect(await findAfterRestart()).toEqual({
      secretAccessKey,
      status: "Active",
      caller: {
        accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
        expiresAtMs: session.expiresAtMs,
        principal: {
          ...session.identity,
          kind: "role-session",
          arn: `arn:aws:sts::${accountId}:assumed-role/worker/job-1`,
          serviceLinked: false,
        },
        sessionPolicies: [
          { id: "inline", text: '{"Statement":[]}' },
          { id: policyArn, text: "{}" },
        ],
        sessionContext: new Map<string, unknown>([
          ["aws:tokenissuetime", "2026-11-24T12:00:00Z"],
          ["aws:multifactorauthpresent", "false"],
          ["aws:principaltag/team", "video"],
          ["aws:principaltag/stage", "test"],
          ["aws:sourceidentity", "alice"],
          ["rolecast:transitivetagkeys", ["team"]],
        ]),
      },
    });
  });

  test("end at their expiry to the millisecond", async () => {
    const world = new World();
    const { find } = await found(world);
    world.nowMs = session.expiresAtMs - 1;
    expect(await find()).toMatchObject({ status: "Active" });
    world.nowMs = session.expiresAtMs;
    expect(await find()).toBe("expired-token");
  });

  test("end with their role, and a re-created namesake doesn't revive them", async () => {
    const world = new World();
    const { find } = await found(world);
    expect(await find()).toMatchObject({ status: "Active" });
    world.generation += 1;
    world.role = world.role && { ...world.role, roleId: "AROATWO" };
    expect(await find()).toBe("invalid-token");
    world.generation += 1;
    world.role = undefined;
    expect(await find()).toBe("invalid-token");
  });

  test("follow their user under another name and end with the user", async () => {
    const world = new World();
    const arn = `arn:aws:iam::${accountId}:user/bob`;
    const identity = { kind: "user", accountId, arn, id: "AIDAONE", userName: "bob" } as const;
    const { find } = await found(world, { ...session, identity, tags: [] });
    expect(await find()).toMatchObject({ caller: { principal: identity } });
    const renamed = `arn:aws:iam::${accountId}:user/team/robert`;
    world.generation += 1;
    world.userArn = renamed;
    const credential = await find();
    expect(credential).toMatchObject({
      caller: { principal: { ...identity, arn: renamed, userName: "robert" } },
    });
    const { caller } = credential as Exclude<typeof credential, string | undefined>;
    expect(caller.sessionContext?.get("aws:principaltag/team")).toBe("audio");
    world.generation += 1;
    world.userArn = undefined;
    expect(await find()).toBe("invalid-token");
  });

  test("follow the account's changes, and ask the directory only after one", async () => {
    const world = new World();
    const { find } = await found(world);
    const first = await find();
    expect(await find()).toBe(first);
    expect(world.lookups).toBe(1);
    world.policy = undefined;
    world.generation += 1;
    // A managed session policy that is gone allows nothing; the session stays restricted.
    expect(await find()).toMatchObject({
      caller: { sessionPolicies: [{ id: "inline" }] },
    });
    expect(world.lookups).toBe(2);
  });

  test("are invalid without their token, and don't answer for long-term keys", async () => {
    const credentials = new World().credentials();
    const { accessKeyId, sessionToken } = credentials.issue(session, 0);
    const other = credentials.issue(session, 0);
    expect(await credentials.findCredential(accessKeyId, undefined)).toBe("invalid-token");
    expect(await credentials.findCredential(accessKeyId, other.sessionToken)).toBe("invalid-token");
    expect(await credentials.findCredential(other.accessKeyId, sessionToken)).toBe("invalid-token");
    expect(await credentials.findCredential("AKIAQAAAAAAABCDEFGHI", sessionToken)).toBeUndefined();
  });
});
