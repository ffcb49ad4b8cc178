/** Paths of files, and the text of the places there. */
type Places = Readonly<Record<string, readonly string[]>>;

/** Places where a name comes from us rather than from a caller, by the reason why it does. */
export const OWN_NAMES: Readonly<Record<string, Places>> = {
  "the SDK's model or the service's own list names the members": {
    "packages/server/src/gateway/blank-members.ts": ["input[name]", "filled[name]"],
    "packages/server/src/gateway/operation-coverage.ts": ["coverage[definition.name]"],
    "packages/server/src/gateway/required-members.ts": [
      "required?.[name]",
      "input[member]",
      "structure[name]",
    ],
    "packages/server/src/kernel/tagged-resources/call-rates.ts": [
      "this.#limits.ofAccount[operation]",
    ],
    "packages/server/src/services/cloudtrail/record/audited-operation.ts": [
      "facts.eventNames?.[name]",
    ],
    "packages/server/src/services/cloudtrail/record/redacted-elements.ts": ["given[name]"],
    "packages/server/src/services/s3/checksums/body-digests.ts": [
      "context.http?.trailers()[algorithm.header]",
    ],
    "packages/server/src/services/s3/multipart/parts.ts": [
      "context.http?.trailers()[algorithm.header]",
    ],
    "packages/server/src/validation/unsupported-members.ts": [
      "(value as Readonly<Record<string, unknown>>)[member]",
    ],
    "packages/wire/src/codec/compile-document.ts": [
      "structure[name]",
      "value[name]",
      "document[wireName]",
    ],
    "packages/wire/src/codec/compile-json-text.ts": ["value[name]"],
    "packages/wire/src/codec/compile-query-reader.ts": ["value[name]"],
    "packages/wire/src/codec/http-bindings.ts": [
      "into[name]",
      "value[name]",
      "headers[prefix + key.toLowerCase()]",
      "headers[header]",
    ],
    "packages/wire/src/protocol/body-digests.ts": ["headers[header]"],
    "packages/wire/src/protocol/rest-json.ts": [
      "Object.assign(headers, options.headers)",
      '(value as Readonly<Record<string, WireResponse["body"]>>)[streamed]',
      "Object.assign(body, fields)",
      "Object.assign( body, this.#codec.structureWriter(shape.structure, isOutputDocume",
      "body[name]",
      "body[modelled.traits.jsonName ?? modelled.name]",
    ],
    "packages/wire/src/protocol/rest-xml-body.ts": [
      "(value as Record<string, unknown>)[only.name]",
      "output[name]",
    ],
    "packages/wire/src/protocol/rest-xml-decoder.ts": [
      "Object.assign(into, read(parseRoot(bytes, rootName)))",
      "into[name]",
    ],
    "packages/wire/src/protocol/rest-xml.ts": [
      "Object.assign(headers, options.headers)",
      "members[statusMember]",
    ],
    "packages/wire/src/routing/marks.ts": ["request.headers[markingHeader]"],
    "packages/wire/src/xml/compile-xml-reader.ts": ["value[name]", "into[name]"],
    "packages/wire/src/xml/compile-xml-writer.ts": [
      "this.#order.emptyLists?.[structure]",
      "this.#order.leadingMembers?.[structure]",
      "this.#order.mixedLists?.[structure]",
      "value[name]",
    ],
  },
  "the resource type declares the properties": {
    "packages/server/src/config/seed-calls.ts": ["want[name]"],
    "packages/server/src/kernel/resource-types/alike-type.ts": [
      "answer[answerMember]",
      "page[member]",
    ],
    "packages/server/src/kernel/resource-types/declare-type.ts": [
      "want[property]",
      "Object.assign(model, await part.read?.({ ...id, ...model }, call))",
      "was[property]",
      "want[name]",
      "id[name]",
    ],
    "packages/server/src/kernel/resource-types/mapping.ts": [
      "result[name]",
      "into[first]",
      "found[name]",
    ],
    "packages/server/src/kernel/resource-types/members.ts": ["model[name]"],
    "packages/server/src/kernel/resource-types/model-violations.ts": [
      "value[name]",
      "schema.types[type.name]",
      "[first]: inner",
    ],
    "packages/server/src/kernel/resource-types/parts.ts": [
      "was[property]",
      "want[property]",
      "id[property]",
    ],
    "packages/server/src/kernel/resource-types/typed-model.ts": ["types.types[type.name]"],
    "packages/server/src/services/access-analyzer/resources/analyzer-resources.ts": [
      "page[member]",
    ],
    "packages/server/src/services/cloudcontrol/identifiers.ts": ["model[name]", "named[name]"],
    "packages/server/src/services/cloudcontrol/resource-steps.ts": [
      "declared[naming.property]",
      "was[name]",
      "want[name]",
    ],
    "packages/server/src/services/cloudformation/change-sets/imports.ts": ["identifier[name]"],
    "packages/server/src/services/cloudformation/custom-resources/bucket-deployment/deployment.ts":
      ["properties[name]"],
    "packages/server/src/services/cloudformation/engine/put-resource.ts": [
      "model[name]",
      "[schema.tags.property]: tags = model[schema.tags.property]",
      "model[schema.tags.property]",
    ],
    "packages/server/src/services/cloudformation/types/engine-types.ts": ["model[name]"],
    "packages/server/src/services/cloudformation/values/existing-resources.ts": [
      "properties[name]",
    ],
    "packages/server/src/services/cloudformation/values/generated-names.ts": [
      "want[naming.property]",
    ],
    "packages/server/src/services/cloudformation/values/stack-tags.ts": [
      "properties[tags.property]",
    ],
    "packages/server/src/services/cloudformation/values/validation-findings.ts": [
      "declared?.[name]",
    ],
    "packages/server/src/services/cloudtrail/resources/trails.ts": ["was[name]", "want[name]"],
    "packages/server/src/services/events/resources/events-calls.ts": ["page[member]"],
    "packages/server/src/services/events/resources/events-resources.ts": ["found[arnMember]"],
    "packages/server/src/services/iam/resources/iam-calls.ts": ["page[member]", "id[property]"],
    "packages/server/src/services/iam/resources/inline-policies.ts": [
      "id[name]",
      "[name]: owner",
      "[name]: each",
    ],
    "packages/server/src/services/iam/resources/users-and-groups.ts": ["id[member]"],
    "packages/server/src/services/ivs-realtime/resources/real-time-resources.ts": [
      "recording[lowerFirst(outer)]",
      "wrapped[lowerFirst(inner)]",
    ],
    "packages/server/src/services/kms/resources/kms-resources.ts": ["page[member]"],
    "packages/server/src/services/organizations/resources/organizations-calls.ts": [
      "page[member]",
      "id[property]",
    ],
  },
  "the map's own names, which the lines before list": {
    "packages/cli/src/testcontainers.ts": ["this.environment[key]", "this.#address[key]"],
    "packages/server/src/config/ingest-ports.ts": ["again?.[protocol]"],
    "packages/server/src/config/localstack-variables.ts": ["Object.assign(settings, taken)"],
    "packages/server/src/kernel/statements.ts": ["given[each.name]"],
    "packages/template/src/declare/parameters.ts": ["section[name]"],
    "packages/template/src/declare/resources.ts": ["section[name]"],
    "packages/template/src/document/value.ts": ["a[key]"],
    "packages/template/src/expand/include.ts": ["below[key]"],
    "packages/template/src/functions/function-call.ts": ["value[name]"],
    "packages/wire/src/sigv2/string-to-sign.ts": ["headers[name]"],
  },
  "the object has no prototype": {
    "packages/server/src/services/events/pattern/compile-pattern.ts": ["at[step]", "place[last]"],
  },
  "a prefix or a check before it keeps inherited names out": {
    "packages/server/src/kernel/named-condition-keys.ts": ["entries[key]"],
    "packages/cli/src/ready-scripts.ts": [
      "PROGRAMS[extname(entry.name)]",
      "PROGRAMS[extname(script)]",
    ],
    "packages/cli/src/since-option.ts": ['UNITS_MS[unit ?? ""]'],
    "packages/policy/src/compare/external-cells.ts": ["element[operator]"],
    "packages/server/src/services/s3/objects/object-deletions.ts": [
      "Object.assign(context.response.headers, { ...error.headers, ...context.response.",
    ],
    "packages/wire/src/authentication/headers-in-url.ts": [
      "request.headers[header]",
      "(headers ??= { ...request.headers })[header]",
    ],
    "packages/wire/src/codec/own-property.ts": ["target[key]"],
    "packages/wire/src/sigv4/chunked-body.ts": ["this.#trailers[name]"],
  },
  "our own code chooses the name": {
    "packages/cli/src/demo/stage.ts": ["(value as Readonly<Record<string, unknown>>)[name]"],
    "packages/cli/src/doctor.ts": ["process.env[variable]"],
    "packages/cli/src/guardrails/from-server.ts": ["page[member]"],
    "packages/cli/src/stage-lists.ts": ["page[member]"],
    "packages/media/src/ingest/protocol-port.ts": ["ports[protocol.name]"],
    "packages/media/src/transport/webrtc/socket-drain.ts": [
      '{ "0.0.0.0": "127.0.0.1", "::": "::1" }[address]',
    ],
    "packages/policy/src/checks/finding.ts": ["words[name]"],
    "packages/server/src/compose-services.ts": ["port in provided"],
    "packages/server/src/server-health.ts": ["facts[nameOf(service)]"],
    "packages/server/src/services/access-analyzer/findings/statistics.ts": [
      "resourceTypeStatistics[row.resource_type]",
    ],
    "packages/server/src/services/cloudwatch/dashboards/check-body.ts": ["properties[needed]"],
    "packages/server/src/services/iam/simulation/simulation.ts": ["details[type]", "merged[type]"],
    "packages/server/src/services/ivs-realtime/live/stage-analytics.ts": ["of[name]"],
    "packages/server/src/services/ivs/channels/client-configuration.ts": [
      "(value as Readonly<Record<string, unknown>>)[member]",
    ],
    "packages/server/src/services/s3/resources/bucket-parts.ts": [
      "want[property]",
      "answer[answerMember]",
      "model[property]",
    ],
    "packages/server/src/services/s3/resources/buckets.ts": [
      "(value as Record<string, unknown>)[member]",
      "answer[inputMember]",
    ],
    "packages/server/src/services/sts/web-identity.ts": ["claims[name]"],
    "packages/server/src/storage/sqlite/libsql-driver.ts": ['row[columns[at] ?? ""]'],
  },
};
