import type * as iam from "@aws-sdk/client-iam";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import type { ServiceSpecificCredentialRow } from "../credential-tables.ts";
import { noSuchEntity, quotaExceeded, validationError } from "../errors.ts";
import { onUserOrCaller } from "../identities/authorization.ts";
import { current, existing, type OwnerSubject } from "../identities/owners.ts";
import { type PageOutput, readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { SERVICE_SPECIFIC_CREDENTIALS_PER_USER } from "../quotas.ts";
import {
  credentialsForService,
  credentialsWithUsers,
  deleteServiceSpecificCredential,
  findCredentialOf,
  insertServiceSpecificCredential,
  setServiceSpecificCredential,
} from "../rows/service-specific-credentials.ts";
import type { User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";

/** Services whose credential is a name and a password; source: CreateServiceSpecificCredential. */
const PASSWORD_SERVICES = ["codecommit.amazonaws.com", "cassandra.amazonaws.com"];
/** Services whose credential is an API key, which may expire. */
const KEY_SERVICES = ["bedrock.amazonaws.com", "logs.amazonaws.com"];
const PASSWORD_LENGTH = 44;
const KEY_LENGTH = 96;
const DAY_MS = 86_400_000;

export function serviceSpecificCredentialOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateServiceSpecificCredential: withSubject({
      authorize: (input, context) =>
        onUserOrCaller(input, context, {
          "iam:servicespecificcredentialservicename": input.ServiceName,
          ...(input.CredentialAgeDays === undefined
            ? {}
            : { "iam:servicespecificcredentialagedays": String(input.CredentialAgeDays) }),
        }),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row: user } = await current(db, subject);
          const { row, secret } = await insertCredential(parts, db, context, user, input);
          return {
            ServiceSpecificCredential: { ...metadata(row, user), ...secretOf(row, secret) },
          };
        }),
    }),
    ListServiceSpecificCredentials: withSubject({
      authorize: async (input, context) => {
        if (input.AllUsers === true && input.UserName !== undefined)
          throw validationError("AllUsers and UserName cannot be specified together.");
        if (input.AllUsers !== true) return onUserOrCaller(input, context);
        const pairs = { action: `iam:${context.operation}`, resource: userArns(context) };
        return { pairs, subject: undefined };
      },
      handle: async (input, context, subject) => {
        const db = context.db<IamTables>();
        const userId = subject && existing(subject).id;
        if (input.ServiceName !== undefined) requireService(input.ServiceName);
        const page = await readPage(
          input,
          (after, limit) => {
            const wanted = { userId, service: input.ServiceName, after };
            return credentialsWithUsers(db, context.accountId, wanted, limit);
          },
          (row) => row.credential_id,
        );
        const ServiceSpecificCredentials = page.items.map((row) => metadata(row, row));
        return { ServiceSpecificCredentials, ...pageMembers(input, page.output) };
      },
    }),
    UpdateServiceSpecificCredential: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row } = await requireCredential(db, subject, input.ServiceSpecificCredentialId);
          await setServiceSpecificCredential(db, row.credential_id, { status: input.Status });
          return {};
        }),
    }),
    ResetServiceSpecificCredential: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: ({ ServiceSpecificCredentialId }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row, user } = await requireCredential(db, subject, ServiceSpecificCredentialId);
          const secret = newSecret(parts, row.service_name);
          const secret_sealed = parts.secrets.seal(secret, row.credential_id);
          await setServiceSpecificCredential(db, row.credential_id, { secret_sealed });
          return {
            ServiceSpecificCredential: { ...metadata(row, user), ...secretOf(row, secret) },
          };
        }),
    }),
    DeleteServiceSpecificCredential: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: ({ ServiceSpecificCredentialId }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row } = await requireCredential(db, subject, ServiceSpecificCredentialId);
          await deleteServiceSpecificCredential(db, row.credential_id);
          return {};
        }),
    }),
  });
}

/** As recorded of AWS, the whole list of one service's credentials doesn't speak of pages. */
function pageMembers(
  { ServiceName }: { readonly ServiceName?: string | undefined },
  output: PageOutput,
): Partial<PageOutput> {
  return ServiceName !== undefined && !output.IsTruncated ? {} : output;
}

/** Says whether the service's credentials are API keys. @throws NoSuchEntity in AWS's words */
function requireService(service: string): { readonly hasKeys: boolean } {
  const hasKeys = KEY_SERVICES.includes(service);
  if (hasKeys || PASSWORD_SERVICES.includes(service)) return { hasKeys };
  throw noSuchEntity(`No such service ${service} is supported for Service Specific Credentials`);
}

/** The collection of all users, as ListUsers asks for it. */
function userArns(context: RequestContext): string {
  return `arn:aws:iam::${context.accountId}:user/`;
}

async function insertCredential(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  user: User,
  input: Checked<iam.CreateServiceSpecificCredentialRequest>,
): Promise<{ readonly row: ServiceSpecificCredentialRow; readonly secret: string }> {
  const { ServiceName: service } = input;
  const { hasKeys } = requireService(service);
  if (!hasKeys && input.CredentialAgeDays !== undefined)
    throw validationError(`Credentials for ${service} don't expire.`);
  const present = await credentialsForService(db, user.user_id, service);
  if (present.length >= SERVICE_SPECIFIC_CREDENTIALS_PER_USER)
    throw quotaExceeded("ServiceSpecificCredentialsPerUser", SERVICE_SPECIFIC_CREDENTIALS_PER_USER);
  const id = newUniqueId("ACCA", context.accountId, parts.ids);
  const secret = newSecret(parts, service);
  // The second credential of a service has a number after its name, as on AWS.
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

async function requireCredential(db: Db, subject: OwnerSubject<"user">, id: string) {
  const { row: user } = await current(db, subject);
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
