import type { FederationDirectory, IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ServiceApi, ServiceDependencies } from "../../kernel/service.ts";
import { accessKeyInfo } from "./access-key-info.ts";
import type { AuthorizationMessages } from "./authorization-messages.ts";
import { callerIdentities } from "./caller-identities.ts";
import { stsConstraints } from "./constraints.ts";
import { decodeAuthorizationMessage } from "./decode-authorization-message.ts";
import { federationTokens } from "./federation-tokens.ts";
import type { IssuerKeys } from "./issuer-keys.ts";
import { roleSessions } from "./role-sessions.ts";
import type { RootAccessDependencies } from "./root-access.ts";
import { rootSessions } from "./root-sessions.ts";
import { samlSessions } from "./saml-sessions.ts";
import type { SamlVerifier } from "./saml-verifier.ts";
import { stsSchemas } from "./schema.ts";
import type { SessionCredentials } from "./session-credentials.ts";
import { sessionTokens } from "./session-tokens.ts";
import { webIdentitySessions } from "./web-identity-sessions.ts";
import { webIdentityTokens } from "./web-identity-tokens.ts";

interface StsApiParts extends Pick<ServiceDependencies, "ids">, RootAccessDependencies {
  readonly directory: IdentityDirectory;
  readonly federation: FederationDirectory;
  readonly credentials: SessionCredentials;
  readonly messages: AuthorizationMessages;
  readonly keys: IssuerKeys;
  readonly saml: SamlVerifier;
}

export function stsApi(parts: StsApiParts): ServiceApi {
  return {
    schemas: stsSchemas,
    constraints: stsConstraints,
    operations: {
      ...accessKeyInfo,
      ...callerIdentities,
      ...decodeAuthorizationMessage(parts.messages),
      ...federationTokens(parts),
      ...roleSessions(parts),
      ...rootSessions(parts),
      ...samlSessions(parts),
      ...webIdentitySessions(parts),
      ...sessionTokens(parts),
      ...webIdentityTokens(parts),
    },
  };
}
