import { IAM } from "@aws-sdk/client-iam";
import { generate } from "selfsigned";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* SAML providers with their metadata, the way that assertions are encrypted, and tags. */

const PREFIX = "kills-";

interface Provider {
  /** The number in the metadata's entityID. */
  readonly entity: number;
  readonly encryption: string;
  readonly tags: Tags;
}

/** Base64, made before the first kill. */
let certificate = "";

async function prepare(): Promise<void> {
  const { cert } = await generate([{ name: "commonName", value: "kills.example" }]);
  certificate = cert.replaceAll(/-----[^-]+-----|\s/g, "");
}

function change(key: string, provider: Provider | undefined, chance: Chance): Change<Provider> {
  const Name = PREFIX + key;
  const of = { SAMLProviderArn: `arn:aws:iam::000000000000:saml-provider/${Name}` };
  const iam = (at: Node) => at.client(IAM);
  const entity = chance.below(1e6);
  const SAMLMetadataDocument = metadataOf(entity);
  if (!provider)
    return {
      says: `CreateSAMLProvider ${key} ${entity}`,
      send: (at) => iam(at).createSAMLProvider({ Name, SAMLMetadataDocument }),
      after: () => ({ entity, encryption: "Allowed", tags: {} }),
    };
  switch (chance.below(3)) {
    case 0:
      return {
        says: `DeleteSAMLProvider ${key}`,
        send: (at) => iam(at).deleteSAMLProvider(of),
        after: () => undefined,
      };
    case 1:
      return changeTags(provider, chance, `SAML provider ${key}`, {
        tag: (at, Key, Value) => iam(at).tagSAMLProvider({ ...of, Tags: [{ Key, Value }] }),
        untag: (at, Key) => iam(at).untagSAMLProvider({ ...of, TagKeys: [Key] }),
      });
    default:
      return {
        says: `UpdateSAMLProvider ${key} ${entity}`,
        send: (at) => iam(at).updateSAMLProvider({ ...of, SAMLMetadataDocument }),
        after: () => ({ ...provider, entity }),
      };
  }
}

function metadataOf(entity: number): string {
  const protocol = "urn:oasis:names:tc:SAML:2.0";
  const place = `Binding="${protocol}:bindings:HTTP-POST" Location="https://kills.example/sso"`;
  const x509 = `<X509Data><X509Certificate>${certificate}</X509Certificate></X509Data>`;
  const keyInfo = `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">${x509}</KeyInfo>`;
  const key = `<KeyDescriptor use="signing">${keyInfo}</KeyDescriptor>`;
  const entityId = `entityID="https://kills.example/${entity}"`;
  return [
    `<EntityDescriptor xmlns="${protocol}:metadata" ${entityId}>`,
    `<IDPSSODescriptor protocolSupportEnumeration="${protocol}:protocol">`,
    `${key}<SingleSignOnService ${place}/></IDPSSODescriptor></EntityDescriptor>`,
  ].join("");
}

async function read(at: Node): Promise<ReadonlyMap<string, Provider>> {
  const iam = at.client(IAM);
  const { SAMLProviderList: listed = [] } = await iam.listSAMLProviders({});
  const named: [string | undefined, Provider][] = [];
  for (const { Arn: SAMLProviderArn } of listed) {
    const found = await iam.getSAMLProvider({ SAMLProviderArn });
    const { SAMLMetadataDocument = "", AssertionEncryptionMode: encryption = "", Tags } = found;
    const entity = Number(/kills\.example\/(\d+)"/.exec(SAMLMetadataDocument)?.[1]);
    const isWhole = SAMLMetadataDocument === metadataOf(entity);
    const name = SAMLProviderArn?.split("/")[1];
    named.push([name, { entity: isWhole ? entity : Number.NaN, encryption, tags: tagsOf(Tags) }]);
  }
  return byKey(PREFIX, named);
}

export const samlProviders = remembered<Provider>({
  ...{ name: "iam-saml-providers", keys: 6, prepare, change, read },
});
