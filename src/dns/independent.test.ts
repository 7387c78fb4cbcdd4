/**
 * What our composer writes, two libraries that share no code with it must read as it was meant;
 * and what they write, we must read.
 */
import { Packet } from "dns2";
import type { Answer } from "dns-packet";
import { decode, encode } from "dns-packet";
import type { Arbitrary } from "fast-check";
import {
  array,
  assert,
  constant,
  constantFrom,
  ipV4,
  ipV6,
  nat,
  oneof,
  property,
  record,
  string,
  subarray,
  uint8Array,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryHostName } from "./arbitrary.cases.ts";
import { Composer, Section } from "./composer.ts";
import { RrType, formatRrType } from "./iana/rr-type.ts";
import { parseMessage } from "./message.ts";
import type { Name } from "./name.ts";
import { formatRecord } from "./presentation.ts";
import { AAAA } from "./rdata/aaaa.ts";
import { A } from "./rdata/a.ts";
import { CAA } from "./rdata/caa.ts";
import type { RdataCodec } from "./rdata/define-rdata.ts";
import { DNAME } from "./rdata/dname.ts";
import { DNSKEY } from "./rdata/dnskey.ts";
import { DS } from "./rdata/ds.ts";
import { HINFO } from "./rdata/hinfo.ts";
import { timestamp } from "./rdata/integer-fields.ts";
import { formatIpv6, parseIpv6 } from "./rdata/ip-address.ts";
import { MX } from "./rdata/mx.ts";
import { NAPTR } from "./rdata/naptr.ts";
import { NSEC } from "./rdata/nsec.ts";
import { NSEC3 } from "./rdata/nsec3.ts";
import { CNAME, NS, PTR } from "./rdata/rfc1035-names.ts";
import { RP } from "./rdata/rfc1183.ts";
import { RRSIG } from "./rdata/rrsig.ts";
import { SOA } from "./rdata/soa.ts";
import { SRV } from "./rdata/srv.ts";
import { SSHFP } from "./rdata/sshfp.ts";
import { TLSA } from "./rdata/tlsa.ts";
import { SPF, TXT } from "./rdata/txt.ts";
import { ResourceRecord } from "./resource-record.ts";

/** A record, and what each library should make of it; undefined where it does not know the type. */
interface Sample {
  readonly record: ResourceRecord;
  readonly dns2: object | undefined;
  readonly dnsPacket: unknown;
}

const u8 = nat(0xff);
const u16 = nat(0xffff);
const u32 = nat(0xffff_ffff);
const octets = uint8Array({ minLength: 1, maxLength: 64 }).map((list) => Buffer.from(list));
const text = string({ maxLength: 40, unit: constantFrom(...'abc =;"\\.'.split("")) });
const host = arbitraryHostName;
const types = subarray([RrType.A, RrType.NS, RrType.MX, RrType.AAAA, RrType.RRSIG, RrType.CAA], {
  minLength: 1,
});
const address6 = ipV6().map((address) => canonical(address));

/** The libraries write IPv6 addresses in forms of their own. */
function canonical(address: string): string {
  return formatIpv6(parseIpv6(address) ?? Buffer.alloc(0));
}

/** Neither library writes the final dot. */
function plain(name: Name): string {
  return name.toString().slice(0, -1);
}

function sample<T>(
  codec: RdataCodec<T>,
  values: Arbitrary<T>,
  asDns2: (value: T) => object | undefined,
  asDnsPacket: (value: T) => unknown,
): Arbitrary<Sample> {
  return record({ owner: host, ttl: nat(0x7fff_ffff), value: values }).map(
    ({ owner, ttl, value }) => ({
      record: new ResourceRecord(owner, codec.type, 1, ttl, codec.encode(value)),
      dns2: asDns2(value),
      dnsPacket: asDnsPacket(value),
    }),
  );
}

const none = () => undefined;

