import { parseArn } from "../../../kernel/arn.ts";
import type { FederationDirectory } from "../../../kernel/ports/identity.ts";
import { verifyMfaCode } from "../mfa/mfa-codes.ts";
import type { IamParts } from "../parts.ts";
import { findOidcProviderRow, stringsOf } from "../rows/oidc-providers.ts";
import { findSamlProviderRow, samlPrivateKeys } from "../rows/saml-providers.ts";
import type { IamTables } from "../tables.ts";
import { withoutScheme } from "./oidc-provider-urls.ts";
import { findOutboundFederation } from "./outbound-federation.ts";
import { parseSamlMetadata } from "./saml-metadata.ts";

/** STS asks here for identity providers and MFA devices. */
export function createFederationDirectory(parts: IamParts): FederationDirectory {
  return {
    findOidcProvider: async (accountId, url, context) => {
      const plain = withoutScheme(url);
      if (plain === undefined) return undefined;
      const arn = `arn:aws:iam::${accountId}:oidc-provider/${plain}`;
      const row = await findOidcProviderRow(context.db<IamTables>(), accountId, arn);
      return (
        row && {
          arn,
          url: row.url,
          clientIds: stringsOf(row.client_ids),
          thumbprints: stringsOf(row.thumbprints),
        }
      );
    },
    findOutboundFederation: (by, context) =>
      findOutboundFederation(parts, context.db<IamTables>(), by),
    findSamlProvider: async (arn, context) => {
      const accountId = parseArn(arn)?.accountId ?? "";
      const db = context.db<IamTables>();
      const row = await findSamlProviderRow(db, accountId, arn);
      if (!row) return undefined;
      const keys = await samlPrivateKeys(db, arn);
      const { entityId, signingCertificates } = parseSamlMetadata(row.metadata_document);
      return {
        arn,
        entityId,
        signingCertificates,
        validUntilMs: row.valid_until_ms,
        requiresEncryption: row.encryption_mode === "Required",
        privateKeys: keys.map((key) => parts.secrets.open(key.private_key_sealed, key.key_id)),
      };
    },
    verifyMfaCode: (principal, serialNumber, code, context) =>
      verifyMfaCode(parts, principal, serialNumber, code, context),
  };
}
