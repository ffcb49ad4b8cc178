import type { BundledPackage } from "./bundle-notices.ts";

/** A package as it is published. */
interface Published {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The packages of others that a published one contains, as CycloneDX 1.6 in JSON. It has neither a
 * time nor a serial number: the same sources make the same bytes.
 *
 * Source: https://cyclonedx.org/docs/1.6/json/, https://github.com/package-url/purl-spec (npm).
 */
export function billOfMaterials(of: Published, packages: readonly BundledPackage[]): string {
  const components = packages
    .map(({ name, version, licence }) => component("library", name, version, licence))
    .sort((one, other) => (one.purl < other.purl ? -1 : 1));
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: component("application", of.name, of.version, of.license) },
    components: [...new Map(components.map((one) => [one.purl, one])).values()],
  };
  return `${JSON.stringify(bill)}\n`;
}

function component(type: string, name: string, version: string, licence: string) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return { type, "bom-ref": purl, name, version, licenses: [{ expression: licence }], purl };
}
