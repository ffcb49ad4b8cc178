import type { StructureShape } from "../schema/shape.ts";
import type { XmlWriters } from "../xml/compile-xml-writer.ts";
import { escapeXml } from "../xml/escape-xml.ts";

/** Members that every error document has in places of its own. */
const COMMON_FIELDS: ReadonlySet<string> = new Set([
  "code",
  "message",
  "type",
  "requestid",
  "hostid",
]);

/**
 * Further elements of an XML error: modelled members as their shape says, others, such as S3's
 * `BucketName`, as text.
 */
export function writeErrorFields(
  fields: Readonly<Record<string, unknown>> | undefined,
  shape: StructureShape | undefined,
  writers: XmlWriters,
): string {
  if (fields === undefined) return "";
  let text = "";
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || COMMON_FIELDS.has(name.toLowerCase())) continue;
    const member = shape?.members.find((candidate) => candidate.name === name);
    if (member !== undefined) {
      text += writers.element(member.traits.xmlName ?? name, member.target)(value);
      continue;
    }
    text += `<${name}>${escapeXml(String(value))}</${name}>`;
  }
  return text;
}