const samples: Readonly<Record<string, Arbitrary<Sample>>> = {
  A: sample(
    A,
    record({ address: ipV4() }),
    (value) => value,
    (value) => value.address,
  ),
  AAAA: sample(
    AAAA,
    record({ address: address6 }),
    (value) => value,
    (value) => value.address,
  ),
  NS: sample(
    NS,
    record({ nameserver: host }),
    (value) => ({ ns: plain(value.nameserver) }),
    (value) => plain(value.nameserver),
  ),
  CNAME: sample(
    CNAME,
    record({ target: host }),
    (value) => ({ domain: plain(value.target) }),
    (value) => plain(value.target),
  ),
  PTR: sample(
    PTR,
    record({ target: host }),
    (value) => ({ domain: plain(value.target) }),
    (value) => plain(value.target),
  ),
  DNAME: sample(DNAME, record({ target: host }), none, (value) => plain(value.target)),
  MX: sample(
    MX,
    record({ preference: u16, exchange: host }),
    (value) => ({ priority: value.preference, exchange: plain(value.exchange) }),
    (value) => ({ preference: value.preference, exchange: plain(value.exchange) }),
  ),
  SRV: sample(
    SRV,
    record({ priority: u16, weight: u16, port: u16, target: host }),
    (value) => ({ ...value, target: plain(value.target) }),
    (value) => ({ ...value, target: plain(value.target) }),
  ),
  SOA: sample(
    SOA,
    record({
      mname: host,
      rname: host,
      serial: u32,
      refreshSeconds: u32,
      retrySeconds: u32,
      expireSeconds: u32,
      minimumSeconds: u32,
    }),
    (value) => ({
      primary: plain(value.mname),
      admin: plain(value.rname),
      serial: value.serial,
      refresh: value.refreshSeconds,
      retry: value.retrySeconds,
      expiration: value.expireSeconds,
      minimum: value.minimumSeconds,
    }),
    (value) => ({
      mname: plain(value.mname),
      rname: plain(value.rname),
      serial: value.serial,
      refresh: value.refreshSeconds,
      retry: value.retrySeconds,
      expire: value.expireSeconds,
      minimum: value.minimumSeconds,
    }),
  ),
  TXT: sample(
    TXT,
    record({ strings: array(text, { minLength: 1, maxLength: 5 }) }),
    (value) => ({ data: value.strings }),
    (value) => value.strings.map((string) => Buffer.from(string)),
  ),
  SPF: sample(
    SPF,
    record({ strings: array(text, { minLength: 1, maxLength: 5 }) }),
    (value) => ({ data: value.strings }),
    none,
  ),
  CAA: sample(
    CAA,
    record({ flags: constantFrom(0, 128), tag: constantFrom("issue", "iodef"), value: text }),
    (value) => value,
    (value) => ({ ...value, issuerCritical: value.flags === 128 }),
  ),
  HINFO: sample(HINFO, record({ cpu: text, os: text }), none, (value) => value),
  NAPTR: sample(
    NAPTR,
    record({
      order: u16,
      preference: u16,
      flags: text,
      services: text,
      regexp: text,
      replacement: host,
    }),
    none,
    (value) => ({ ...value, replacement: plain(value.replacement) }),
  ),
  RP: sample(RP, record({ mailbox: host, text: host }), none, (value) => ({
    mbox: plain(value.mailbox),
    txt: plain(value.text),
  })),
  DS: sample(
    DS,
    record({ keyTag: u16, algorithm: u8, digestType: u8, digest: octets }),
    none,
    (value) => value,
  ),
  DNSKEY: sample(
    DNSKEY,
    record({ flags: u16, protocol: constant(3), algorithm: u8, publicKey: octets }),
    ({ publicKey, ...value }) => ({ ...value, key: publicKey.toString("base64") }),
    ({ flags, algorithm, publicKey }) => ({ flags, algorithm, key: publicKey }),
  ),
  RRSIG: sample(
    RRSIG,
    record({
      typeCovered: constantFrom(RrType.A, RrType.NSEC3),
      algorithm: u8,
      labels: u8,
      originalTtlSeconds: u32,
      expiration: u32,
      inception: u32,
      keyTag: u16,
      signer: host,
      signature: octets,
    }),
    (value) => ({
      sigType: value.typeCovered,
      labels: value.labels,
      originalTtl: value.originalTtlSeconds,
      expiration: timestamp.format(value.expiration),
      inception: timestamp.format(value.inception),
      keyTag: value.keyTag,
      signer: plain(value.signer),
      signature: value.signature.toString("base64"),
    }),
    ({ typeCovered, originalTtlSeconds, signer, ...value }) => ({
      ...value,
      typeCovered: formatRrType(typeCovered),
      originalTTL: originalTtlSeconds,
      signersName: plain(signer),
    }),
  ),
  NSEC: sample(NSEC, record({ next: host, types }), none, (value) => ({
    nextDomain: plain(value.next),
    rrtypes: value.types.map(formatRrType),
  })),
  NSEC3: sample(
    NSEC3,
    record({
      hashAlgorithm: u8,
      flags: u8,
      iterations: u16,
      salt: octets,
      nextHashedOwner: octets,
      types,
    }),
    none,
    ({ hashAlgorithm, nextHashedOwner, types, ...value }) => ({
      ...value,
      algorithm: hashAlgorithm,
      nextDomain: nextHashedOwner,
      rrtypes: types.map(formatRrType),
    }),
  ),
  TLSA: sample(
    TLSA,
    record({ usage: u8, selector: u8, matchingType: u8, association: octets }),
    none,
    ({ association, ...value }) => ({ ...value, certificate: association }),
  ),
  SSHFP: sample(
    SSHFP,
    record({
      algorithm: u8,
      fingerprintType: constant(1),
      fingerprint: uint8Array({ minLength: 20, maxLength: 20 }).map((list) => Buffer.from(list)),
    }),
    none,
    (value) => ({
      algorithm: value.algorithm,
      hash: value.fingerprintType,
      fingerprint: value.fingerprint.toString("hex").toUpperCase(),
    }),
  ),
};

