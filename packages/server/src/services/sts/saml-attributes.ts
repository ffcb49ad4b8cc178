import { childrenNamed, type ScopedXml } from "@rolecast/wire";
import type { ContextValue } from "../../kernel/principal.ts";
import { invalidIdentityToken } from "./errors.ts";
import { ASSERTION_NAMESPACE } from "./saml-signature.ts";

const AWS_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";
export const PRINCIPAL_TAG_ATTRIBUTE = "PrincipalTag:";

/**
 * Attributes that become condition keys, by name. Source: IAM User Guide, "Mapping SAML attributes
 * to AWS trust policy context keys". A key with `[]` has a list of values.
 */
const CONDITION_KEYS: ReadonlyMap<string, string> = new Map([
  ...[
    "edupersonaffiliation[]",
    "edupersonnickname[]",
    "edupersonorgdn",
    "edupersonorgunitdn[]",
    "edupersonprimaryaffiliation",
    "edupersonprincipalname",
    "edupersonentitlement[]",
    "edupersonprimaryorgunitdn",
    "edupersonscopedaffiliation[]",
    "edupersontargetedid[]",
    "edupersonassurance[]",
  ].map((key, index) => [`urn:oid:1.3.6.1.4.1.5923.1.1.1.${index + 1}`, key] as const),
  ...[
    "eduorghomepageuri[]",
    "eduorgidentityauthnpolicyuri[]",
    "eduorglegalname[]",
    "eduorgsuperioruri[]",
    "eduorgwhitepagesuri[]",
  ].map((key, index) => [`urn:oid:1.3.6.1.4.1.5923.1.2.1.${index + 2}`, key] as const),
  ["urn:oid:2.5.4.3", "cn[]"],
  ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "name"],
  ["http://schemas.xmlsoap.org/claims/CommonName", "commonname"],
  ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "givenname"],
  ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "surname"],
  ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "mail"],
  ["http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", "uid"],
  ["2.5.4.3", "commonname"],
  ["2.5.4.4", "surname"],
  ["2.4.5.42", "givenname"],
  ["2.5.4.45", "x500uniqueidentifier"],
  ["0.9.2342.19200300100.1.1", "uid"],
  ["0.9.2342.19200300100.1.3", "mail"],
  ["0.9.2342.19200300.100.1.45", "organizationstatus"],
]);

/** An assertion's attributes, by their exact names. */
export class SamlAttributes {
  readonly #values = new Map<string, string[]>();

  constructor(assertion: ScopedXml) {
    const attributes = childrenNamed(assertion, ASSERTION_NAMESPACE, "AttributeStatement").flatMap(
      (statement) => childrenNamed(statement, ASSERTION_NAMESPACE, "Attribute"),
    );
    for (const attribute of attributes) {
      const name = attribute.element.attributes.get("Name") ?? "";
      const values = childrenNamed(attribute, ASSERTION_NAMESPACE, "AttributeValue").map(
        ({ element }) => element.text.trim(),
      );
      this.#values.set(name, [...(this.#values.get(name) ?? []), ...values]);
    }
  }

  /** The values of one of AWS's own attributes: `Role`. */
  all(name: string): readonly string[] {
    return this.#values.get(AWS_ATTRIBUTES + name) ?? [];
  }

  /** @throws InvalidIdentityToken when there are several */
  one(name: string): string | undefined {
    const [value, ...more] = this.all(name);
    if (more.length > 0)
      throw invalidIdentityToken(`The attribute ${name} of the SAML assertion has several values.`);
    return value;
  }

  /** The names of AWS's own attributes that begin with `prefix`, without it. */
  suffixesOf(prefix: string): readonly string[] {
    const start = AWS_ATTRIBUTES + prefix;
    return [...this.#values.keys()]
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length));
  }

  /** `saml:edupersonaffiliation` and its siblings, lower-cased. */
  conditionKeys(): readonly (readonly [key: string, value: ContextValue])[] {
    return [...this.#values].flatMap(([name, values]): [string, ContextValue][] => {
      const key = CONDITION_KEYS.get(name);
      const [first] = values;
      if (key === undefined || first === undefined) return [];
      if (key.endsWith("[]")) return [[`saml:${key.slice(0, -2)}`, values]];
      return [[`saml:${key}`, first]];
    });
  }
}
