import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { noSuchEntity, quotaExceeded } from "../errors.ts";
import type { SigningCertificateRow } from "../federation-tables.ts";
import { onOwner } from "../identities/authorization.ts";
import { requireCallerUserName } from "../identities/calling-user.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { SIGNING_CERTIFICATES_PER_USER } from "../quotas.ts";
import { required } from "../required.ts";
import {
  deleteSigningCertificate,
  insertSigningCertificate,
  setSigningCertificateStatus,
  signingCertificatesOf,
} from "../rows/signing-certificates.ts";
import { requireUser, type User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { parseCertificates } from "./server-certificate-material.ts";

/** AWS's certificate ids are 24 to 128 characters; those that it shows have so many. */
const ID_LENGTH = 32;

interface NamedInput {
  readonly UserName?: string | undefined;
}

interface CertificateInput extends NamedInput {
  readonly CertificateId?: string | undefined;
}

/** X.509 certificates of users, with which they once signed requests. Here nothing uses them. */
export function signingCertificateOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    UploadSigningCertificate: {
      authorize: onCertificatesOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const user = await requireUser(db, context.accountId, nameIn(input, context));
          const body = required(input.CertificateBody, "certificateBody");
          return { Certificate: shown(await insert(parts, db, context, user, body), user) };
        }),
    },
    ListSigningCertificates: {
      authorize: onCertificatesOf,
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const user = await requireUser(db, context.accountId, nameIn(input, context));
        const page = await pageOf(
          input,
          await signingCertificatesOf(db, user.user_id),
          (row) => row.certificate_id,
        );
        return { Certificates: page.items.map((row) => shown(row, user)), ...page.output };
      },
    },
    UpdateSigningCertificate: {
      authorize: onCertificatesOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const id = await requireId(db, context, input);
          await setSigningCertificateStatus(db, id, required(input.Status, "status"));
          return {};
        }),
    },
    DeleteSigningCertificate: {
      authorize: onCertificatesOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          await deleteSigningCertificate(db, await requireId(db, context, input));
          return {};
        }),
    },
  });
}

function onCertificatesOf(input: NamedInput, context: RequestContext) {
  return onOwner(context, "user", nameIn(input, context));
}

function nameIn(input: NamedInput, context: RequestContext): string {
  return input.UserName ?? requireCallerUserName(context);
}

async function insert(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  user: User,
  body: string,
): Promise<SigningCertificateRow> {
  const [certificate, ...more] = parseCertificates(body) ?? [];
  if (!certificate || more.length > 0)
    // Without what was sent, which may be the private key by mistake: records tell the message.
    throw new AwsError("MalformedCertificate", "The certificate is malformed.", { status: 400 });
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

async function requireId(db: Db, context: RequestContext, input: CertificateInput) {
  const id = required(input.CertificateId, "certificateId");
  const user = await requireUser(db, context.accountId, nameIn(input, context));
  const found = (await signingCertificatesOf(db, user.user_id)).some(
    (row) => row.certificate_id === id,
  );
  if (!found) throw noSuchEntity(`The Certificate with id ${id} cannot be found.`);
  return id;
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
