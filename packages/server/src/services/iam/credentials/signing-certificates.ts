import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { SigningCertificateRow } from "../credential-tables.ts";
import { noSuchEntity, quotaExceeded } from "../errors.ts";
import { onUserOrCaller } from "../identities/authorization.ts";
import { current, existing, type OwnerSubject } from "../identities/owners.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { SIGNING_CERTIFICATES_PER_USER } from "../quotas.ts";
import {
  deleteSigningCertificate,
  insertSigningCertificate,
  setSigningCertificateStatus,
  signingCertificatesOf,
} from "../rows/signing-certificates.ts";
import type { User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { parseCertificates } from "./server-certificate-material.ts";

/** AWS's certificate ids are 24 to 128 characters long; those that it shows have 32. */
const ID_LENGTH = 32;

/** X.509 certificates of users, with which they once signed requests. Here nothing uses them. */
export function signingCertificateOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    UploadSigningCertificate: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: ({ CertificateBody: body }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row: user } = await current(db, subject);
          return { Certificate: shown(await insert(parts, db, context, user, body), user) };
        }),
    }),
    ListSigningCertificates: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: async (input, context, subject) => {
        const { row: user } = existing(subject);
        const rows = await signingCertificatesOf(context.db<IamTables>(), user.user_id);
        const page = await pageOf(input, rows, (row) => row.certificate_id);
        return { Certificates: page.items.map((row) => shown(row, user)), ...page.output };
      },
    }),
    UpdateSigningCertificate: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: ({ CertificateId: id, Status }, context, subject) =>
        change(parts, context, async ({ db }) => {
          await requireCertificate(db, subject, id);
          await setSigningCertificateStatus(db, id, Status);
          return {};
        }),
    }),
    DeleteSigningCertificate: withSubject({
      authorize: (input, context) => onUserOrCaller(input, context),
      handle: ({ CertificateId: id }, context, subject) =>
        change(parts, context, async ({ db }) => {
          await requireCertificate(db, subject, id);
          await deleteSigningCertificate(db, id);
          return {};
        }),
    }),
  });
}

async function insert(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  user: User,
  body: string,
): Promise<SigningCertificateRow> {
  const [certificate, ...more] = parseCertificates(body) ?? [];
  if (!certificate || more.length > 0) throw malformedCertificate(body);
  const present = await signingCertificatesOf(db, user.user_id);
  if (present.some((row) => row.fingerprint === certificate.fingerprint256))
    throw new AwsError("DuplicateCertificate", "The user already has this certificate.", {
      status: 409,
    });
  if (present.length >= SIGNING_CERTIFICATES_PER_USER)
    throw quotaExceeded("CertificatesPerUser", SIGNING_CERTIFICATES_PER_USER);
  const row: SigningCertificateRow = {
    account_id: context.accountId,
    certificate_id: parts.ids.base32(ID_LENGTH),
    user_id: user.user_id,
    body,
    fingerprint: certificate.fingerprint256,
    status: "Active",
    created_ms: context.nowMs,
  };
  await insertSigningCertificate(db, row);
  return row;
}

/** AWS repeats what was sent; a private key, sent by mistake, isn't repeated. */
function malformedCertificate(body: string): AwsError {
  const shown = body.includes("PRIVATE KEY") ? "The certificate" : `Certificate ${body}`;
  return new AwsError("MalformedCertificate", `${shown} is malformed.`, { status: 400 });
}

async function requireCertificate(
  db: Db,
  subject: OwnerSubject<"user">,
  id: string,
): Promise<void> {
  const user = await current(db, subject);
  const found = (await signingCertificatesOf(db, user.id)).some((row) => row.certificate_id === id);
  if (!found) throw noSuchEntity(`The Certificate with id ${id} cannot be found.`);
}

function shown(row: SigningCertificateRow, user: User) {
  return {
    UserName: user.user_name,
    CertificateId: row.certificate_id,
    CertificateBody: row.body,
    Status: row.status,
    UploadDate: new Date(row.created_ms),
  } satisfies iam.SigningCertificate;
}
