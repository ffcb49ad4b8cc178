import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { noSuchEntity, quotaExceeded, validationError } from "../errors.ts";
import type { ServiceSpecificCredentialRow } from "../federation-tables.ts";
import { onOwner } from "../identities/authorization.ts";
import { requireCallerUserName } from "../identities/calling-user.ts";
import { readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { SERVICE_SPECIFIC_CREDENTIALS_PER_USER } from "../quotas.ts";
import { required } from "../required.ts";
import {
  credentialsForService,
  credentialsWithUsers,
  deleteServiceSpecificCredential,
  findCredentialOf,
  insertServiceSpecificCredential,
  setServiceSpecificCredential,
} from "../rows/service-specific-credentials.ts";
import { requireUser, type User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";

/** Source: CreateServiceSpecificCredential; those with a name and a password. */
const PASSWORD_SERVICES = ["codecommit.amazonaws.com", "cassandra.amazonaws.com"];
/** Those with an API key, which may expire. */
const KEY_SERVICES = ["bedrock.amazonaws.com", "logs.amazonaws.com"];
const PASSWORD_LENGTH = 44;
const KEY_LENGTH = 96;
const DAY_MS = 86_400_000;

interface NamedInput {
  readonly UserName?: string | undefined;
}

interface IdInput extends NamedInput {
  readonly ServiceSpecificCredentialId?: string | undefined;
}

export function serviceSpecificCredentialOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateServiceSpecificCredential: {
      authorize: (input, context) =>
        onOwner(context, "user", nameIn(input, context), {
          "iam:servicespecificcredentialservicename": required(input.ServiceName, "serviceName"),
          ...(input.CredentialAgeDays === undefined
            ? {}
            : { "iam:servicespecificcredentialagedays": String(input.CredentialAgeDays) }),
        }),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const user = await requireUser(db, context.accountId, nameIn(input, context));
          const { row, secret } = await insertCredential(parts, db, context, user, input);
          return {
            ServiceSpecificCredential: { ...metadata(row, user), ...secretOf(row, secret) },
          };
        }),
    },
    ListServiceSpecificCredentials: {
      authorize: (input, context) =>
        input.AllUsers === true
          ? { action: `iam:${context.operation}`, resource: userArns(context) }
          : onCredentialsOf(input, context),
      handle: listCredentials,
    },
    UpdateServiceSpecificCredential: {
      authorize: onCredentialsOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { row } = await requireCredential(db, context, input);
          await setServiceSpecificCredential(db, row.credential_id, {
            status: required(input.Status, "status"),
          });
          return {};
        }),
    },
    ResetServiceSpecificCredential: {
      authorize: onCredentialsOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { row, user } = await requireCredential(db, context, input);
          const secret = newSecret(parts, row.service_name);
          const secret_sealed = parts.secrets.seal(secret, row.credential_id);
          await setServiceSpecificCredential(db, row.credential_id, { secret_sealed });
          return {
            ServiceSpecificCredential: { ...metadata(row, user), ...secretOf(row, secret) },
          };
        }),
    },
    DeleteServiceSpecificCredential: {
      authorize: onCredentialsOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { row } = await requireCredential(db, context, input);
          await deleteServiceSpecificCredential(db, row.credential_id);
          return {};
        }),
    },
  });
}

function onCredentialsOf(input: NamedInput, context: RequestContext) {
  return onOwner(context, "user", nameIn(input, context));
}

/** The collection of all users, as ListUsers asks for it. */
function userArns(context: RequestContext): string {
  return `arn:aws:iam::${context.accountId}:user/`;
}

function nameIn(input: NamedInput, context: RequestContext): string {
  return input.UserName ?? requireCallerUserName(context);
}

async function insertCredential(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  user: User,
  input: iam.CreateServiceSpecificCredentialRequest,
): Promise<{ readonly row: ServiceSpecificCredentialRow; readonly secret: string }> {
  const service = required(input.ServiceName, "serviceName");
  const expires = KEY_SERVICES.includes(service);
  if (!expires && !PASSWORD_SERVICES.includes(service))
    throw new AwsError("NotSupportedService", `No such service ${service}`, { status: 404 });
  if (!expires && input.CredentialAgeDays !== undefined)
    throw validationError(`Credentials for ${service} don't expire.`);
  const present = await credentialsForService(db, user.user_id, service);
  if (present.length >= SERVICE_SPECIFIC_CREDENTIALS_PER_USER)
    throw quotaExceeded("ServiceSpecificCredentialsPerUser", SERVICE_SPECIFIC_CREDENTIALS_PER_USER);
  const id = newUniqueId("ACCA", context.accountId, parts.ids);
  const secret = newSecret(parts, service);
  // The second credential of a service is told from the first by a number, as on AWS.
  const [first, second] = ["", "+1"].map(
    (number) => `${user.user_name}${number}-at-${context.accountId}`,
  );
  const taken = present.some((row) => row.service_user_name === first);
  const ageDays = input.CredentialAgeDays;
  const row: ServiceSpecificCredentialRow = {
    account_id: context.accountId,
    credential_id: id,
    user_id: user.user_id,
    service_name: service,
    service_user_name: (taken ? second : first) ?? user.user_name,
    secret_sealed: parts.secrets.seal(secret, id),
    status: "Active",
    expires_ms: ageDays === undefined ? null : context.nowMs + ageDays * DAY_MS,
    created_ms: context.nowMs,
  };
  await insertServiceSpecificCredential(db, row);
  return { row, secret };
}

function newSecret(parts: IamParts, service: string): string {
  return parts.ids.alphanumeric(KEY_SERVICES.includes(service) ? KEY_LENGTH : PASSWORD_LENGTH);
}

async function listCredentials(
  input: iam.ListServiceSpecificCredentialsRequest,
  context: RequestContext,
) {
  const db = context.db<IamTables>();
  const user =
    input.AllUsers === true
      ? undefined
      : await requireUser(db, context.accountId, nameIn(input, context));
  const page = await readPage(
    input,
    (after, limit) => {
      const wanted = { userId: user?.user_id, service: input.ServiceName, after };
      return credentialsWithUsers(db, context.accountId, wanted, limit);
    },
    (row) => row.credential_id,
  );
  const ServiceSpecificCredentials = page.items.map((row) => metadata(row, row));
  return { ServiceSpecificCredentials, ...page.output };
}

async function requireCredential(db: Db, context: RequestContext, input: IdInput) {
  const id = required(input.ServiceSpecificCredentialId, "serviceSpecificCredentialId");
  const user = await requireUser(db, context.accountId, nameIn(input, context));
  const row = await findCredentialOf(db, user.user_id, id);
  if (!row) throw noSuchEntity(`No such credential ${id} exists`);
  return { row, user };
}

function metadata(row: ServiceSpecificCredentialRow, user: Pick<User, "user_name">) {
  const identity = KEY_SERVICES.includes(row.service_name)
    ? { ServiceCredentialAlias: row.service_user_name }
    : { ServiceUserName: row.service_user_name };
  return {
    ...identity,
    UserName: user.user_name,
    Status: row.status,
    CreateDate: new Date(row.created_ms),
    ...(row.expires_ms === null ? {} : { ExpirationDate: new Date(row.expires_ms) }),
    ServiceSpecificCredentialId: row.credential_id,
    ServiceName: row.service_name,
  } satisfies iam.ServiceSpecificCredentialMetadata;
}

function secretOf(row: ServiceSpecificCredentialRow, secret: string) {
  return KEY_SERVICES.includes(row.service_name)
    ? { ServiceCredentialSecret: secret }
    : { ServicePassword: secret };
}
