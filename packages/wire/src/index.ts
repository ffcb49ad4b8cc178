export {
  type AuthDialect,
  AuthError,
  type AuthFailure,
  type AuthOptions,
} from "./authentication/auth-error.ts";
export type {
  AnonymousAuthentication,
  Authentication,
  HeaderV2,
  PresignedV2,
  SignedAuthentication,
} from "./authentication/authentication.ts";
export { withHeadersInUrl } from "./authentication/headers-in-url.ts";
export { claimsSignature, readClaim, signatureClaim } from "./authentication/read-claim.ts";
export type { ClaimedScope, SignatureClaim } from "./authentication/signature-claim.ts";
export { bodyTooLarge, collectBody, readForm } from "./body.ts";
export { encodeWords } from "./codec/encoded-words.ts";
export { headerText, headerValue, latin1Text } from "./codec/http-header-text.ts";
export { floatText } from "./codec/number-text.ts";
export { isPacked, unpackBody } from "./content-encoding.ts";
export * from "./limits.ts";
export type { WireRequest, WireResponse } from "./message.ts";
export type { Addressing, Operation } from "./operation.ts";
export { parseAuthentication } from "./parse-authentication.ts";
export type { DecodeContext, EncodeOptions, ErrorOutput } from "./protocol/protocol.ts";
export { requestHeaders } from "./protocol/rest-xml.ts";
export { ParsedForm, parseQuery, percentDecode, requestQuery } from "./query.ts";
export { bucketFromHost, s3Addressing } from "./routing/bucket-from-host.ts";
export { carriesMark, isMarked } from "./routing/marks.ts";
export type {
  ErrorShape,
  HttpTrait,
  ListShape,
  MapShape,
  Member,
  ScalarShape,
  Shape,
  StructureShape,
  TimestampFormat,
  TimestampShape,
  Traits,
} from "./schema/shape.ts";
export type { ApiDefinition, ErrorBodyOptions, ServiceDefinition } from "./service-definition.ts";
export { ServiceWire } from "./service-wire.ts";
export { verifySignatureV2 } from "./sigv2/signature-v2.ts";
export { withSignedQueryV2 } from "./sigv2/string-to-sign.ts";
export { formatAmzDate } from "./sigv4/amz-date.ts";
export { malformedTrailer } from "./sigv4/chunk-errors.ts";
export { compareSha256, type DecodedBody, decodeBody } from "./sigv4/decode-body.ts";
export {
  parseSignedForm,
  SIGNATURE_FIELDS,
  type SignedForm,
  verifySignedForm,
} from "./sigv4/form-signature.ts";
export { MacKey } from "./sigv4/mac-key.ts";
export { isRegionName } from "./sigv4/region-name.ts";
export { type Signer, signS3Request } from "./sigv4/sign-request.ts";
export { type VerifyOptions, verifySignature } from "./sigv4/verify-signature.ts";
export { WireError } from "./wire-error.ts";
export { MIXED_ITEMS } from "./xml/compile-xml-writer.ts";
export { escapeXml } from "./xml/escape-xml.ts";
export { parseXml, type XmlElement } from "./xml/parse-xml.ts";
export { childrenNamed, isNamed, type ScopedXml, scopedXml } from "./xml/xml-scope.ts";
