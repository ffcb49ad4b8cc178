import { generateKeyPairSync } from "node:crypto";
import { generate } from "selfsigned";
import { policyOf, trusting } from "../../support/principals.ts";
import type { Key } from "../../support/test-server.ts";
import { totpOf, totpPeriod } from "../../support/totp.ts";
import { ACCOUNT, type ReleaseClients, releaseClients } from "./release-clients.ts";

const UserName = "anna";
const Tags = [{ Key: "team", Value: "video" }];
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/**
 * Puts something of every kind that IAM keeps. Returns the keys of a user and of a role's session.
 */
export async function fillIam(
  clients: ReleaseClients,
  endpoint: string,
): Promise<{ readonly user: Key; readonly session: Key }> {
  const { iam, sts } = clients;
  await iam.createAccountAlias({ AccountAlias: "studio" });
  await iam.updateAccountPasswordPolicy({ MinimumPasswordLength: 12, PasswordReusePrevention: 3 });
  const { Policy } = await iam.createPolicy({
    ...{ PolicyName: "bucket-reader", Path: "/team/", Description: "Reads", Tags },
    PolicyDocument: policyOf([{ Effect: "Allow", Action: "s3:Get*", Resource: "*" }]),
  });
  const PolicyArn = Policy?.Arn;
  await iam.createPolicyVersion({
    ...{ PolicyArn, SetAsDefault: true },
    PolicyDocument: policyOf([{ Effect: "Allow", Action: ["s3:Get*", "s3:List*"], Resource: "*" }]),
  });
  await iam.createUser({ UserName, Path: "/team/", Tags, PermissionsBoundary: READ_ONLY });
  await iam.putUserPolicy({
    ...{ UserName, PolicyName: "own" },
    PolicyDocument: policyOf([{ Effect: "Allow", Action: "iam:GetUser", Resource: "*" }]),
  });
  await iam.attachUserPolicy({ UserName, PolicyArn });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  const user: Key = {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
  await iam.createGroup({ GroupName: "editors" });
  await iam.addUserToGroup({ GroupName: "editors", UserName });
  await iam.attachGroupPolicy({ GroupName: "editors", PolicyArn: READ_ONLY });
  await iam.createRole({
    ...{ RoleName: "publisher", Description: "Publishes", Tags, MaxSessionDuration: 7_200 },
    AssumeRolePolicyDocument: policyOf([
      trusting([`arn:aws:iam::${ACCOUNT}:user/team/anna`, `arn:aws:iam::${ACCOUNT}:root`]),
    ]),
  });
  await iam.putRolePolicy({
    ...{ RoleName: "publisher", PolicyName: "own" },
    PolicyDocument: policyOf([{ Effect: "Allow", Action: "s3:*", Resource: "*" }]),
  });
  await iam.createInstanceProfile({ InstanceProfileName: "machines", Tags });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: "machines", RoleName: "publisher" });
  await iam.createServiceLinkedRole({ AWSServiceName: "ssm.amazonaws.com", Description: "Own" });
  await fillCredentials(clients);
  await fillProviders(clients);

  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/publisher`;
  const { Credentials } = await sts.assumeRole({ RoleArn, RoleSessionName: "release" });
  const session: Key = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
  const own = releaseClients(endpoint, 0, user);
  await own.iam.getUser({});
  // Its denial can be asked for afterwards.
  await own.iam.createUser({ UserName: "refused" }).then(
    () => Promise.reject(new Error("A user was created that should have been refused.")),
    () => undefined,
  );
  await iam.generateServiceLastAccessedDetails({ Arn: `arn:aws:iam::${ACCOUNT}:user/team/anna` });
  await iam.generateCredentialReport({});
  return { user, session };
}

async function fillCredentials({ iam }: ReleaseClients): Promise<void> {
  await iam.createLoginProfile({ UserName, Password: "Fixture-Password-1" });
  const { VirtualMFADevice } = await iam.createVirtualMFADevice({ VirtualMFADeviceName: "phone" });
  const seed = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString();
  await iam.enableMFADevice({
    ...{ UserName, SerialNumber: VirtualMFADevice?.SerialNumber },
    AuthenticationCode1: totpOf(seed, totpPeriod() - 1),
    AuthenticationCode2: totpOf(seed, totpPeriod()),
  });
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const SSHPublicKeyBody = publicKey.export({ type: "spki", format: "pem" }).toString();
  await iam.uploadSSHPublicKey({ UserName, SSHPublicKeyBody });
  const ServiceName = "codecommit.amazonaws.com";
  await iam.createServiceSpecificCredential({ UserName, ServiceName });
  const own = [{ name: "commonName", value: "release.example" }];
  const { cert } = await generate(own, { keyType: "rsa", keySize: 2_048 });
  await iam.uploadSigningCertificate({ UserName, CertificateBody: cert });
  const site = await generate(own, { keyType: "ec", curve: "P-256" });
  await iam.uploadServerCertificate({
    ServerCertificateName: "site",
    ...{ CertificateBody: site.cert, PrivateKey: site.private },
  });
}

async function fillProviders({ iam }: ReleaseClients): Promise<void> {
  await iam.createOpenIDConnectProvider({
    ...{ Url: "https://login.example.com", ClientIDList: ["app"], Tags },
    ThumbprintList: ["3768084dfb3d2b68b7897bf5f565da8efc10b2a7"],
  });
  const { cert } = await generate([{ name: "commonName", value: "idp.example" }]);
  const certificate = cert.replaceAll(/-----[^-]+-----|\s/g, "");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  await iam.createSAMLProvider({
    Name: "idp",
    SAMLMetadataDocument: samlMetadata(certificate),
    AssertionEncryptionMode: "Allowed",
    AddPrivateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    Tags,
  });
  await iam.enableOutboundWebIdentityFederation({});
}

function samlMetadata(certificate: string): string {
  const place = "https://idp.example/sso";
  const binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/saml"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="${binding}" Location="${place}"/></IDPSSODescriptor></EntityDescriptor>`;
}
