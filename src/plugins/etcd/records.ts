import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { A } from "../../dns/rdata/a.ts";
import { AAAA } from "../../dns/rdata/aaaa.ts";
import { TXT } from "../../dns/rdata/txt.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Service } from "./service.ts";

const STRING_OCTETS = 255;

export function makeRecord(
  owner: Name,
  codec: { readonly type: number },
  { ttlSeconds }: Service,
  rdata: Buffer,
): ResourceRecord {
  return new ResourceRecord(owner, codec.type, RrClass.IN, ttlSeconds, rdata);
}

/** Whether it stands for another name (CNAME). */
export function isAlias(service: Service): service is Service & { target: Name } {
  return service.target !== undefined && service.text === "";
}

/** The A or AAAA record of a service whose host is an address. */
export function addressRecord(owner: Name, service: Service): ResourceRecord | undefined {
  const { address } = service;
  if (!address) return undefined;
  const codec = address.family === "IPv4" ? A : AAAA;
  return makeRecord(owner, codec, service, codec.encode({ address: address.text }));
}

/** What a service itself has of the type A, AAAA or TXT. */
export function ownRecord(
  owner: Name,
  qtype: number,
  service: Service,
): ResourceRecord | undefined {
  if (qtype !== RrType.TXT) {
    const record = addressRecord(owner, service);
    return record?.type === qtype ? record : undefined;
  }
  if (service.address || service.text === "") return undefined;
  return makeRecord(owner, TXT, service, TXT.encode({ strings: splitText(service.text) }));
}

function splitText(text: string): string[] {
  const count = Math.ceil(text.length / STRING_OCTETS);
  return Array.from({ length: count }, (_, i) => {
    return text.slice(i * STRING_OCTETS, (i + 1) * STRING_OCTETS);
  });
}

/** Leaves out so many labels in front, or none where there are not as many. */
export function stripLabels(name: Name, { targetStrip }: Service): Name {
  if (targetStrip <= 0 || targetStrip >= name.labelCount()) return name;
  let rest = name;
  for (let i = 0; i < targetStrip; i++) rest = rest.parent();
  return rest;
}

/** `labels` in wire form in front of a zone; undefined where that is too long for a name. */
export function below(labels: string, zone: Name): Name | undefined {
  return Name.fromWire(`${labels}\0`).concat(zone);
}

/** The records, each once, whatever their TTLs. */
export function withoutRepeats(records: readonly ResourceRecord[]): ResourceRecord[] {
  const seen = new Set<string>();
  return records.filter(({ owner, type, rdata }) => {
    const id = `${owner.key} ${type} ${rdata.toString("latin1")}`;
    return !seen.has(id) && seen.add(id);
  });
}
