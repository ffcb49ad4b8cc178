import { createHash, randomBytes, sign, timingSafeEqual, type X509Certificate } from "node:crypto";
import { ReplayWindow } from "../srtp/replay-window.ts";
import { SRTP_KEY_BYTES, type SrtpMasters } from "../srtp/srtp-keys.ts";
import { ByteReader, shorts, TruncatedError, vector } from "./byte-reader.ts";
import { chooseFromHello, type HelloChoices, writeServerHello } from "./client-hello.ts";
import type { DtlsCertificate } from "./dtls-certificate.ts";
import type { DtlsEnd, DtlsHandshake, DtlsHandshakeOptions } from "./dtls-handshake.ts";
import { CONTENT, type DtlsRecord, openRecord, parseRecords } from "./dtls-record.ts";
import { FlightSender } from "./flight-sender.ts";
import { ALERT, HandshakeFailure } from "./handshake-failure.ts";
import { type HandshakeMessage, MESSAGE, MessageAssembler } from "./handshake-message.ts";
import { checkCertificateVerify, readPeerCertificate, SIGNATURE_SCHEMES } from "./peer-proof.ts";
import { prf } from "./prf.ts";

const RANDOM_BYTES = 32;
const MASTER_BYTES = 48;
const VERIFY_BYTES = 12;
const RECORD_KEY_BYTES = 16;
const RECORD_SALT_BYTES = 4;
const NAMED_CURVE = 3;
const ECDSA_P256_SHA256 = 0x0403;
/** Kinds of certificates that peers may have: ECDSA's and RSA's (RFC 8422, 5.5). */
const CERTIFICATE_TYPES = Buffer.of(64, 1);
const FATAL = 2;
const WARNING = 1;

/** The peer's messages in their order, each with what has to have come before. */
const EXPECTED = [
  MESSAGE.clientHello,
  MESSAGE.certificate,
  MESSAGE.clientKeyExchange,
  MESSAGE.certificateVerify,
  MESSAGE.finished,
] as const;

/**
 * DTLS 1.2's server (RFC 6347) in one cipher suite, for SRTP's keys alone. There are no cookies:
 * whoever gets as far as this has shown by ICE that it receives what is sent to its address.
 */
export class DtlsServer implements DtlsHandshake {
  readonly #certificate: DtlsCertificate;
  readonly #options: DtlsHandshakeOptions;
  readonly #flights: FlightSender;
  readonly #messages = new MessageAssembler();
  readonly #window = new ReplayWindow();
  readonly #serverRandom = randomBytes(RANDOM_BYTES);
  readonly #transcript: Buffer[] = [];
  #secretWith: ((peer: Buffer) => Buffer) | undefined;
  #choices: HelloChoices | undefined;
  #peer: X509Certificate | undefined;
  #master: Buffer = Buffer.alloc(0);
  #receiveKeys: { readonly key: Buffer; readonly salt: Buffer } | undefined;
  /** How many of the expected messages have come. */
  #step = 0;
  #ended = false;

  constructor(certificate: DtlsCertificate, options: DtlsHandshakeOptions) {
    this.#certificate = certificate;
    this.#options = options;
    this.#flights = new FlightSender(options.send);
  }

  receive(datagram: Buffer, nowMs: number): void {
    for (const record of parseRecords(datagram)) {
      if (this.#ended) {
        return;
      }
      try {
        this.#record(record, nowMs);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  tick(nowMs: number): void {
    if (!this.#ended) {
      this.#flights.tick(nowMs);
    }
  }

  close(): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#flights.alert(WARNING, ALERT.closeNotify);
    }
  }

