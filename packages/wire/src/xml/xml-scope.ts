import type { XmlElement } from "./parse-xml.ts";

/** An element with the namespaces that are in force inside it, by prefix; "" is the default one. */
export interface ScopedXml {
  readonly element: XmlElement;
  readonly namespaces: ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();

/** The element as the root of its document, or inside what `outer` declares. */
export function scopedXml(
  element: XmlElement,
  outer: ReadonlyMap<string, string> = NONE,
): ScopedXml {
  const namespaces = new Map(outer);
  for (const [name, value] of element.attributes) {
    if (name === "xmlns") namespaces.set("", value);
    else if (name.startsWith("xmlns:")) namespaces.set(name.slice("xmlns:".length), value);
  }
  return { element, namespaces };
}

/** Whether the element is `name` of that namespace, whatever its prefix. */
export function isNamed(
  { element, namespaces }: ScopedXml,
  namespace: string,
  name: string,
): boolean {
  const colon = element.qualifiedName.indexOf(":");
  const prefix = colon < 0 ? "" : element.qualifiedName.slice(0, colon);
  return element.name === name && namespaces.get(prefix) === namespace;
}

export function childrenNamed(parent: ScopedXml, namespace: string, name: string): ScopedXml[] {
  return parent.element.children
    .map((child) => scopedXml(child, parent.namespaces))
    .filter((child) => isNamed(child, namespace, name));
}
