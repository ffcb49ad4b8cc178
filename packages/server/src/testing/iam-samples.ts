import { generate } from "selfsigned";
import { ALLOW, DENY, OTHER_TAGS, READ_ONLY, type Sample, TAGS, TRUST } from "./sample-words.ts";

export async function iamSamples(): Promise<readonly Sample[]> {
  const attributes = [{ name: "commonName", value: "stage" }];
  const pems = await generate(attributes, { keyType: "ec", curve: "P-256" });
  const metadata = samlMetadata(pems.cert);
  const role = { RoleName: "writer", AssumeRolePolicyDocument: TRUST };
  const user = { UserName: "grace", Path: "/crew/" };
  return [
    {
      typeName: "AWS::IAM::Role",
      create: {
        ...role,
        ManagedPolicyArns: [READ_ONLY],
        Policies: [{ PolicyName: "read", PolicyDocument: ALLOW }],
        Tags: TAGS,
      },
      update: {
        ...role,
        Description: "writes",
        MaxSessionDuration: 7200,
        PermissionsBoundary: READ_ONLY,
        Policies: [{ PolicyName: "write", PolicyDocument: DENY }],
        Tags: OTHER_TAGS,
      },
    },
    {
      typeName: "AWS::IAM::User",
      create: {
        ...user,
        Groups: ["crew"],
        LoginProfile: { Password: "Password-1" },
        ManagedPolicyArns: [READ_ONLY],
        Tags: TAGS,
      },
      update: {
        UserName: "grace",
        Path: "/stage/",
        LoginProfile: { Password: "Password-2", PasswordResetRequired: true },
        PermissionsBoundary: READ_ONLY,
        Policies: [{ PolicyName: "write", PolicyDocument: DENY }],
      },
      unread: ["LoginProfile"],
    },
    {
      typeName: "AWS::IAM::Group",
      create: { GroupName: "band", Policies: [{ PolicyName: "a", PolicyDocument: ALLOW }] },
      update: { GroupName: "band", Path: "/b/", ManagedPolicyArns: [READ_ONLY] },
    },
    {
      typeName: "AWS::IAM::Policy",
      create: {
        Id: "studi-poli-AB12",
        PolicyName: "inline",
        PolicyDocument: ALLOW,
        Roles: ["stage"],
        Users: ["ada"],
      },
      update: {
        PolicyName: "renamed",
        PolicyDocument: DENY,
        Roles: ["hall"],
        Groups: ["crew"],
      },
    },
    {
      typeName: "AWS::IAM::ManagedPolicy",
      create: {
        ManagedPolicyName: "reader",
        Description: "reads",
        PolicyDocument: ALLOW,
        Roles: ["stage"],
      },
      update: {
        ManagedPolicyName: "reader",
        Description: "reads",
        PolicyDocument: DENY,
        Users: ["ada"],
      },
    },
    ...(["Role", "User", "Group"] as const).map((noun) => {
      const holder = { Role: "stage", User: "ada", Group: "crew" }[noun];
      const named = { [`${noun}Name`]: holder, PolicyName: "alone" };
      return {
        typeName: `AWS::IAM::${noun}Policy`,
        create: { ...named, PolicyDocument: ALLOW },
        update: { ...named, PolicyDocument: DENY },
      };
    }),
    {
      typeName: "AWS::IAM::InstanceProfile",
      create: { InstanceProfileName: "box", Roles: ["stage"] },
      update: { InstanceProfileName: "box", Roles: ["hall"] },
    },
    {
      typeName: "AWS::IAM::AccessKey",
      create: { UserName: "ada" },
      update: { UserName: "ada", Status: "Inactive" },
    },
    {
      typeName: "AWS::IAM::ServiceLinkedRole",
      create: { AWSServiceName: "autoscaling.amazonaws.com", CustomSuffix: "stage" },
      update: {
        AWSServiceName: "autoscaling.amazonaws.com",
        CustomSuffix: "stage",
        Description: "scales",
      },
    },
    {
      typeName: "AWS::IAM::OIDCProvider",
      create: {
        Url: "https://login.example.com",
        ClientIdList: ["one"],
        ThumbprintList: ["a".repeat(40)],
        Tags: TAGS,
      },
      update: {
        Url: "https://login.example.com",
        ClientIdList: ["two"],
        ThumbprintList: ["b".repeat(40)],
      },
    },
    {
      typeName: "AWS::IAM::SAMLProvider",
      create: { Name: "idp", SamlMetadataDocument: metadata, Tags: TAGS },
      update: { Name: "idp", SamlMetadataDocument: metadata.replace("/sso", "/other") },
    },
    {
      typeName: "AWS::IAM::ServerCertificate",
      create: {
        ServerCertificateName: "cert",
        CertificateBody: pems.cert.trim(),
        PrivateKey: pems.private.trim(),
      },
      update: {
        ServerCertificateName: "cert",
        CertificateBody: pems.cert.trim(),
        PrivateKey: pems.private.trim(),
        Path: "/stage/",
        Tags: TAGS,
      },
      unread: ["PrivateKey"],
    },
    {
      typeName: "AWS::IAM::VirtualMFADevice",
      create: { VirtualMfaDeviceName: "phone", Path: "/a/", Users: ["ada"] },
      update: { VirtualMfaDeviceName: "phone", Path: "/a/", Users: ["ada"], Tags: TAGS },
    },
    {
      typeName: "AWS::IAM::UserToGroupAddition",
      create: { Id: "studio-addition-AB12", GroupName: "crew", Users: ["ada"] },
      update: { GroupName: "crew", Users: [] },
    },
  ];
}

function samlMetadata(certificate: string): string {
  const body = certificate.replace(/-----[A-Z ]+-----/g, "").trim();
  return `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.test">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="https://idp.test/sso"/>
  </md:IDPSSODescriptor>
  <!-- ${"padding ".repeat(100)} -->
</md:EntityDescriptor>`;
}
