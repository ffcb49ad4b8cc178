import assert from "node:assert";
import { Readable } from "node:stream";
import { isOutputDocumentMember, payloadMember } from "../codec/http-bindings.ts";
import type { WireResponse } from "../message.ts";
import type { Member, StructureShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import {
  namespaceAttribute,
  wrap,
  type XmlWriter,
  type XmlWriters,
} from "../xml/compile-xml-writer.ts";

/** How an output's body is written. */
export interface XmlBody {
  readonly contentType: string;
  /** An XML document, which a declaration precedes. */
  readonly isDocument: boolean;
  readonly write: (output: Record<string, unknown>) => WireResponse["body"];
}

/** Compiles the body of an output; undefined when everything of it travels in headers. */
export function compileXmlBody(
  output: StructureShape,
  service: ServiceDefinition,
  writers: XmlWriters,
): XmlBody | undefined {
  const { xmlNamespace } = service;
  const namespace = namespaceAttribute(xmlNamespace === undefined ? undefined : ["", xmlNamespace]);
  const payload = payloadMember(output);
  if (payload !== undefined) return payloadBody(payload, namespace, writers);
  const members = output.members.filter(isOutputDocumentMember);
  if (members.length === 0) return undefined;
  const rootName = output.traits.xmlName ?? output.name;
  const write = rootWriter(rootName, members, output, namespace, writers);
  return { contentType: "application/xml", isDocument: true, write };
}

function rootWriter(
  rootName: string,
  members: readonly Member[],
  output: StructureShape,
  namespace: string,
  writers: XmlWriters,
): XmlWriter {
  const [only] = members;
  // Smithy's `s3UnwrappedXmlOutput` isn't in the SDK's schemas, but what it marks shows: the root
  // has the name of the only member, and there is one element on the wire, not two.
  if (
    members.length === 1 &&
    only !== undefined &&
    (only.traits.xmlName ?? only.name) === rootName
  ) {
    const write = writers.element(rootName, only.target, namespace);
    const empty = wrap(rootName, namespace, "");
    return (value) => {
      const own = (value as Record<string, unknown>)[only.name];
      return own === undefined ? empty : write(own);
    };
  }
  const content = writers.content({ name: output.name, members });
  return (value) => wrap(rootName, namespace, content(value));
}

function payloadBody(member: Member, namespace: string, writers: XmlWriters): XmlBody {
  const { name, target, traits } = member;
  switch (target.kind) {
    case "structure":
    case "union": {
      // A stream of events is bytes by the time it comes here.
      if (target.eventStream) {
        return rawBody(name, "application/vnd.amazon.eventstream");
      }
      const rootName = traits.xmlName ?? target.traits.xmlName ?? target.name;
      const own = traits.xmlNamespace ?? target.traits.xmlNamespace;
      const write = writers.element(
        rootName,
        target,
        own?.[0] === "" ? namespaceAttribute(own) : namespace,
      );
      return {
        contentType: "application/xml",
        isDocument: true,
        write: (output) => {
          const value = output[name];
          return value === undefined || value === null ? undefined : write(value);
        },
      };
    }
    case "string":
      return rawBody(name, "text/plain");
    default:
      return rawBody(name, "application/octet-stream");
  }
}

function rawBody(name: string, contentType: string): XmlBody {
  return {
    contentType,
    isDocument: false,
    write: (output) => {
      const value = output[name];
      if (value === undefined || value === null) return undefined;
      const known =
        typeof value === "string" || value instanceof Uint8Array || value instanceof Readable;
      assert(known, `payload ${name} is neither text, bytes nor a stream`);
      return value;
    },
  };
}
