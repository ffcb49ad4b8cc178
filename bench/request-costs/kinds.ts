import { type Key, type Payload, Signer } from "./signed-requests.ts";

export const BUCKET = "bench-objects";
export const CONNECTIONS = 8;
export const ROOT: Key = { accessKeyId: "test", secretAccessKey: "test" };
const KEYS_PER_CONNECTION = 16;
/** Below the quota of 1,000 roles in an account: every window has one of its own. */
const ROLES_PER_WINDOW = 900;
const WINDOWS_MAX = 24;
export const BODY = Buffer.alloc(1024 * 1024, "0123456789abcdef");
/** Each window's are an account's of its own, too. */
const STACKS_PER_WINDOW = 80;
const RESOURCES_PER_STACK = 5;
export const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
});

/** Accounts for the roles that are made. */
export const ACCOUNTS = Array.from({ length: WINDOWS_MAX }, (_, index) => ({
  id: String(111_111_111_111 + index),
  key: {
    accessKeyId: `AKIABENCHBENCHBENC${10 + index}`,
    secretAccessKey: `secret-of-bench-${index}`,
  },
}));

export interface Kind {
  readonly name: string;
  readonly wanted: string;
  /** Each request is sent once, and the window ends with the last. */
  readonly isOnce: boolean;
  /** The requests of a connection. */
  requests(port: number, connection: number, window: number): readonly Buffer[];
}

function put(payload: Payload, wanted: string): Kind {
  return {
    name: `PutObject 1 MiB, ${payload}`,
    wanted,
    isOnce: false,
    requests: (port, connection) => {
      const signer = new Signer(port, ROOT);
      return Array.from({ length: KEYS_PER_CONNECTION }, (_, key) =>
        signer.put(`/${BUCKET}/${connection}-${key}`, BODY, payload),
      );
    },
  };
}

function form(
  service: "iam" | "sts",
  wanted: string,
  fields: Readonly<Record<string, string>> & { readonly Action: string },
): Kind {
  return {
    name: fields.Action,
    wanted,
    isOnce: false,
    requests: (port) => [new Signer(port, ROOT).form(service, fields)],
  };
}

/** A stack's template: a role, users and groups, each after the one before it. */
const TEMPLATE = JSON.stringify({
  Resources: Object.fromEntries(
    Array.from({ length: RESOURCES_PER_STACK }, (_, index) => [
      `R${index}`,
      {
        ...(index === 0
          ? { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: JSON.parse(TRUST) } }
          : { Type: index % 2 === 0 ? "AWS::IAM::User" : "AWS::IAM::Group" }),
        ...(index === 0 ? {} : { DependsOn: `R${index - 1}` }),
      },
    ]),
  ),
});

export const KINDS: readonly Kind[] = [
  put("trailer", "0.65 of the bare server"),
  put("signed", "0.65 of the bare server"),
  {
    name: "CreateRole",
    wanted: "2,500/s",
    isOnce: true,
    requests: (port, connection, window) => {
      const signer = new Signer(port, ACCOUNTS[window % ACCOUNTS.length]?.key ?? ROOT);
      const names = Array.from({ length: ROLES_PER_WINDOW / CONNECTIONS }, (_, role) =>
        [window, connection, role].join("-"),
      );
      return names.map((RoleName) =>
        signer.form("iam", { Action: "CreateRole", RoleName, AssumeRolePolicyDocument: TRUST }),
      );
    },
  },
  form("sts", "13,000/s", {
    Action: "AssumeRole",
    RoleArn: "arn:aws:iam::000000000000:role/bench",
    RoleSessionName: "bench",
  }),
  form("iam", "15,000/s", { Action: "GetRole", RoleName: "bench" }),
  {
    name: "CreateStack",
    wanted: "",
    isOnce: true,
    requests: (port, connection, window) => {
      const signer = new Signer(port, ACCOUNTS[window % ACCOUNTS.length]?.key ?? ROOT);
      const names = Array.from({ length: STACKS_PER_WINDOW / CONNECTIONS }, (_, stack) =>
        ["stack", window, connection, stack].join("-"),
      );
      const fields = { TemplateBody: TEMPLATE, "Capabilities.member.1": "CAPABILITY_IAM" };
      return names.map((StackName) =>
        signer.form("cloudformation", { Action: "CreateStack", StackName, ...fields }),
      );
    },
  },
  form("sts", "", { Action: "GetCallerIdentity" }),
];