const anySamples = array(oneof(...Object.values(samples)), { minLength: 1, maxLength: 12 });

function compose(qname: Name, answer: readonly ResourceRecord[]): Buffer {
  const composer = new Composer();
  composer.begin(4711, 0x8580, 65_535);
  composer.question(qname, RrType.ANY, 1);
  expect(composer.append(Section.answer, answer)).toBe(answer.length);
  return composer.finish();
}

/** A record of ours as the libraries head theirs. */
function headOf({ owner, type, ttlSeconds }: ResourceRecord): object {
  return { name: plain(owner), type, ttl: ttlSeconds };
}

describe("a message that we composed", () => {
  it("is read by dns2 as it was meant", () => {
    assert(
      property(host, anySamples, (qname, list) => {
        const known = list.filter((entry) => entry.dns2);
        const packet = Packet.parse(
          compose(
            qname,
            known.map((entry) => entry.record),
          ),
        );
        expect(packet.errors).toEqual([]);
        expect(packet.questions).toMatchObject([
          { name: plain(qname), type: RrType.ANY, class: 1 },
        ]);
        const read = packet.answers.map((answer) =>
          answer.type === RrType.AAAA
            ? Object.assign(answer, { address: canonical(answer.address ?? "") })
            : answer,
        );
        expect(read).toMatchObject(
          known.map((entry) => ({ ...headOf(entry.record), ...entry.dns2 })),
        );
      }),
    );
  });

  it("is read by dns-packet as it was meant", () => {
    assert(
      property(host, anySamples, (qname, list) => {
        const known = list.filter((entry) => entry.dnsPacket !== undefined);
        const packet = decode(
          compose(
            qname,
            known.map((entry) => entry.record),
          ),
        );
        expect(packet).toMatchObject({ id: 4711, type: "response", flag_aa: true });
        expect(packet.questions).toEqual([{ name: plain(qname), type: "ANY", class: "IN" }]);
        const read = (packet.answers ?? []).map((answer) =>
          answer.type === "AAAA" ? { ...answer, data: canonical(answer.data) } : answer,
        );
        expect(read).toMatchObject(
          known.map(({ record, dnsPacket }) => ({
            ...headOf(record),
            type: formatRrType(record.type),
            data: dnsPacket,
          })),
        );
      }),
    );
  });

  it("is read by ourselves as it was written", () => {
    assert(
      property(host, anySamples, (qname, list) => {
        const records = list.map((entry) => entry.record);
        const message = parseMessage(compose(qname, records));
        expect(message?.answer.map(formatRecord)).toEqual(records.map(formatRecord));
      }),
    );
  });
});

describe("a message that another composed", () => {
  // dns-packet has no SPF.
  const known = Object.entries(samples).filter(([type]) => type !== "SPF");

  it.each(known)("is read as it was meant: %s", (type, samplesOfType) => {
    assert(
      property(samplesOfType, ({ record, dnsPacket }) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape goes by type
        const answer = { ...headOf(record), type, class: "IN", data: dnsPacket } as Answer;
        const message = parseMessage(encode({ type: "response", answers: [answer] }));
        expect(message?.answer.map(formatRecord)).toEqual([formatRecord(record)]);
      }),
    );
  });
});