  #record(record: DtlsRecord, nowMs: number): void {
    const content = this.#contentOf(record);
    if (content === undefined) {
      return;
    }
    switch (record.type) {
      case CONTENT.handshake:
        this.#handshake(content, nowMs, record.epoch);
        break;
      case CONTENT.alert:
        // Before there are keys, anybody could have written it.
        if (record.epoch === 1 || this.#receiveKeys === undefined) {
          this.#alerted(content);
        }
        break;
      default:
      // A change of ciphers says nothing that epochs don't; nobody reads data channels.
    }
  }

  #contentOf(record: DtlsRecord): Buffer | undefined {
    const { epoch, sequence } = record;
    if (epoch === 0) {
      return record.content;
    }
    if (epoch !== 1 || this.#receiveKeys === undefined || !this.#window.isNew(sequence)) {
      return undefined;
    }
    const content = openRecord(record, this.#receiveKeys);
    if (content !== undefined) {
      this.#window.add(sequence);
    }
    return content;
  }

  #handshake(content: Buffer, nowMs: number, epoch: number): void {
    const isOver = this.#step === EXPECTED.length;
    // Anybody could have written it: a peer that missed our end repeats its own, which is sealed.
    if (isOver && epoch === 0) {
      return;
    }
    if (this.#messages.push(content)) {
      this.#flights.again(nowMs);
    }
    for (;;) {
      const message = this.#messages.take();
      if (message === undefined) {
        return;
      }
      const expected = EXPECTED[this.#step];
      if (message.type !== expected || (epoch === 1) !== (expected === MESSAGE.finished)) {
        throw new HandshakeFailure("unexpectedMessage", "the peer's messages are out of order");
      }
      this.#step += 1;
      this.#message(message, expected, nowMs);
    }
  }

  #message(message: HandshakeMessage, kind: (typeof EXPECTED)[number], nowMs: number): void {
    const before = Buffer.concat(this.#transcript);
    this.#transcript.push(message.bytes);
    switch (kind) {
      case MESSAGE.clientHello:
        this.#hello(message.body, nowMs);
        break;
      case MESSAGE.certificate:
        this.#peer = readPeerCertificate(message.body, this.#options.peerFingerprints);
        break;
      case MESSAGE.clientKeyExchange:
        this.#agree(message.body);
        break;
      case MESSAGE.certificateVerify:
        if (this.#peer !== undefined) {
          checkCertificateVerify(message.body, before, this.#peer);
        }
        break;
      case MESSAGE.finished:
        this.#finish(message.body, before, nowMs);
        break;
      default:
        kind satisfies never;
    }
  }

  #hello(body: Buffer, nowMs: number): void {
    const choices = chooseFromHello(body, this.#options.profiles);
    this.#choices = choices;
    const key = choices.group.makeKey();
    this.#secretWith = (peer) => key.secretWith(peer);
    const parameters = Buffer.concat([
      Buffer.of(NAMED_CURVE),
      shorts(choices.group.id),
      vector(1, key.publicBytes),
    ]);
    const signed = Buffer.concat([choices.clientRandom, this.#serverRandom, parameters]);
    const signature = sign("sha256", signed, this.#certificate.key);
    const schemes = shorts(...SIGNATURE_SCHEMES);
    this.#transcript.push(
      ...this.#flights.send(nowMs, [
        [MESSAGE.serverHello, writeServerHello(choices, this.#serverRandom)],
        [MESSAGE.certificate, vector(3, vector(3, this.#certificate.der))],
        [
          MESSAGE.serverKeyExchange,
          Buffer.concat([parameters, shorts(ECDSA_P256_SHA256), vector(2, signature)]),
        ],
        [
          MESSAGE.certificateRequest,
          Buffer.concat([vector(1, CERTIFICATE_TYPES), vector(2, schemes), vector(2)]),
        ],
        [MESSAGE.serverHelloDone, Buffer.alloc(0)],
      ]),
    );
  }

  #agree(body: Buffer): void {
    const { clientRandom, hasExtendedMasterSecret } = this.#agreed();
    const secret = this.#preMaster(new ByteReader(body).vector(1));
    const randoms = Buffer.concat([clientRandom, this.#serverRandom]);
    this.#master = hasExtendedMasterSecret
      ? prf(secret, "extended master secret", this.#transcriptHash(), MASTER_BYTES)
      : prf(secret, "master secret", randoms, MASTER_BYTES);
    const seed = Buffer.concat([this.#serverRandom, clientRandom]);
    const length = 2 * (RECORD_KEY_BYTES + RECORD_SALT_BYTES);
    const keys = new ByteReader(prf(this.#master, "key expansion", seed, length));
    const [receiveKey, sendKey] = [keys.bytes(RECORD_KEY_BYTES), keys.bytes(RECORD_KEY_BYTES)];
    this.#receiveKeys = { key: receiveKey, salt: keys.bytes(RECORD_SALT_BYTES) };
    this.#flights.keys = { key: sendKey, salt: keys.bytes(RECORD_SALT_BYTES) };
  }

  #preMaster(peerKey: Buffer): Buffer {
    try {
      return this.#secretWith?.(peerKey) ?? Buffer.alloc(0);
    } catch {
      throw new HandshakeFailure("illegalParameter", "the peer's key is not of the agreed group");
    }
  }

  #finish(verifyData: Buffer, before: Buffer, nowMs: number): void {
    const hash = createHash("sha256").update(before).digest();
    const expected = prf(this.#master, "client finished", hash, VERIFY_BYTES);
    if (verifyData.length !== VERIFY_BYTES || !timingSafeEqual(verifyData, expected)) {
      throw new HandshakeFailure(
        "decryptError",
        "the peer's handshake isn't the one that was seen",
      );
    }
    const ours = prf(this.#master, "server finished", this.#transcriptHash(), VERIFY_BYTES);
    this.#flights.sendLast(nowMs, MESSAGE.finished, ours);
    this.#options.onKeys(this.#exportKeys());
  }

  /** RFC 5764, 4.2. */
  #exportKeys(): SrtpMasters {
    const { clientRandom, profile } = this.#agreed();
    const seed = Buffer.concat([clientRandom, this.#serverRandom]);
    const length = 2 * (SRTP_KEY_BYTES + profile.saltBytes);
    const keys = new ByteReader(prf(this.#master, "EXTRACTOR-dtls_srtp", seed, length));
    const [clientKey, serverKey] = [keys.bytes(SRTP_KEY_BYTES), keys.bytes(SRTP_KEY_BYTES)];
    const [clientSalt, serverSalt] = [keys.bytes(profile.saltBytes), keys.bytes(profile.saltBytes)];
    return {
      receive: { profile, key: clientKey, salt: clientSalt },
      send: { profile, key: serverKey, salt: serverSalt },
    };
  }

  #agreed(): HelloChoices {
    if (this.#choices === undefined) {
      throw new HandshakeFailure("internalError", "there was no hello");
    }
    return this.#choices;
  }

  #transcriptHash(): Buffer {
    return createHash("sha256").update(Buffer.concat(this.#transcript)).digest();
  }

  #alerted(content: Buffer): void {
    const [level = 0, description = 0] = content;
    if (description === ALERT.closeNotify) {
      this.#end({ isFailure: false, message: "the peer has closed the connection" });
    } else if (level === FATAL) {
      this.#end({ isFailure: true, message: `the peer's DTLS failed with alert ${description}` });
    }
  }

  #fail(error: unknown): void {
    const isTruncated = error instanceof TruncatedError;
    if (!isTruncated && !(error instanceof HandshakeFailure)) {
      throw error;
    }
    this.#flights.alert(FATAL, ALERT[isTruncated ? "decodeError" : error.alert]);
    this.#end({ isFailure: true, message: `the DTLS handshake failed: ${error.message}` });
  }

  #end(end: DtlsEnd): void {
    this.#ended = true;
    this.#options.onEnd(end);
  }
}
