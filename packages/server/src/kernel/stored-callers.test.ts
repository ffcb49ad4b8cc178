import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallChain, Caller, Principal } from "./principal.ts";
import { StoredCallers } from "./stored-callers.ts";

const callers = new StoredCallers(new Uint8Array(32).fill(1));

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const accountId = fc.stringMatching(/^\d{12}$/);
const principal: fc.Arbitrary<Principal> = fc.oneof(
  fc.record({ kind: fc.constant("root" as const), accountId, arn: text }),
  fc.record({ kind: fc.constant("user" as const), accountId, arn: text, id: text, userName: text }),
  fc.record({
    kind: fc.constant("role-session" as const),
    accountId,
    arn: text,
    roleArn: text,
    roleId: text,
    roleName: text,
    sessionName: text,
    serviceLinked: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("federated-user" as const),
    accountId,
    arn: text,
    userArn: fc.option(text, { nil: undefined }),
    name: text,
  }),
  fc.record({
    kind: fc.constant("service" as const),
    serviceName: text,
    onBehalfOf: fc.oneof(
      fc.constant("unknown" as const),
      fc.record({ accountId, resourceArn: text }, { requiredKeys: ["accountId"] }),
    ),
  }),
);

/** Every member that a caller may have: one that is added and not named here doesn't compile. */
const MEMBERS: { readonly [Name in keyof Required<Caller>]: fc.Arbitrary<Required<Caller>[Name]> } =
  {
    principal,
    accessKeyId: text,
    sessionPolicies: fc.array(fc.record({ id: text, text })),
    sessionContext: fc
      .array(fc.tuple(text, fc.oneof(text, fc.array(text))))
      .map((entries) => new Map(entries)),
    multiFactorAuthAtMs: fc.nat(),
    expiresAtMs: fc.integer({ min: 1 }),
    chain: fc
      .array(text, { minLength: 1, maxLength: 4 })
      .map((services) => services as unknown as CallChain),
    actingService: text,
    forwardedOperations: fc.array(text),
  };
const caller = fc.record(MEMBERS, { requiredKeys: ["principal"] }) as fc.Arbitrary<Caller>;

describe("a stored caller", () => {
  test("is restored with all that a decision needs, after a restart too", () => {
    fc.assert(
      fc.property(caller, text, (stored, workId) => {
        const sealed = callers.seal(stored, workId);
        const restarted = new StoredCallers(new Uint8Array(32).fill(1));
        expect(restarted.restore(sealed, workId, 0)).toEqual(stored);
      }),
    );
  });

  test("ends with its session", () => {
    fc.assert(
      fc.property(caller, fc.nat(), (stored, nowMs) => {
        const isOver = stored.expiresAtMs !== undefined && stored.expiresAtMs <= nowMs;
        const restored = callers.restore(callers.seal(stored, "stack"), "stack", nowMs);
        expect(restored === "expired-token").toBe(isOver);
      }),
    );
    const onBehalfOf = "unknown" as const;
    const principal = { kind: "service" as const, serviceName: "s", onBehalfOf };
    const session: Caller = { principal, expiresAtMs: 5 };
    const sealed = callers.seal(session, "stack");
    expect(callers.restore(sealed, "stack", 4)).toEqual(session);
    expect(callers.restore(sealed, "stack", 5)).toBe("expired-token");
  });

  test("is refused when it was tampered with, is another work's, or another server's", () => {
    fc.assert(
      fc.property(caller, fc.nat(), fc.integer({ min: 1, max: 255 }), (stored, at, flip) => {
        const sealed = callers.seal(stored, "stack");
        const bytes = Buffer.from(sealed, "base64");
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
        expect(() => callers.restore(bytes.toString("base64"), "stack", 0)).toThrow();
        expect(() => callers.restore(sealed, "stack2", 0)).toThrow();
        const other = new StoredCallers(new Uint8Array(32).fill(2));
        expect(() => other.restore(sealed, "stack", 0)).toThrow();
        expect(Buffer.from(sealed, "base64").toString("latin1")).not.toContain("principal");
      }),
    );
  });
});
