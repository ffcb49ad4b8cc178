import { type CompiledPolicy, compilePolicy } from "../compile/compile-policy.ts";
import type { Principal } from "../principal.ts";
import type { ContextValue } from "../request.ts";
import type { Guard } from "./guard.ts";
import { guardsOf } from "./guards-of.ts";
import type { Values } from "./search.ts";

/** A kind of caller that the policies may tell from others. */
export interface Caller {
  /** Demands that make a caller of the values. */
  guards: readonly Guard[];
  /** The condition keys that follow from the caller. */
  settled: ReadonlyMap<string, ContextValue | undefined>;
  /** One that Principal elements can be asked about before there are values. */
  example: Principal;
  principalOf(values: Values): Principal;
}

const ACCOUNT = "111122223333";
/** An account that no policy names, unless it does: then another one. */
const OTHER_ACCOUNTS = ["999999999999", "888888888888", "777777777777", "666666666666"];
const PRINCIPAL_ARN = "aws:principalarn";

/** For policies of identities: the caller is whoever has them. */
export function anyIdentity(): Caller {
  const example = userOf(`arn:aws:iam::${ACCOUNT}:user/example`, ACCOUNT);
  return { guards: [], settled: new Map(), example, principalOf: () => example };
}

/**
 * For policies of resources: every principal that either policy names, and for each account that it
 * names, and one that it doesn't, a user, a role's session and the root user that aren't named;
 * likewise a service, a provider's user and the anonymous.
 */
export function callersOf(policies: readonly CompiledPolicy[]): readonly Caller[] {
  const entries = policies.flatMap(({ statements }) =>
    statements.flatMap(({ written }) => written.principal?.entries ?? []),
  );
  const valuesOf = (type: string) =>
    new Set(entries.filter((entry) => entry.type === type).map(({ value }) => value));
  const aws = [...valuesOf("AWS")];
  const named = aws.map((value) => ARN.exec(value)).filter((match) => match !== null);
  const accounts = new Set(
    aws.map((value) => ACCOUNT_IN.exec(value)?.[1]).filter((account) => account !== undefined),
  );
  const ids = aws.filter((value) => /^A[A-Z0-9]{15,}$/.test(value));
  const stranger = OTHER_ACCOUNTS.find((account) => !accounts.has(account)) ?? "555555555555";
  return [
    ...named.flatMap(([arn, accountId = "", kind = "", name = ""]) =>
      namedCaller(arn, accountId, kind, name),
    ),
    ...ids.flatMap((id) =>
      [...accounts, stranger].flatMap((accountId) => identifiedCallers(id, accountId)),
    ),
    ...[...accounts, stranger].flatMap(unnamedOf),
    ...[...valuesOf("Service"), "example.amazonaws.com"].map((serviceName) =>
      outsider({ kind: "service", serviceName }, "true"),
    ),
    ...[...valuesOf("Federated"), "example.com"].map((provider) =>
      outsider({ kind: "federated-provider", provider }, undefined),
    ),
    outsider({ kind: "anonymous" }, undefined),
  ];
}

const ACCOUNT_IN = /^(?:arn:[^:]*:[^:]*:[^:]*:)?([0-9]{12})(?::|$)/;
const ARN = /^arn:[^:]*:(?:iam|sts)::([0-9]{12}):(user|role|assumed-role|federated-user)\/(.+)$/;

function namedCaller(
  arn: string,
  accountId: string,
  kind: string,
  name: string,
): readonly Caller[] {
  switch (kind) {
    case "user": {
      const federated = `arn:aws:sts::${accountId}:federated-user/example`;
      return [
        settledCaller(userOf(arn, accountId), arn),
        settledCaller(
          { kind: "federated-user", accountId, arn: federated, userArn: arn, name: "example" },
          federated,
        ),
      ];
    }
    case "role":
      return [settledCaller(sessionOf(arn, accountId, "session"), arn)];
    case "assumed-role": {
      const [role = "", session = ""] = name.split("/");
      const roleArn = `arn:aws:iam::${accountId}:role/${role}`;
      return [settledCaller(sessionOf(roleArn, accountId, session), roleArn)];
    }
    case "federated-user": {
      const example = { kind: "federated-user", accountId, arn, userArn: undefined, name } as const;
      return [settledCaller(example, arn)];
    }
    default:
      return [];
  }
}

/** A saved policy names users and roles by their unique ids, whose account it doesn't show. */
function identifiedCallers(id: string, accountId: string): readonly Caller[] {
  const userArn = `arn:aws:iam::${accountId}:user/${id}`;
  const roleArn = `arn:aws:iam::${accountId}:role/${id}`;
  return [
    settledCaller({ ...userOf(userArn, accountId), id }, userArn),
    settledCaller({ ...sessionOf(roleArn, accountId, "session"), roleId: id }, roleArn),
  ];
}

/** A caller's keys that the evaluator's callers always have. */
function settledCaller(example: Principal & { accountId: string }, principalArn: string): Caller {
  return {
    guards: [],
    settled: new Map([
      [PRINCIPAL_ARN, principalArn],
      ["aws:principalaccount", example.accountId],
      ["aws:principalisawsservice", "false"],
    ]),
    example,
    principalOf: () => example,
  };
}

/** A user, a session and the root user of an account, the first two with any name. */
export function unnamedOf(accountId: string): readonly Caller[] {
  const root = `arn:aws:iam::${accountId}:root`;
  const of = (kind: "user" | "role", make: (arn: string) => Principal): Caller => ({
    guards: guardsOfCondition({
      ArnLike: { [PRINCIPAL_ARN]: `arn:aws:iam::${accountId}:${kind}/?*` },
    }),
    settled: new Map([
      ["aws:principalaccount", accountId],
      ["aws:principalisawsservice", "false"],
    ]),
    example: make(`arn:aws:iam::${accountId}:${kind}/some-other-name`),
    principalOf: (values) => make(String(values.get(PRINCIPAL_ARN))),
  });
  return [
    of("role", (arn) => sessionOf(arn, accountId, "session")),
    of("user", (arn) => userOf(arn, accountId)),
    settledCaller({ kind: "root", accountId, arn: root }, root),
  ];
}

export function outsider(example: Principal, isService: "true" | undefined): Caller {
  return {
    guards: [],
    settled: new Map([
      [PRINCIPAL_ARN, undefined],
      ["aws:principalaccount", undefined],
      ["aws:principalisawsservice", isService ?? "false"],
    ]),
    example,
    principalOf: () => example,
  };
}

function userOf(arn: string, accountId: string) {
  const userName = arn.slice(arn.lastIndexOf("/") + 1);
  return { kind: "user", accountId, arn, id: "AIDAEXAMPLE", userName } as const;
}

function sessionOf(roleArn: string, accountId: string, sessionName: string) {
  const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  return {
    kind: "role-session",
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    roleArn,
    roleId: "AROAEXAMPLE",
    roleName,
    sessionName,
    serviceLinked: false,
  } as const;
}

/** The guards of a condition, for callers that must meet it. */
export function guardsOfCondition(Condition: object): readonly Guard[] {
  const Statement = [{ Effect: "Allow", Action: "*", Resource: "*", Condition }];
  const text = JSON.stringify({ Version: "2008-10-17", Statement });
  const { statements } = compilePolicy(text, { kind: "identity", id: "caller", managed: false });
  const variables = { values: new Map(), others: "absent" } as const;
  return statements
    .flatMap((statement) => guardsOf(statement, variables) ?? [])
    .filter(({ kind }) => kind === "key");
}
